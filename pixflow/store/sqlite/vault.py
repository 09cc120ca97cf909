"""Keys of one structure on SQLite: the file `keys.db` in its folder (docs/faults.md#keys)."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from uuid import UUID

from pixflow.store import RecordsLost, StoreRefused
from pixflow.store.durable_files import private_file
from pixflow.store.keys import RingMoved
from pixflow.store.sqlite.recorder import existing, in_words, is_gone

# A write-ahead log: one fsync for a new key instead of five. Its copy of a destroyed key is harmless: the ring key
# that wraps it no longer exists.
_SETTINGS = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY")
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS stream_keys (stream TEXT PRIMARY KEY NOT NULL, wrapped BLOB) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS ring (number INTEGER NOT NULL)",
)
_TABLES = "SELECT count(*) FROM sqlite_master WHERE name IN ('stream_keys', 'ring')"
_READ = "SELECT stream, wrapped FROM stream_keys WHERE stream IN (SELECT value FROM json_each(?))"
_ADD = "INSERT INTO stream_keys VALUES (?, ?) ON CONFLICT DO NOTHING"
_EMPTY = """INSERT INTO stream_keys SELECT value, NULL FROM json_each(?) WHERE true
    ON CONFLICT (stream) DO UPDATE SET wrapped = NULL"""


class SqliteVault:
    """A `Vault` in a SQLite file; `limit` is the longest wait for another writer, in seconds.

    Only `create` makes the file and its tables; without it, both must be there, else RecordsLost("keys").
    """

    def __init__(self, path: Path, limit: float = 10.0, *, create: bool = False) -> None:
        self._mutex = Lock()
        if create:
            private_file(path)
        elif is_gone(path):
            raise RecordsLost("keys", f"{path} is gone or empty")
        with ExitStack() as undone:
            try:
                self._database = existing(path, timeout=limit)
                undone.callback(self._database.close)
                path.chmod(0o600)
                for setting in _SETTINGS:
                    self._database.execute(f"PRAGMA {setting}")
            except sqlite3.Error as error:
                raise in_words(error) from error
            with self._transaction("IMMEDIATE") as database:
                for statement in _SCHEMA if create else ():
                    database.execute(statement)
                if database.execute(_TABLES).fetchone() != (len(_SCHEMA),):
                    raise RecordsLost("keys", f"{path} has no keys: it was emptied")
            undone.pop_all()

    def ring(self) -> int:
        with self._transaction() as database:
            return _ring(database)

    def read(self, streams: Iterable[UUID]) -> tuple[int, dict[UUID, bytes | None]]:
        with self._transaction() as database:
            rows = database.execute(_READ, [_names(streams)])
            return _ring(database), {_stream(name): wrapped for name, wrapped in rows}

    def add(self, ring: int, wrapped: Mapping[UUID, bytes]) -> set[UUID]:
        with self._transaction("IMMEDIATE") as database:
            if _ring(database) != ring:
                raise RingMoved
            return {stream for stream, key in wrapped.items() if database.execute(_ADD, (stream.hex, key)).rowcount}

    def renew(self, ring: int, rewrap: Callable[[bytes], bytes], destroyed: Iterable[UUID] = ()) -> None:
        with self._transaction("IMMEDIATE") as database:
            database.execute(_EMPTY, [_names(destroyed)])
            rows = database.execute("SELECT stream, wrapped FROM stream_keys WHERE wrapped NOT NULL").fetchall()
            anew = ((rewrap(wrapped), name) for name, wrapped in rows)
            database.executemany("UPDATE stream_keys SET wrapped = ? WHERE stream = ?", anew)
            database.execute("DELETE FROM ring")
            database.execute("INSERT INTO ring VALUES (?)", [ring])
        with self._mutex:
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def streams(self) -> dict[UUID, bool]:
        with self._transaction() as database:
            rows = database.execute("SELECT stream, wrapped NOT NULL FROM stream_keys")
            return {_stream(name): bool(there) for name, there in rows}

    def count(self) -> int:
        with self._transaction() as database:
            return int(database.execute("SELECT count(*) FROM stream_keys").fetchone()[0])

    def close(self) -> None:
        with self._mutex:
            self._database.close()

    @contextmanager
    def _transaction(self, kind: str = "") -> Iterator[sqlite3.Connection]:
        with self._mutex:
            try:
                self._database.execute(f"BEGIN {kind}")
                with self._database:
                    yield self._database
            except sqlite3.Error as error:
                raise in_words(error) from error


def _ring(database: sqlite3.Connection) -> int:
    row = database.execute("SELECT number FROM ring").fetchone()
    return row[0] if row else 0


def _stream(name: object) -> UUID:
    try:
        return UUID(name)  # type: ignore[arg-type]
    except (TypeError, ValueError, AttributeError):
        raise StoreRefused("keys.db is damaged: a stream in it has no name") from None


def _names(streams: Iterable[UUID]) -> str:
    return json.dumps([stream.hex for stream in streams])
