"""The host: every structure of a data folder that this process serves."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from uuid import UUID, uuid4

from pixflow import __version__, erasing, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.store import AlreadyServed, StoreBusy
from pixflow.store.locks import ServeLock
from pixflow.store.postgres.copy import drop_read_tables
from pixflow.structure import start_program
from pixflow.structure_folder import Clock, OpenStructure, utc_now
from projections.store import stores
from projections.store.catch_up import Progress
from web.accounts.site import Site
from web.accounts.store import open_accounts
from web.hosting import account_checks
from web.hosting.clock_jobs import Round
from web.hosting.clock_watch import SeenTime
from web.hosting.machine.process import make_room
from web.hosting.read_tables import open_whole
from web.hosting.served_structure import ServedStructure, serve_one
from web.hosting.settings import Settings


class Host:
    """The open structures of a data folder, by slug. `closed` has the error of each structure that did not open.

    `demo` lets a visitor choose whose account to use; otherwise `site` has the accounts. `clock_jumps` counts the jumps
    of this machine's clock, `seen_time` holds back what ends by age. `ticked` is the monotonic time when the
    last tick ended with a structure, or one opened, `looked` that of the last look at one. `followed` are the
    memberships that stood when the accounts last followed it.
    """

    def __init__(
        self,
        data: Path,
        opening: Callable[[str], ServedStructure],
        *,
        demo: bool = False,
        site: Site | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self.data = data
        self.structures: dict[str, ServedStructure] = {}
        self.closed: dict[str, Exception] = {}
        self.demo = demo
        self.site = site
        self.clock_jumps = 0
        self.seen_time = SeenTime(data, clock)
        self.ticked = self.looked = time.monotonic()
        self.followed: dict[UUID, object] = {}
        self._opening = opening
        self._prepare: Callable[[ServedStructure], None] = lambda served: None

    def open_structures(self, slugs: Iterable[str] = ()) -> None:
        """Opens these structures, or all of the folder. Closes one whose files are gone. Requests go on meanwhile.

        A structure that fails or is gone stays closed, and does not keep the others from opening. The data folder, and
        a structure that accounts alone know, count as one then.
        """
        chosen, closed = list(slugs), dict[str, Exception]()
        try:
            if not chosen:
                chosen = structure_folder.slugs(self.data)
                closed = account_checks.gone_structures(self.site.store, self.data) if self.site else closed
        except Exception as error:
            closed[self.data.name] = error
        for slug in chosen:
            try:
                if served := self.structures.get(slug):
                    served.opened.check_in_place(doubtful=served.doubtful)
                else:
                    self.structures = {**self.structures, slug: self._open(slug)}
            except Exception as error:
                closed[slug] = error
                gone = self.structures.get(slug)
                self.structures = {name: one for name, one in self.structures.items() if name != slug}
                if gone:
                    gone.close()
        self.closed = closed

    def prepare_each(self, prepare: Callable[[ServedStructure], None]) -> None:
        """Calls `prepare` with every open structure, and with each one that opens later."""
        for served in self.structures.values():
            prepare(served)
        self._prepare = prepare

    def look(self, served: ServedStructure, shared: Round, *, rested: bool = False) -> None:
        """Runs the quick checks of a structure, and notes when."""
        served.look(shared, rested=rested)
        self.looked = time.monotonic()

    def _open(self, slug: str) -> ServedStructure:
        served = self._opening(slug)
        try:
            self._prepare(served)
            with closing(Round()) as shared:
                self.look(served, shared)
            self.ticked = self.looked
        except BaseException:
            served.close()
            raise
        return served

    def at(self, structure: UUID) -> ServedStructure | None:
        """Returns the open structure of an id."""
        return next((served for served in self.structures.values() if served.opened.id == structure), None)

    def find(self, slug: str, person: UUID) -> ServedStructure | None:
        """Returns the structure if this person works there today, else None."""
        served = self.structures.get(slug)
        return served if served and served.present().works(person) else None


@contextmanager
def open_host(
    data: Path,
    *,
    demo: bool = False,
    site: Site | None = None,
    only: str | None = None,
    clock: Clock = utc_now,
    progress: Progress = lambda done, total: None,
) -> Iterator[Host]:
    """Opens the structures of `data`, or `only` one, and closes them at the end.

    A `demo` opens demonstrations only: any other structure stays closed, with Refused("not-a-demonstration"). Raises
    the error of the first structure when none opens, as CannotServe when the process may open too few files, and
    AlreadyServed when another version serves one.
    """
    database = Settings().database()

    def opening(slug: str) -> ServedStructure:
        make_room(1 if only else len(structure_folder.slugs(data)))
        opened = open_whole(data, slug, clock=clock, database=database)
        try:
            if demo:
                structure_folder.must_be_demonstration(opened)
            return serve_one(opened, progress)
        except BaseException:
            opened.engine.close()
            raise

    host = Host(data, opening, demo=demo, site=site, clock=clock)
    try:
        host.open_structures([only] if only else ())
        for error in host.closed.values():
            if not host.structures or isinstance(error, AlreadyServed):
                raise error
        yield host
    finally:
        for served in host.structures.values():
            served.close()


@contextmanager
def serving(host: Host) -> Iterator[None]:
    """Holds the serve.lock of every structure, and records the version of pixflow that serves it.

    Raises AlreadyServed. PostgreSQL has no such locks: several processes may serve.
    """
    try:
        host.prepare_each(_start)
        yield
    finally:
        for served in host.structures.values():
            served.locks.close()


def _start(served: ServedStructure) -> None:
    with ExitStack() as own:
        if not served.opened.database:
            own.enter_context(ServeLock(served.opened.folder))
        if missing := served.engine.recorder.missing_triggers():
            logging.getLogger("pixflow").error(
                "%s: events can be changed, triggers are missing: %s. See pixflow doctor",
                served.opened.slug,
                ", ".join(missing),
            )
        stores.tidy(served.reads.stores)
        _drop_read_tables(served.opened)
        try:  # people can work meanwhile, `tick` retries, `doctor` reports it
            with suppress(erasing.ManyErasures):
                erasing.settle(served.opened)
        except Exception:
            logging.getLogger("pixflow").exception("an erasure is not finished")
        served.engine.execute(
            {"structure": served.opened.stream("structure")},
            start_program,
            by=Actor(OPERATOR),
            command_id=uuid4(),
            via="cli",
            pixflow=__version__,
        )
        served.locks.push(own.pop_all())


def _drop_read_tables(opened: OpenStructure) -> None:
    """Drops the read tables that an older pixflow kept on PostgreSQL, at another start where somebody reads there."""
    if opened.database and opened.schema:
        with suppress(StoreBusy):
            if drop_read_tables(opened.database, opened.schema):
                logging.getLogger("pixflow").warning("%s: read tables on PostgreSQL are dropped", opened.slug)


def open_site(settings: Settings, data: Path, url: str, *, create: bool = False, clock: Clock = utc_now) -> Site | None:
    """Returns the accounts of a data folder, None when nobody was ever invited and `create` is not asked."""
    issuer, url = None, url.rstrip("/")
    if settings.oidc_issuer:
        from web.accounts.oidc.issuer import Issuer  # joserfc takes 80 ms: where an issuer is set, not at each command

        issuer = Issuer(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_secret.get_secret_value(),
            f"{url}/connexion/retour",
            settings.oidc_alg,
            settings.oidc_profile,
        )
    store = open_accounts(data, settings.database(), clock=clock, create=create)
    return Site(store, url, settings.breached, issuer) if store else None
