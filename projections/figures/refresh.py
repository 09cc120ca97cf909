"""Makes the entries of the dossiers, workshops and partners that changed since the last question, from their events."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from operator import itemgetter
from uuid import UUID
from weakref import WeakKeyDictionary
from zlib import crc32

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, case, delete, false, func, literal, select, tuple_, update

from pixflow.events.base import Event, Recorded, Unopened, event_day
from pixflow.folding import not_retracted
from pixflow.garbage import without_garbage_collection
from pixflow.indicators.entry import Basis
from pixflow.indicators.facts import DEBRIEF_BY
from pixflow.indicators.path import path_of
from pixflow.partners import state as partner_state
from pixflow.reference_data import References
from pixflow.streams import kind_of
from projections import audit_trail
from projections.contract import Row, Source, folds
from projections.figures import WITH_ENTRIES
from projections.figures.entries import entries, of_partner, of_path, of_workshop
from projections.figures.paths import paths
from projections.figures.questions import values
from projections.figures.tallies import Cells, Counting
from projections.statements import by_key
from projections.store.catch_up import Beside, ReadSide
from projections.store.folds import position_of_tables
from projections.store.transaction import delete_streams, insert_rows

AT_ONCE = 20
"""Streams in one transaction: whoever catches up meanwhile waits for no more."""
_EVENTS = 10_000
FIRST = UUID(int=0)

Stream = tuple[UUID, str, Sequence[Recorded]]
"""A stream, its kind, and its events."""


def refresh(side: ReadSide, today: date) -> None:
    """Makes the entries that are missing, or were made with other documents; judges debriefs by today's team.

    Each stream is made once at most: the loop ends whatever other processes make with other documents meanwhile.
    Raises NoDocument without a protocol or a grid that opens.
    """
    last: UUID | None = FIRST
    while last:
        with side.database.connect() as connection:
            if not find_missing(connection, documents_of(side.refs, today), 1, last):
                break
        side.catch_up()
        with side.writing() as connection, without_garbage_collection():
            last = make(side, connection, today, AT_ONCE, last)
    with side.database.connect() as connection:
        unjust = misjudged(connection, side.refs)
    if unjust:
        with side.writing() as connection:
            judge_debriefs(connection, side.refs)


def try_to_refresh(side: ReadSide, today: date) -> bool:
    """Makes the entries as `refresh` does, and logs an error: neither tables nor periodic jobs wait for figures."""
    try:
        refresh(side, today)
    except Exception:
        logging.getLogger("pixflow").exception("entries of figures")
        return False
    return True


def first_entries(today: date) -> Beside:
    """Returns what writes the entries of whole streams beside a build. `refresh` then judges the debriefs.

    What cannot be counted, as without a protocol that opens, is left to `refresh`: tables do not wait for figures.
    """

    def written(connection: Connection, refs: References, histories: Mapping[UUID, Sequence[Recorded]]) -> None:
        try:
            with connection.begin_nested():
                write(connection, _of_kinds(histories), basis_of(refs, today), documents_of(refs, today))
        except Exception:
            logging.getLogger("pixflow").exception("first entries")

    return written


def make(side: ReadSide, connection: Connection, today: date, most: int, after: UUID = FIRST) -> UUID | None:
    """Makes the entries of at most so many streams that have none. Returns the last of them, None if no other waits."""
    refs, documents = side.refs, documents_of(side.refs, today)
    if some := find_missing(connection, documents, most, after):
        delete_streams(connection, paths, some)
        before = connection.execute(select(entries).where(entries.c.stream.in_(some)))
        streams = _of_kinds(audit_trail.of_streams(connection, some, side.source))
        write(connection, streams, basis_of(refs, today), documents, before=[row._asdict() for row in before])
        judge_debriefs(connection, refs, entries.c.stream.in_(some))
    return some[-1] if len(some) == most else None


def basis_of(refs: References, today: date) -> Basis:
    """Returns the documents to count with. The definitions in force today count the past too."""
    return Basis(refs.calendar, refs.protocol, lambda day: refs.grille(day).document, refs.definitions(today).document)


def documents_of(refs: References, today: date) -> str:
    """Names the documents that entries depend on: published protocols and grids, the number of the definitions."""
    published = msgspec.json.encode((refs.protocols.published, refs.grilles.published))
    return f"{crc32(published):08x}.{refs.definitions(today).number}"


def find_missing(connection: Connection, documents: str, most: int, after: UUID = FIRST) -> list[UUID]:
    """Returns streams without entries. A stream that the audit trail could not show has none until a rebuild."""
    history = select(audit_trail.table.c.stream).where(audit_trail.table.c.stream == folds.c.stream)
    waits = case((paths.c.basis == documents, false()), else_=history.exists())  # the trail of few is looked up
    every = select(folds.c.stream).outerjoin(paths, paths.c.stream == folds.c.stream)
    query = every.where(folds.c.kind.in_(WITH_ENTRIES), folds.c.stream > after, waits)
    found = connection.execute(query.order_by(folds.c.stream).limit(most)).scalars()
    return list(found)


def histories(connection: Connection, source: Source) -> Iterator[Stream]:
    """Yields the dossiers, workshops and partners with the events that the tables show."""
    for streams in source.by_stream(position_of_tables(connection)[0], _EVENTS):
        yield from _of_kinds(streams)


def _of_kinds(histories: Mapping[UUID, Sequence[Recorded]]) -> Iterator[Stream]:
    """Yields the streams that have entries, with the events that open."""
    for stream, events in histories.items():
        if (kind := kind_of(events[0].event)) in WITH_ENTRIES:
            yield stream, kind, [one for one in events if not isinstance(one.event, Unopened)]


def write(
    connection: Connection,
    streams: Iterable[Stream],
    basis: Basis,
    documents: str = "",
    day_of: Callable[[Event], date] = event_day,
    before: Sequence[Row] = (),
) -> None:
    """Writes the rows of streams; of their entries, the indicators that differ from `before`. `day_of`: of an event."""
    made = [_rows(one, basis, documents, day_of) for one in streams]
    insert_rows(connection, paths, [row for row, _ in made])
    old = by_key((_indicator(row), row) for row in before)
    new = by_key((_indicator(row), row) for _, rows in made for row in rows)
    same = {key for key, rows in old.items() if Counter(map(_values, rows)) == Counter(map(_values, new.get(key, ())))}
    if gone := [key for key in old if key not in same]:
        connection.execute(delete(entries).where(tuple_(entries.c.stream, entries.c.indicator).in_(gone)))
    added = [row for key, rows in new.items() if key not in same for row in rows]
    insert_rows(connection, entries, sorted(added, key=_IN_ORDER))


_indicator = itemgetter("stream", "indicator")
_values = itemgetter(*entries.columns.keys())
_IN_ORDER = itemgetter("indicator", "part", "state", "on")  # of the sums: writing them takes a third less


def _rows(one: Stream, basis: Basis, documents: str, day_of: Callable[[Event], date]) -> tuple[Row, list[Row]]:
    stream, kind, events = one
    if kind == "workshop":
        return of_workshop(stream, events, basis, documents)
    if kind == "partner":
        return of_partner(stream, partner_state.fold(events), basis, documents)
    presents = basis.definitions.workshop_presents
    path = path_of(stream, not_retracted(events), basis.protocol, day_of, workshop_presents=presents)
    return of_path(path, basis, documents)


# --- debriefs, by the test of whoever held them

_WITH_DEBRIEF = (entries.c.indicator == "I24", entries.c.part == DEBRIEF_BY)


def judge_debriefs(connection: Connection, refs: References, *which: ColumnElement[bool]) -> None:
    """Judges debriefs, all by default, by the day when whoever held it first took the test."""
    judged = update(entries).where(*_WITH_DEBRIEF, entries.c.state != _verdict(refs), *which)
    connection.execute(judged.values(state=_verdict(refs)))


def misjudged(connection: Connection, refs: References) -> bool:
    query = select(entries.c.stream).where(*_WITH_DEBRIEF, entries.c.state != _verdict(refs)).limit(1)
    return connection.execute(query).first() is not None


def _verdict(refs: References) -> ColumnElement[str]:
    """Selects "done" for a debrief held by somebody who had taken the test, "out" for another one."""
    first = {
        id: min(one.stamp.on for one in member.milestones if one.kind == "pix")
        for id, member in refs.team.items()
        if member.last("pix")
    }
    had = [(and_(entries.c.subject == member, entries.c.on >= day), "done") for member, day in first.items()]
    return case(*had, else_="out") if had else literal("out")


# --- a snapshot of the tables where no entry is missing, though other processes record meanwhile

_TRIES = 3
_ALL = 1_000_000

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


@contextmanager
def counting_today(side: ReadSide, today: date) -> Iterator[Counting]:
    """Yields the tables of today."""
    with complete(side, today) as read:
        yield Counting(read, side.refs, basis_of(side.refs, today), today, partial(cells_of, side, read, today))


def is_fresh(side: ReadSide, read: Connection, today: date, most: int) -> bool:
    """Tells if at most so many streams wait for their entries: a question is quick then."""
    if _is_complete(side, read, today):
        return True
    return len(find_missing(read, documents_of(side.refs, today), most + 1)) <= most


def cells_of(side: ReadSide, read: Connection, today: date) -> Cells:
    """Returns the cells of each cut, from memory while the tables stay as they are."""
    state = _state(side, read, today)
    memory = _cells.get(side)
    if memory is None or memory[0] != state:
        memory = _cells[side] = state, values(read)
    return memory[1]


def _is_complete(side: ReadSide, read: Connection, today: date) -> bool:
    state = _state(side, read, today)
    if _complete.get(side) == state:
        return True
    if find_missing(read, state[1], 1) or misjudged(read, side.refs):
        return False
    _complete[side] = state
    return True


def _state(side: ReadSide, read: Connection, today: date) -> State:
    made = select(func.count()).select_from(paths)
    return position_of_tables(read)[0], documents_of(side.refs, today), int(read.execute(made).scalar_one())
