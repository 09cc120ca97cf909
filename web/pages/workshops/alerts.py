"""Alerts of workshops: seats kept for a young person, and calls for help."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from pixflow.authorization import Subject
from pixflow.workshop.booking import mark_attendance
from pixflow.workshop.state import Workshop
from projections import contested_marks
from projections.store.folds import folds_of
from web.desk.dependencies import calls, seats_kept
from web.desk.desk import Desk
from web.desk.names import staff_name
from web.french import dates
from web.french.events import workshops as french
from web.french.typography import say


@dataclass(frozen=True, slots=True)
class SeatOffer:
    """A seat kept for a young person whom the person at the desk follows."""

    name: str
    dossier: UUID
    workshop: UUID
    sentence: str


def seat_offers(desk: Desk) -> list[SeatOffer]:
    """Returns the seats kept for the young people whom the person at the desk follows."""
    text, today = "une place à l’atelier du {held} est gardée jusqu’au {until}", desk.today
    return [
        SeatOffer(
            person.name,
            row.dossier,
            row.stream,
            say(text, held=french.on(row.day, today), until=french.on(row.until, today)),
        )
        for row, person in seats_kept(desk)
    ]


def help_calls(desk: Desk) -> Iterator[tuple[UUID, str]]:
    """Yields the workshops of today that call the person at the desk for help: the place, the caller, the hour."""
    text = "{where} : {who} demande de l’aide depuis {at}"
    for row in calls(desk):
        where, at = french.place(row.site, row.place), dates.clock(row.help_at.replace(tzinfo=UTC), desk.zone)
        yield row.stream, say(text, where=where, who=staff_name(desk, row.help_by), at=at)


def contested(desk: Desk) -> Iterator[tuple[str, str]]:
    """Yields the workshops where a presence of this person's was noted twice: the address of the choice, the sentence.

    The address is "" for somebody who may note nothing there any more.
    """
    asked = [] if desk.is_past else contested_marks.of_person(desk.read, desk.me)
    for id, state in folds_of(desk.read, asked).items():
        if isinstance(state, Workshop) and state.day:
            may = desk.may(mark_attendance, Subject(workshop=state))
            held = say("atelier du {day}", day=french.on(state.day, desk.today))
            yield f"/ateliers/{id}/presence" if may else "", held
