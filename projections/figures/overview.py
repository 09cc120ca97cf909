"""The questions of the first screen: main steps by site, and the load of each advisor."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from pixflow.documents.definitions import TARGETED
from pixflow.indicators.catalogue import STEPS
from projections import advisor_queue
from projections.figures.entries import entries, sums
from projections.figures.paths import paths
from projections.figures.tallies import (
    Cut,
    FigureQuestion,
    counted_in,
    entries_of,
    how_many,
    in_period,
    late,
    of_tasks,
    select_cell,
)


def months_by_site(connection: Connection, question: FigureQuestion, step: str) -> dict[str, Counter[date]]:
    """Counts those who passed a main step, by site and by month, given as its first day."""
    table = entries_of(question)
    of_step = (table.c.indicator == literal_column(f"'{STEPS.id}'"), table.c.part == step, in_period(table, question))
    alike = (table.c.on, table.c.reason)
    query = select(*alike, func.count()).where(*of_step, *select_cell(question)).group_by(*alike)
    made: dict[str, Counter[date]] = defaultdict(Counter)
    for on, site, n in connection.execute(query).all():
        made[site][on.replace(day=1)] += n
    return made


def steps(connection: Connection, question: FigureQuestion) -> Counter[str]:
    """Counts those who passed each main step."""
    table = counted_in(question)
    query = select(table.c.part, how_many(table)).where(table.c.indicator == STEPS.id, in_period(table, question))
    return Counter(dict(map(tuple, connection.execute(query.where(*select_cell(question)).group_by(table.c.part)))))


def steps_by(connection: Connection, question: FigureQuestion, cut: Cut) -> dict[str, Counter[str]]:
    """Counts those who passed each main step, by cell of a cut."""
    of_steps = (entries.c.indicator == STEPS.id, in_period(entries, question))
    return _by(connection, question, cut, entries.c.part, *of_steps)


def stuck_by(connection: Connection, question: FigureQuestion, cut: Cut) -> dict[str, Counter[str]]:
    """Counts those who wait past their day in each step, whatever the period, by cell of a cut."""
    of_stuck = (entries.c.indicator.in_(TARGETED), entries.c.part == "", entries.c.state == "open")
    return _by(connection, question, cut, entries.c.indicator, *of_stuck, late(entries, question))


def _by(
    connection: Connection, question: FigureQuestion, cut: Cut, named: ColumnElement[str], *wanted: ColumnElement[bool]
) -> dict[str, Counter[str]]:
    """Counts entries by cell of a cut, and by a column. An erased person stands in no cell."""
    alike = (paths.c[cut], named)
    query = select(*alike, func.count()).join(paths, paths.c.stream == entries.c.stream).where(paths.c.counts, *wanted)
    made: dict[str, Counter[str]] = defaultdict(Counter)
    for value, name, n in connection.execute(query.where(*select_cell(question)).group_by(*alike)).all():
        made[value][name] += n
    return made


def passed(connection: Connection) -> set[str]:
    """Returns the main steps that anybody has passed, on any day."""
    query = select(sums.c.part).where(sums.c.indicator == STEPS.id).distinct()
    return set(connection.execute(query).scalars())


class Caseload(Struct, frozen=True):
    """The open dossiers that somebody follows, the tasks that they have to do, and those past their day."""

    dossiers: int = 0
    tasks: int = 0
    late: int = 0


def loads(connection: Connection, question: FigureQuestion) -> Mapping[UUID | None, Caseload]:
    """Returns the load of each person, and of nobody: of all that waits, or in the dossiers of a cell."""
    table = entries_of(question)
    open_ones = select(table.c.stream).where(table.c.indicator == "I18", *select_cell(question))
    query = select(paths.c.advisor, func.count()).where(paths.c.stream.in_(open_ones)).group_by(paths.c.advisor)
    dossiers: dict[UUID | None, int] = dict(map(tuple, connection.execute(query)))
    of_each = advisor_queue.by_doer(question.day, *([of_tasks(question)] if question.cut else []))
    owed = {person: (n, late) for person, n, late in connection.execute(of_each).all()}
    return {one: Caseload(dossiers.get(one, 0), *owed.get(one, (0, 0))) for one in dossiers.keys() | owed.keys()}
