"""Event store of one structure on PostgreSQL: one schema (docs/faults.md#f2, docs/faults.md#f4).

A commit is one round trip when its streams stand where they were read. Else it is two, with the lock in between: the
first takes the structure's lock and reads the last position and the versions asked; the second inserts the events at
the positions that follow, their command and claims, and commits.
"""

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
    Notification,
    StoredEvent,
    Subscription,
)
from psycopg import errors
from psycopg.pq.abc import PGresult

from pixflow.store import Claim, ClaimTaken, CommandKnown, CommandRow, EventRow, NewCommand, StoreBusy, StoreLost
from pixflow.store.order import Disorder
from pixflow.store.postgres import copy
from pixflow.store.postgres.database import Database, in_words
from pixflow.store.postgres.files import PostgresFiles
from pixflow.store.postgres.pipeline import ConnectionLost, Statement, bigint, bigints, byteas, rows, texts, uuids
from pixflow.store.postgres.statements import Statements
from pixflow.store.postgres.tables import HELD, missing_triggers, replace_triggers
from pixflow.store.postgres.transaction import Transaction, at_once

_LAST = 2**63 - 1


class PostgresRecorder(ApplicationRecorder):
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
        self.files = PostgresFiles(database, schema)

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

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        stream = originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
        found = [row for row in self.rows(stream) if row[0] > (gt or 0) and (lte is None or row[0] <= lte)]
        if desc:
            found.reverse()
        return [StoredEvent(stream, *row) for row in found[:limit]]

    def rows(self, stream: UUID) -> list[tuple[int, str, bytes]]:
        """Returns version, topic and state of every event of a stream, in order; faster than `select_events`."""
        return self.look({stream: 0})[1][stream]

    def look(self, streams: Mapping[UUID, int]) -> tuple[int, dict[UUID, list[tuple[int, str, bytes]]]]:
        """Returns the last position, and the rows of each stream from a version on, in one round trip."""
        asked = ((self._sql.rows, [stream.bytes, bigint(first)]) for stream, first in streams.items())
        last, *found = self._execute((self._sql.last, ()), *asked)
        return int(rows(last)[0][0]), dict(zip(streams, map(rows, found), strict=True))

    def select_many(self, ids: Iterable[UUID]) -> dict[UUID, list[StoredEvent]]:
        """Returns the events of many streams from one snapshot, each in order; an empty list for an unknown stream."""
        found: dict[UUID, list[StoredEvent]] = {id: [] for id in ids}
        (answer,) = self._execute((self._sql.many, [uuids(found)]))
        for row in rows(answer):
            found[row[0]].append(StoredEvent(*row))
        return found

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        return [Notification(*row) for row in self.log((start or 0) - inclusive_of_start, limit, stop, topics)]

    def log(self, after: int, limit: int, stop: int | None = None, topics: Sequence[str] = ()) -> list[EventRow]:
        """Returns stream, version, topic, state and position of the events after a position, in order."""
        values = [bigint(after), bigint(_LAST if stop is None else stop), bigint(limit)]
        statement = (self._sql.topics, [*values, texts(topics)]) if topics else (self._sql.log, values)
        (answer,) = self._execute(statement)
        return rows(answer)

    def at(self, positions: Iterable[int]) -> list[EventRow]:
        """Returns the events at these positions, in order of position."""
        (answer,) = self._execute((self._sql.at, [bigints(positions)]))
        return rows(answer)

    def between(self, first: UUID, last: UUID, stop: int) -> list[EventRow]:
        """Returns the events of a range of streams up to a position, stream after stream."""
        (answer,) = self._execute((self._sql.between, [first.bytes, last.bytes, bigint(stop)]))
        return rows(answer)

    def streams(self, topics: Iterable[str]) -> set[UUID]:
        """Returns the streams that have an event of one of these topics."""
        (answer,) = self._execute((self._sql.streams, [texts(topics)]))
        return {stream for (stream,) in rows(answer)}

    def max_notification_id(self) -> int:
        """Returns the last position, 0 when nothing is recorded."""
        return self.look({})[0]

    def versions(self, ids: Iterable[UUID]) -> dict[UUID, int]:
        """Returns the version of each stream from one snapshot, 0 for an unknown one."""
        (answer,) = self._execute((self._sql.versions, [uuids(ids)]))
        return dict(rows(answer))

    def command(self, id: UUID) -> CommandRow | None:
        """Returns the record of a command id, None when there is none."""
        (answer,) = self._execute((self._sql.command, [id.bytes]))
        return next((CommandRow(id, *row) for row in rows(answer)), None)

    def commands(self, ids: Iterable[UUID]) -> dict[UUID, CommandRow]:
        """Returns the records of these command ids; unknown ones are left out."""
        (answer,) = self._execute((self._sql.commands, [uuids(ids)]))
        return {row[0]: CommandRow(*row) for row in rows(answer)}

    def disorder(self) -> list[tuple[Disorder, int]]:
        """Returns what is out of order (pixflow/store/order.py): a code and a position for each."""
        return [
            found
            for statement in self._sql.order
            for answer in self._execute((statement, ()))
            for found in rows(answer)
        ]

    def claimed(self, kind: str, digests: Iterable[bytes]) -> dict[bytes, UUID]:
        """Returns the stream that holds each digest, from one snapshot; free ones are left out."""
        (answer,) = self._execute((self._sql.claimed, [kind.encode(), byteas(digests)]))
        return dict(rows(answer))

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Raises NotImplementedError: the read side polls (docs/faults.md#f7)."""
        raise NotImplementedError("there are no subscriptions")

    @property
    def _transaction(self) -> Transaction | None:
        return getattr(self._here, "transaction", None)

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
