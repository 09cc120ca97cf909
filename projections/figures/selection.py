"""A question to the entries: the period, the day, one cell of a cut; and the conditions that select them."""

from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, literal, or_, select

from pixflow.indicators.catalogue import ALL, Cell
from projections import advisor_queue
from projections.figures.entries import entries, of_a_partner, paths

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


def there(asked: FigureQuestion) -> Conditions:
    """Selects the entries of the dossiers that are asked for."""
    if asked.cut == "partner":
        return [entries.c.partner == asked.value, of_a_partner, *_of(asked, "cell", entries.c.cell, "")]
    return _of(asked, "cell", entries.c.cell, asked.cut)


def _of(asked: FigureQuestion, key: str, column: ColumnElement[Any], cut: Cut) -> Conditions:
    """Selects the rows whose column is a key of the paths that are asked for."""
    wanted: Conditions = []
    if cut == "mediator":
        wanted.append(paths.c.mediator == (asked.value == YES))
        wanted.append(paths.c.counts)
    elif cut:
        wanted.append(paths.c[cut] == asked.value)
        if not asked.value:  # an erased person stands in no cell: nothing is known of their cuts
            wanted.append(paths.c.counts)
    if asked.advisor:
        wanted.append(paths.c.advisor == asked.advisor)
    return [column.in_(select(paths.c[key]).where(*wanted))] if wanted else []


def in_period(asked: FigureQuestion) -> ColumnElement[bool]:
    return entries.c.on.between(asked.first, asked.last)


def held(asked: FigureQuestion) -> ColumnElement[bool]:
    """Selects the seats of workshops closed in the period (I16), these workshops, and the seats of erased people."""
    closed = select(entries.c.stream).where(entries.c.indicator == "I16", entries.c.part == "held", in_period(asked))
    return or_(entries.c.subject.in_(closed), and_(entries.c.subject.is_(None), in_period(asked)))


def late(asked: FigureQuestion) -> ColumnElement[bool]:
    return entries.c.due < asked.day


def of_cell(asked: FigureQuestion, indicator: str, cell: Cell) -> Conditions:
    """Selects the entries of one number."""
    wanted = [entries.c.indicator == indicator, *there(asked)]
    if indicator == "I16":
        wanted.append(held(asked))
    elif not cell.ever:
        wanted.append(in_period(asked))
    if cell.parts:
        wanted.append(entries.c.part.in_(cell.parts))
    if cell.states != ALL:
        wanted.append(entries.c.state.in_(cell.states))
    if cell.late is not None:
        wanted.append(or_(entries.c.state != "open", late(asked) if cell.late else ~late(asked)))
    if cell.waits:
        least, most = cell.waits
        wanted.append(entries.c.due <= asked.day - timedelta(least))
        wanted.append(entries.c.due >= asked.day - timedelta(most) if most is not None else literal(True))
    return wanted


def of_tasks(asked: FigureQuestion) -> ColumnElement[bool]:
    """Selects the tasks of dossiers owed on the day (I19)."""
    counts = select(paths.c.stream).where(paths.c.counts)
    wanted = _of(asked, "stream", tasks.c.stream, "" if asked.cut == "partner" else asked.cut)
    nobody = [literal(False)] if asked.cut == "partner" else []
    return and_(
        tasks.c.subject == "dossier", tasks.c.stream.in_(counts), advisor_queue.visible(asked.day), *wanted, *nobody
    )
