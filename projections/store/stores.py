"""Read stores of a structure: each is named by the fingerprint of the code, and a pointer names the live one."""

import os
import re
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from sqlalchemy import Engine, create_engine, create_mock_engine, event
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.pool import StaticPool

from projections.bookkeeping import metadata
from projections.contract import Source
from projections.store.catch_up import Progress, ReadSide
from projections.store.fingerprint import fingerprint

POINTER = "live"
_SHARED = {"check_same_thread": False}


class Stores(Protocol):
    """Contract of the read stores of one structure: files on SQLite, schemas on PostgreSQL."""

    def live(self) -> str | None:
        """Returns the name of the live store. None when there is none, or when other code made it."""

    def make(self) -> str:
        """Creates another store with empty tables beside the live one. Returns its name."""

    def open(self, name: str) -> Engine: ...

    def point(self, name: str) -> None:
        """Makes this store the live one, atomically."""

    def tidy(self) -> None:
        """Deletes the stores that are not live."""

    def making(self) -> AbstractContextManager[Any]:
        """Lock between processes: one at a time creates or deletes stores."""


class SqliteStores:
    """Read stores as files `<fingerprint>-<n>.db` of a folder, with a pointer file that names the live one.

    `making` is a lock between processes.
    """

    def __init__(self, folder: Path, making: AbstractContextManager[Any] = nullcontext()) -> None:
        self.folder = folder
        self._making = making
        self._seen: tuple[tuple[int, int], str | None] | None = None

    def live(self) -> str | None:
        try:
            found = os.stat(self.folder / POINTER)
        except FileNotFoundError:
            return None
        stamp = (found.st_mtime_ns, found.st_ino)
        if self._seen is None or self._seen[0] != stamp:
            self._seen = stamp, self._usable((self.folder / POINTER).read_text().strip())
        return self._seen[1]

    def make(self) -> str:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        known = (re.fullmatch(r"\w+-(\d+)\.db", path.name) for path in self.folder.iterdir())
        name = f"{fingerprint()}-{max((int(found[1]) for found in known if found), default=0) + 1}.db"
        database(self.folder / name).dispose()
        return name

    def open(self, name: str) -> Engine:
        return database(self.folder / name)

    def point(self, name: str) -> None:
        written = self.folder / f"{POINTER}.new"
        with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        written.replace(self.folder / POINTER)

    def tidy(self) -> None:
        name = (self.folder / POINTER).read_text().strip()
        for other in self.folder.glob("*.db*"):
            if not other.name.startswith(name):
                other.unlink(missing_ok=True)

    def making(self) -> AbstractContextManager[Any]:
        return self._making

    def _usable(self, name: str) -> str | None:
        return name if name.startswith(f"{fingerprint()}-") and (self.folder / name).exists() else None


def database(path: Path | None) -> Engine:
    """Opens a SQLite read store, and creates its tables in a new file. In memory without a path."""
    new = path is None or not path.exists()
    if path is None:
        made = create_engine("sqlite://", connect_args=_SHARED, poolclass=StaticPool, hide_parameters=True)
    else:
        # A request holds one connection and may take another to catch up: the threads of the server are the limit.
        made = create_engine(f"sqlite:///{path}", connect_args=_SHARED, max_overflow=-1, hide_parameters=True)

    @event.listens_for(made, "connect")
    def _settings(raw, _record) -> None:  # type: ignore[no-untyped-def]
        raw.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "secure_delete=ON",
            "temp_store=MEMORY",  # its temporary files would be in clear, and elsewhere
            "busy_timeout=10000",
            "cache_size=-16000",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def _begin(connection) -> None:  # type: ignore[no-untyped-def]
        connection.exec_driver_sql("BEGIN")

    if new:
        with made.begin() as connection:
            for statement in _tables():
                connection.exec_driver_sql(statement)
    return made


@cache
def _tables() -> tuple[str, ...]:
    """Returns the statements that create every table, for SQLite."""
    statements: list[str] = []
    mock = create_mock_engine("sqlite://", lambda made, *_: statements.append(str(made.compile(dialect=dialect()))))
    metadata.create_all(mock, checkfirst=False)
    return tuple(statements)


def ensure(stores: Stores, source: Source, progress: Progress = lambda done, total: None) -> None:
    """Creates a store if none is live, unless another process does so meanwhile."""
    if stores.live() is None:
        with stores.making():
            if stores.live() is None:
                _make(stores, source, progress)


def rebuild(stores: Stores, source: Source, progress: Progress = lambda done, total: None) -> str:
    """Builds a new store up to the last event, makes it the live one and deletes the others. Returns its name.

    `progress` is called with the position reached and the last position.
    """
    with stores.making():
        return _make(stores, source, progress)


def tidy(stores: Stores) -> None:
    """Deletes stores left by an older version or by an interrupted rebuild."""
    with stores.making():
        stores.tidy()


def _make(stores: Stores, source: Source, progress: Progress) -> str:
    name = stores.make()
    side = ReadSide(source, stores.open(name))
    side.build(progress)
    side.database.dispose()
    stores.point(name)
    stores.tidy()
    return name


class NoStore(LookupError):
    """No live read store was made by this version."""


class Live:
    """The live read store of one structure, also after a rebuild has replaced it.

    `lock` is held while catching up (read.lock). Raises NoStore when none is live, or when other code made it.
    """

    def __init__(self, stores: Stores, source: Source, lock: AbstractContextManager[Any] = nullcontext()) -> None:
        self.stores = stores
        self._source = source
        self._lock = lock
        self._mutex = Lock()
        self._name: str | None = None
        self._side: ReadSide | None = None

    @property
    def side(self) -> ReadSide:
        """The read side, opened again when the pointer has moved."""
        with self._mutex:
            name = self.stores.live()
            if self._side is None or name != self._name:
                if name is None:
                    raise NoStore("another version has made the read tables: this process must be started again")
                self.close()
                self._side, self._name = ReadSide(self._source, self.stores.open(name), self._lock), name
            return self._side

    def close(self) -> None:
        if self._side is not None:
            self._side.database.dispose()
            self._side = None
