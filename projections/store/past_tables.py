"""The read tables of an earlier moment, in memory: of all lists, of one dossier, of the figures."""

# ruff: noqa: S608  the statements are made of names of tables and columns, and of numbers

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection, Engine, Table, delete, insert, or_, select, update
from sqlalchemy.pool import NullPool, QueuePool

from pixflow.events.base import Recorded, Unopened, as_erased, event_day
from pixflow.events.dossier import DossierMerged, DuplicateJoined
from pixflow.folding import WITH_OWN_DAY, Moment, day_of, erasure_of, list_standing
from pixflow.garbage import without_garbage_collection
from pixflow.indicators.entry import Basis
from pixflow.reference_data import References
from pixflow.streams import KINDS, kind_of
from projections import advisor_queue, audit_trail, directory, dossier_sheet, name_search, partner_links, workshops
from projections.contract import Change, Projection, Source, folds, metadata, position, stopped
from projections.figures import entries, paths
from projections.figures.refresh import histories, judge_debriefs, write
from projections.store.catch_up import (
    DAYS,
    PART,
    PROJECTIONS,
    Memory,
    RowWriter,
    create_indexes,
    drop_indexes,
    write_rows,
)
from projections.store.fill import ALL, share_filled
from projections.store.folds import FOLD, StreamDamaged, packed, position_of_tables
from projections.store.sqlite import creation, deserialized, in_memory, serialized
from projections.store.transaction import QueryingTransaction, delete_streams, insert_rows, insertion

_CHUNK = 500
_KEPT = 2
_INDEXES = ("CREATE INDEX", "CREATE UNIQUE INDEX")
_TRAIL = 14
"""Days of the audit trail that lists of an earlier day may count."""
_MOST_KEPT = 50_000
"""Rows of a moment that is kept for the next page: nine megabytes are 23,000."""
_COUNTED = (paths.paths, entries.entries, entries.sums, entries.value_sums)
_NOT_LISTED = {*_COUNTED, name_search.trigrams, partner_links.links}
LISTED = tuple(one for one in PROJECTIONS if not _NOT_LISTED & {*one.TABLES})
"""The projections of lists."""
_EVERY = [table for table in metadata.sorted_tables if table not in DAYS.values()]
_NOT_KEPT = ("catalogue", "contact", "intake", "question", "resource")
"""Kinds of the few streams that lists show, and that have no day rows."""
_OF_A_DOSSIER: tuple[Projection, ...] = (directory, workshops, audit_trail)  # type: ignore[assignment]
_TABLES_OF_A_DOSSIER = (folds, position, *(table for projection in _OF_A_DOSSIER for table in projection.TABLES))
Histories = Mapping[UUID, Sequence[Recorded]]


@cache
def _memory(*tables: Table, pool_size: int = 0) -> Engine:
    """Returns an engine whose every connection is a database in memory with these tables, empty.

    It goes when it closes. With `pool_size`, so many are kept, and what is written is rolled back at the end: to create
    the tables of one dossier takes as long as to write them.
    """
    pool = (
        {"poolclass": QueuePool, "pool_size": pool_size, "max_overflow": -1} if pool_size else {"poolclass": NullPool}
    )
    return in_memory(tables, **pool)


@cache
def _unindexed() -> Engine:
    """Returns an engine in memory with the tables of all lists. Indexes come after the rows."""
    return in_memory(_EVERY, but=_INDEXES, poolclass=NullPool)


# --- all lists


@contextmanager
def tables_at(read: Connection, source: Source, moment: Moment, memory: Memory | None = None) -> Iterator[Connection]:
    """Yields the tables of a moment, for the questions of today: SQLite in memory, whatever the store.

    `read` are the tables of today, `source` opens their events, `memory` keeps the last moments asked. There is every
    table; all that lists show is filled:

    - the queue, participations and results, dossiers, people and their words, workshops with their facilitators and
      seats, referrals, partners with their offers, names and contacts, resources, questions, exports;
    - `folds`: of the streams that lists quote, as the dossiers of snoozed tasks; of the catalogue;
      `audit_trail`: the days before, back to two weeks;
    - `stopped`: the streams that no table shows; `position`: the last position of the day.

    The tables of figures, of trigrams and of partners' links are empty. `dossier_sheet.last_on` is NULL: no list of an
    earlier day shows it. The references (`source.references_at` of the position) are those known on the day, by both
    clocks. Someone erased since is erased at every moment: their streams have no row.

    It takes a fraction of a second from day rows; seconds, from all events, until the past is filled (fill.py).
    """
    shown, _ = position_of_tables(read)
    key = (moment, share_filled(read), shown if moment.clock == "true" else 0)
    if memory and (known := memory.moments.get(key)):
        with deserialized(known).connect() as connection:
            yield connection
        return
    with _unindexed().connect() as connection:
        with without_garbage_collection():
            last = fill_lists(connection, read, source, moment)
            connection.execute(update(dossier_sheet.table).values(last_on=None))
            connection.execute(insert(position), {"position": last, "stained": False, "day": moment.day.toordinal()})
            for statement in creation(*_EVERY):
                if statement.lstrip().startswith(_INDEXES):
                    connection.exec_driver_sql(statement)
            connection.commit()
            if memory and _is_small(connection):
                memory.moments.put(key, serialized(connection))
        yield connection


def fill_lists(
    connection: Connection, read: Connection, source: Source, moment: Moment, lists: Sequence[Projection] = LISTED
) -> int:
    """Writes the rows of lists at a moment in empty tables: from day rows, and from events what these do not say.

    Returns the last position of the day.
    """
    if share_filled(read) < ALL:
        return fold_events(connection, read, source, moment, lists)
    last, refs = _read_day_end(read, source, moment.day)
    late = audit_trail.late_streams(read, moment.day, refs.calendar) if moment.clock == "true" else set()
    _copy(connection, read, moment.day, [table for one in lists for table in one.TABLES if table in DAYS])
    if lists is LISTED:
        _copy_trail(connection, read, moment.day, last, refs)
        _write_words(connection)
        rows = read.execute(select(stopped).where(stopped.c.position <= last))
        insert_rows(connection, stopped, [row._asdict() for row in rows])
        late |= set(read.execute(select(folds.c.stream).where(folds.c.kind.in_(_NOT_KEPT))).scalars())
        late |= quoted(connection)
    for table in (folds, *(table for one in lists for table in one.TABLES)):
        delete_streams(connection, table, late)
    _lay(connection, audit_trail.of_streams(read, late, source), moment, last, refs, lists)
    return last


def fold_events(
    connection: Connection, read: Connection, source: Source, moment: Moment, lists: Sequence[Projection] = LISTED
) -> int:
    """Writes the rows of lists at a moment in empty tables, from all events: it needs no day row.

    Returns the last position of the day.
    """
    last, refs = _read_day_end(read, source, moment.day)
    for found in source.by_stream(position_of_tables(read)[0], PART):
        _lay(connection, found, moment, last, refs, lists)
    return last


def _read_day_end(read: Connection, source: Source, day: date) -> tuple[int, References]:
    """Returns the last position of a day, and the references at it."""
    calendar = source.references_at(position_of_tables(read)[0]).calendar
    last = audit_trail.last_of_day(read, day, calendar)
    return last, source.references_at(last)


def _copy(connection: Connection, read: Connection, day: date, tables: Iterable[Table]) -> None:
    """Writes the day rows of lists at the end of a day."""
    number = day.toordinal()
    for table in tables:
        days = DAYS[table]
        columns = list(days.columns)[:-1]
        names = ", ".join(f'"{column.name}"' for column in columns)
        ended = f"SELECT {names} FROM {days.name} WHERE begun <= {number} AND ended > {number}"
        still = f"SELECT {names} FROM {table.name} WHERE begun <= {number}"
        rows = read.exec_driver_sql(f"{ended} UNION ALL {still}").fetchall()
        _insert(connection, f"INSERT INTO {table.name} ({names}) VALUES ({', '.join('?' * len(columns))})", rows)


def _copy_trail(connection: Connection, read: Connection, day: date, last: int, refs: References) -> None:
    first = audit_trail.last_of_day(read, day - timedelta(_TRAIL), refs.calendar)
    columns = ", ".join(f'"{column.name}"' for column in audit_trail.table.columns)
    trail = f"SELECT {columns} FROM audit_trail WHERE position > {first} AND position <= {last}"
    _insert(connection, insertion(audit_trail.table), read.exec_driver_sql(trail).fetchall())


def _insert(connection: Connection, statement: str, rows: Sequence[Any]) -> None:
    if rows:
        connection.exec_driver_sql(statement, [tuple(row) for row in rows])


def _write_words(connection: Connection) -> None:
    people = connection.exec_driver_sql("SELECT stream, sort FROM directory_people").fetchall()
    words = [(word, stream) for stream, sort in people for word in {*sort.split()}]
    _insert(connection, "INSERT INTO directory_words (word, stream) VALUES (?, ?)", words)


def quoted(connection: Connection) -> set[UUID]:
    """Returns the streams whose states lists show: tasks snoozed or handed over, workshops that call for help, guests
    who were erased.
    """
    queue, people, seats = advisor_queue.table.c, directory.people.c, workshops.seats.c
    queries = (
        select(queue.stream).where(or_(queue.paused.is_not(None), queue.handed_to.is_not(None))),
        select(workshops.table.c.stream).where(workshops.table.c.help_at.is_not(None)),
        select(seats.dossier).where(seats.dossier.not_in(select(people.stream))),
    )
    return {stream for one in queries for stream in connection.execute(one).scalars()}


def _is_small(connection: Connection) -> bool:
    counts = (f"SELECT count(*) AS n FROM {table.name}" for table in DAYS)
    found = connection.exec_driver_sql(f"SELECT sum(n) FROM ({' UNION ALL '.join(counts)})").scalar_one()
    return int(found) <= _MOST_KEPT


def _lay(
    connection: Connection,
    histories: Histories,
    moment: Moment,
    last: int,
    refs: References,
    lists: Sequence[Projection],
) -> None:
    """Writes the rows and the states of whole streams as they stand at a moment."""
    batch, writer, changes = QueryingTransaction(connection), RowWriter(), []
    for stream, events in histories.items():
        try:
            if change := _change(stream, events, moment, last, refs):
                changes.append(packed(change))
        except Exception as error:
            writer.stop(connection, FOLD, stream, last, error)
    writer.write(batch, [change for change in changes if not _erased_since(change, last)], lists, last)
    batch.save(changes)


def _change(stream: UUID, events: Sequence[Recorded], moment: Moment, last: int, refs: References) -> Change | None:
    """Returns the change that makes a whole stream, None when nothing of it counts. Raises StreamDamaged."""
    kind, opened = kind_of(events[0].event), [one for one in events if not isinstance(one.event, Unopened)]
    if erasure_of(opened):
        told = [replace(one, event=as_erased(one.event)) for one in opened]
        return Change(stream, kind, None, KINDS[kind].fold(opened), told, refs, forgets=True)
    if any(isinstance(one.event, Unopened) and one.position <= last for one in events):
        raise StreamDamaged
    if moment.clock == "true" and kind in WITH_OWN_DAY:
        history = list_standing(opened, moment, last)
    else:
        history = [one for one in opened if one.position <= last]
    return Change(stream, kind, None, KINDS[kind].fold(history), history, refs) if history else None


def _erased_since(change: Change, last: int) -> bool:
    erasure = erasure_of(change.events) if change.forgets else None
    return erasure is not None and erasure.position > last


# --- one dossier and what its page names


@contextmanager
def past_tables(
    read: Connection,
    source: Source,
    dossier: UUID,
    position: int,
    refs: References,
    trail: Sequence[Recorded] | None = None,
) -> Iterator[Connection]:
    """Yields tables of a dossier as they stood at a position: its rows, its duplicates', and its workshops'.

    `read` are the tables of today, `source` opens their events, `refs` are the references of that position, `trail`
    the dossier's events when they are known. Each call makes tables of its own.
    """
    with _memory(*_TABLES_OF_A_DOSSIER, pool_size=_KEPT).connect() as connection:
        _write(connection, _dossiers(read, source, dossier, position, trail), refs)
        booked = audit_trail.of_streams(read, audit_trail.workshops_of(read, dossier), source)
        _write(connection, _cut(booked, position), refs)
        yield connection


def _write(connection: Connection, histories: Histories, refs: References) -> None:
    batch = QueryingTransaction(connection)
    kinds = {stream: kind_of(events[0].event) for stream, events in histories.items() if events}
    changes = [
        packed(Change(stream, kind, None, KINDS[kind].fold(histories[stream]), histories[stream], refs))
        for stream, kind in kinds.items()
    ]
    for projection in _OF_A_DOSSIER:
        write_rows(batch, projection, [change for change in changes if change.kind in projection.KINDS])
    batch.save(changes)


def _dossiers(
    read: Connection, source: Source, dossier: UUID, position: int, trail: Sequence[Recorded] | None
) -> Histories:
    """Returns the events of a dossier and of all that merges link to it, up to a position."""
    events_by_dossier: dict[UUID, Sequence[Recorded]] = {}
    new = {dossier}
    while new:
        known = {dossier: trail} if trail and new == {dossier} else audit_trail.of_streams(read, new, source)
        events_by_dossier |= _cut(known, position)
        merges = [one.event for stream in new for one in events_by_dossier.get(stream, ())]
        new = {one.into for one in merges if isinstance(one, DossierMerged)}
        new |= {one.duplicate for one in merges if isinstance(one, DuplicateJoined)}
        new -= events_by_dossier.keys()
    return events_by_dossier


def _cut(histories: Histories, position: int) -> Histories:
    """Returns the events up to a position. Someone erased since is erased at every position."""
    erased = {stream for stream, events in histories.items() if erasure_of(events)}
    return {
        stream: [one for one in events if stream in erased or one.position <= position]
        for stream, events in histories.items()
    }


# --- the figures: tables made of the events that stand then


@contextmanager
def figures_at(
    read: Connection, source: Source, refs: References, basis: Basis, moment: Moment
) -> Iterator[Connection]:
    """Yields tables of the entries and tasks as they stand at a moment, to ask the same questions.

    `read` are the tables of today, `source` opens their events, `refs` and `basis` are counted with. Each call makes
    tables of its own.
    """
    days, all_streams = day_of if moment.clock == "true" else event_day, histories(read, source)
    last = audit_trail.last_of_day(read, moment.day, refs.calendar)
    tables = (folds, stopped, position, *_COUNTED, advisor_queue.table)
    with _memory(*tables).connect() as connection:
        with without_garbage_collection():
            drop_indexes(connection, tables)
            known = ((stream, kind, list_standing(events, moment, last)) for stream, kind, events in all_streams)
            streams = (one for one in known if one[2])
            while some := list(islice(streams, _CHUNK)):
                write(connection, some, basis, day_of=days)
            fill_lists(connection, read, source, moment, (advisor_queue,))  # type: ignore[arg-type]
            connection.execute(delete(folds))
            create_indexes(connection, tables)
        structure = select(folds).where(folds.c.kind == "structure")
        insert_rows(connection, folds, [row._asdict() for row in read.execute(structure)])
        judge_debriefs(connection, refs)
        yield connection
