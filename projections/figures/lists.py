"""The list behind each number of an indicator: every line is a fact, by its stream and version."""

from collections.abc import Iterable
from datetime import date
from itertools import accumulate
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, func, select

from pixflow.indicators.catalogue import Cell, cell
from pixflow.indicators.entry import Basis, FigureEntry
from pixflow.reference_data import References
from projections.figures import listed_partners
from projections.figures.entries import entries
from projections.figures.questions import Tally, fits, of_nobody
from projections.figures.selection import Conditions, FigureQuestion, of_cell, of_tasks, tasks


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


_ONE_ORDER = [entries.c[name] for name in ("stream", "version", "part", "ended", "state", "partner", "due")]
_COLUMNS = [entries.c[name] for name in FigureLine.__struct_fields__]


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
        found = _referrals(connection, asked, name)
        return found[offset : offset + limit], len(found)
    where = listed_partners.selected(asked, name) if id == "I23" else of_cell(asked, id, wanted)
    made, stored = _page(connection, where, limit, offset)
    others = _others(of_nobody(connection, asked, basis, refs), id, wanted)
    start = max(0, offset - stored)
    return made + others[start : start + limit - len(made)], stored + len(others)


def _page(connection: Connection, where: Conditions, limit: int, offset: int) -> tuple[list[FigureLine], int]:
    """Returns a page of entries, the latest first, and how many there are.

    The entries of each day are counted first, by the index alone; then only the days of the page are sorted.
    """
    day = entries.c.on
    counted = select(day, func.count()).where(*where).group_by(day).order_by(day.desc())
    days = [tuple(row) for row in connection.execute(counted)]
    ends = list(accumulate(n for _, n in days))
    shown = [
        (on, end - n) for (on, n), end in zip(days, ends, strict=True) if offset < end and end - n < offset + limit
    ]
    if not shown:
        return [], sum(ends[-1:])
    (latest, before), (earliest, _) = shown[0], shown[-1]
    query = select(*_COLUMNS).where(*where, day.between(earliest, latest)).order_by(day.desc(), *_ONE_ORDER)
    found = connection.execute(query.limit(limit).offset(offset - before))
    return [FigureLine(*row) for row in found], ends[-1]


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


def _referrals(connection: Connection, asked: FigureQuestion, name: str) -> list[FigureLine]:
    """Returns the referrals of a number of I23, the latest first; one a partner for those of the list."""
    query = select(*_COLUMNS, entries.c.subject).where(*listed_partners.selected(asked, name))
    found = connection.execute(query.order_by(entries.c.on.desc(), *_ONE_ORDER)).all()
    return [FigureLine(*tuple(row)[:-1]) for row in listed_partners.kept(connection, name, found)]
