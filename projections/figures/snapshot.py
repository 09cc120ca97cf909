"""A snapshot of the tables of figures where no entry is missing, though other processes record meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, func, select

from projections.figures.paths import paths
from projections.figures.questions import values
from projections.figures.refresh import documents_of, judge_debriefs, make, misjudged, missing, refresh
from projections.figures.selection import Cut
from projections.store.catch_up import ReadSide
from projections.store.folds import position_of_tables

_TRIES = 3
_ALL = 1_000_000

Cells = dict[Cut, list[tuple[str, int]]]
State = tuple[int, str, int]
"""The position of the tables, the documents of their entries, and the number of streams that have entries."""

_complete: WeakKeyDictionary[ReadSide, State] = WeakKeyDictionary()
_cells: WeakKeyDictionary[ReadSide, tuple[State, Cells]] = WeakKeyDictionary()


@contextmanager
def complete(side: ReadSide, today: date) -> Iterator[Connection]:
    """Yields a snapshot of the tables that has every entry.

    After some tries the entries are made in the transaction that yields: nobody else writes before it ends.
    """
    for _ in range(_TRIES):
        with side.database.connect() as read:
            if _is_complete(side, read, today):
                yield read
                return
        refresh(side, today)
        side.catch_up()
    with side.writing() as connection:
        make(side, connection, today, _ALL)
        judge_debriefs(connection, side.refs)
        yield connection


def is_fresh(side: ReadSide, read: Connection, today: date, most: int) -> bool:
    """Tells if at most so many streams wait for their entries: a question is quick then."""
    if _is_complete(side, read, today):
        return True
    return len(missing(read, documents_of(side.refs, today), most + 1)) <= most


def cells_of(side: ReadSide, read: Connection, today: date) -> Cells:
    """Returns the cells of each cut, from memory while the tables stay as they are."""
    state = _state(side, read, today)
    known = _cells.get(side)
    if known is None or known[0] != state:
        known = _cells[side] = state, values(read)
    return known[1]


def _is_complete(side: ReadSide, read: Connection, today: date) -> bool:
    state = _state(side, read, today)
    if _complete.get(side) == state:
        return True
    if missing(read, state[1], 1) or misjudged(read, side.refs):
        return False
    _complete[side] = state
    return True


def _state(side: ReadSide, read: Connection, today: date) -> State:
    made = select(func.count()).select_from(paths)
    return position_of_tables(read)[0], documents_of(side.refs, today), int(read.execute(made).scalar_one())
