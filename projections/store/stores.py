"""Read stores of a structure: SQLite files of this machine, made from the events. A pointer names the live one.

read/<fingerprint>-<life>/       the stores of one code and one life: a restore begins another life
read/<fingerprint>-<life>/live   the name of the live one
read/<fingerprint>-<life>/held   locked by every process that reads there
"""

import logging
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from pixflow.store.durable_files import private_folder
from pixflow.store.locks import SharedLock, try_lock
from projections.contract import Source, metadata
from projections.figures.refresh import first_entries, try_to_refresh
from projections.store import sqlite
from projections.store.catch_up import Progress, ReadSide
from projections.store.fill import try_to_fill
from projections.store.fingerprint import fingerprint
from projections.store.folds import position_of_tables

T = TypeVar("T")
POINTER = "live"
_OURS = re.compile(r"[0-9a-f]{16}(-[0-9a-f]{8})?|live(\.new)?|[0-9a-f]{16}-[0-9]+\.db(-wal|-shm)?")
"""Names in `read/`: folders of stores, and files that an older pixflow kept there."""
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SECONDS = 1
"""Time that a build takes to fill the past."""
_log = logging.getLogger(__name__)
_EACH_TABLE = " UNION ALL ".join(f'SELECT 1 FROM "{one.name}" WHERE 1 = 0' for one in metadata.sorted_tables)  # noqa: S608


class Stores:
    """Read stores of one structure for this code: files `<time>.db` of a folder, with a pointer to the live one.

    `place` holds the folder, and those of other code or of another `life` of the structure. `making` is a lock between
    processes: one at a time creates or deletes stores.
    """

    def __init__(
        self, place: Path, life: UUID | None = None, making: Callable[[], AbstractContextManager[Any]] = nullcontext
    ) -> None:
        self.place = place
        self.folder = place / (f"{fingerprint()}-{life.hex[:8]}" if life else fingerprint())
        self.making = making
        self._pointer = str(self.folder / POINTER)
        self._seen: tuple[tuple[int, int], str] | None = None

    def live(self) -> str | None:
        """Returns the name of the live store. None when there is none."""
        stamp = self._stamp()
        while stamp:
            if self._seen is None or self._seen[0] != stamp:
                self._seen = stamp, self._pointed()
            if (name := self._seen[1]) and os.path.exists(f"{self.folder}/{name}"):
                return name
            looked, stamp = stamp, self._stamp()
            if stamp == looked:  # else the store was deleted because another one is live now
                return None
        return None

    def other(self) -> bool:
        """Tells if other code has made a store, and this code has none."""
        return self.live() is None and any((one / POINTER).exists() or one.name == POINTER for one in self._others())

    def damaged(self, error: DatabaseError) -> bool:
        """Tells if an error of a store means that its tables are damaged, or gone."""
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        return code in _DAMAGE or (code == sqlite3.SQLITE_ERROR and "no such table" in str(error.orig))

    def discard(self, name: str) -> None:
        """Makes a store live no more: `ensure` then builds another one."""
        if self._pointed() == name:
            (self.folder / POINTER).unlink(missing_ok=True)

    def make(self) -> str:
        """Creates another store with empty tables beside the live one. Returns its name."""
        private_folder(self.folder)
        name = f"{time.time_ns()}.db"  # never the name of an earlier one, which somebody may have open
        sqlite.database(self.folder / name).dispose()
        return name

    def open(self, name: str) -> Engine:
        return sqlite.database(self.folder / name)

    def hold(self) -> AbstractContextManager[Any] | None:
        """Keeps the folder from `tidy` of other processes until the lock is left. None when there is no folder."""
        with suppress(FileNotFoundError):
            return SharedLock(self.folder).acquire()
        return None

    def point(self, name: str) -> None:
        """Makes this store the live one, atomically."""
        written = self.folder / f"{POINTER}.new"
        with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        written.replace(self.folder / POINTER)

    def tidy(self) -> None:
        """Deletes the stores of the folder that are not live."""
        name = self._pointed()
        for other in self.folder.glob("*.db*"):
            if not name or not other.name.startswith(name):
                other.unlink(missing_ok=True)

    def tidy_others(self) -> None:
        """Deletes the folders of other code and of other lives, unless a process reads there."""
        for other in self._others():
            if not other.is_dir():
                other.unlink(missing_ok=True)
                continue
            with suppress(FileNotFoundError), try_lock(other) as unread:
                if unread:
                    shutil.rmtree(other, ignore_errors=True)

    def read_standing(self, name: str, database: Engine, source: Source) -> tuple[int, int, bool] | None:
        """Returns the last event, the position that the tables of a store show, and whether they need a scrub.

        None when the store is not the live one. `database` is that of `open`.
        """
        if self.live() != name:
            return None
        with database.connect() as connection:
            return source.head(), *position_of_tables(connection)

    def _others(self) -> list[Path]:
        try:
            names = os.listdir(self.place)
        except FileNotFoundError:
            return []
        return [self.place / one for one in names if _OURS.fullmatch(one) and one != self.folder.name]

    def _stamp(self) -> tuple[int, int] | None:
        """Returns what changes when the pointer moves, None when there is none."""
        try:
            stat = os.stat(self._pointer)
        except FileNotFoundError:
            return None
        return stat.st_mtime_ns, stat.st_ino

    def _pointed(self) -> str:
        """Returns the name of the live store; "" when there is none."""
        try:
            return (self.folder / POINTER).read_text(errors="replace").strip()
        except FileNotFoundError:
            return ""


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
        name = _make(stores, source, progress)
        stores.tidy_others()
        return name


def tidy(stores: Stores) -> None:
    """Deletes stores left by an older version, by an interrupted rebuild, or by an earlier life of the structure."""
    with stores.making():
        stores.tidy()
        stores.tidy_others()


def _make(stores: Stores, source: Source, progress: Progress) -> str:
    """Makes the entries of figures too: made later, beside the pages, they cost twice as much and slow these down.
    Begins the past of the lists: in a small house it is whole at once, elsewhere ticks go on.

    Builds that were killed, or found the disk full, have left theirs: another try each minute would fill the disk.
    """
    stores.tidy()
    name, today = stores.make(), source.today()
    try:
        with closing(ReadSide(source, stores.open(name))) as side:
            side.build(progress, first_entries(today))
            try_to_refresh(side, today)
            try_to_fill(side, _SECONDS)
        stores.point(name)
    finally:
        stores.tidy()
    return name


class NoStore(LookupError):
    """No live read store was made by this version."""


class StoreReplaced(NoStore):
    """A rebuild has made another read store live."""


class Standing(NamedTuple):
    """The live store, by name, and the last event."""

    tables: str
    head: int


class Live:
    """The live read store of one structure, also after a rebuild has replaced it.

    `lock` is held while catching up (read.lock). Raises NoStore when none is live, or when other code made it. A store
    that is damaged is live no more.
    """

    def __init__(self, stores: Stores, source: Source, lock: AbstractContextManager[Any] = nullcontext()) -> None:
        self.stores = stores
        self._source = source
        self._lock = lock
        self._mutex = Lock()
        self._opened: tuple[str, ReadSide] | None = None
        self._held = ExitStack()
        self._whole: ReadSide | None = None

    @property
    def side(self) -> ReadSide:
        """The read side, opened again when the pointer has moved."""
        return self.latest(lambda side: side)

    def latest(self, prepare: Callable[[ReadSide], T]) -> T:
        """Returns what `prepare` makes of the read side. Begins again when a rebuild replaces the tables meanwhile."""
        return self._prepared(prepare)[1]

    @contextmanager
    def reading(self, prepare: Callable[[ReadSide], T]) -> Iterator[T]:
        """Yields what `latest` returns; when its tables prove damaged, they are live no more."""
        name, prepared = self._prepared(prepare)
        with self._discarding(name):
            yield prepared

    def opens(self) -> bool:
        """Tells if a store is live, opens, and has every table: it looks once, and again after `doubt`."""
        try:
            self.latest(self._look_once)
        except (NoStore, DatabaseError):
            return False
        return True

    def doubt(self) -> None:
        """Makes `opens` look at each table again: there was an error."""
        self._whole = None

    def read_standing(self) -> Standing | None:
        """Returns how the stores stand. None unless tables are open, show the last event, and need no scrub."""
        opened = self._opened
        with suppress(Exception):  # whoever asks more of the tables meets the error
            if opened and (found := self.stores.read_standing(opened[0], opened[1].database, self._source)):
                head, reached, stained = found
                return Standing(opened[0], head) if reached == head and not stained else None
        return None

    def _look_once(self, side: ReadSide) -> None:
        if self._whole is not side:
            with side.database.connect() as connection:
                connection.exec_driver_sql(_EACH_TABLE)
            self._whole = side

    def _prepared(self, prepare: Callable[[ReadSide], T]) -> tuple[str, T]:
        while True:
            with suppress(StoreReplaced):
                name, side = self._live()
                with self._discarding(name):
                    return name, prepare(side)

    def _live(self) -> tuple[str, ReadSide]:
        with self._mutex:
            name = self.stores.live()
            if self._opened and self._opened[0] == name:
                return self._opened
            self.close()
            if lock := self.stores.hold():
                self._held.enter_context(lock)
                name = self.stores.live()  # another process may have deleted the folder until now
            if name is None or lock is None:
                raise NoStore("no read tables of this version: they are made anew")
            with self._discarding(name):
                self._opened = name, ReadSide(self._source, self.stores.open(name), self._lock)
            return self._opened

    @contextmanager
    def _discarding(self, name: str) -> Iterator[None]:
        """Raises NoStore for tables that are damaged or gone, StoreReplaced for those that a rebuild has deleted."""
        try:
            yield
        except DatabaseError as error:
            live = self.stores.live()
            if live != name:
                raise (StoreReplaced if live else NoStore)("a rebuild has replaced the read tables") from error
            if not self.stores.damaged(error):
                raise
            _log.warning("read tables are damaged: %s", name)
            self.stores.discard(name)
            raise NoStore("the read tables are damaged: they are made anew") from error

    def close(self) -> None:
        if self._opened is not None:
            self._opened[1].close()
            self._opened = None
        self._held.close()
