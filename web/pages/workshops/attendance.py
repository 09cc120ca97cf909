"""Attendance: a card for each registrant, and the search for somebody who came without a seat."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pixflow.dossier.state import Dossier
from pixflow.engine import new_id
from pixflow.events.values import Presence
from pixflow.events.workshop import AttendanceMarked
from pixflow.team.staff import Staff
from pixflow.workshop.booking import (
    LETTERS,
    has_later_work,
    look_among_all,
    mark_attendance,
    may_meet_anybody,
    undo_attendance,
    walk_in,
    walk_ins,
)
from projections import directory, name_search
from projections.directory import YoungPerson
from projections.store.folds import fold_of
from web.desk import names, receipts
from web.desk.commands import Outcome, record
from web.desk.desk import Desk
from web.desk.receipts import Receipt, ReceiptLine
from web.desk.team.help_calls import helpers
from web.french import vocabulary
from web.french.typography import plural, say
from web.http.forms import Form
from web.http.people import People, listed
from web.http.templates import Page
from web.pages.workshops.scoped_workshop import ScopedWorkshop, SeatRow

Mark = Literal["present", "absent", "excused", "trouble", "ease"]
SHOWN = 8
_PRESENCE: Mapping[Mark, Presence] = {
    "present": "present", "absent": "absent", "excused": "excused", "trouble": "present", "ease": "present",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """A registrant and the marks so far; `trouble` and `ease` are those of the dossier.

    `undo` is the label of the button that takes the mark back, "" when there is none or somebody acted on it.
    """

    seat: SeatRow
    presence: str
    trouble: bool
    ease: bool
    undo: str


@dataclass(frozen=True, slots=True)
class WalkIn:
    """An open dossier that a search found, and the text that tells it from others."""

    dossier: UUID
    name: str
    about: str


class WalkInForm(Form):
    """A name and a birth date, or only a name or a number to look among one's own dossiers."""

    q: str
    born: date | None = None


@dataclass(frozen=True, slots=True)
class WalkInSearch:
    """The words typed for somebody without a seat, and the dossiers found. `errors` are those of the form."""

    values: Mapping[str, Any]
    found: Sequence[WalkIn] = ()
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AttendancePage(Page):
    """The cards of a workshop, by name; `unmarked` counts those without a mark.

    `help_at` is the hour of a call for help, "" when there is none; `may_call` shows the button that calls.
    `helpers` are the colleagues whom a call reaches. `anybody`: a search reaches all young people, not only those whom
    the person at the desk reads.
    `wrong` is the reason of a refusal.
    """

    template = "workshops/attendance.html"
    block = "presence"

    id: UUID
    day: date
    when: str
    where: str
    has_begun: bool
    is_open: bool
    closed: date | None
    unmarked: int
    cards: Sequence[Card]
    help_at: str
    may_call: bool
    helpers: Sequence[Staff]
    anybody: bool
    search: WalkInSearch | None
    wrong: str
    receipt: Receipt | None

    @property
    def shows(self) -> People:
        found = self.search.found if self.search else ()
        return listed((card.seat.dossier for card in self.cards), (one.dossier for one in found))


def attendance_page(
    workshop: ScopedWorkshop, *, search: WalkInSearch | None = None, wrong: str = "", marked: str = ""
) -> AttendancePage:
    """Returns the page where somebody marks attendance, standing, on a tablet or a phone.

    `marked` names the command that just marked all the others.
    """
    state, undo = workshop.state, _undo_labels(workshop)
    return AttendancePage(
        id=workshop.id,
        day=workshop.day,
        when=workshop.when,
        where=workshop.where,
        has_begun=workshop.has_begun,
        is_open=workshop.is_open,
        closed=state.closed.on if state.closed else None,
        unmarked=len(state.unmarked),
        cards=sorted((_card(workshop, seat, undo) for seat in workshop.seats()), key=lambda card: card.seat.sort),
        help_at=workshop.help_at,
        may_call=workshop.is_open and workshop.day == workshop.desk.today,
        helpers=helpers(workshop.desk, state) if workshop.day == workshop.desk.today else [],
        anybody=_may_meet_anybody(workshop),
        search=search,
        wrong=wrong,
        receipt=_receipt(workshop, marked, undo),
    )


def _card(workshop: ScopedWorkshop, seat: SeatRow, undo: Mapping[UUID, str]) -> Card:
    presence = workshop.state.attendance.get(seat.dossier, "")
    dossier = fold_of(workshop.desk.read, seat.dossier) if presence == "present" else None
    known = dossier.diagnostic.seats.get(workshop.id) if isinstance(dossier, Dossier) else None
    trouble, ease = known is not None and known.trouble, known is not None and known.ease
    return Card(seat, presence, trouble, ease, undo.get(seat.dossier, ""))


def _undo_labels(workshop: ScopedWorkshop) -> dict[UUID, str]:
    """Returns the label of the undo button for each mark that can be taken back."""
    came = walk_ins(workshop.trail)
    booked = workshop.state.attendance.keys() - came.keys()
    trails = workshop.desk.trails(booked)
    marked = [dossier for dossier, trail in trails.items() if not has_later_work(trail, workshop.id)]
    return dict.fromkeys(marked, "Annuler") | dict.fromkeys(came, "Retirer")


def _receipt(workshop: ScopedWorkshop, marked: str, undo: Mapping[UUID, str]) -> Receipt | None:
    """Returns the receipt of the marks of all the others, with their undo while none of them was acted on."""
    dossiers = marked_at_once(workshop, marked)
    there = [one for one in dossiers if workshop.state.attendance.get(one) == "present"]
    if not there:
        return None
    receipt = Receipt("Enregistré :", [ReceiptLine(plural(len(there), "personne présente", "personnes présentes"))])
    takes_back = all(one in undo for one in there)
    return receipt.with_undo(marked, f"/ateliers/{workshop.id}/presence/annuler") if takes_back else receipt


def marked_at_once(workshop: ScopedWorkshop, command: str) -> list[UUID]:
    """Returns the dossiers that a command of the person at the desk marked as present with all the others."""
    found = (one.event for one in receipts.events_of(workshop.desk, command) if one.originator_id == workshop.id)
    return [event.dossier for event in found if isinstance(event, AttendanceMarked)]


def mark(workshop: ScopedWorkshop, dossier: UUID, said: Mark, command_id: UUID) -> Outcome:
    """Records one press: a presence, and with it a difficulty or an ease."""
    return record(
        workshop.desk,
        {"workshop": workshop.id, "dossier": dossier},
        mark_attendance,
        command_id=command_id,
        presence=_PRESENCE[said],
        trouble=said == "trouble",
        ease=said == "ease",
    )


def mark_the_others(workshop: ScopedWorkshop, command_id: UUID) -> list[Outcome]:
    """Marks everybody without a mark as present: one command for each."""
    unmarked = workshop.state.unmarked
    return [mark(workshop, dossier, "present", new_id(command_id, str(dossier))) for dossier in unmarked]


def add(workshop: ScopedWorkshop, dossier: UUID, command_id: UUID) -> Outcome:
    """Records somebody who came without a seat."""
    return record(
        workshop.desk,
        {"workshop": workshop.id, "dossier": dossier},
        walk_in,
        command_id=command_id,
        context={"initial": workshop.initial, "plan": new_id(command_id, "plan")},
    )


def undo(workshop: ScopedWorkshop, dossier: UUID, command_id: UUID) -> Outcome:
    """Takes a mark back. Somebody who had no seat leaves the workshop."""
    return record(
        workshop.desk,
        {"workshop": workshop.id, "dossier": dossier},
        undo_attendance,
        command_id=command_id,
        reason="noté par erreur",
    )


def look(workshop: ScopedWorkshop, form: WalkInForm) -> WalkInSearch:
    """Searches open dossiers: those of the person at the desk by name or number, all by name and birth date.

    A search among all is recorded first: its author and the number of names shown.
    """
    own = _own(workshop, form.q)
    others = _others(workshop, form, {one.stream for one in own})
    if others is not None:
        outcome = record(
            workshop.desk,
            {"workshop": workshop.id},
            look_among_all,
            command_id=form.command_id,
            shown=len(others),
        )
        others = [] if outcome.refused else others
    walk_ins = [WalkIn(one.stream, one.name, _about(workshop.desk, one)) for one in own]
    walk_ins += [WalkIn(one.stream, one.name, one.site) for one in others or ()]
    return WalkInSearch(form.model_dump(), walk_ins)


def _own(workshop: ScopedWorkshop, text: str) -> list[YoungPerson]:
    read, scope = workshop.desk.read, workshop.desk.scope
    found = directory.find(read, text, scope, SHOWN)
    found += [one for one in name_search.near(read, text, scope, SHOWN) if one not in found]
    return [one for one in found if _may_come(workshop, one)][:SHOWN]


def _others(workshop: ScopedWorkshop, form: WalkInForm, own: Set[UUID]) -> list[YoungPerson] | None:
    """Returns the dossiers of others with this name and birth date, None when this search does not reach them."""
    letters = sum(character.isalpha() for character in form.q)
    if form.born is None or letters < LETTERS or not _may_meet_anybody(workshop):
        return None
    found = name_search.born(workshop.desk.read, form.q, form.born, SHOWN)
    return [one for one in found if one.stream not in own and _may_come(workshop, one)]


def _may_come(workshop: ScopedWorkshop, person: YoungPerson) -> bool:
    return not person.closed and person.stream not in workshop.state.seats


def _may_meet_anybody(workshop: ScopedWorkshop) -> bool:
    """Tells if a search may show other people's dossiers. Whoever reads all dossiers needs no such search."""
    desk = workshop.desk
    return desk.scope.whose != "all" and may_meet_anybody(workshop.state, desk.actor.id, desk.engine.clock())


def _about(desk: Desk, found: YoungPerson) -> str:
    born, advisor = found.birth_date, found.advisor
    parts = (
        plural(_age(born, desk.today), "an") if born else "",
        say("n° {number}", number=found.imilo_number) if found.imilo_number else "",
        vocabulary.PROGRAMMES.get(found.programme, found.programme),
        found.site,
        names.staff_name(desk, advisor) if advisor else "sans conseiller·ère",
    )
    return " · ".join(filter(None, parts))


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
