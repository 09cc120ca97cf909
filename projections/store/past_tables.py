"""The read tables of an earlier moment, in memory: of all lists, of one dossier, of the figures."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import islice
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.pool import NullPool, QueuePool

from pixflow.dossier import evolve as dossier_evolve
from pixflow.events.base import Recorded, Unopened, as_erased, event_day
from pixflow.events.dossier import DossierMerged, DuplicateJoined
from pixflow.folding import ERASURES
from pixflow.indicators.entry import Basis
from pixflow.moment import WITH_OWN_DAY, Moment, day_of, standing
from pixflow.reference_data import References
from pixflow.store.garbage import without_garbage_collection
from pixflow.streams import KINDS, kind_of
from projections import advisor_queue, audit_trail, directory, dossier_sheet, workshops
from projections.contract import Change, Projection, Row, Source, folds, metadata, position
from projections.figures import entries, paths
from projections.figures.refresh import Stream, histories, judge_debriefs, write
from projections.store.catch_up import PART, PROJECTIONS, RowWriter, create_indexes, drop_indexes, write_rows
from projections.store.folds import FOLD, StreamDamaged, packed, position_of_tables
from projections.store.sqlite import in_memory
from projections.store.transaction import QueryingTransaction, insert_rows

_CHUNK = 500
_KEPT = 2
_COUNTED = (paths.paths, entries.entries, entries.sums, entries.value_sums)
LISTED = tuple(one for one in PROJECTIONS if not {*one.TABLES} & {*_COUNTED})
"""The projections of lists: all but those of figures."""
_OF_A_DOSSIER: tuple[Projection, ...] = (directory, workshops, audit_trail)  # type: ignore[assignment]
Histories = Mapping[UUID, Sequence[Recorded]]


@cache
def _memory(*tables: object, kept: int = 0) -> Engine:
    """Returns an engine whose every connection is a database in memory with these tables, all by default, empty.

    It goes when it closes. With `kept`, so many are kept, and what is written is rolled back at the end: to create
    the tables of one dossier takes as long as to write them.
    """
    pool = {"poolclass": QueuePool, "pool_size": kept, "max_overflow": -1} if kept else {"poolclass": NullPool}
    return in_memory(tables or metadata.sorted_tables, **pool)  # type: ignore[arg-type]


# --- all lists


@contextmanager
def tables_at(read: Connection, source: Source, moment: Moment) -> Iterator[Connection]:
    """Yields the tables of a moment, for the questions of today: SQLite in memory, whatever the store.

    `read` are the tables of today, `source` opens their events. There is every table; all that lists show is filled:

    - the queue, participations and results, dossiers, people and their words, workshops with their facilitators and
      seats, referrals, partners with their offers, names and contacts, resources, questions, exports;
    - `folds` and `audit_trail`: of the streams that counted then. By the true clock, the trail has the events that
      stand;
    - `stopped`: the streams that no table shows then; `position`: the last position of the day.

    The tables of figures are empty. `dossier_sheet.last_on` is NULL: no list of an earlier day shows it. The
    references (`source.references_at` of the position) are those known on the day, by both clocks. Someone erased
    since is erased at every moment: their streams have a state, and no row.
    """
    with _memory().connect() as connection, without_garbage_collection():
        drop_indexes(connection, metadata.sorted_tables)
        fold_events(connection, read, source, moment)
        create_indexes(connection, metadata.sorted_tables)
        yield connection


def fold_events(connection: Connection, read: Connection, source: Source, moment: Moment) -> None:
    """Writes the rows of a moment in empty tables, from all events. It needs no day row, and takes seconds."""
    shown, _ = position_of_tables(read)
    last = audit_trail.last_of_day(read, moment.day, source.references_at(shown).calendar)
    refs = source.references_at(last)
    for found in source.by_stream(shown, PART):
        _lay(connection, found, moment, last, refs)
    connection.execute(update(dossier_sheet.table).values(last_on=None))
    connection.execute(insert(position), {"position": last, "stained": False})


def _lay(connection: Connection, histories: Histories, moment: Moment, last: int, refs: References) -> None:
    """Writes the rows and the states of whole streams as they stand at a moment."""
    batch, writer, changes = QueryingTransaction(connection), RowWriter(), []
    for stream, events in histories.items():
        try:
            if change := _change(stream, events, moment, last, refs):
                changes.append(packed(change))
        except Exception as error:
            writer.stop(connection, FOLD, stream, last, error)
    writer.write(batch, [change for change in changes if not _erased_since(change, last)], LISTED, last)
    batch.save(changes)


def _change(stream: UUID, events: Sequence[Recorded], moment: Moment, last: int, refs: References) -> Change | None:
    """Returns the change that makes a whole stream, None when nothing of it counts. Raises StreamDamaged."""
    kind, opened = kind_of(events[0].event), [one for one in events if not isinstance(one.event, Unopened)]
    if any(isinstance(one.event, ERASURES) for one in opened):
        told = [replace(one, event=as_erased(one.event)) for one in opened]
        return Change(stream, kind, None, KINDS[kind].fold(opened), told, refs, forgets=True)
    if any(isinstance(one.event, Unopened) and one.position <= last for one in events):
        raise StreamDamaged
    if moment.clock == "true" and kind in WITH_OWN_DAY:
        known = standing(opened, moment, last)
    else:
        known = [one for one in opened if one.position <= last]
    return Change(stream, kind, None, KINDS[kind].fold(known), known, refs) if known else None


def _erased_since(change: Change, last: int) -> bool:
    return change.forgets and not any(isinstance(one.event, ERASURES) and one.position <= last for one in change.events)


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
    tables = (folds, *(table for projection in _OF_A_DOSSIER for table in projection.TABLES))
    with _memory(*tables, kept=_KEPT).connect() as connection:
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
    found: dict[UUID, Sequence[Recorded]] = {}
    new = {dossier}
    while new:
        known = {dossier: trail} if trail and new == {dossier} else audit_trail.of_streams(read, new, source)
        found |= _cut(known, position)
        merges = [one.event for stream in new for one in found.get(stream, ())]
        new = {one.into for one in merges if isinstance(one, DossierMerged)}
        new |= {one.duplicate for one in merges if isinstance(one, DuplicateJoined)}
        new -= found.keys()
    return found


def _cut(histories: Histories, position: int) -> Histories:
    """Returns the events up to a position. Someone erased since is erased at every position."""
    erased = {stream for stream, events in histories.items() if any(isinstance(one.event, ERASURES) for one in events)}
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
    days, told = day_of if moment.clock == "true" else event_day, histories(read, source)
    last = audit_trail.last_of_day(read, moment.day, refs.calendar)
    tables = (folds, *_COUNTED, advisor_queue.table)
    with _memory(*tables).connect() as connection:
        with without_garbage_collection():
            drop_indexes(connection, tables)
            known = ((stream, kind, standing(events, moment, last)) for stream, kind, events in told)
            streams = (one for one in known if one[2])
            while some := list(islice(streams, _CHUNK)):
                write(connection, some, basis, day_of=days)
                _write_tasks(connection, some, refs)
            create_indexes(connection, tables)
        structure = select(folds).where(folds.c.kind == "structure")
        insert_rows(connection, folds, [row._asdict() for row in read.execute(structure)])
        judge_debriefs(connection, refs)
        yield connection


def _write_tasks(connection: Connection, streams: Iterable[Stream], refs: References) -> None:
    rows: list[Row] = []
    for stream, kind, events in streams:
        if kind == "dossier":
            change = Change(stream, kind, None, dossier_evolve.fold(events), (), refs)
            rows += advisor_queue.rows(change)[advisor_queue.table]
    insert_rows(connection, advisor_queue.table, rows)
