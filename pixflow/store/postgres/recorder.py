"""Event store of one structure on PostgreSQL: one schema (docs/faults.md#f2, docs/faults.md#f4).

A commit is one round trip when its streams stand where they were read. Else it is two, with the lock in between: the
first takes the structure's lock and reads the last position and the versions asked; the second inserts the events at
the positions that follow, their command and claims, and commits.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Semaphore, local
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    InfrastructureFactory,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    TrackingRecorder,
)
from eventsourcing.utils import strtobool
from psycopg import errors
from psycopg.pq.abc import PGresult
from psycopg.sql import Identifier

from pixflow.store import (
    Claim,
    ClaimTaken,
    CommandKnown,
    CommandRow,
    EventRow,
    NewCommand,
    Row,
    StoreBusy,
    StoreLost,
    StoreRefused,
)
from pixflow.store.postgres import copy
from pixflow.store.postgres.database import Database, Transaction, at_once, in_words, lock_number
from pixflow.store.postgres.pipeline import (
    ConnectionLost,
    Statement,
    bigint,
    bigints,
    byteas,
    integers,
    rows,
    texts,
    uuids,
)
from pixflow.store.postgres.tables import EVENTS, HELD, make_tables, missing_triggers, replace_triggers
from pixflow.store.recorders import Disorder, Files, StructureRecorder, disorder_statements


class Statements:
    """SQL of one schema, whose quoted name `@` stands for, and the values of a commit as PostgreSQL takes them."""

    def __init__(self, schema: str) -> None:
        name = Identifier(schema).as_bytes()

        def sql(statement: bytes) -> bytes:
            return statement.replace(b"@", name)

        lock = b"SELECT pg_advisory_xact_lock(%d)" % lock_number(f"pixflow events {schema}")
        self.lock: Statement = (lock, ())
        self.opening: list[Statement] = [self.lock, (sql(b"SELECT position FROM @.head"), ())]
        self.rows = sql(
            b"""SELECT originator_version, topic, state FROM @.stored_events
                WHERE originator_id = $1 AND originator_version >= $2::bigint ORDER BY originator_version"""
        )
        self.many = sql(
            b"""SELECT originator_id, originator_version, topic, state FROM @.stored_events
                WHERE originator_id = ANY($1) ORDER BY originator_id, originator_version"""
        )
        log = b"""SELECT originator_id, originator_version, topic, state, position FROM @.stored_events
            WHERE position > $1 AND position <= $2%s ORDER BY position LIMIT $3"""
        self.log = sql(log % b"")
        self.topics = sql(log % b" AND topic = ANY($4)")
        self.at = sql(
            b"""SELECT originator_id, originator_version, topic, state, position FROM @.stored_events
                WHERE position = ANY($1) ORDER BY position"""
        )
        self.between = sql(
            b"""SELECT originator_id, originator_version, topic, state, position FROM @.stored_events
                WHERE originator_id >= $1 AND originator_id <= $2 AND position <= $3
                ORDER BY originator_id, originator_version"""
        )
        self.streams = sql(b"SELECT DISTINCT originator_id FROM @.stored_events WHERE topic = ANY($1)")
        self.last = sql(b"SELECT COALESCE(max(position), 0) FROM @.stored_events")
        # Inner SELECTs hide the number of ids. If PostgreSQL knew it, it would plan each time: slower than the work.
        self.versions = sql(
            b"""SELECT id, COALESCE((SELECT max(originator_version) FROM @.stored_events WHERE originator_id = id), 0)
                FROM unnest((SELECT $1::uuid[])) AS asked (id)"""
        )
        self.command = sql(b"SELECT actor, fingerprint, first_position, last_position FROM @.commands WHERE id = $1")
        self.commands = sql(
            b"""SELECT id, actor, fingerprint, first_position, last_position FROM @.commands WHERE id = ANY($1)"""
        )
        self.order = [sql(statement.encode()) for statement in disorder_statements("SELECT position FROM @.head")]
        self.claimed = sql(b"SELECT digest, stream FROM @.claims WHERE kind = $1 AND digest = ANY($2)")
        self.insert_file = sql(b"INSERT INTO @.files VALUES ($1::text, $2::bytea) ON CONFLICT DO NOTHING")
        self.select_file = sql(b"SELECT content FROM @.files WHERE digest = $1::text")
        # A division by zero refuses the transaction when a stream has moved.
        self._unmoved = sql(
            b"""SELECT 1 / (count(*) = 0)::integer
                FROM unnest((SELECT $1::uuid[]), (SELECT $2::integer[])) AS seen (id, version)
                WHERE version <> COALESCE((SELECT max(originator_version) FROM @.stored_events
                    WHERE originator_id = id), 0)"""
        )
        self._release = sql(
            b"""DELETE FROM @.claims USING unnest($1::text[], $2::bytea[], $3::uuid[]) AS gone (kind, digest, stream)
                WHERE claims.kind = gone.kind AND claims.digest = gone.digest AND claims.stream = gone.stream"""
        )
        self._claim = sql(
            b"""INSERT INTO @.claims
                SELECT * FROM unnest((SELECT $1::text[]), (SELECT $2::bytea[]), (SELECT $3::uuid[]))"""
        )
        # The events count the commands, so that a command that is known is refused first.
        self._record = sql(
            b"""WITH moved AS (UPDATE @.head SET position = position + $1::bigint RETURNING position - $1 AS head),
                said AS (INSERT INTO @.commands
                    SELECT $2::uuid, $3, $4::bytea, head + 1, head + $1 FROM moved WHERE $2 IS NOT NULL RETURNING id),
                done AS (INSERT INTO @.stored_events SELECT head + number, new.id, version, topic, state
                    FROM moved, (SELECT count(*) FROM said) AS first,
                        unnest((SELECT $5::uuid[]), (SELECT $6::integer[]), (SELECT $7::text[]), (SELECT $8::bytea[]))
                        WITH ORDINALITY AS new (id, version, topic, state, number))
                SELECT head FROM moved"""
        )

    def unmoved(self, versions: Mapping[UUID, int]) -> Statement:
        """Returns the statement that refuses the transaction unless each stream has its version."""
        return self._unmoved, [uuids(versions), integers(versions.values())]

    def writes(
        self,
        events: Sequence[StoredEvent],
        command: NewCommand | None,
        claims: Sequence[Claim],
        releases: Sequence[Claim],
    ) -> Iterator[Statement]:
        """Yields the statements of one transaction, in the order in which errors are to be found.

        The events follow the head of the store; the first statement moves it, and returns where it stood.
        """
        command_fields = [command.id.bytes, command.actor.encode(), command.fingerprint] if command else [None] * 3
        yield (
            self._record,
            [
                bigint(len(events)),
                *command_fields,
                uuids(_id(event.originator_id) for event in events),
                integers(event.originator_version for event in events),
                texts(event.topic for event in events),
                byteas(event.state for event in events),
            ],
        )
        if releases:
            yield self._release, _columns(releases)
        if claims:
            yield self._claim, _columns(claims)


def _columns(claims: Sequence[Claim]) -> list[bytes]:
    kinds, digests = texts(claim.kind for claim in claims), byteas(claim.digest for claim in claims)
    return [kinds, digests, uuids(claim.stream for claim in claims)]


def _id(stream: UUID | str) -> UUID:
    return stream if isinstance(stream, UUID) else UUID(stream)


_LAST = 2**63 - 1


class PostgresRecorder(StructureRecorder):
    """Application recorder of the library, with commands and claims in the transaction of the events.

    Positions are dense from 1 and never issued twice (docs/faults.md#f2). Raises StoreBusy, StoreFull, ClaimTaken,
    CommandKnown, and the library's IntegrityError for a stream version that exists.
    """

    KIND = "postgresql"

    def __init__(self, database: Database, schema: str) -> None:
        self.database = database
        self.schema = schema
        self._sql = Statements(schema)
        self._mutex = Lock()
        self._here = local()
        self.files = Files(self._insert_file, self._select_file)

    @property
    def has_known_flaw(self) -> bool:
        """Tells whether only triggers keep events from being changed: PostgreSQL lets this user make no role."""
        return not self.database.role

    def check_durable(self) -> None:
        """Raises StoreRefused when a confirmed command could be lost in a power cut (docs/faults.md#f1)."""
        with self.database.owner() as owner:
            self.database.check_durable(owner)

    def missing_triggers(self) -> list[str]:
        """Returns the tables whose trigger is gone or changed: their events or commands can be changed."""
        return missing_triggers(self.database, self.schema)

    def replace_triggers(self) -> None:
        """Creates the missing triggers again."""
        replace_triggers(self.database, self.schema)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Excludes other writers from the first statement inside until the commit; re-entrant.

        Use it to check versions, decide and save. Raises StoreBusy after the limit (10 s).
        """
        if self._transaction is not None:
            yield
            return
        deadline = monotonic() + self.database.limit
        with _acquired(self._mutex, deadline), _acquired(self.database.writers, deadline):
            transaction = Transaction(self.database, self._sql.opening, deadline)
            self._here.transaction = transaction
            try:
                yield
            finally:
                self._here.transaction = None
                transaction.end()

    def _insert_file(self, digest: str, content: bytes) -> None:
        self.database.execute((self._sql.insert_file, [digest.encode(), content]))

    def _select_file(self, digest: str) -> bytes | None:
        (answer,) = self.database.execute((self._sql.select_file, [digest.encode()]))
        return next((bytes(content) for (content,) in rows(answer)), None)

    def truncate(self) -> bool:
        """Does nothing: PostgreSQL manages its own log."""
        return True

    def copy_to(self, path: Path) -> None:
        """Writes all records of one snapshot to a file; others may write meanwhile."""
        copy.copy_to(self.database, self.schema, path)

    # Writing

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        command: NewCommand | None = None,
        claims: Sequence[Claim] = (),
        releases: Sequence[Claim] = (),
        **_: Any,
    ) -> Sequence[int]:
        """Inserts all or nothing. Returns the positions. Deletes `releases` before it inserts `claims`."""
        if not stored_events:
            if command or claims or releases:
                raise ValueError("a command or a claim needs an event")
            return []
        with self.exclusive():
            assert self._transaction is not None
            return self._record(self._transaction, stored_events, command, claims, releases)

    def insert_unless_moved(
        self,
        stored_events: Sequence[StoredEvent],
        versions: Mapping[UUID, int],
        *,
        command: NewCommand,
        claims: Sequence[Claim] = (),
        releases: Sequence[Claim] = (),
    ) -> Sequence[int] | None:
        """Inserts all, if each stream has its version, in one round trip. None: nothing is recorded.

        Within `exclusive` it always returns None. Raises StoreLost when the events may be recorded later: who then
        records nothing under this command id does not know.
        """
        if self._transaction is not None:
            return None
        deadline = monotonic() + self.database.limit
        writes = self._sql.writes(stored_events, command, claims, releases)
        with _acquired(self._mutex, deadline), _acquired(self.database.writers, deadline):
            try:
                answers = at_once(self.database, [self._sql.lock, self._sql.unmoved(versions), *writes], deadline)
            except (errors.DivisionByZero, errors.LockNotAvailable):
                return None
            except psycopg.Error as error:
                raise _refusal(error, command) from error
            except ConnectionLost as error:
                raise StoreLost(str(error)) from error
        ((head,),) = rows(answers[2])
        return range(head + 1, head + len(stored_events) + 1)

    def _record(
        self,
        transaction: Transaction,
        events: Sequence[StoredEvent],
        command: NewCommand | None,
        claims: Sequence[Claim],
        releases: Sequence[Claim],
    ) -> range:
        """Commits. Looks for the command when the answer is lost: the lock is free only after that commit has ended."""
        deadline = monotonic() + self.database.limit
        transaction.begin()
        head = transaction.head
        positions = range(head + 1, head + len(events) + 1)
        while True:
            try:
                transaction.commit(self._sql.writes(events, command, claims, releases))
            except psycopg.Error as error:
                raise _refusal(error, command) from error
            except ConnectionLost as error:
                if found := self._recorded_after_all(transaction, command, error):
                    return found
                if transaction.head != head or monotonic() >= deadline:
                    raise StoreBusy(f"nothing was recorded: {error}") from error
            else:
                return positions

    def _recorded_after_all(
        self, transaction: Transaction, command: NewCommand | None, lost: ConnectionLost
    ) -> range | None:
        if command is None:
            raise StoreLost(str(lost)) from lost
        try:
            row = self.command(command.id)
        except StoreBusy:
            raise StoreLost(str(lost)) from lost
        return range(row.first_position, row.last_position + 1) if row else None

    # Reading

    def rows(self, stream: UUID) -> list[Row]:
        """Returns version, topic and state of every event of a stream, in order; faster than `select_events`."""
        return self.look({stream: 0})[1][stream]

    def look(self, streams: Mapping[UUID, int]) -> tuple[int, dict[UUID, list[Row]]]:
        """Returns the last position, and the rows of each stream from a version on, in one round trip."""
        asked = ((self._sql.rows, [stream.bytes, bigint(first)]) for stream, first in streams.items())
        last, *found = self._execute((self._sql.last, ()), *asked)
        return int(rows(last)[0][0]), dict(zip(streams, map(rows, found), strict=True))

    def select_many(self, ids: Iterable[UUID]) -> dict[UUID, list[StoredEvent]]:
        """Returns the events of many streams from one snapshot, each in order; an empty list for an unknown stream."""
        events_by_stream: dict[UUID, list[StoredEvent]] = {id: [] for id in ids}
        for row in self._rows(self._sql.many, uuids(events_by_stream)):
            events_by_stream[row[0]].append(StoredEvent(*row))
        return events_by_stream

    def log(self, after: int, limit: int, stop: int | None = None, topics: Sequence[str] = ()) -> list[EventRow]:
        """Returns stream, version, topic, state and position of the events after a position, in order."""
        values = [bigint(after), bigint(_LAST if stop is None else stop), bigint(limit)]
        return self._rows(self._sql.topics, *values, texts(topics)) if topics else self._rows(self._sql.log, *values)

    def at(self, positions: Iterable[int]) -> list[EventRow]:
        """Returns the events at these positions, in order of position."""
        return self._rows(self._sql.at, bigints(positions))

    def between(self, first: UUID, last: UUID, stop: int) -> list[EventRow]:
        """Returns the events of a range of streams up to a position, stream after stream."""
        return self._rows(self._sql.between, first.bytes, last.bytes, bigint(stop))

    def streams(self, topics: Iterable[str]) -> set[UUID]:
        """Returns the streams that have an event of one of these topics."""
        return {stream for (stream,) in self._rows(self._sql.streams, texts(topics))}

    def max_notification_id(self) -> int:
        """Returns the last position, 0 when nothing is recorded."""
        return self.look({})[0]

    def versions(self, ids: Iterable[UUID]) -> dict[UUID, int]:
        """Returns the version of each stream from one snapshot, 0 for an unknown one."""
        return dict(self._rows(self._sql.versions, uuids(ids)))

    def command(self, id: UUID) -> CommandRow | None:
        """Returns the record of a command id, None when there is none."""
        return next((CommandRow(id, *row) for row in self._rows(self._sql.command, id.bytes)), None)

    def commands(self, ids: Iterable[UUID]) -> dict[UUID, CommandRow]:
        """Returns the records of these command ids; unknown ones are left out."""
        return {row[0]: CommandRow(*row) for row in self._rows(self._sql.commands, uuids(ids))}

    def disorder(self) -> list[tuple[Disorder, int]]:
        """Returns what is out of order (pixflow/store/recorders.py): a code and a position for each."""
        return [row for statement in self._sql.order for row in self._rows(statement)]

    def claimed(self, kind: str, digests: Iterable[bytes]) -> dict[bytes, UUID]:
        """Returns the stream that holds each digest, from one snapshot; free ones are left out."""
        return dict(self._rows(self._sql.claimed, kind.encode(), byteas(digests)))

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Raises NotImplementedError: the read side polls (docs/faults.md#f7)."""
        raise NotImplementedError("there are no subscriptions")

    @property
    def _transaction(self) -> Transaction | None:
        return getattr(self._here, "transaction", None)

    def _rows(self, sql: bytes, *values: bytes) -> list[Any]:
        (answer,) = self._execute((sql, values))
        return rows(answer)

    def _execute(self, *statements: Statement) -> list[PGresult]:
        transaction = self._transaction
        return transaction.execute(*statements) if transaction else self.database.execute(*statements)


def _refusal(error: psycopg.Error, command: NewCommand | None) -> Exception:
    """Returns the error for the sender of a refused commit."""
    if error.sqlstate == HELD:
        return ClaimTaken(error.diag.message_primary or "", UUID(error.diag.message_detail))
    if command and isinstance(error, errors.UniqueViolation) and error.diag.constraint_name == "commands_pkey":
        return CommandKnown(command.id)
    return in_words(error)


@contextmanager
def _acquired(lock: "Lock | Semaphore", deadline: float) -> Iterator[None]:
    if not lock.acquire(timeout=max(0.0, deadline - monotonic())):
        raise StoreBusy("another thread has held the structure's lock for too long")
    try:
        yield
    finally:
        lock.release()


_FUNCTIONS = "POSTGRES_ENABLE_DB_FUNCTIONS"


class PostgresFactory(InfrastructureFactory[TrackingRecorder]):
    """Factory of the library for one schema, which returns PostgresRecorder only. It does not close the pool.

    Opening it (`application_recorder`) creates the tables with `create` only, and raises RecordsLost without. Raises
    StoreRefused when the environment asks for the functions of the library, which skip events (docs/faults.md#f6).
    """

    def __init__(self, database: Database, schema: str, *, create: bool = False) -> None:
        if strtobool(os.environ.get(_FUNCTIONS, "no")):
            raise StoreRefused(
                f"{_FUNCTIONS} is set: with it the library loses events for who reads while others write"
            )
        super().__init__({})
        self._create = create
        self.database = database
        self.schema = schema

    def application_recorder(self) -> PostgresRecorder:
        make_tables(self.database, self.schema, EVENTS, create=self._create)
        return PostgresRecorder(self.database, self.schema)

    def aggregate_recorder(self, purpose: str = "events") -> PostgresRecorder:
        return self.application_recorder()

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        raise NotImplementedError("read stores keep their own position")

    def process_recorder(self) -> ProcessRecorder:
        raise NotImplementedError("read stores keep their own position")
