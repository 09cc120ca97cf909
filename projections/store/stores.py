"""Read stores of a structure: each is named by the fingerprint of the code, and a pointer names the live one."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from threading import Lock
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from projections.contract import Source, metadata
from projections.figures.refresh import first_entries, try_to_refresh
from projections.store.catch_up import Progress, ReadSide
from projections.store.fill import try_to_fill

T = TypeVar("T")
_SECONDS = 1
"""Time that a build takes to fill the past."""
_log = logging.getLogger(__name__)
_EACH_TABLE = " UNION ALL ".join(f'SELECT 1 FROM "{one.name}" WHERE 1 = 0' for one in metadata.sorted_tables)  # noqa: S608


class Stores(Protocol):
    """Contract of the read stores of one structure: files on SQLite, schemas on PostgreSQL."""

    def live(self) -> str | None:
        """Returns the name of the live store. None when there is none, or when other code made it."""

    def other(self) -> bool:
        """Tells if other code made the live store."""

    def damaged(self, error: DatabaseError) -> bool:
        """Tells if an error of a store means that its tables are damaged, or gone."""

    def discard(self, name: str) -> None:
        """Makes a store live no more: `ensure` then builds another one."""

    def make(self) -> str:
        """Creates another store with empty tables beside the live one. Returns its name."""

    def open(self, name: str) -> Engine: ...

    def point(self, name: str) -> None:
        """Makes this store the live one, atomically."""

    def tidy(self) -> None:
        """Deletes the stores that are not live."""

    def making(self) -> AbstractContextManager[Any]:
        """Lock between processes: one at a time creates or deletes stores."""

    def standing(self, name: str, database: Engine, source: Source) -> tuple[int, int, bool] | None:
        """Returns the last event, the position that the tables of a store show, and whether they need a scrub.

        None when the store is not the live one. `database` is that of `open`. One round trip on PostgreSQL.
        """


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
    """Makes the entries of figures too: made later, beside the pages, they cost twice as much and slow these down.
    Begins the past of the lists: in a small house it is whole at once, elsewhere ticks go on.

    Builds that were killed, or found the disk full, have left theirs: another try each minute would fill the disk.
    """
    stores.tidy()
    name, today = stores.make(), source.today()
    side = ReadSide(source, stores.open(name))
    side.build(progress, first_entries(today))
    try_to_refresh(side, today)
    try_to_fill(side, _SECONDS)
    side.close()
    stores.point(name)
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

    def standing(self) -> Standing | None:
        """Returns how the stores stand. None unless tables are open, show the last event, and need no scrub."""
        opened = self._opened
        with suppress(Exception):  # whoever asks more of the tables meets the error
            if opened and (found := self.stores.standing(opened[0], opened[1].database, self._source)):
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
            if name is None:
                raise NoStore("no read tables of this version: they are made anew, or another version made others")
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
