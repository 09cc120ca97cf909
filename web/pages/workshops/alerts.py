"""Alerts of workshops: seats kept for a young person, and calls for help."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
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


@dataclass(frozen=True, slots=True)
class HelpCall:
    """A workshop that calls for help: the place, the caller, the hour."""

    workshop: UUID
    sentence: str


def seat_offers(desk: Desk) -> list[SeatOffer]:
    """Returns the seats kept for the young people whom the person at the desk follows."""
    return [SeatOffer(person.name, row.dossier, row.stream, _until(desk, row)) for row, person in seats_kept(desk)]


def _until(desk: Desk, row: Any) -> str:
    held = french.on(row.day, desk.today)
    text = "une place à l’atelier du {held} est gardée jusqu’au {until}"
    return say(text, held=held, until=french.on(row.until, desk.today))


def help_calls(desk: Desk) -> list[HelpCall]:
    """Returns the workshops of today that call the person at the desk for help."""
    return [HelpCall(row.stream, _call(desk, row)) for row in calls(desk)]


def _call(desk: Desk, row: Any) -> str:
    at: datetime = row.help_at.replace(tzinfo=UTC)
    text = "{where} : {who} demande de l’aide depuis {at}"
    where = french.place(row.site, row.place)
    return say(text, where=where, who=staff_name(desk, row.help_by), at=dates.clock(at, desk.zone))
