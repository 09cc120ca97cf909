"""Event store of one structure on SQLite, `events.db` in its folder (docs/faults.md#f1, docs/faults.md#f2)."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

from eventsourcing import persistence
from eventsourcing.domain import EventSourcingError
from eventsourcing.persistence import ConnectionPoolClosedError, PersistenceError, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore, SQLiteFactory

from pixflow.store import (
    LAST_STREAM,
    Claim,
    ClaimTaken,
    CommandKnown,
    CommandRow,
    EventRow,
    NewCommand,
    RecordsLost,
    Row,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreRefused,
)
from pixflow.store.durable_files import private_file
from pixflow.store.locks import FileLock
from pixflow.store.recorders import Disorder, Files, StructureRecorder, disorder_statements

# --- connections: durable, one writer at a time, waiting by the monotonic clock

WAL_LIMIT = 4 * 1024 * 1024
READERS = 8
"""Connections for reading that stay open while nobody reads."""
READ_CACHE = "PRAGMA cache_size = -500"
"""Kilobytes of pages that each of them keeps, 2,000 by default: the system keeps the pages too."""

_DAMAGED = partial(RecordsLost, "damaged")
_REFUSALS: dict[int, tuple[Callable[[str], StoreError], str]] = {
    sqlite3.SQLITE_FULL: (StoreFull, "the disk is full"),
    sqlite3.SQLITE_IOERR: (StoreFull, "the disk does not answer"),
    sqlite3.SQLITE_BUSY: (StoreBusy, "the database is locked by another"),
    sqlite3.SQLITE_CANTOPEN: (StoreRefused, "the database cannot be opened"),
    sqlite3.SQLITE_NOTADB: (_DAMAGED, "the file is not a database"),
    sqlite3.SQLITE_CORRUPT: (_DAMAGED, "the database is damaged"),
    sqlite3.SQLITE_READONLY: (StoreRefused, "the database is read-only"),
}


class ReadCursor:
    """Translates the errors of SQLite into those of the store: `with ReadCursor(datastore) as cursor:`.

    Its connection is one of a list beside the pool of the library: taking it costs a tenth.
    """

    __slots__ = ("_connection", "_cursor", "_datastore")

    def __init__(self, datastore: "HardenedDatastore") -> None:
        self._datastore = datastore

    def __enter__(self) -> sqlite3.Cursor:
        self._connection = self._datastore.lend()
        self._cursor = self._connection.cursor()
        return self._cursor

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._cursor.close()
        self._datastore.give_back(self._connection, error)
        if isinstance(error, sqlite3.Error):
            raise in_words(error) from error


class HardenedDatastore(SQLiteDatastore):
    """One database file, its write.lock beside it, and its checkpoints (docs/faults.md#f12).

    The pool of the library stays empty: its waits end with the wall clock (docs/faults.md#f10). Writers wait at
    write.lock, readers never.
    """

    def __init__(self, path: Path, limit: float = 10.0) -> None:
        super().__init__(str(path))
        self._path = path
        self.lock = FileLock(path.parent / "write.lock", limit)
        self._wal = f"{path}-wal"
        self._readers: list[sqlite3.Connection] = []
        self._writer: sqlite3.Connection | None = None

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Excludes all other writers, threads and processes; re-entrant. Raises StoreBusy after the limit."""
        with self.lock:
            try:
                yield
            finally:
                # The commit is recorded, even if the checkpoint fails: the next writer tries again.
                with suppress(StoreError, EventSourcingError, OSError):
                    if self.lock.depth == 1 and _size(self._wal) > WAL_LIMIT:
                        self._checkpoint("PASSIVE")

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[sqlite3.Cursor]:  # type: ignore[override]
        """Opens a cursor in a transaction. Those that commit share one connection, under the lock.

        Raises the errors of the store or of the library, even for a failed commit. The next transaction finds a clean
        connection.
        """
        if not commit:
            with self.reading() as reader:
                reader.execute("BEGIN")
                yield reader
                reader.connection.rollback()
            return
        with self.exclusive():
            writer = self._writer = self._writer or self.connect()
            cursor = writer.cursor()
            try:
                cursor.execute("BEGIN IMMEDIATE")  # docs/faults.md#f3
                yield cursor
                writer.commit()
            except sqlite3.Error as error:
                raise in_words(error) from error
            finally:
                cursor.close()
                try:
                    writer.rollback()  # a transaction that is left open
                except sqlite3.Error:  # the next writer opens another connection
                    writer.close()
                    self._writer = None

    def reading(self) -> "ReadCursor":
        """Opens a cursor for one SELECT, which is its own snapshot."""
        return ReadCursor(self)

    def connect(self) -> sqlite3.Connection:
        """Opens a durable connection (docs/faults.md#f1). Never makes the file."""
        if self.pool.closed:
            raise ConnectionPoolClosedError
        try:
            with ExitStack() as on_failure:
                raw = existing(self._path, timeout=5)
                on_failure.callback(raw.close)
                _make_durable(raw)
                on_failure.pop_all()
        except sqlite3.Error as error:
            raise in_words(error) from error
        return raw

    def lend(self) -> sqlite3.Connection:
        """Returns a connection for reading, to be given back."""
        try:
            return self._readers.pop()
        except IndexError:
            made = self.connect()
            made.execute(READ_CACHE)
            return made

    def give_back(self, connection: sqlite3.Connection, error: BaseException | None) -> None:
        if error or self.pool.closed or len(self._readers) >= READERS:
            connection.close()
        else:
            self._readers.append(connection)

    def check_durable(self) -> None:
        """Checks the connection that commits; before the first commit, one like it."""
        with self.reading() as cursor:
            check_durable(self._writer or cursor.connection)

    def truncate(self) -> bool:
        """Moves the whole WAL into the database and empties it; False if a reader kept it."""
        with self.lock:
            return self._checkpoint("TRUNCATE")

    def close(self) -> None:
        if not self.pool.closed:
            with suppress(StoreError, EventSourcingError, OSError):
                self.truncate()
        self.pool.close()
        for connection in [*self._readers, *([self._writer] if self._writer else [])]:
            connection.close()
        self._readers, self._writer = [], None

    def _checkpoint(self, mode: str) -> bool:
        with self.reading() as cursor:
            busy, frames, moved = cursor.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        return not busy and frames == moved


def is_gone(path: Path) -> bool:
    """Tells if a database file is missing or has no byte: a durable connection would write into an empty one."""
    return not path.is_file() or path.stat().st_size == 0


def existing(path: Path, timeout: float) -> sqlite3.Connection:
    """Opens a database file that is there: SQLite would make a missing one. `timeout` is in seconds."""
    file = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(file, uri=True, isolation_level=None, check_same_thread=False, timeout=timeout)


def in_words(error: sqlite3.Error) -> Exception:
    """Returns the error of the store or of the library for an error of SQLite."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _REFUSALS:
        kind, words = _REFUSALS[code]
        return kind(f"{words}: {error}")
    return getattr(persistence, type(error).__name__, PersistenceError)(error)


def _make_durable(raw: sqlite3.Connection) -> None:
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    # SQLite cuts a WAL to this size when it restarts after a checkpoint: a larger file holds more.
    raw.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
    raw.execute("PRAGMA wal_autocheckpoint = 0")
    raw.execute("PRAGMA temp_store = MEMORY")
    check_durable(raw)


def check_durable(raw: sqlite3.Connection) -> None:
    """Raises StoreRefused when this connection could lose, in a power cut, what it confirmed (docs/faults.md#f1)."""
    mode = raw.execute("PRAGMA journal_mode").fetchone()[0]
    synchronous = raw.execute("PRAGMA synchronous").fetchone()[0]
    if mode != "wal" or synchronous != 2:
        raise StoreRefused(
            "a confirmed command could be lost in a power cut: SQLite gives"
            f" journal_mode={mode} and synchronous={synchronous} where WAL and FULL (2) are needed"
        )


def _size(path: str) -> int:
    """Returns the size in bytes, by seeking.

    A stat makes Linux (from 6.13) give the next write a new timestamp, which makes a commit 40 % slower.
    """
    file = os.open(path, os.O_RDONLY)
    try:
        return os.lseek(file, 0, os.SEEK_END)
    finally:
        os.close(file)


# --- tables, and the triggers that make events and commands append-only

TABLES = [
    """CREATE TABLE IF NOT EXISTS stored_events (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        originator_id TEXT NOT NULL,
        originator_version INTEGER NOT NULL,
        topic TEXT NOT NULL,
        state BLOB NOT NULL,
        UNIQUE (originator_id, originator_version))""",
    """CREATE TABLE IF NOT EXISTS commands (
        id TEXT PRIMARY KEY NOT NULL,
        actor TEXT NOT NULL,
        fingerprint BLOB NOT NULL,
        first_position INTEGER NOT NULL,
        last_position INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS claims (
        kind TEXT NOT NULL,
        digest BLOB NOT NULL,
        stream TEXT NOT NULL,
        PRIMARY KEY (kind, digest)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS files (
        digest TEXT PRIMARY KEY NOT NULL,
        content BLOB NOT NULL)""",
]
ALWAYS = {"stored_events", "commands", "claims"}
"""The tables that every version made. A file without one of them was emptied; the others are completed."""
# Triggers are created with their table, and never again by themselves: one that is missing is an alarm.
TRIGGERS = [
    f"""CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
    for table in ("stored_events", "commands")
    for verb in ("update", "delete")
]
# INSERT OR REPLACE deletes without firing a delete trigger.
TRIGGERS += [
    """CREATE TRIGGER stored_events_replace BEFORE INSERT ON stored_events
        WHEN EXISTS (SELECT 1 FROM stored_events WHERE position = NEW.position)
        OR EXISTS (SELECT 1 FROM stored_events
            WHERE originator_id = NEW.originator_id AND originator_version = NEW.originator_version)
        BEGIN SELECT RAISE(ABORT, 'stored_events is append-only'); END""",
    """CREATE TRIGGER commands_replace BEFORE INSERT ON commands
        WHEN EXISTS (SELECT 1 FROM commands WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'commands is append-only'); END""",
]


# --- writes of one transaction: events at dense positions, their command, and claims

_SELECT_CLAIM = "SELECT stream FROM claims WHERE kind = ? AND digest = ?"


def _insert(
    c: sqlite3.Cursor,
    stored_events: Sequence[StoredEvent],
    command: NewCommand | None,
    claims: Sequence[Claim],
    releases: Sequence[Claim],
) -> range:
    """Inserts all or nothing. Returns the positions. Deletes `releases` before it inserts `claims`."""
    given = c.execute("SELECT seq FROM sqlite_sequence WHERE name = 'stored_events'").fetchone()
    first = given[0] + 1 if given else 1
    positions = range(first, first + len(stored_events))
    if command is not None:
        try:
            row = (command.id.hex, command.actor, command.fingerprint, first, positions[-1])
            c.execute("INSERT INTO commands VALUES (?, ?, ?, ?, ?)", row)
        except sqlite3.IntegrityError as error:
            raise CommandKnown(command.id) from error
    if releases:
        c.executemany("DELETE FROM claims WHERE kind = ? AND digest = ? AND stream = ?", map(_bind_claim, releases))
    if claims:
        c.executemany("INSERT INTO claims VALUES (?, ?, ?) ON CONFLICT DO NOTHING", map(_bind_claim, claims))
        for claim in claims if c.rowcount < len(claims) else ():
            (name,) = c.execute(_SELECT_CLAIM, (claim.kind, claim.digest)).fetchone()
            if (holder := UUID(name)) != claim.stream:
                raise ClaimTaken(claim.kind, holder)
    rows = [
        (position, _name(event.originator_id), event.originator_version, event.topic, event.state)
        for position, event in zip(positions, stored_events, strict=True)
    ]
    c.executemany("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?)", rows)
    return positions


def _bind_claim(claim: Claim) -> tuple[str, bytes, str]:
    return claim.kind, claim.digest, claim.stream.hex


def _name(stream: UUID | str) -> str:
    return stream.hex if isinstance(stream, UUID) else UUID(stream).hex


# --- the recorder

WAL_RESET_FIXED = (3, 51, 3)
_LAST = 2**63 - 1

_SELECT_LAST = "SELECT COALESCE(MAX(position), 0) FROM stored_events"
_SELECT_GIVEN = "COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'stored_events'), 0)"
_SELECT_ROWS = """SELECT originator_version, topic, state FROM stored_events
    WHERE originator_id = ? AND originator_version >= ? ORDER BY originator_version"""
_SELECT_MANY = """SELECT originator_id, originator_version, topic, state FROM stored_events
    WHERE originator_id IN (SELECT value FROM json_each(?)) ORDER BY originator_id, originator_version"""
_SELECT_NOTIFICATIONS = """SELECT originator_id, originator_version, topic, state, position FROM stored_events
    WHERE position > ? AND position <= ? ORDER BY position LIMIT ?"""
_SELECT_TOPICS = """SELECT originator_id, originator_version, topic, state, position FROM stored_events
    WHERE position > ? AND position <= ? AND topic IN (SELECT value FROM json_each(?)) ORDER BY position LIMIT ?"""
_SELECT_AT = """SELECT originator_id, originator_version, topic, state, position FROM stored_events
    WHERE position IN (SELECT value FROM json_each(?)) ORDER BY position"""
_SELECT_BETWEEN = """SELECT originator_id, originator_version, topic, state, position FROM stored_events
    WHERE originator_id >= ? AND originator_id <= ? AND position <= ? ORDER BY originator_id, originator_version"""
_AFTER_ALL = bytes([255] * 17)
"""Comes after every text: the first and the last range of streams have damaged ids too."""
_BYTES = "SELECT CAST(originator_id AS BLOB), originator_version, CAST(topic AS BLOB),"
_SELECT_VERSIONS = """SELECT value, COALESCE(
    (SELECT MAX(originator_version) FROM stored_events WHERE originator_id = value), 0) FROM json_each(?)"""
_SELECT_VERSION = "SELECT ?1, COALESCE(MAX(originator_version), 0) FROM stored_events WHERE originator_id = ?1"
_SELECT_STREAMS = """SELECT DISTINCT originator_id FROM stored_events
    WHERE topic IN (SELECT value FROM json_each(?))"""
_SELECT_COMMAND = "SELECT actor, fingerprint, first_position, last_position FROM commands WHERE id = ?"
_SELECT_COMMANDS = """SELECT id, actor, fingerprint, first_position, last_position FROM commands
    WHERE id IN (SELECT value FROM json_each(?))"""


class HardenedRecorder(StructureRecorder, SQLiteApplicationRecorder):
    """Application recorder of the library, with commands and claims in the transaction of the events.

    Positions are dense from 1 and never issued twice (docs/faults.md#f2). Raises StoreBusy, StoreFull, ClaimTaken,
    CommandKnown, and the library's IntegrityError for a stream version that exists.
    """

    KIND = "sqlite"
    datastore: HardenedDatastore

    def construct_create_table_statements(self) -> list[str]:
        return TABLES

    def _create_table(self, c: sqlite3.Cursor) -> None:  # type: ignore[override]
        """Creates what is missing, but no trigger of tables that are there: `missing_triggers` tells it."""
        c.execute("SELECT 1 FROM sqlite_master WHERE name = 'stored_events'")
        new = c.fetchone() is None
        for statement in (*TABLES, *(TRIGGERS if new else ())):
            c.execute(statement)

    def check_there(self) -> None:
        """Raises RecordsLost("events") when a table is gone that every version made: the file was emptied."""
        with self.datastore.reading() as cursor:
            there = {name for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if gone := ALWAYS - there:
            raise RecordsLost("events", f"{self.datastore.pool.db_name} has no {', '.join(sorted(gone))}")

    @property
    def files(self) -> Files:
        return Files(self._insert_file, self._select_file)

    def _insert_file(self, digest: str, content: bytes) -> None:
        with self.datastore.transaction(commit=True) as c:
            c.execute("INSERT OR IGNORE INTO files VALUES (?, ?)", [digest, content])

    def _select_file(self, digest: str) -> bytes | None:
        with self.datastore.reading() as cursor:
            row = cursor.execute("SELECT content FROM files WHERE digest = ?", [digest]).fetchone()
        return row[0] if row else None

    def missing_triggers(self) -> list[str]:
        """Returns the triggers that are gone or changed: without them, events and commands can be changed."""
        with self.datastore.reading() as cursor:
            rows = cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        there = {" ".join(statement.split()) for (statement,) in rows}
        return [statement.split()[2] for statement in TRIGGERS if " ".join(statement.split()) not in there]

    def replace_triggers(self) -> None:
        """Creates the missing triggers again."""
        with self.datastore.transaction(commit=True) as c:
            for name in self.missing_triggers():
                c.execute(f"DROP TRIGGER IF EXISTS {name}")
                c.execute(next(statement for statement in TRIGGERS if statement.split()[2] == name))

    @property
    def has_known_flaw(self) -> bool:
        """Tells whether this SQLite has the WAL-reset bug, which 3.51.3 mends."""
        return sqlite3.sqlite_version_info < WAL_RESET_FIXED

    def check_durable(self) -> None:
        """Raises StoreRefused when a confirmed command could be lost in a power cut (docs/faults.md#f1)."""
        self.datastore.check_durable()

    def exclusive(self) -> AbstractContextManager[None]:
        """Excludes other writers while one checks, decides and saves. Raises StoreBusy after the limit (10 s)."""
        return self.datastore.exclusive()

    def truncate(self) -> bool:
        """Empties the WAL: at stop, after an erasure, in `tick`. False if a reader kept it."""
        return self.datastore.truncate()

    def copy_to(self, path: Path) -> None:
        """Writes all records of one snapshot to a file; others may write meanwhile."""
        with self.datastore.reading() as cursor:
            cursor.execute("VACUUM INTO ?", [str(path)])

    # Writing

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Inserts events in a transaction of their own. `kwargs` are those of `_insert_events`."""
        with self.datastore.transaction(commit=True) as c:
            return self._insert_events(c, stored_events, **kwargs)

    def insert_unless_moved(
        self, stored_events: Sequence[StoredEvent], versions: Mapping[UUID, int], **kwargs: Any
    ) -> Sequence[int] | None:
        """Inserts all, if each stream has its version. None: nothing is recorded."""
        with self.datastore.transaction(commit=True) as c:
            return self._insert_events(c, stored_events, **kwargs) if _versions(c, versions) == versions else None

    def _insert_events(  # type: ignore[override]
        self,
        c: sqlite3.Cursor,
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
        return _insert(c, stored_events, command, claims, releases)

    # Reading

    def rows(self, stream: UUID) -> list[Row]:
        """Returns version, topic and state of every event of a stream, in order; faster than `select_events`."""
        with self.datastore.reading() as cursor:
            return cursor.execute(_SELECT_ROWS, (stream.hex, 0)).fetchall()

    def look(self, streams: Mapping[UUID, int]) -> tuple[int, dict[UUID, list[Row]]]:
        """Returns the last position, and the rows of each stream from a version on."""
        with self.datastore.reading() as cursor:
            last = int(cursor.execute(_SELECT_LAST).fetchone()[0])
            return last, {
                one: cursor.execute(_SELECT_ROWS, (one.hex, first)).fetchall() for one, first in streams.items()
            }

    def select_many(self, ids: Iterable[UUID]) -> dict[UUID, list[StoredEvent]]:
        """Returns the events of many streams from one snapshot, each in order; an empty list for an unknown stream."""
        events_by_stream: dict[UUID, list[StoredEvent]] = {id: [] for id in ids}
        names = {id.hex: id for id in events_by_stream}
        with self.datastore.reading() as cursor:
            for name, version, topic, state in cursor.execute(_SELECT_MANY, [_json(names)]):
                stream = names[name]
                events_by_stream[stream].append(StoredEvent(stream, version, topic, state))
        return events_by_stream

    def log(self, after: int, limit: int, stop: int | None = None, topics: Sequence[str] = ()) -> list[EventRow]:
        """Returns stream, version, topic, state and position of the events after a position, in order."""
        params: list[int | str] = [after, _LAST if stop is None else stop, limit]
        statement = _SELECT_NOTIFICATIONS
        if topics:
            statement = _SELECT_TOPICS
            params.insert(2, _json(topics))
        return self._events(statement, params)

    def at(self, positions: Iterable[int]) -> list[EventRow]:
        """Returns the events at these positions, in order of position."""
        return self._events(_SELECT_AT, [json.dumps(list(positions))])

    def between(self, first: UUID, last: UUID, stop: int) -> list[EventRow]:
        """Returns the events of a range of streams up to a position, stream after stream."""
        start, end = first.hex if first.int else "", last.hex if last != LAST_STREAM else _AFTER_ALL
        return self._events(_SELECT_BETWEEN, [start, end, stop])

    def _events(self, statement: str, params: Sequence[int | str | bytes]) -> list[EventRow]:
        with self.datastore.reading() as cursor:
            try:
                rows = cursor.execute(statement, params).fetchall()
                streams = {name: UUID(name) for name in {row[0] for row in rows}}
            except (sqlite3.OperationalError, ValueError):
                in_bytes = statement.replace("SELECT originator_id, originator_version, topic,", _BYTES, 1)
                return [
                    (_stream(name), version, topic.decode(errors="replace"), state, position)
                    for name, version, topic, state, position in cursor.execute(in_bytes, params)
                ]
        return [(streams[name], *row) for name, *row in rows]

    def streams(self, topics: Iterable[str]) -> set[UUID]:
        """Returns the streams that have an event of one of these topics."""
        with self.datastore.reading() as cursor:
            return {UUID(name) for (name,) in cursor.execute(_SELECT_STREAMS, [_json(topics)])}

    def max_notification_id(self) -> int:
        """Returns the last position, 0 when nothing is recorded."""
        with self.datastore.reading() as cursor:
            return int(cursor.execute(_SELECT_LAST).fetchone()[0])

    def versions(self, ids: Iterable[UUID]) -> dict[UUID, int]:
        """Returns the version of each stream from one snapshot, 0 for an unknown one."""
        with self.datastore.reading() as cursor:
            return _versions(cursor, ids)

    def command(self, id: UUID) -> CommandRow | None:
        """Returns the record of a command id, None when there is none."""
        with self.datastore.reading() as cursor:
            row = cursor.execute(_SELECT_COMMAND, [id.hex]).fetchone()
        return CommandRow(id, *row) if row else None

    def commands(self, ids: Iterable[UUID]) -> dict[UUID, CommandRow]:
        """Returns the records of these command ids; unknown ones are left out."""
        with self.datastore.reading() as cursor:
            rows = cursor.execute(_SELECT_COMMANDS, [_json(id.hex for id in ids)]).fetchall()
        return {(id := UUID(name)): CommandRow(id, *row) for name, *row in rows}

    def disorder(self) -> list[tuple[Disorder, int]]:
        """Returns what is out of order (pixflow/store/recorders.py): a code and a position for each."""
        rows = []
        for statement in disorder_statements(_SELECT_GIVEN):
            with self.datastore.reading() as cursor:
                rows += cursor.execute(statement.replace("@.", "")).fetchall()
        return rows

    def claimed(self, kind: str, digests: Iterable[bytes]) -> dict[bytes, UUID]:
        """Returns the stream that holds each digest, from one snapshot; free ones are left out."""
        stream_by_digest: dict[bytes, UUID] = {}
        with self.datastore.transaction(commit=False) as c:
            for digest in digests:
                c.execute(_SELECT_CLAIM, (kind, digest))
                if row := c.fetchone():
                    stream_by_digest[digest] = UUID(row[0])
        return stream_by_digest


def _versions(cursor: sqlite3.Cursor, ids: Iterable[UUID]) -> dict[UUID, int]:
    names = {id.hex: id for id in ids}
    statement, asked = (_SELECT_VERSION, list(names)) if len(names) == 1 else (_SELECT_VERSIONS, [_json(names)])
    return {names[name]: version for name, version in cursor.execute(statement, asked)}


def _stream(name: bytes) -> UUID:
    """Returns the id of a stream; of a damaged name the id 0, which names no stream."""
    try:
        return UUID(name.decode())
    except ValueError:
        return UUID(int=0)


def _json(names: Iterable[str]) -> str:
    return json.dumps(list(names))


class HardenedFactory(SQLiteFactory):
    """Factory of the library for the structure in an existing folder. It returns HardenedRecorder only.

    `limit` is the longest wait for write.lock, in seconds. Only `create` makes the file and its tables; without it,
    both must be there, else RecordsLost. Opening it (`application_recorder`) raises StoreRefused when the file cannot
    be a durable store.
    """

    datastore: HardenedDatastore

    def __init__(self, folder: Path, limit: float = 10.0, *, create: bool = False) -> None:
        if not folder.is_dir():
            raise StoreRefused(f"{folder} is not a folder")
        path = folder / "events.db"
        if create:
            private_file(path)
        elif is_gone(path):
            raise RecordsLost("events", f"{path} is gone or empty")
        self._create = create
        super().__init__({self.SQLITE_DBNAME: str(path)})
        self.datastore = HardenedDatastore(path, limit)

    def application_recorder(self) -> HardenedRecorder:
        recorder = HardenedRecorder(self.datastore)
        if not self._create:
            recorder.check_there()
        recorder.create_table()
        return recorder
