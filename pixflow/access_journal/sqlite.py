"""The access journal on SQLite: `access/2026-11.db` in the structure's folder."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import UUID

from pixflow.access_journal.line import INDEXES, Question, Value
from pixflow.store import StoreBusy, StoreFull, StoreRefused
from pixflow.store.locks import FileLock

_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "temp_store=MEMORY")
_TABLES = (
    """CREATE TABLE IF NOT EXISTS lines (month INTEGER NOT NULL, chain BLOB NOT NULL, number INTEGER NOT NULL,
        at INTEGER NOT NULL, what TEXT NOT NULL, page TEXT NOT NULL, account BLOB, member BLOB, session BLOB,
        dossier BLOB, people INTEGER NOT NULL, fresh INTEGER NOT NULL, why TEXT NOT NULL, digest BLOB NOT NULL,
        listed BLOB, PRIMARY KEY (chain, number)) WITHOUT ROWID""",
    *(index.format(lines="lines") for index in INDEXES),
    *(
        f"""CREATE TRIGGER IF NOT EXISTS no_{change.lower()} BEFORE {change} ON lines
            BEGIN SELECT RAISE(ABORT, 'lines is append-only'); END"""
        for change in ("UPDATE", "DELETE")
    ),
)
_COLUMNS = "SELECT name FROM pragma_table_info('lines')"
_GROW = "ALTER TABLE lines ADD COLUMN listed BLOB"
_INSERT = "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_FILE = re.compile(r"\d{4}-\d{2}\.db")


class SqliteJournal:
    """Lines in a folder, by month (202611). A power cut may lose the last second; a crash of the program loses none.

    A statement names the table `lines` and its values $1, $2 … `SELECT *` returns rows as `values_of` does. In a month
    of before they have no `listed`, until a line is added.
    One writer at a time, over all processes, holds `access.lock`; it alone moves the write-ahead log into the file
    (docs/faults.md#f12).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "access"
        self._open: dict[int, sqlite3.Connection] = {}
        self._grown: set[int] = set()
        self._mutex = RLock()
        self._lock = FileLock(folder / "access.lock")

    def add(self, month: int, values: tuple[Value, ...], questions: Sequence[Question] = ()) -> list[tuple[Any, ...]]:
        """Inserts a line, then returns the rows of questions that are asked once everybody sees the line.

        Raises StoreBusy, StoreFull or StoreRefused: it is not written, or nobody knows.
        """
        with self._mutex, _in_words(), self._lock:
            file = self._connection(month)
            if month not in self._grown:  # a file of before gets the last column
                if ("listed",) not in file.execute(_COLUMNS).fetchall():
                    file.execute(_GROW)
                self._grown.add(month)
            file.execute(_INSERT, [_to_column(value) for value in values])
        return [row for question in questions for row in self.select(*question)]

    def select(self, month: int, statement: str, *values: Value) -> list[tuple[Any, ...]]:
        """Returns the rows of a month; none when the month is not there."""
        with self._mutex, _in_words():
            if not self._path(month).exists():
                return []
            named = {str(n): _to_column(value) for n, value in enumerate(values, 1)}
            return self._connection(month).execute(statement, named).fetchall()

    def months(self) -> list[int]:
        names = (path.name for path in self._folder.glob("*.db"))
        return sorted(int(name[:4]) * 100 + int(name[5:7]) for name in names if _FILE.fullmatch(name))

    def drop(self, month: int) -> None:
        with self._mutex, self._lock:
            if connection := self._open.pop(month, None):
                connection.close()
            for end in ("", "-wal", "-shm"):
                self._path(month).with_name(self._path(month).name + end).unlink(missing_ok=True)

    def close(self) -> None:
        with self._mutex:
            while self._open:
                self._open.popitem()[1].close()

    def _path(self, month: int) -> Path:
        return self._folder / f"{month // 100:04}-{month % 100:02}.db"

    def _connection(self, month: int) -> sqlite3.Connection:
        """Returns the connection to a month, made when its file is new or was deleted meanwhile."""
        path = self._path(month)
        connection = self._open.get(month)
        if connection and path.exists():
            return connection
        if connection:
            self._open.pop(month).close()
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        made = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            for pragma in _PRAGMAS:
                made.execute(f"PRAGMA {pragma}")
            # At once, when the file has no table: it is new, or a full disk or a crash cut its making off.
            if made.execute("SELECT 1 FROM sqlite_master WHERE name = 'lines'").fetchone() is None:
                for statement in ("BEGIN IMMEDIATE", *_TABLES, "COMMIT"):
                    made.execute(statement)
        except sqlite3.Error:
            made.close()
            raise
        self._open[month] = made
        self._grown.discard(month)
        return made


def _to_column(value: Value) -> int | str | bytes | None:
    return value.bytes if isinstance(value, UUID) else value


_KINDS = {
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_IOERR: StoreFull,
    sqlite3.SQLITE_BUSY: StoreBusy,
    sqlite3.SQLITE_LOCKED: StoreBusy,
}


@contextmanager
def _in_words() -> Iterator[None]:
    """Turns the errors of SQLite and of the disk into those of the store."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise _KINDS.get(code, StoreRefused)(f"the access journal: {error}") from error
    except OSError as error:
        raise StoreFull(f"the access journal: {error}") from error
