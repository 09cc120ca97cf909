"""The cohorts whose late entries changed most since an earlier day, as true then and known today."""

from datetime import date

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from pixflow.documents.definitions import TARGETED
from projections.figures.entries import entries


class LateChange(Struct, frozen=True):
    """The late entries of an indicator now, and on an earlier day."""

    indicator: str
    now: int
    before: int


def late_changes(connection: Connection, first: date, day: date, earlier: date, most: int = 3) -> list[LateChange]:
    """Returns the indicators whose number of late entries changed, those that changed most first.

    The entries are those from `first` on.
    """
    found = (entries.c.indicator.in_(TARGETED), entries.c.on.between(first, day))
    query = select(entries.c.indicator, _late(day), _late(earlier)).where(*found).group_by(entries.c.indicator)
    changed = [LateChange(*row) for row in connection.execute(query) if row[1] != row[2]]
    return sorted(changed, key=lambda one: (-abs(one.now - one.before), one.indicator))[:most]


def _late(day: date) -> ColumnElement[int]:
    """Counts the entries that were awaited and past due on a day."""
    awaited = or_(entries.c.ended_on.is_(None), entries.c.ended_on > day)
    return func.sum(case((and_(entries.c.on <= day, entries.c.due < day, awaited), 1), else_=0))
