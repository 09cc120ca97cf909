"""Seats kept for somebody, and workshops that call for help."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from projections import workshops
from web.desk.desk import Desk
from web.desk.names import staff_name
from web.desk.navigation import seats_kept
from web.french import dates
from web.french.events import workshops as french
from web.french.vocabulary import say


@dataclass(frozen=True, slots=True)
class Kept:
    """A seat that is kept for somebody this person may speak for."""

    name: str
    dossier: UUID
    workshop: UUID
    said: str


@dataclass(frozen=True, slots=True)
class Call:
    """A workshop that calls for help: where, who called, at what time."""

    workshop: UUID
    said: str


def kept(desk: Desk) -> list[Kept]:
    """The seats kept for young people this person follows, in words."""
    found = seats_kept(desk)
    return [Kept(person.name, row.dossier, row.stream, _until(desk, row)) for row, person in found]


def _until(desk: Desk, row: Any) -> str:
    held = french.on(row.day, desk.today)
    text = "une place à l’atelier du {held} est gardée jusqu’au {until}"
    return say(text, held=held, until=french.on(row.until, desk.today))


def calls(desk: Desk) -> list[Call]:
    """The workshops of today that call for help, for those who may give it."""
    if not desk.roles & {"facilitator"}:
        return []
    return [Call(row.stream, _called(desk, row)) for row in workshops.calls(desk.read, desk.today)]


def _called(desk: Desk, row: Any) -> str:
    at: datetime = row.help_at.replace(tzinfo=UTC)
    text = "{where} : {who} demande de l’aide depuis {at}"
    where = french.place(row.site, row.place)
    return say(text, where=where, who=staff_name(desk, row.help_by), at=dates.clock(at, desk.zone))
