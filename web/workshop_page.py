"""One workshop: who runs it, who has a seat, who waits, who could be asked, what happened to it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import HTTPException

from pixflow.campaign import Campaign
from pixflow.dossier.state import Dossier
from pixflow.events import Recorded
from pixflow.events.workshop import Retracted, SeatReleased, WaitlistLeft
from pixflow.folds import retracted
from pixflow.people import Scope
from pixflow.refused import Refused
from pixflow.unbooking import undo_release
from pixflow.workshop import Workshop
from projections import advisor_queue, audit_trail, directory
from projections.catch_up import fold_of
from projections.directory import Found
from web import facets, workshops
from web.dependencies import Desk
from web.french import events, rights, words
from web.french import workshops as french
from web.french.words import say
from web.naming import ScopedNames
from web.paging import SIZE, Pager
from web.told import Line, Told

WITHOUT_SEAT = ("book-workshop", "rebook-absent")


@dataclass(frozen=True, slots=True)
class OpenForm:
    """The form that is open on the page: move, cancel or facilitators; its values, and what is wrong with them."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    @property
    def two(self) -> list[str]:
        """What the two lists of facilitators show."""
        return workshops.two(self.get("facilitators"))


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody with a seat, or on the list, as this person may read it.

    `readable`: their dossier may be opened; `theirs`: their seat may be given up here. `kept` says until when a seat
    is kept for them.
    """

    dossier: UUID
    name: str
    sort: str = "~"
    about: str = ""
    readable: bool = False
    theirs: bool = False
    presence: str = ""
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """A line of the history; `struck` says by whom and why it was taken back, "" while it stands."""

    said: str
    when: str
    who: str
    struck: str


class Page:
    """A workshop as somebody at their desk may see it. 404 when there is none."""

    def __init__(self, desk: Desk, id: UUID) -> None:
        state = fold_of(desk.read, id)
        if not isinstance(state, Workshop) or state.starts is None or state.ends is None or state.day is None:
            raise HTTPException(404)
        self.desk, self.id, self.state = desk, id, state
        self.starts, self.ends, self.day = state.starts, state.ends, state.day
        self.sees_names = reads_names(desk, state)
        self._people = directory.named(desk.read, {*state.seats, *state.waiting})

    @cached_property
    def trail(self) -> list[Recorded]:
        """Everything that was recorded of it, oldest first."""
        return [audit_trail.recorded(row) for row in audit_trail.of_stream(self.desk.read, self.id)]

    @property
    def campaign(self) -> Campaign:
        return self.desk.refs.campaigns.get(self.state.campaign or self.id, Campaign())

    @property
    def initial(self) -> bool:
        return self.campaign.purpose == "initial"

    @property
    def where(self) -> str:
        return french.place(self.state.site, self.state.place)

    @property
    def when(self) -> str:
        return french.moment(self.starts, self.ends, self.desk.zone, year=self.day.year != self.desk.today.year)

    @property
    def on(self) -> bool:
        """Nothing said that it will not be held, or is over."""
        return not self.state.cancelled and not self.state.closed

    @property
    def to_come(self) -> bool:
        return self.on and self.day >= self.desk.today

    @property
    def begun(self) -> bool:
        """Who came may be noted."""
        return not self.state.cancelled and self.day <= self.desk.today

    def may(self, decision: str) -> bool:
        return self.desk.may(decision, workshop=self.state)

    def seats(self) -> list[Seat]:
        """Those with a seat, in the order of booking."""
        return [self.seat(id, words.PRESENCES.get(self.state.attendance.get(id, ""), "")) for id in self.state.seats]

    def waiting(self) -> list[Seat]:
        """Those who wait, in their order."""
        today = self.desk.today
        kept = {id: french.on(one.until, today) if one.until else "" for id, one in self.state.waiting.items()}
        return [self.seat(id, kept=said) for id, said in kept.items()]

    def seat(self, id: UUID, presence: str = "", kept: str = "") -> Seat:
        """Somebody as this person may read them here."""
        found = self._people.get(id) or directory.named(self.desk.read, [id]).get(id)
        if found is None:
            return Seat(id, rights.ERASED, presence=presence, kept=kept)
        advisor = workshops.staff_name(self.desk, found.advisor) if found.advisor else "personne"
        readable, mine = self.desk.scope.reads(found.advisor), found.advisor in self.desk.owners
        if not (self.sees_names or readable):
            return Seat(id, say("suivi·e par {advisor}", advisor=advisor), presence=presence, kept=kept)
        programme = words.PROGRAMMES.get(found.programme, found.programme)
        about = (programme, "" if mine else advisor, "dossier clos" if found.closed else "")
        name = f"{found.last_name} {found.first_name}"
        theirs = mine or bool(self.desk.roles & {"facilitator", "referent"})
        return Seat(id, name, name.casefold(), " · ".join(filter(None, about)), readable, theirs, presence, kept)

    def named(self, id: UUID) -> Found | None:
        return self._people.get(id)


def reads_names(desk: Desk, state: Workshop) -> bool:
    """Who runs workshops reads the names of those who come; an advisor, of those of the workshops they run."""
    runs = any(state.runs(str(person)) for person in desk.owners)
    return desk.scope.whose == "all" or "facilitator" in desk.roles or runs


def context(
    desk: Desk,
    id: UUID,
    number: int = 1,
    group: str = "",
    *,
    opened: OpenForm | None = None,
    told: Told | None = None,
    undo: Seat | None = None,
) -> dict[str, Any]:
    """Everything workshops/one.html needs; `number` pages those to add, of a `group` or of all; `undo` is the seat
    whose giving up *Annuler* takes back."""
    page = Page(desk, id)
    state = page.state
    fills = page.to_come and desk.roles & {"advisor", "facilitator", "referent"}
    return {
        "desk": desk, "id": id, "page": page, "state": state, "form": opened, "told": told, "undo": undo,
        "seats": page.seats(), "waiting": page.waiting(), "french": french,
        "run_by": [workshops.staff_name(desk, person) for person in state.facilitators],
        "history": history(page) if page.sees_names else [], "moved": state.moves > 0,
        "runners": workshops.runners(desk), "shortcut": f"/t/{desk.served.opened.slug}",
        **(candidates(page, number, group) if fills else {}),
    }  # fmt: skip


def candidates(page: Page, number: int, group: str = "") -> dict[str, Any]:
    """Those who wait for a seat somewhere and whom this person may book: CEJ first where it is mandatory there."""
    desk, path = page.desk, f"/ateliers/{page.id}"
    cej = desk.refs.protocol(desk.today).cej_mandatory and page.initial
    owners = None if desk.roles & {"facilitator", "referent"} else desk.owners
    asked = (desk.read, WITHOUT_SEAT, owners, {*page.state.seats, *page.state.waiting}, cej)
    counts = advisor_queue.groups_without_seat(*asked)
    total = counts.get(group, 0) if group else sum(counts.values())
    pager = Pager.at(total, number, path, {"group": group}, name="a", anchor="#remplir")
    rows = advisor_queue.without_seat(*asked, group, SIZE, pager.offset)
    people = directory.named(desk.read, [row.stream for row in rows])
    named = [(row, f"{people[row.stream].last_name} {people[row.stream].first_name}") for row in rows]
    of_groups = {name: count for name, count in counts.items() if name}
    choice = facets.choice(f"{path}#remplir", of_groups, group, {})
    return {"candidates": named, "candidates_pager": pager, "cej_first": cej, "of_groups": choice}


def history(page: Page) -> list[Past]:
    """What happened to the workshop, the latest first; a retraction stands beside what it struck."""
    names, trail = ScopedNames(page.desk.refs, page.desk.read, Scope("all")), page.trail
    struck = retracted(trail)
    told = (one for one in reversed(trail) if not isinstance(one.event, Retracted))
    return [_past(page, one, names, struck.get(one.originator_version)) for one in told]


def _past(page: Page, one: Recorded, names: ScopedNames, struck: Recorded | None) -> Past:
    zone = page.desk.zone
    said = events.sentence(one, names, zone=zone, history=page.trail)
    why = events.struck(struck, names, zone) if struck else ""
    return Past(said, events.when(one, zone), events.who(one, names), why)


def done(page: Page, said: str) -> Told | None:
    """What the person at the desk just recorded here, from one position to another as an address names them."""
    desk, trail = page.desk, page.trail
    names = ScopedNames(desk.refs, desk.read, Scope("all") if page.sees_names else desk.scope)
    lines = [Line(events.sentence(one, names, zone=desk.zone, history=trail)) for one in _mine(page, said)]
    if not lines:
        return None
    return Told("Enregistré :" if len(lines) == 1 else f"{words.number(len(lines))} faits enregistrés :", lines)


def undoable(page: Page, said: str) -> Seat | None:
    """The seat, or place on the list, whose giving up was just recorded and can be taken back in one press."""
    given_up = [one.event.dossier for one in _mine(page, said) if isinstance(one.event, SeatReleased | WaitlistLeft)]
    if len(given_up) != 1:
        return None
    desk, dossier = page.desk, given_up[0]
    streams = {"workshop": page.id, "dossier": dossier}
    known = fold_of(desk.read, dossier)
    try:
        by = desk.by("undo_release", known if isinstance(known, Dossier) else None, None, page.state)
        changed = desk.engine.preview(streams, undo_release, by=by, reason="—")
    except Refused:
        return None
    before, after = changed["workshop"]
    return page.seat(dossier) if after.version > before.version else None


def _mine(page: Page, said: str) -> list[Recorded]:
    found = re.fullmatch(r"(\d{1,12})-(\d{1,12})", said)
    if not found:
        return []
    first, last = map(int, found.groups())
    return [one for one in page.trail if first <= one.position <= last and one.by == page.desk.actor.id]


# --- a form of the page


def blank(page: Page, name: str) -> OpenForm | None:
    """One of the page's forms, as the workshop stands; None when there is none of that name for this person."""
    zone = ZoneInfo(page.desk.zone)
    decision = {"move": "move_workshop", "cancel": "cancel_workshop", "facilitators": "set_facilitators"}.get(name)
    if decision is None or not page.on or not page.may(decision):
        return None
    values: dict[str, Any] = {"facilitators": [str(person) for person in page.state.facilitators]}
    if name == "move":
        values = {
            "day": page.day.isoformat(), "starts": f"{page.starts.astimezone(zone):%H:%M}",
            "ends": f"{page.ends.astimezone(zone):%H:%M}", "place": page.state.place,
        }  # fmt: skip
    return OpenForm(name, values)
