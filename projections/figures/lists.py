"""The list behind each number of an indicator: every line is a fact, by its stream and version."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, FromClause, Select, func, select

from pixflow.indicators.catalogue import Cell, cell, named_parts
from pixflow.indicators.entry import Basis, FigureEntry
from pixflow.reference_data import References
from projections.figures import listed_partners
from projections.figures.questions import OF_NOBODY, Tally, fits, of_nobody
from projections.figures.selection import (
    Cut,
    FigureQuestion,
    IdleDays,
    counted_in,
    entries_of,
    how_many,
    idle_days,
    of_cell,
    of_everybody,
    of_tasks,
    tasks,
)
from projections.figures.sums import sums
from projections.statements import Statement


class FigureLine(Struct, frozen=True):
    """One line: the stream and the version of the fact that made the entry, and of the one that ended it."""

    stream: UUID
    on: date
    version: int
    part: str = ""
    state: str = ""
    due: date | None = None
    ended_on: date | None = None
    ended: int | None = None
    reason: str = ""
    partner: str = ""
    value: int | None = None


_ONE_ORDER = ("stream", "version", "part", "ended", "state", "partner", "due")


def lines(
    connection: Connection,
    asked: FigureQuestion,
    basis: Basis,
    refs: References,
    id: str,
    name: str,
    limit: int,
    offset: int = 0,
) -> tuple[list[FigureLine], int]:
    """Returns a page of the list of a number, the latest first, and its length.

    Raises KeyError for an unknown number.
    """
    wanted = cell(id, name)
    if id == "I19":
        return _tasks(connection, asked, wanted, limit, offset)
    if id == "I23" and name in listed_partners.OF_REFERRALS:
        return _referrals(connection, asked, name, limit, offset)
    of_list = id == "I23" and name != "sent"  # the list of partners is the same for everybody
    made, stored = _page(connection, of_everybody(asked) if of_list else asked, id, wanted, limit, offset)
    others = _others(of_nobody(connection, asked, basis, refs), id, wanted) if id in OF_NOBODY else []
    start = max(0, offset - stored)
    return made + others[start : start + limit - len(made)], stored + len(others)


def _page(
    connection: Connection, asked: FigureQuestion, id: str, wanted: Cell, limit: int, offset: int
) -> tuple[list[FigureLine], int]:
    """Returns a page of entries, the latest first, and how many there are.

    Only the entries of the days of the page are read and sorted.
    """
    fixed = (id, wanted, asked.cut, asked.value)
    oldest, newest = idle_days(asked, wanted)
    bound = {"first": asked.first, "last": asked.last, "day": asked.day, "advisor": asked.advisor}
    bound |= {"oldest": oldest, "newest": newest}
    days = _days_of_page(_days(connection, *fixed, **bound), limit, offset)
    if days.latest is None:
        return [], days.total
    shown = {"earliest": days.earliest, "latest": days.latest, "limit": limit, "offset": offset - days.before}
    return [FigureLine(*row) for row in _of_days(connection, *fixed, **bound, **shown)], days.total


class _Days(Struct):
    """The days of a page, the number of lines that are later, and the number of all lines."""

    latest: date | None = None
    earliest: date | None = None
    before: int = 0
    total: int = 0


def _days_of_page(counted: Iterable[Any], limit: int, offset: int) -> _Days:
    """Returns the days of a page. `counted` gives each day with its number of lines, the latest first."""
    found, total = _Days(), 0
    for on, n in counted:
        if offset < total + n and total < offset + limit:
            found.earliest = on
            if found.latest is None:
                found.latest, found.before = on, total
        total += n
    found.total = total
    return found


@Statement
def _days(id: str, wanted: Cell, cut: Cut, value: str, **bound: Any) -> Select[Any]:
    asked, idle = _question(cut, value, bound)
    table = entries_of(asked) if id == "I16" else counted_in(asked)
    query = select(table.c.on, how_many(table)).where(*of_cell(asked, id, wanted, table, idle))
    return query.group_by(table.c.on).order_by(table.c.on.desc())


@Statement
def _of_days(
    id: str, wanted: Cell, cut: Cut, value: str, earliest: date, latest: date, limit: int, offset: int, **bound: Any
) -> Select[Any]:
    asked, idle = _question(cut, value, bound)
    table = entries_of(asked)
    of_parts = (table.c.state.in_(wanted.states), table.c.part.in_(_parts(id, wanted)))
    query = _lines(table).where(*of_cell(asked, id, wanted, table, idle), *of_parts)
    return query.where(table.c.on.between(earliest, latest)).limit(limit).offset(offset)


def _question(cut: Cut, value: str, bound: dict[str, Any]) -> tuple[FigureQuestion, IdleDays]:
    """Returns a question whose days and advisor are parameters of a statement."""
    asked = FigureQuestion(bound["first"], bound["last"], bound["day"], cut, value, bound["advisor"])
    return asked, (bound["oldest"], bound["newest"])


def _lines(table: FromClause, *more: str) -> Select[Any]:
    """Selects lines with their columns, the latest first, in one order."""
    columns = (table.c[name] for name in (*FigureLine.__struct_fields__, *more))
    return select(*columns).order_by(table.c.on.desc(), *(table.c[name] for name in _ONE_ORDER))


def _parts(id: str, wanted: Cell) -> Iterable[str] | Select[tuple[str]]:
    """Returns the parts to look for: when each is named, the index finds the entries of a day."""
    return wanted.parts or named_parts(id) or select(sums.c.part).where(sums.c.indicator == id).distinct()


def _others(found: Iterable[tuple[str, UUID, FigureEntry]], id: str, wanted: Cell) -> list[FigureLine]:
    mine = ((stream, one) for of, stream, one in found if of == id and fits(Tally(one.part, one.state), wanted))
    return [FigureLine(stream, one.on, one.version, one.part, one.state, reason=one.reason) for stream, one in mine]


def _tasks(
    connection: Connection, asked: FigureQuestion, wanted: Cell, limit: int, offset: int
) -> tuple[list[FigureLine], int]:
    where = [of_tasks(asked)]
    if wanted.parts:
        where.append(tasks.c.kind.in_(wanted.parts))
    if wanted.late:
        where.append(tasks.c.due < asked.day)
    query = select(tasks.c.stream, tasks.c.why_on, tasks.c.why_version, tasks.c.kind, tasks.c.due).where(*where)
    ordered = query.order_by(tasks.c.due, tasks.c.sort, tasks.c.stream, tasks.c.key).limit(limit).offset(offset)
    made = [
        FigureLine(stream, on, version, kind, "open", due)
        for stream, on, version, kind, due in connection.execute(ordered)
    ]
    total = connection.execute(select(func.count()).select_from(tasks).where(*where)).scalar_one()
    return made, int(total)


def _referrals(
    connection: Connection, asked: FigureQuestion, name: str, limit: int, offset: int
) -> tuple[list[FigureLine], int]:
    """Returns a page of the referrals elsewhere, or of the latest one to each partner of the list; and their number."""
    namings = listed_partners.namings(connection, asked)
    table = entries_of(asked)
    where = listed_partners.referrals(table, asked)
    lines = _lines(table, "subject").where(*where)
    if name == "elsewhere":
        those = listed_partners.elsewhere(table, namings)
        counted = select(table.c.on, func.count()).where(*where, those).group_by(table.c.on)
        days = _days_of_page(connection.execute(counted.order_by(table.c.on.desc())), limit, offset)
        of_days = lines.where(those, table.c.on.between(days.earliest, days.latest))
        found = connection.execute(of_days.limit(limit).offset(offset - days.before)).all() if days.latest else []
        total = days.total
    else:
        of_those = lines.where(listed_partners.of_latest_day(table, namings))
        used = listed_partners.first_of_each(namings, connection.execute(of_those))
        found, total = used[offset : offset + limit], len(used)
    return [FigureLine(*tuple(row)[:-1]) for row in found], total
