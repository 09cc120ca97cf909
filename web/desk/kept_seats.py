"""The seats that workshops keep for young people: a seat elsewhere gives them up, and forms say so before."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from projections import workshops
from web.desk.desk import Desk
from web.french.events import workshops as french


def kept_seats(desk: Desk, dossiers: Collection[UUID]) -> dict[UUID, list[Any]]:
    """Returns the seats kept for each of these young people, each with its workshop."""
    seats_by_dossier: dict[UUID, list[Any]] = {}
    for row in workshops.list_kept_seats(desk.read, dossiers, desk.today):
        seats_by_dossier.setdefault(row.dossier, []).append(row)
    return seats_by_dossier


def keepers(desk: Desk, dossier: UUID) -> list[UUID]:
    """Returns the workshops that keep a seat for somebody."""
    return [row.stream for row in kept_seats(desk, [dossier]).get(dossier, ())]


def phrase_seats(desk: Desk, dossiers: Collection[UUID]) -> dict[UUID, str]:
    """Returns a sentence for each young person who would give up a seat by taking one elsewhere."""
    return {
        dossier: french.gives_up([(french.on(row.day, desk.today), row.site, row.place) for row in rows])
        for dossier, rows in kept_seats(desk, dossiers).items()
    }
