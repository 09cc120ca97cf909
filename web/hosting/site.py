"""What is served: the structures of a data folder, each with its engine and its read side."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from uuid import UUID, uuid4

import sqlalchemy

from pixflow import __version__, erasing, structure_folder
from pixflow.authorization import OPERATOR, Actor
from pixflow.engine import Engine
from pixflow.importing.uploads import Uploads
from pixflow.reference_data import References
from pixflow.store import AlreadyServed, StoreRefused
from pixflow.store.locks import FileLock, ServeLock, alone
from pixflow.store.postgres.database import Database
from pixflow.structure import start_program
from pixflow.structure_folder import Clock, Opened, utc_now
from projections.store import postgres, stores
from projections.store.catch_up import ReadSide
from web.hosting import clock_jobs, notices
from web.hosting.mail import Outbox
from web.hosting.settings import Settings

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a turn of the clock did: forgotten uploads swept, notices sent."""

    swept: int
    sent: int


@dataclass(frozen=True, slots=True)
class Served:
    """One structure in use."""

    opened: Opened
    reads: stores.Live

    @property
    def engine(self) -> Engine:
        return self.opened.engine

    @property
    def refs(self) -> References:
        return self.engine.references()

    def read(self) -> ReadSide:
        """The read side, caught up: a page shows its reader's own writes."""
        side = self.reads.side
        side.catch_up()
        return side

    def today(self) -> date:
        return self.engine.today()

    def tag(self) -> str:
        """What a page drawn now shows: the last event's position and the day, `"1234:2026-03-16"`."""
        return f"{self.engine.head()}:{self.today()}"

    def tick(self, outbox: Outbox | None = None, url: str = "") -> Ticked:
        """What time does: seats kept in vain pass on, lent dossiers go back, notices leave (when there is an `outbox`;
        `url` is where the pages are), the WAL is emptied, forgotten uploads go, erasures are finished.

        One process at a time: nothing is left to do for who comes while another is at it."""
        with self._alone() as mine:
            return self._tick(outbox, url) if mine else Ticked(0, 0)

    def _alone(self) -> AbstractContextManager[bool]:
        database, folder = self.opened.database, self.opened.folder
        return database.alone(f"pixflow tick {self.opened.schema}") if database else alone(folder / "tick.lock")

    def _tick(self, outbox: Outbox | None, url: str) -> Ticked:
        side = self.read()
        clock_jobs.lapse_offers(self.engine, side)
        clock_jobs.give_back(self.engine, side)
        sent = notices.send_due(self.engine, self.read(), outbox, url) if outbox else 0
        self.engine.recorder.truncate()
        swept = Uploads(self.opened.folder / "uploads").sweep(self.engine.clock())
        if erasing.owed(self.opened):
            self.settle()
        return Ticked(swept, sent)

    def settle(self) -> None:
        """Finish every erasure, in the read tables too."""
        erasing.settle(self.opened)
        self.read()
        stores.tidy(self.reads.stores)

    def rebuild(self, progress: Progress) -> str:
        """Make the read tables again beside the live ones; returns their name."""
        return stores.rebuild(self.reads.stores, self.engine, progress)

    def close(self) -> None:
        self.reads.close()
        self.engine.close()


class Site:
    """The structures of a data folder that are open, by slug; `closed` says what keeps the others from opening.

    `demo` lets anyone choose who to be. `jumps` counts how often the clock of this machine was seen to jump.
    """

    def __init__(self, data: Path, opening: Callable[[str], Served], *, demo: bool = False) -> None:
        self.data = data
        self.structures: dict[str, Served] = {}
        self.closed: dict[str, Exception] = {}
        self.demo = demo
        self.jumps = 0
        self._opening = opening
        self._begin: Callable[[Served], None] = lambda served: None

    def look(self, slugs: Iterable[str] = ()) -> None:
        """Open these structures, or all of the folder, unless they are open: some are made, or mended, meanwhile.

        What keeps one closed keeps no other. Requests go on meanwhile.
        """
        closed: dict[str, Exception] = {}
        for slug in slugs or structure_folder.slugs(self.data):
            if slug not in self.structures:
                try:
                    self.structures = {**self.structures, slug: self._open(slug)}
                except Exception as error:
                    closed[slug] = error
        self.closed = closed

    def begin(self, how: Callable[[Served], None]) -> None:
        """Do this with every structure that is open, and with each that is opened from now on."""
        for served in self.structures.values():
            how(served)
        self._begin = how

    def _open(self, slug: str) -> Served:
        served = self._opening(slug)
        try:
            self._begin(served)
        except BaseException:
            served.close()
            raise
        return served

    def find(self, slug: str, person: UUID) -> Served | None:
        """The structure where somebody works today, None when they do not, or have left."""
        served = self.structures.get(slug)
        member = served.refs.team.get(person) if served else None
        return served if served and member and member.works(served.today()) else None


def serve_one(opened: Opened, progress: Progress = lambda done, total: None) -> Served:
    """Use a structure: its read store is made when there is none of this version, and brought to the last event.

    Raises AlreadyServed when it must be made while another version serves: that one would lose its own.
    """
    served = Served(opened, reads_of(opened))
    try:
        if served.reads.stores.live() is None:
            with nullcontext() if opened.database else ServeLock(opened.folder):
                stores.ensure(served.reads.stores, opened.engine, progress)
        served.read()
    except BaseException:
        served.reads.close()
        raise
    return served


def reads_of(opened: Opened) -> stores.Live:
    """The read stores of a structure. On PostgreSQL turns are taken in the database itself."""
    if opened.database and opened.schema:
        return stores.Live(postgres.Schemas(_engine(opened.database), opened.schema), opened.engine)
    files = stores.Files(opened.folder / "read", FileLock(opened.folder / "make.lock", limit=600))
    return stores.Live(files, opened.engine, FileLock(opened.folder / "read.lock"))


@cache
def _engine(database: Database) -> sqlalchemy.Engine:
    return postgres.engine(database.connect)


@contextmanager
def site(
    data: Path,
    *,
    demo: bool = False,
    only: str | None = None,
    clock: Clock = utc_now,
    progress: Progress = lambda done, total: None,
) -> Iterator[Site]:
    """The structures of `data` (or `only` one), opened and closed.

    Raises what keeps them from opening when none does, and AlreadyServed when one is served by another version.
    """
    database = Settings().database()

    def opening(slug: str) -> Served:
        opened = structure_folder.open_one(data, slug, clock=clock, database=database)
        try:
            if not opened.engine.head():
                raise StoreRefused(f"{slug} is not made yet, or was not made to the end: nothing is recorded in it")
            return serve_one(opened, progress)
        except BaseException:
            opened.engine.close()
            raise

    made = Site(data, opening, demo=demo)
    try:
        made.look([only] if only else ())
        for error in made.closed.values():
            if not made.structures or isinstance(error, AlreadyServed):
                raise error
        yield made
    finally:
        for served in made.structures.values():
            served.close()


def _settle_if_possible(served: Served) -> None:
    """What keeps an erasure from being finished keeps nobody from working; `tick` tries again, `doctor` says so."""
    try:
        erasing.settle(served.opened)
    except Exception:
        logging.getLogger("pixflow").exception("an erasure is not finished")


@contextmanager
def serving(site: Site) -> Iterator[None]:
    """Hold the serve.lock of every structure, and record which version of pixflow serves it. Raises AlreadyServed.

    On PostgreSQL there are no such locks: several processes may serve.
    """
    with ExitStack() as locks:
        site.begin(partial(_begin, locks))
        yield


def _begin(locks: ExitStack, served: Served) -> None:
    with ExitStack() as own:
        if not served.opened.database:
            own.enter_context(ServeLock(served.opened.folder))
        stores.tidy(served.reads.stores)
        _settle_if_possible(served)
        served.engine.execute(
            {"structure": served.opened.stream("structure")},
            start_program,
            by=Actor(OPERATOR),
            command_id=uuid4(),
            via="cli",
            pixflow=__version__,
        )
        locks.push(own.pop_all())
