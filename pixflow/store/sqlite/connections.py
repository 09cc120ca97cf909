"""Connections to the SQLite file: durable, one writer at a time, waiting by the monotonic clock (docs/faults.md#f1)."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType

from eventsourcing import persistence
from eventsourcing.domain import EventSourcingError
from eventsourcing.persistence import (
    ConnectionPoolClosedError,
    PersistenceError,
)
from eventsourcing.sqlite import (
    SQLiteDatastore,
)

from pixflow.store import StoreBusy, StoreError, StoreFull, StoreRefused
from pixflow.store.locks import FileLock

WAL_LIMIT = 4 * 1024 * 1024
READERS = 8
"""Connections for reading that stay open while nobody reads."""
READ_CACHE = "PRAGMA cache_size = -500"
"""Kilobytes of pages that each of them keeps, 2,000 by default: the system keeps the pages too."""

_REFUSALS: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_FULL: (StoreFull, "the disk is full"),
    sqlite3.SQLITE_IOERR: (StoreFull, "the disk does not answer"),
    sqlite3.SQLITE_BUSY: (StoreBusy, "the database is locked by another"),
    sqlite3.SQLITE_CANTOPEN: (StoreRefused, "the database cannot be opened"),
    sqlite3.SQLITE_NOTADB: (StoreRefused, "the file is not a database"),
    sqlite3.SQLITE_CORRUPT: (StoreRefused, "the database is damaged"),
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
                if self.lock.depth == 1:
                    self._checkpoint_if_large()

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
                self._clean(writer)

    def _clean(self, writer: sqlite3.Connection) -> None:
        """Ends a transaction that is left open. The next writer opens another connection when that fails."""
        try:
            writer.rollback()
        except sqlite3.Error:
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

    def _checkpoint_if_large(self) -> None:
        # The commit is recorded, even if the checkpoint fails: the next writer tries again.
        with suppress(StoreError, EventSourcingError, OSError):
            if _size(self._wal) > WAL_LIMIT:
                self._checkpoint("PASSIVE")

    def _checkpoint(self, mode: str) -> bool:
        with self.reading() as cursor:
            busy, frames, moved = cursor.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
        return not busy and frames == moved


def is_gone(path: Path) -> bool:
    """Tells if a database file is missing or has no byte: a durable connection would write into an empty one."""
    return not path.exists() or path.stat().st_size == 0


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
