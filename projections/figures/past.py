"""The entries as of an earlier day, by one of the two clocks: tables in memory, made of the events that stand then."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from itertools import islice

from sqlalchemy import Connection, Engine, select
from sqlalchemy.pool import NullPool

from pixflow.dossier import evolve as dossier_evolve
from pixflow.events.base import event_day
from pixflow.indicators.entry import Basis, Clock, day_of, standing
from pixflow.reference_data import References
from pixflow.store.garbage import without_garbage_collection
from projections import advisor_queue
from projections.contract import Change, Row, Source, folds
from projections.figures.entries import entries, sums, value_sums
from projections.figures.paths import paths
from projections.figures.refresh import Stream, histories, judge_debriefs, write
from projections.store.catch_up import create_indexes, drop_indexes
from projections.store.sqlite import in_memory
from projections.store.transaction import insert_rows

_TABLES = (folds, paths, sums, value_sums, entries, advisor_queue.table)
_CHUNK = 500


@contextmanager
def as_of(
    read: Connection, source: Source, refs: References, basis: Basis, day: date, clock: Clock
) -> Iterator[Connection]:
    """Yields tables of the entries and tasks as they stand on a day, to ask the same questions.

    `read` are the tables of today, `source` opens their events, `refs` and `basis` are counted with. Each call makes
    tables of its own.
    """
    days, told = day_of if clock == "true" else event_day, histories(read, source)
    with _memory().connect() as connection:
        with without_garbage_collection():
            drop_indexes(connection, _TABLES)
            known = ((stream, kind, standing(events, day, clock, refs.calendar)) for stream, kind, events in told)
            streams = (one for one in known if one[2])
            while some := list(islice(streams, _CHUNK)):
                write(connection, some, basis, day_of=days)
                _write_tasks(connection, some, refs)
            create_indexes(connection, _TABLES)
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


@cache
def _memory() -> Engine:
    """Returns an engine whose every connection is an empty database in memory, gone when it closes."""
    return in_memory(_TABLES, poolclass=NullPool)
