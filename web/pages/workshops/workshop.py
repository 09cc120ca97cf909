"""The page of one workshop: who runs it, the seats, the waiting list, the candidates, the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.authorization import Scope, Subject
from pixflow.decision import Decision
from pixflow.documents.protocol import Workshops
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.workshop import Retracted, SeatReleased, SeatTaken, WaitlistJoined, WaitlistLeft
from pixflow.folding import retractions_by_version
from pixflow.participation.campaign import Campaign
from pixflow.refused import Refused
from pixflow.workshop.booking import mark_attendance, undo_release
from pixflow.workshop.scheduling import cancel_workshop, give_help, move_workshop, set_facilitators
from projections import directory, seat_candidates
from projections.store.folds import fold_of
from web.desk import names as desk_names
from web.desk import receipts, undo
from web.desk.desk import Desk
from web.desk.names import ScopedNames
from web.desk.receipts import Receipt, ReceiptLine
from web.french import typography
from web.french.events import sentences
from web.french.events import workshops as french
from web.http import filters
from web.http.forms import OpenForm
from web.http.pagination import SIZE, Pager
from web.http.people import People, listed
from web.http.templates import Page
from web.pages.workshops import listing, undo_scheduling
from web.pages.workshops.scoped_workshop import ScopedWorkshop, SeatRow

WITHOUT_SEAT = ("book-workshop", "rebook-absent")
FORMS: dict[str, Decision[..., Any]] = {
    "move": move_workshop, "cancel": cancel_workshop, "facilitators": set_facilitators,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """An event in words. `retracted` says who retracted it and why, "" while it counts."""

    sentence: str
    when: str
    who: str
    retracted: str


@dataclass(frozen=True, slots=True)
class SeatCandidate:
    """A young person without a seat; `kind` is the task that asks for one."""

    dossier: UUID
    name: str
    programme: str
    site: str
    kind: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """One page of the young people to book, of one CEJ group or of all. `cej_first`: those in CEJ come first."""

    rows: Sequence[SeatCandidate]
    pager: Pager
    cej_first: bool
    groups: filters.Choice | None


@dataclass(frozen=True, kw_only=True)
class WorkshopPage(Page):
    """A workshop, its seats and its waiting list.

    `links` names the entries of the menu and the buttons that are shown. `cancelled` and `closed` are days.
    `attendance` counts who came, in words. `help_at` is the hour of a call for help, "" when there is none.
    `undo` is the seat that was just given up here and can be taken back. `past` are the people whom the history names.
    """

    template = "workshops/workshop.html"
    block = "workshop"

    id: UUID
    day: date
    today: date
    when: str
    where: str
    campaign: Campaign
    run_by: str
    kiosk: str
    rules: Workshops
    links: frozenset[str]
    is_open: bool
    is_upcoming: bool
    cancelled: date | None
    reason: str
    closed: date | None
    has_moved: bool
    to_mark: bool
    help_at: str
    attendance: str
    taken: str
    capacity: int
    offered: int
    seats: Sequence[SeatRow]
    waiting: Sequence[SeatRow]
    candidates: Candidates | None
    history: Sequence[HistoryRow]
    form: OpenForm | None
    runners: Sequence[tuple[str, str]]
    chosen: Sequence[str]
    receipt: Receipt | None
    undo: SeatRow | None
    past: frozenset[UUID]

    @property
    def shows(self) -> People:
        rows = [*self.seats, *self.waiting, *(self.candidates.rows if self.candidates else ()), self.undo]
        return listed((row.dossier for row in rows if row), self.past)


def workshop_page(
    desk: Desk,
    id: UUID,
    number: int = 1,
    group: str = "",
    *,
    form: OpenForm | None = None,
    receipt: Receipt | None = None,
    undo: SeatRow | None = None,
) -> WorkshopPage:
    """Returns the page of a workshop; `number` pages the candidates, of a `group` or of all."""
    workshop = ScopedWorkshop(desk, id)
    state, seats = workshop.state, workshop.seats()
    fills = workshop.is_upcoming and desk.roles & {"advisor", "facilitator", "referent"}
    return WorkshopPage(
        id=id,
        day=workshop.day,
        today=desk.today,
        when=workshop.when,
        where=workshop.where,
        campaign=workshop.campaign,
        run_by=" et ".join(desk_names.staff_name(desk, person) for person in state.facilitators) or "personne",
        kiosk=f"/t/{desk.served.opened.slug}",
        rules=desk.refs.protocol(desk.today).workshops,
        links=_links(workshop),
        is_open=workshop.is_open,
        is_upcoming=workshop.is_upcoming,
        cancelled=state.cancelled.on if state.cancelled else None,
        reason=state.reason,
        closed=state.closed.on if state.closed else None,
        has_moved=state.moves > 0,
        to_mark=workshop.has_begun and bool(state.unmarked),
        help_at=workshop.help_at if workshop.day == desk.today else "",
        attendance=french.attendance(state.count("present"), state.count("absent"), state.count("excused")),
        taken=french.seats(len(seats), state.capacity),
        capacity=state.capacity,
        offered=sum(one.until is not None for one in state.waiting.values()),
        seats=seats,
        waiting=workshop.waiting(),
        candidates=candidates(workshop, number, group) if fills else None,
        history=history(workshop) if workshop.sees_names else [],
        form=form,
        runners=listing.runners(desk),
        chosen=listing.pair(form.get("facilitators") if form else ""),
        receipt=receipt,
        undo=undo,
        past=_past(workshop) if workshop.sees_names else frozenset(),
    )


def _past(workshop: ScopedWorkshop) -> frozenset[UUID]:
    named = (getattr(one.event, "dossier", None) for one in workshop.trail)
    return frozenset(id for id in named if id)


def _links(workshop: ScopedWorkshop) -> frozenset[str]:
    state, may = workshop.state, workshop.may
    shown = {
        "attendance": workshop.has_begun and bool(state.seats) and may(mark_attendance),
        "attendance-sheet": workshop.sees_names,
        "facilitators": workshop.is_open and may(set_facilitators),
        "move": workshop.is_open and not state.attendance and may(move_workshop),
        "help": may(give_help),
    }
    return frozenset(name for name, on in shown.items() if on)


def candidates(workshop: ScopedWorkshop, number: int, group: str = "") -> Candidates:
    """Returns the young people without a seat for whom this person may book."""
    desk, path = workshop.desk, f"/ateliers/{workshop.id}"
    cej = desk.refs.protocol(desk.today).cej_mandatory and workshop.initial
    owners = None if desk.roles & {"facilitator", "referent"} else desk.owners
    asked = (desk.read, WITHOUT_SEAT, owners, {*workshop.state.seats, *workshop.state.waiting}, cej)
    counts = seat_candidates.groups_without_seat(*asked)
    total = counts.get(group, 0) if group else sum(counts.values())
    pager = Pager.at(total, number, path, {"groupe": group}, name="a", anchor="#remplir")
    rows = seat_candidates.without_seat(*asked, group, SIZE, pager.offset)
    people = directory.named(desk.read, [row.stream for row in rows])
    found = [_candidate(row, people[row.stream]) for row in rows]
    of_groups = {name: count for name, count in counts.items() if name}
    return Candidates(found, pager, cej, filters.choice(f"{path}#remplir", of_groups, group, {}))


def _candidate(row: Any, person: directory.YoungPerson) -> SeatCandidate:
    return SeatCandidate(row.stream, f"{person.last_name} {person.first_name}", row.programme, row.site, row.kind)


def history(workshop: ScopedWorkshop) -> list[HistoryRow]:
    """Returns the events of the workshop, the latest first. A retraction stands beside the event it retracts."""
    names, trail = ScopedNames(workshop.desk.refs, workshop.desk.read, Scope("all")), workshop.trail
    retracted = retractions_by_version(trail)
    events = (one for one in reversed(trail) if not isinstance(one.event, Retracted))
    return [_history_row(workshop, one, names, retracted.get(one.originator_version)) for one in events]


def _history_row(workshop: ScopedWorkshop, one: Recorded, names: ScopedNames, retracted: Recorded | None) -> HistoryRow:
    zone = workshop.desk.zone
    sentence = sentences.sentence(one, names, zone=zone, history=workshop.trail)
    why = sentences.retraction(retracted, names, zone) if retracted else ""
    return HistoryRow(sentence, sentences.when(one, zone), sentences.who(one, names), why)


# --- what was just recorded


def receipt(workshop: ScopedWorkshop, reference: str) -> Receipt | None:
    """Returns what the person at the desk just recorded here, under the command that an address names."""
    desk, trail = workshop.desk, workshop.trail
    names = ScopedNames(desk.refs, desk.read, Scope("all") if workshop.sees_names else desk.scope)
    events = _recorded(workshop, reference)
    lines = [ReceiptLine(sentences.sentence(one, names, zone=desk.zone, history=trail)) for one in events]
    if not lines:
        return None
    title = "Enregistré :" if len(lines) == 1 else f"{typography.number(len(lines))} faits enregistrés :"
    made = Receipt(title, lines)
    booked = any(isinstance(one.event, SeatTaken | WaitlistJoined) for one in events)
    if booked:
        return undo.offer(desk, made, reference, f"/ateliers/{workshop.id}/inscrire/annuler")
    return undo_scheduling.offer(desk, made, reference)


def undo_seat(workshop: ScopedWorkshop, reference: str) -> SeatRow | None:
    """Returns the seat, or the place on the list, that was just given up and that one press takes back."""
    events = _recorded(workshop, reference)
    given_up = [one.event.dossier for one in events if isinstance(one.event, SeatReleased | WaitlistLeft)]
    if len(given_up) != 1:
        return None
    desk, dossier = workshop.desk, given_up[0]
    streams = {"workshop": workshop.id, "dossier": dossier}
    known = fold_of(desk.read, dossier)
    try:
        subject = Subject(known if isinstance(known, Dossier) else None, workshop=workshop.state)
        by = desk.by(undo_release, subject)
        changed = desk.engine.preview(streams, undo_release, by=by, reason="—")
    except Refused:
        return None
    before, after = changed["workshop"]
    return workshop.seat(dossier) if after.version > before.version else None


def _recorded(workshop: ScopedWorkshop, reference: str) -> list[Recorded]:
    command, me = receipts.command_of(reference), workshop.desk.actor.id
    return [one for one in workshop.trail if command and one.by == me and receipts.is_of(command, one)]


# --- the open form


def blank(workshop: ScopedWorkshop, name: str) -> OpenForm | None:
    """Returns a form with the workshop's values, or None when this person may not open one of that name."""
    decision = FORMS.get(name)
    if decision is None or not workshop.is_open or not workshop.may(decision):
        return None
    if name != "move":
        return OpenForm(name, values={"facilitators": [str(person) for person in workshop.state.facilitators]})
    zone = ZoneInfo(workshop.desk.zone)
    values = {
        "day": workshop.day.isoformat(),
        "starts": f"{workshop.starts.astimezone(zone):%H:%M}",
        "ends": f"{workshop.ends.astimezone(zone):%H:%M}",
        "place": workshop.state.place,
    }
    return OpenForm(name, values=values)
