"""The cohorts whose late entries changed most since an earlier day, as true then and known today."""

from datetime import date

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, FromClause, and_, case, func, select

from pixflow.documents.definitions import TARGETED
from projections.figures.entries import entries, is_targeted
from projections.figures.sums import sums


class LateChange(Struct, frozen=True):
    """The late entries of an indicator now, and on an earlier day."""

    indicator: str
    now: int
    before: int


def late_changes(connection: Connection, first: date, day: date, earlier: date, most: int = 3) -> list[LateChange]:
    """Returns the indicators whose number of late entries changed, those that changed most first.

    The entries are those from `first` on.
    """
    counts = (_late(sums, day, sums.c.n), _late(sums, earlier, sums.c.n))
    open_ones = (sums.c.indicator.in_(TARGETED), sums.c.state == "open", sums.c.on.between(first, day))
    lately = [entries.c.on.between(first, day), entries.c.ended_on > earlier, is_targeted(entries)]
    ended = (_late(entries, day, _until(day)), _late(entries, earlier, _until(earlier)))
    late: dict[str, tuple[int, int]] = {}
    for query in (
        select(sums.c.indicator, *counts).where(*open_ones).group_by(sums.c.indicator),
        select(entries.c.indicator, *ended).where(*lately).group_by(entries.c.indicator),
    ):
        for id, now, before in connection.execute(query):
            known = late.get(id, (0, 0))
            late[id] = (known[0] + now, known[1] + before)
    changed = [LateChange(id, now, before) for id, (now, before) in late.items() if now != before]
    return sorted(changed, key=lambda one: (-abs(one.now - one.before), one.indicator))[:most]


def _until(day: date) -> ColumnElement[int]:
    """Counts an entry that was ended after a day."""
    return case((entries.c.ended_on > day, 1), else_=0)


def _late(table: FromClause, day: date, n: ColumnElement[int]) -> ColumnElement[int]:
    """Counts the entries that were past due on a day."""
    return func.sum(case((and_(table.c.on <= day, table.c.due < day), n), else_=0))
