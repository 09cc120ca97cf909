"""The numbers of the indicators: each is counted among the entries of its cell."""

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date
from functools import partial
from itertools import chain
from statistics import median, median_low

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, FromClause, and_, case, func, literal_column, select

from pixflow.documents.definitions import TARGETED
from pixflow.indicators.catalogue import AMONG, BY_ID, COUNTED, EVERY, STEPS, Indicator, cell, parts
from pixflow.indicators.entry import Basis
from pixflow.indicators.facts import Waited, quantile
from pixflow.indicators.outside import Figure, Outside, Part, pieces, years
from projections.figures.entries import entries, is_referral, is_targeted, sums
from projections.figures.paths import paths
from projections.figures.tallies import (
    ALL,
    CUTS,
    Cells,
    Counting,
    Cut,
    FigureCounts,
    FigureQuestion,
    Tally,
    count_entries,
    counted_in,
    entries_of,
    how_many,
    in_period,
    select_cell,
    select_seats,
    tallied,
    values_in,
)
from projections.statements import by_key

Spread = dict[tuple[str, str], tuple[int | None, int | None]]
"""The median and the ninth decile of parts, by indicator and part."""


def count_figures(tables: Counting, asked: FigureQuestion, ids: Collection[str] = ALL) -> dict[str, Figure]:
    """Returns these indicators by id, those beside the 24 too."""
    return figures_of(tables, asked, count_entries(tables, asked, ids))


def count_outside(tables: Counting, day: date) -> Outside:
    """Returns what leaves the house of the figures of a day."""
    whole = years(day)
    asked = [FigureQuestion(first, last, day) for first, last in dict.fromkeys((*pieces(whole), *whole))]
    return Outside(day, {(one.first, one.last): count_figures(tables, one, (*BY_ID, STEPS.id)) for one in asked})


def figures_of(tables: Counting, question: FigureQuestion, counts: FigureCounts) -> dict[str, Figure]:
    """Returns the indicators that are counted."""
    spread = _spread(tables.connection, question, tables.basis, counts)
    return {
        id: _figure(tables.connection, question, one, counts, spread) for id, one in EVERY.items() if id in counts.ids
    }


def _figure(
    connection: Connection, question: FigureQuestion, indicator: Indicator, counts: FigureCounts, spread: Spread
) -> Figure:
    number = partial(counts.number, indicator.id)
    made = []
    for part in parts(indicator, {tally.part for tally in (*counts.within[indicator.id], *counts.ever[indicator.id])}):
        middle, ninth = spread.get((indicator.id, part.name), (None, None)) if part.median else (None, None)
        among = number(part.among) if part.among else 0
        made.append(Part(part.name, number(part.name), among, middle, ninth, part.name, part.among))
    if indicator.id == "I16":
        table = entries_of(question)
        places = (
            table.c.indicator == "I16",
            table.c.part == "held",
            select_seats(table, question),
            *select_cell(question),
        )
        seats = connection.execute(select(func.sum(table.c.value)).where(*places)).scalar()
        made.append(Part("filled", number("counted"), seats or 0, counts="counted"))
    return Figure(number("counted"), number("among"), tuple(made), indicator.shares)


# --- medians


def _spread(connection: Connection, question: FigureQuestion, basis: Basis, counted: FigureCounts) -> Spread:
    """Returns the spread of parts: days waited (I13), days late (I19), points (I21)."""
    made: Spread = {}
    if "I13" in counted.ids:
        for part, waits in _waits(connection, question, basis).items():
            made["I13", part] = quantile(waits, 0.5), quantile(waits, 0.9)
    days_since = {due: basis.calendar.count(due, question.day) for _, due, _ in counted.owed if due < question.day}
    late_by = by_key((kind, [days_since[due]] * n) for kind, due, n in counted.owed if due < question.day)
    for kind, days in late_by.items():
        made["I19", kind] = median_low(chain.from_iterable(days)), None
    if "I21" in counted.ids:
        table = values_in(question)
        query = select(table.c.value, how_many(table)).where(table.c.indicator == "I21", in_period(table, question))
        found = connection.execute(query.where(*select_cell(question)).group_by(table.c.value))
        if points := [value for value, n in found for _ in range(n)]:
            made["I21", "points"] = round(median(points)), None
    return made


def _waits(connection: Connection, question: FigureQuestion, basis: Basis) -> dict[str, Counter[Waited]]:
    table = values_in(question)
    since = case((table.c.state == literal_column("'open'"), table.c.on))
    alike = (table.c.part, table.c.state, table.c.value, since)
    query = select(*alike, how_many(table)).where(
        table.c.indicator == "I13", in_period(table, question), *select_cell(question)
    )
    made: dict[str, Counter[Waited]] = defaultdict(Counter)
    for part, state, took, waiting_since, n in connection.execute(query.group_by(*alike)).all():
        days = basis.days(waiting_since, question.day) if waiting_since else took
        made[part][days, state in ("done", "past")] += n
    return made


def values(connection: Connection) -> Cells:
    """Returns the cells of each cut, each with its number of dossiers; a partner's is its number of referrals."""
    cells_by_cut: dict[Cut, Counter[str]] = {cut: Counter() for cut in CUTS}
    stored = [cut for cut in CUTS if cut != "partner"]
    columns = [paths.c[cut] for cut in stored]
    query = select(*columns, func.count()).where(paths.c.counts).group_by(*columns)
    for *alike, n in connection.execute(query).all():
        for cut, value in zip(stored, alike, strict=True):
            word = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
            cells_by_cut[cut][word] += n
    query = select(entries.c.partner, func.count()).where(is_referral(entries)).group_by(entries.c.partner)
    cells_by_cut["partner"].update(dict(map(tuple, connection.execute(query))))
    return {cut: list(cells.items()) for cut, cells in cells_by_cut.items()}


def parts_by_month(connection: Connection, question: FigureQuestion, id: str, *some: str) -> dict[date, Counter[str]]:
    """Counts the entries of an indicator, all parts or some, by the month of their day (its first day) and by part."""
    table = counted_in(question)
    alike = (table.c.on, table.c.part)
    where = [table.c.indicator == id, in_period(table, question), *select_cell(question)]
    if some:
        where.append(table.c.part.in_(some))
    made: dict[date, Counter[str]] = defaultdict(Counter)
    for on, part, n in connection.execute(select(*alike, how_many(table)).where(*where).group_by(*alike)).all():
        made[on.replace(day=1)][part] += n
    return dict(sorted(made.items()))


def months(connection: Connection, question: FigureQuestion, id: str) -> dict[date, Counter[Tally]]:
    """Counts the entries of an indicator by the month of their day, given as its first day.

    Those are the entries that it counts among; for I1, those that it counts. Partners (I23) have no month.
    """
    if id == "I23":
        return {}
    table = entries_of(question) if id == "I16" else counted_in(question)
    where = [table.c.indicator == id, select_seats(table, question) if id == "I16" else in_period(table, question)]
    if counts := cell(id, COUNTED if id == "I1" else AMONG).parts:
        where.append(table.c.part.in_(counts))
    made: dict[date, Counter[Tally]] = defaultdict(Counter)
    for on, tallies in tallied(connection, question, table, "on", *where).items():
        made[on.replace(day=1)] += tallies
    return dict(sorted(made.items()))


# --- the cohorts whose late entries changed most since an earlier day, as true then and known today


class LateChange(Struct, frozen=True):
    """The late entries of an indicator now, and on an earlier day."""

    indicator: str
    now: int
    before: int


def late_changes(connection: Connection, first: date, day: date, earlier: date, most: int = 3) -> list[LateChange]:
    """Returns the indicators whose number of late entries, from `first` on, changed; those that changed most first."""
    counts = (_late(sums, day, sums.c.n), _late(sums, earlier, sums.c.n))
    open_ones = (sums.c.indicator.in_(TARGETED), sums.c.state == "open", sums.c.on.between(first, day))
    lately = [entries.c.on.between(first, day), entries.c.ended_on > earlier, is_targeted(entries)]
    ended = (_late(entries, day, _until(day)), _late(entries, earlier, _until(earlier)))
    late: dict[str, tuple[int, int]] = {}
    for query in (
        select(sums.c.indicator, *counts).where(*open_ones).group_by(sums.c.indicator),
        select(entries.c.indicator, *ended).where(*lately).group_by(entries.c.indicator),
    ):
        for id, now, before in connection.execute(query).all():
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
