"""The read stores of a structure: tables named by what made them, and which of them is live."""

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
    """Where the read stores of one structure are kept: as files (SQLite) or as schemas (PostgreSQL)."""

    def live(self) -> str | None:
        """The name of the store in use, None when there is none or when other sources made it."""

    def make(self) -> str:
        """Begin another store beside the live one, with empty tables; returns its name."""

    def open(self, name: str) -> Engine: ...

    def point(self, name: str) -> None:
        """Make this store the live one, atomically."""

    def tidy(self) -> None:
        """Delete those that are not live."""

    def making(self) -> AbstractContextManager[Any]:
        """Held by the one process that makes a store or deletes some."""


class Files:
    """Read stores as files of a folder, `<fingerprint>-<n>.db`, and a pointer file that names the live one.

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
    """A SQLite read store, made with its tables where there is none; in memory when no path is given."""
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
    """The statements that make every table, for SQLite."""
    said: list[str] = []
    told = create_mock_engine("sqlite://", lambda made, *_: said.append(str(made.compile(dialect=dialect()))))
    metadata.create_all(told, checkfirst=False)
    return tuple(said)


def ensure(stores: Stores, source: Source, progress: Progress = lambda done, total: None) -> None:
    """Make a store where none is live, unless another process does meanwhile."""
    if stores.live() is None:
        with stores.making():
            if stores.live() is None:
                _make(stores, source, progress)


def rebuild(stores: Stores, source: Source, progress: Progress = lambda done, total: None) -> str:
    """Make a new store beside the live one, bring it to the head, point to it, and delete the older ones.

    `progress` is called with the position reached and the head. Returns its name.
    """
    with stores.making():
        return _make(stores, source, progress)


def tidy(stores: Stores) -> None:
    """Delete what an older version, or a rebuild that was cut short, has left."""
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
    """No read store of this version is live."""


class Live:
    """The live read store of one structure, followed when a rebuild points elsewhere.

    `turn` is held while catching up (read.lock). Raises NoStore when none is live, or one that other sources made.
    """

    def __init__(self, stores: Stores, source: Source, turn: AbstractContextManager[Any] = nullcontext()) -> None:
        self.stores = stores
        self._source = source
        self._turn = turn
        self._mutex = Lock()
        self._name: str | None = None
        self._side: ReadSide | None = None

    @property
    def side(self) -> ReadSide:
        """The read side to ask, opened anew when the pointer has moved."""
        with self._mutex:
            name = self.stores.live()
            if self._side is None or name != self._name:
                if name is None:
                    raise NoStore("another version has made the read tables: this process must be started again")
                self.close()
                self._side, self._name = ReadSide(self._source, self.stores.open(name), self._turn), name
            return self._side

    def close(self) -> None:
        if self._side is not None:
            self._side.database.dispose()
            self._side = None
