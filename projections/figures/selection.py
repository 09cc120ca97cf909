"""A question to the entries: the period, the day, one cell of a cut; and the conditions that select them."""

from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, FromClause, and_, case, func, literal, literal_column, or_, select, true

from pixflow.indicators.catalogue import Cell
from projections import advisor_queue
from projections.figures.entries import entries, of_a_partner
from projections.figures.paths import paths
from projections.figures.sums import sums, value_sums

Cut = Literal["", "site", "programme", "group", "modality", "mediator", "band", "partner"]
CUTS: tuple[Cut, ...] = ("site", "programme", "group", "modality", "mediator", "band", "partner")
YES, NO = "yes", "no"
tasks = advisor_queue.table
Conditions = list[ColumnElement[bool]]


class FigureQuestion(Struct, frozen=True):
    """The period, both days included, and the day it is asked for; one cell of a cut, or one advisor's dossiers."""

    first: date
    last: date
    day: date
    cut: Cut = ""
    value: str = ""
    advisor: UUID | None = None


def of_everybody(asked: FigureQuestion) -> FigureQuestion:
    return replace(asked, cut="", value="", advisor=None)


def counted_in(asked: FigureQuestion) -> FromClause:
    """Returns where to count: the sums, or for a cell and for an advisor the entries one by one."""
    return entries_of(asked) if asked.cut or asked.advisor is not None else sums


def values_in(asked: FigureQuestion) -> FromClause:
    """Returns where to count by value, of the indicators with a median."""
    return value_sums if counted_in(asked) is sums else entries_of(asked)


def entries_of(asked: FigureQuestion) -> FromClause:
    """Returns the entries; of an advisor those alone of their dossiers."""
    return _found_by_stream(_there(asked, "stream")) if asked.advisor is not None else entries


def _found_by_stream(where: Conditions) -> FromClause:
    """Returns some entries. They are found by their streams: the index of indicators would read those of everybody."""
    others = [column for column in entries.c if column is not entries.c.indicator]
    hidden = (entries.c.indicator + literal_column("''")).label("indicator")
    return select(hidden, *others).where(*where).subquery("own")


def how_many(table: FromClause) -> ColumnElement[int]:
    """Counts the entries."""
    return func.sum(table.c.n) if "n" in table.c else func.count()


def how_many_late(table: FromClause, asked: FigureQuestion) -> ColumnElement[int]:
    """Counts those whose day is past, of entries that are open."""
    return func.sum(case((late(table, asked), table.c.n if "n" in table.c else 1), else_=0))


def there(asked: FigureQuestion) -> Conditions:
    """Selects, of the entries to count in, those of the cell."""
    return [] if asked.advisor is not None else _there(asked, "cell")


def _there(asked: FigureQuestion, key: str) -> Conditions:
    if asked.cut == "partner":
        return [entries.c.partner == asked.value, of_a_partner, *_keyed(asked, key, "")]
    return _keyed(asked, key, asked.cut)


def _keyed(asked: FigureQuestion, key: str, cut: Cut) -> Conditions:
    """Selects by a key of the paths. PostgreSQL makes a table of the cells: it would compare each pair in a join."""
    found = _of(asked, key, entries.c[key], cut)
    return [one.is_(true()) for one in found] if key == "cell" else found


def _of(
    asked: FigureQuestion, key: str, column: ColumnElement[Any], cut: Cut, *more: ColumnElement[bool]
) -> Conditions:
    """Selects the rows whose column is a key of the paths that are asked for, with `more` of each of these paths."""
    wanted: Conditions = []
    if cut == "mediator":
        wanted.append(paths.c.mediator == (asked.value == YES))
        wanted.append(paths.c.counts)
    elif cut:
        wanted.append(paths.c[cut] == asked.value)
        if not asked.value:  # an erased person stands in no cell: nothing is known of their cuts
            wanted.append(paths.c.counts)
    if asked.advisor is not None:
        wanted.append(paths.c.advisor == asked.advisor)
    return [column.in_(select(paths.c[key]).where(*wanted, *more))] if wanted else []


def in_period(table: FromClause, asked: FigureQuestion) -> ColumnElement[bool]:
    return table.c.on.between(asked.first, asked.last)


def held(table: FromClause, asked: FigureQuestion) -> ColumnElement[bool]:
    """Selects the seats of workshops closed in the period (I16), these workshops, and the seats of erased people."""
    of_workshops = (entries.c.indicator == "I16", entries.c.part == "held", in_period(entries, asked))
    closed = select(entries.c.stream).where(*of_workshops)
    return or_(table.c.subject.in_(closed), and_(table.c.subject.is_(None), in_period(table, asked)))


def late(table: FromClause, asked: FigureQuestion) -> ColumnElement[bool]:
    return table.c.due < asked.day


IdleDays = tuple[date | None, date | None]
"""The earliest and the latest day of a last activity; None for any."""


def idle_days(asked: FigureQuestion, cell: Cell) -> IdleDays:
    """Returns the days of the last activity that a number of the ages counts."""
    least, most = cell.waits or (None, None)
    oldest, newest = (None if days is None else asked.day - timedelta(days) for days in (most, least))
    return oldest, newest


def of_cell(asked: FigureQuestion, indicator: str, cell: Cell, table: FromClause, idle: IdleDays) -> Conditions:
    """Selects the entries of one number, or their sums, whatever their day. `idle` are its `idle_days`.

    Parts and states are named: the index then finds the entries of some days.
    """
    wanted = [table.c.indicator == indicator, *there(asked)]
    wanted += [table.c.part.in_(cell.parts), table.c.state.in_(cell.states)]
    if indicator == "I16":
        wanted.append(held(table, asked))
    if cell.late is not None:
        wanted.append(or_(table.c.state != "open", late(table, asked) if cell.late else ~late(table, asked)))
    oldest, newest = idle
    if newest is not None:
        wanted.append(table.c.due <= newest)
    if oldest is not None:
        wanted.append(table.c.due >= oldest)
    return wanted


def of_tasks(asked: FigureQuestion) -> ColumnElement[bool]:
    """Selects the tasks of dossiers owed on the day (I19)."""
    cut = "" if asked.cut == "partner" else asked.cut
    left_out = tasks.c.stream.not_in(select(paths.c.stream).where(~paths.c.counts))  # a few: quicker than all others
    those = _of(asked, "stream", tasks.c.stream, cut, paths.c.counts) or [left_out]
    nobody = [literal(False)] if asked.cut == "partner" else []
    return and_(tasks.c.subject == "dossier", advisor_queue.visible(asked.day), *those, *nobody)
