"""Presence: one card a person, for somebody standing up with a tablet or a phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pixflow.authorization import Scope
from pixflow.dossier.state import Dossier
from pixflow.engine import new_id
from pixflow.events.values import Presence
from pixflow.workshop.booking import mark_attendance, walk_in
from pixflow.workshop.undo import undo_mark, walked_in, went_on
from projections import audit_trail, directory, name_search
from projections.directory import Found
from projections.store.catch_up import fold_of
from web.desk import names
from web.desk.commands import Outcome, record
from web.desk.desk import Desk
from web.french import vocabulary
from web.french.vocabulary import plural, say
from web.pages.workshops.workshop import Page, Seat

Said = Literal["present", "absent", "excused", "trouble", "ease"]
SHOWN = 8
_PRESENCE: Mapping[Said, Presence] = {
    "present": "present", "absent": "absent", "excused": "excused", "trouble": "present", "ease": "present",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """One person, and what is said of their presence so far; `trouble` and `ease` are the dossier's.

    `undo` is what the button says that takes it back, "" when there is nothing to take back or somebody acted on it.
    """

    seat: Seat
    presence: str
    trouble: bool
    ease: bool
    undo: str


@dataclass(frozen=True, slots=True)
class Search:
    """Somebody came without a seat: what was typed, and who it may be, each with what tells them apart."""

    text: str
    found: list[tuple[Found, str]]


def context(page: Page, *, search: Search | None = None, wrong: str = "", last: UUID | None = None) -> dict[str, Any]:
    """Everything workshops/presence.html needs; `last` is who was marked by this very press."""
    state, undo = page.state, _undoable(page)
    cards = sorted((_card(page, seat, undo) for seat in page.seats()), key=lambda card: card.seat.sort)
    return {
        "desk": page.desk,
        "page": page,
        "state": state,
        "id": page.id,
        "cards": cards,
        "search": search,
        "wrong": wrong,
        "last": last,
        "left": len(state.unmarked),
        "run_by_me": state.runs(page.desk.actor.id),
    }


def _card(page: Page, seat: Seat, undo: Mapping[UUID, str]) -> Card:
    presence = page.state.attendance.get(seat.dossier, "")
    dossier = fold_of(page.desk.read, seat.dossier) if presence == "present" else None
    known = dossier.diagnostic.seats.get(page.id) if isinstance(dossier, Dossier) else None
    trouble, ease = known is not None and known.trouble, known is not None and known.ease
    return Card(seat, presence, trouble, ease, undo.get(seat.dossier, ""))


def _undoable(page: Page) -> dict[UUID, str]:
    """Those of whom what is said can be taken back, and what the button says."""
    came = walked_in(page.trail)
    booked = page.state.attendance.keys() - came.keys()
    trails = audit_trail.of_streams(page.desk.read, booked)
    marked = [dossier for dossier, trail in trails.items() if not went_on(trail, page.id)]
    return dict.fromkeys(marked, "Annuler") | dict.fromkeys(came, "Retirer")


def mark(page: Page, dossier: UUID, said: Said, command_id: UUID) -> Outcome:
    """One press: here or not; and of who is here, in trouble or at ease."""
    return record(
        page.desk,
        {"workshop": page.id, "dossier": dossier},
        mark_attendance,
        command_id=command_id,
        presence=_PRESENCE[said],
        trouble=said == "trouble",
        ease=said == "ease",
    )


def mark_the_others(page: Page, command_id: UUID) -> list[Outcome]:
    """Everybody of whom nothing is said yet is here: one command for each."""
    return [mark(page, dossier, "present", new_id(command_id, str(dossier))) for dossier in page.state.unmarked]


def add(page: Page, dossier: UUID, command_id: UUID) -> Outcome:
    """Somebody who came without a seat."""
    return record(
        page.desk,
        {"workshop": page.id, "dossier": dossier},
        walk_in,
        command_id=command_id,
        context={"initial": page.initial, "plan": new_id(command_id, "plan")},
    )


def take_back(page: Page, dossier: UUID, command_id: UUID) -> Outcome:
    """It was somebody else: nothing is said of them any more, and who had no seat never came."""
    return record(
        page.desk,
        {"workshop": page.id, "dossier": dossier},
        undo_mark,
        command_id=command_id,
        reason="noté par erreur",
    )


def look(page: Page, typed: object) -> Search:
    """By number or name among all dossiers that are open: whoever comes in may be followed by anybody."""
    text = str(typed).strip()[:100]
    everyone = Scope("all")
    found = directory.find(page.desk.read, text, everyone, SHOWN)
    found += [one for one in name_search.near(page.desk.read, text, everyone, SHOWN) if one not in found]
    there = [one for one in found if not one.closed and one.stream not in page.state.seats]
    return Search(text, [(one, _about(page.desk, one)) for one in there[:SHOWN]])


def _about(desk: Desk, found: Found) -> str:
    born, advisor = found.birth_date, found.advisor
    said = (
        plural(_age(born, desk.today), "an") if born else "",
        say("n° {number}", number=found.imilo_number) if found.imilo_number else "",
        vocabulary.PROGRAMMES.get(found.programme, found.programme),
        found.site,
        names.staff_name(desk, advisor) if advisor else "sans conseiller·ère",
    )
    return " · ".join(filter(None, said))


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
