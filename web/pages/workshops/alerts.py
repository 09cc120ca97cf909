"""Alerts of workshops: seats kept for a young person, and calls for help."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

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
