"""The seats of a young person in workshops, and the workshops where they may have one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from projections import workshops
from web.desk.desk import Desk
from web.french import dates
from web.french.events import workshops as french
from web.french.typography import say


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """A seat, or a place on a waiting list: when and where, and until when an offered seat is kept."""

    workshop: UUID
    said: str
    waits: bool
    kept: str


def bookable(desk: Desk) -> list[tuple[str, str]]:
    """Returns the workshops to come with their free seats, as the values and labels of a list."""
    return [(str(row.stream), _offered(desk, row)) for row in workshops.bookable(desk.read, desk.today)]


def _offered(desk: Desk, row: Any) -> str:
    starts = row.starts.replace(tzinfo=UTC)
    when = f"{french.on(row.day, desk.today)}, {dates.clock(starts, desk.zone)}"
    left = french.left(row.capacity - row.taken - row.offered, row.waiting, row.offered)
    return " · ".join((when, french.place(row.site, row.place), left))


def of_dossier(desk: Desk, dossier: UUID) -> Sequence[HeldSeat]:
    """Returns the seats to come, and the places on waiting lists."""
    return [_held(desk, row) for row in workshops.of_dossier(desk.read, dossier, desk.today)]


def _held(desk: Desk, row: Any) -> HeldSeat:
    starts, ends = (at.replace(tzinfo=UTC) for at in (row.starts, row.ends))
    said = f"{french.moment(starts, ends, desk.zone)}, {french.place(row.site, row.place)}"
    if row.waits and not row.until:
        said = say("{said}, place n° {rank} sur la liste d’attente", said=said, rank=row.rank)
    return HeldSeat(row.stream, said, row.waits, french.on(row.until, desk.today) if row.until else "")
