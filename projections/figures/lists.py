"""The list behind each number of an indicator: every line is a fact, by its stream and version."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, FromClause, Select, select, tuple_

from pixflow.indicators.catalogue import COUNTED, Cell, cell
from pixflow.indicators.facts import SENT
from projections.figures.tallies import (
    Conditions,
    Cut,
    FigureCounts,
    FigureQuestion,
    Tally,
    counted_in,
    entries_of,
    first_of_each,
    fits,
    how_many,
    idle_days,
    is_elsewhere,
    of_cell,
    of_everybody,
    of_latest_day,
    of_tasks,
    referrals,
    tasks,
    unlisted,
)
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


class OwedLine(FigureLine, frozen=True):
    """A line of a task, with the details of its reason."""

    details: Mapping[str, str] = {}


def lines(
    connection: Connection,
    question: FigureQuestion,
    counted: FigureCounts,
    id: str,
    name: str,
    limit: int,
    offset: int = 0,
) -> list[FigureLine]:
    """Returns a page of the list of a number, the latest first; of who waits, the oldest first.

    Its length is the number that is counted. Raises KeyError for an unknown number.
    """
    wanted = cell(id, name)
    if id == "I19":
        return _tasks(connection, question, counted, wanted, limit, offset)
    if id == "I23" and name == COUNTED:
        return _latest_referrals(connection, question, counted, limit, offset)
    others = _others(counted, id, wanted)
    stored = counted.number(id, name) - len(others)
    made = _page(connection, question, counted, id, name, limit, offset) if offset < stored else []
    start = max(0, offset - stored)
    return made + others[start : start + limit - len(made)]


# --- entries


class _Group(Struct, order=True):
    """The lines of one day, part and state, and how many there are."""

    on: date
    part: str
    state: str
    n: int


_WINDOWS = (timedelta(1), timedelta(31))
"""Lines are looked for in the latest days, then in the latest weeks, then in all days."""
_DAY_PART_STATE = ("on", "part", "state")
_IN_A_GROUP = ("stream", "version", "ended", "partner", "due")


def _page(
    connection: Connection, question: FigureQuestion, counted: FigureCounts, id: str, name: str, limit: int, offset: int
) -> list[FigureLine]:
    """Returns a page of entries. Only those of the groups of the page are read and sorted."""
    of_list = id == "I23" and name != "sent"  # the list of partners is the same for everybody
    wanted, elsewhere = cell(id, name), id == "I23" and name == "elsewhere"
    if elsewhere:
        of_list, wanted = False, Cell((SENT,))
    tallies = counted.tallies(id, wanted)
    named = replace(
        wanted,
        parts=tuple(sorted({tally.part for tally in tallies})),
        states=tuple(sorted({tally.state for tally in tallies})),
    )
    those = of_everybody(question) if of_list else question
    fixed = (id, named, those.cut, those.value, elsewhere)
    oldest, newest = idle_days(those, wanted)
    bound: dict[str, Any] = {"first": those.first, "last": those.last, "day": those.day, "advisor": those.advisor}
    bound |= {"oldest": oldest, "newest": newest}
    if elsewhere:
        bound |= dict(zip(("names", "subjects"), unlisted(counted.namings), strict=True))
    groups: list[_Group] = []
    for since, until in _windows(those, id, wanted):
        bound |= {"since": since, "until": until}
        groups = [_Group(*row) for row in _groups(connection, *fixed, **bound, most=offset + limit)]
        if sum(one.n for one in groups) >= offset + limit:
            break
    shown, before = _of_page(groups, limit, offset)
    oldest_group, latest_group = (shown[0], shown[-1]) if wanted.oldest_first else (shown[-1], shown[0])
    bound |= {"since": oldest_group.on, "until": latest_group.on}
    for edge, one in (("first", latest_group), ("last", oldest_group)):
        bound |= {f"part_{edge}": one.part, f"state_{edge}": one.state}
    return [FigureLine(*row) for row in _lines(connection, *fixed, **bound, limit=limit, offset=offset - before)]


def _windows(question: FigureQuestion, id: str, wanted: Cell) -> Iterator[tuple[date, date]]:
    """Yields the days to look for lines in, the latest ones first, then all.

    All at once those of an advisor, which are found by stream, and those that are old.
    """
    first, last = (date.min, date.max) if wanted.ever or id == "I16" else (question.first, question.last)
    if question.advisor is None and not wanted.oldest_first and not (wanted.waits and wanted.waits[0]):
        yield from ((max(first, min(question.day, last) - days), last) for days in _WINDOWS)
    yield first, last


def _of_page(groups: Sequence[_Group], limit: int, offset: int) -> tuple[list[_Group], int]:
    """Returns the groups where the lines of a page stand, and the number of lines before them."""
    shown: list[_Group] = []
    before = total = 0
    for group in groups:
        if offset < total + group.n and total < offset + limit:
            before = before if shown else total
            shown.append(group)
        total += group.n
    return shown, before


@Statement
def _groups(id: str, wanted: Cell, cut: Cut, value: str, elsewhere: bool, most: int, **bound: Any) -> Select[Any]:
    question = _question(cut, value, bound)
    table = entries_of(question) if elsewhere or id == "I16" else counted_in(question)
    alike = [table.c[name] for name in _DAY_PART_STATE]
    query = (
        select(*alike, how_many(table)).where(*_those(question, id, wanted, table, elsewhere, bound)).group_by(*alike)
    )
    return query.order_by(*(column if wanted.oldest_first else column.desc() for column in alike)).limit(most)


@Statement
def _lines(
    id: str, wanted: Cell, cut: Cut, value: str, elsewhere: bool, limit: int, offset: int, **bound: Any
) -> Select[Any]:
    question = _question(cut, value, bound)
    table = entries_of(question)
    group = tuple_(*(table.c[name] for name in _DAY_PART_STATE))
    latest = tuple_(bound["until"], bound["part_first"], bound["state_first"])
    oldest = tuple_(bound["since"], bound["part_last"], bound["state_last"])
    those = _those(question, id, wanted, table, elsewhere, bound)
    query = _in_order(table, oldest_first=wanted.oldest_first).where(*those)
    return query.where(group <= latest, group >= oldest).limit(limit).offset(offset)


def _question(cut: Cut, value: str, bound: Mapping[str, Any]) -> FigureQuestion:
    """Returns a question whose days and advisor are parameters of a statement."""
    return FigureQuestion(bound["first"], bound["last"], bound["day"], cut, value, bound["advisor"])


def _those(
    question: FigureQuestion, id: str, wanted: Cell, table: FromClause, elsewhere: bool, bound: Mapping[str, Any]
) -> Conditions:
    """Selects the entries of a list from one day to another."""
    those = of_cell(question, id, wanted, table, (bound["oldest"], bound["newest"]))
    if elsewhere:
        those.append(is_elsewhere(table, bound["names"], bound["subjects"]))
    return [*those, table.c.on.between(bound["since"], bound["until"])]


def _in_order(table: FromClause, *more: str, oldest_first: bool = False) -> Select[Any]:
    """Selects lines with their columns in one order, by day: the latest first, or the oldest."""
    columns = (table.c[name] for name in (*FigureLine.__struct_fields__, *more))
    groups = (table.c[name] if oldest_first else table.c[name].desc() for name in _DAY_PART_STATE)
    return select(*columns).order_by(*groups, *(table.c[name] for name in _IN_A_GROUP))


def _others(counted: FigureCounts, id: str, wanted: Cell) -> list[FigureLine]:
    """Returns the lines of the team and of the sites."""
    mine = ((at, one) for of, at, one in counted.of_nobody if of == id and fits(Tally(one.part, one.state), wanted))
    return [FigureLine(stream, one.on, one.version, one.part, one.state, reason=one.reason) for stream, one in mine]


# --- tasks


def _tasks(
    connection: Connection, question: FigureQuestion, counted: FigureCounts, wanted: Cell, limit: int, offset: int
) -> list[FigureLine]:
    """Returns a page of the tasks, the most urgent first. The days of the page are those that were counted."""
    those = (one for one in counted.owed if one[0] in (wanted.parts or [one[0]]))
    groups = sorted(_Group(due, kind, "open", n) for kind, due, n in those if not wanted.late or due < question.day)
    shown, before = _of_page(groups, limit, offset)
    if not shown:
        return []
    first, last = shown[0], shown[-1]
    bound: dict[str, Any] = {
        "day": question.day,
        "advisor": question.advisor,
        "kinds": sorted({one.part for one in shown}),
    }
    bound |= {"since": first.on, "until": last.on, "kind_first": first.part, "kind_last": last.part}
    rows = _tasks_owed(connection, question.cut, question.value, **bound, limit=limit, offset=offset - before)
    return [
        OwedLine(stream, on, version, kind, "open", due, details=details)
        for stream, on, version, kind, due, details in rows
    ]


@Statement
def _tasks_owed(
    cut: Cut,
    value: str,
    day: date,
    advisor: UUID | None,
    kinds: Sequence[str],
    since: date,
    until: date,
    kind_first: str,
    kind_last: str,
    limit: int,
    offset: int,
) -> Select[Any]:
    due, kind, group = tasks.c.due, tasks.c.kind, tuple_(tasks.c.due, tasks.c.kind)
    those = of_tasks(FigureQuestion(day, day, day, cut, value, advisor))
    some = (kind.in_(kinds), due.between(since, until))  # an index finds the tasks of a kind by their day
    page = (group >= tuple_(since, kind_first), group <= tuple_(until, kind_last))
    columns = (tasks.c.stream, tasks.c.why_on, tasks.c.why_version, kind, due, tasks.c.details)
    query = select(*columns).where(those, *some, *page)
    query = query.order_by(due, kind, tasks.c.sort, tasks.c.stream, tasks.c.key)
    return query.limit(limit).offset(offset)


# --- referrals


def _latest_referrals(
    connection: Connection, question: FigureQuestion, counted: FigureCounts, limit: int, offset: int
) -> list[FigureLine]:
    """Returns a page of the latest referral to each partner of the list."""
    table = entries_of(question)
    latest = of_latest_day(table, counted.namings)
    rows = connection.execute(_in_order(table, "subject").where(*referrals(table, question), latest))
    used = first_of_each(counted.namings, rows)
    return [FigureLine(*tuple(row)[:-1]) for row in used[offset : offset + limit]]
