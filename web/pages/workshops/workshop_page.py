"""One workshop: who runs it, who has a seat, who waits, who could be asked, what happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.authorization import Scope, Subject
from pixflow.decision import Decision
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.workshop import Retracted, SeatReleased, WaitlistLeft
from pixflow.folding import retracted
from pixflow.refused import Refused
from pixflow.workshop.scheduling import cancel_workshop, move_workshop, set_facilitators
from pixflow.workshop.undo import undo_release
from projections import advisor_queue, directory
from projections.store.catch_up import fold_of
from web.desk import names as desk_names
from web.desk import receipts
from web.desk.desk import Desk
from web.desk.names import ScopedNames
from web.desk.receipts import Line, Told
from web.french import vocabulary
from web.french.events import sentences
from web.french.events import workshops as french
from web.http import filters
from web.http.pagination import SIZE, Pager
from web.pages.workshops import listing
from web.pages.workshops.workshop import Page, Seat

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
        return listing.two(self.get("facilitators"))


@dataclass(frozen=True, slots=True)
class Past:
    """A line of the history; `struck` says by whom and why it was taken back, "" while it stands."""

    said: str
    when: str
    who: str
    struck: str


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
        "desk": desk,
        "id": id,
        "page": page,
        "state": state,
        "form": opened,
        "told": told,
        "undo": undo,
        "seats": page.seats(),
        "waiting": page.waiting(),
        "french": french,
        "run_by": [desk_names.staff_name(desk, person) for person in state.facilitators],
        "history": history(page) if page.sees_names else [],
        "moved": state.moves > 0,
        "runners": listing.runners(desk),
        "shortcut": f"/t/{desk.served.opened.slug}",
        **(candidates(page, number, group) if fills else {}),
    }


def candidates(page: Page, number: int, group: str = "") -> dict[str, Any]:
    """Those who wait for a seat somewhere and whom this person may book: CEJ first where it is mandatory there."""
    desk, path = page.desk, f"/ateliers/{page.id}"
    cej = desk.refs.protocol(desk.today).cej_mandatory and page.initial
    owners = None if desk.roles & {"facilitator", "referent"} else desk.owners
    asked = (desk.read, WITHOUT_SEAT, owners, {*page.state.seats, *page.state.waiting}, cej)
    counts = advisor_queue.groups_without_seat(*asked)
    total = counts.get(group, 0) if group else sum(counts.values())
    pager = Pager.at(total, number, path, {"groupe": group}, name="a", anchor="#remplir")
    rows = advisor_queue.without_seat(*asked, group, SIZE, pager.offset)
    people = directory.named(desk.read, [row.stream for row in rows])
    named = [(row, f"{people[row.stream].last_name} {people[row.stream].first_name}") for row in rows]
    of_groups = {name: count for name, count in counts.items() if name}
    choice = filters.choice(f"{path}#remplir", of_groups, group, {})
    return {"candidates": named, "candidates_pager": pager, "cej_first": cej, "of_groups": choice}


def history(page: Page) -> list[Past]:
    """What happened to the workshop, the latest first; a retraction stands beside what it struck."""
    names, trail = ScopedNames(page.desk.refs, page.desk.read, Scope("all")), page.trail
    struck = retracted(trail)
    told = (one for one in reversed(trail) if not isinstance(one.event, Retracted))
    return [_past(page, one, names, struck.get(one.originator_version)) for one in told]


def _past(page: Page, one: Recorded, names: ScopedNames, struck: Recorded | None) -> Past:
    zone = page.desk.zone
    said = sentences.sentence(one, names, zone=zone, history=page.trail)
    why = sentences.struck(struck, names, zone) if struck else ""
    return Past(said, sentences.when(one, zone), sentences.who(one, names), why)


def done(page: Page, said: str) -> Told | None:
    """What the person at the desk just recorded here, under the command that an address names."""
    desk, trail = page.desk, page.trail
    names = ScopedNames(desk.refs, desk.read, Scope("all") if page.sees_names else desk.scope)
    lines = [Line(sentences.sentence(one, names, zone=desk.zone, history=trail)) for one in _mine(page, said)]
    if not lines:
        return None
    return Told("Enregistré :" if len(lines) == 1 else f"{vocabulary.number(len(lines))} faits enregistrés :", lines)


def undoable(page: Page, said: str) -> Seat | None:
    """The seat, or place on the list, whose giving up was just recorded and can be taken back in one press."""
    given_up = [one.event.dossier for one in _mine(page, said) if isinstance(one.event, SeatReleased | WaitlistLeft)]
    if len(given_up) != 1:
        return None
    desk, dossier = page.desk, given_up[0]
    streams = {"workshop": page.id, "dossier": dossier}
    known = fold_of(desk.read, dossier)
    try:
        by = desk.by(undo_release, Subject(known if isinstance(known, Dossier) else None, workshop=page.state))
        changed = desk.engine.preview(streams, undo_release, by=by, reason="—")
    except Refused:
        return None
    before, after = changed["workshop"]
    return page.seat(dossier) if after.version > before.version else None


def _mine(page: Page, said: str) -> list[Recorded]:
    command = receipts.named(said)
    return [one for one in page.trail if command and one.by == page.desk.actor.id and receipts.is_of(command, one)]


# --- a form of the page


FORMS: dict[str, Decision[..., Any]] = {
    "move": move_workshop, "cancel": cancel_workshop, "facilitators": set_facilitators,
}  # fmt: skip


def blank(page: Page, name: str) -> OpenForm | None:
    """One of the page's forms, as the workshop stands; None when there is none of that name for this person."""
    zone = ZoneInfo(page.desk.zone)
    decision = FORMS.get(name)
    if decision is None or not page.on or not page.may(decision):
        return None
    values: dict[str, Any] = {"facilitators": [str(person) for person in page.state.facilitators]}
    if name == "move":
        values = {
            "day": page.day.isoformat(),
            "starts": f"{page.starts.astimezone(zone):%H:%M}",
            "ends": f"{page.ends.astimezone(zone):%H:%M}",
            "place": page.state.place,
        }
    return OpenForm(name, values)
