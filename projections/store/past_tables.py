"""Read tables in memory for the page of one dossier at an earlier position: that dossier and what its page names."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from uuid import UUID

from sqlalchemy import Connection, Engine
from sqlalchemy.pool import QueuePool

from pixflow.events.base import Recorded
from pixflow.events.dossier import DossierMerged, DuplicateJoined
from pixflow.folding import ERASURES
from pixflow.reference_data import References
from pixflow.streams import KINDS, kind_of
from projections import audit_trail, directory, workshops
from projections.contract import Change, Projection, Source, folds
from projections.store.catch_up import write_rows
from projections.store.folds import packed
from projections.store.sqlite import in_memory
from projections.store.transaction import QueryingTransaction

PROJECTIONS: tuple[Projection, ...] = (directory, workshops, audit_trail)  # type: ignore[assignment]

_KEPT = 2
Histories = Mapping[UUID, Sequence[Recorded]]


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
    with _memory().connect() as connection:
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
    for projection in PROJECTIONS:
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


@cache
def _memory() -> Engine:
    """Returns an engine whose every connection is a database in memory with empty tables.

    Two are kept: what is written is rolled back at the end, since to create the tables takes as long as to write them.
    """
    tables = (folds, *(table for projection in PROJECTIONS for table in projection.TABLES))
    return in_memory(tables, poolclass=QueuePool, pool_size=_KEPT, max_overflow=-1)
