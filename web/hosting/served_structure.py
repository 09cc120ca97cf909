"""A structure in use: its engine, its read side, its periodic jobs."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from uuid import UUID

from sqlalchemy import Connection

from pixflow import erasing
from pixflow.access_journal import seal
from pixflow.access_journal.journal import AccessJournal, open_journal
from pixflow.engine import Engine
from pixflow.ledger.register import Register
from pixflow.reference_data import References
from pixflow.store.locks import ServeLock
from pixflow.structure_folder import OpenStructure
from pixflow.uploads import Uploads
from projections.figures.refresh import try_to_refresh
from projections.store import stores
from projections.store.catch_up import Progress, ReadSide
from projections.store.fill import try_to_fill
from web.hosting import clock_jobs, notices, partner_mails, registers
from web.hosting.clock_jobs import Rest, Round, Seen, TryingOutbox
from web.hosting.health import Finding
from web.hosting.mail import Outbox
from web.hosting.read_tables import make_missing, reads_of


@dataclass(frozen=True, slots=True)
class TickReport:
    """The counts of one tick: old uploads deleted, notices sent. `rested`: no job had anything to do.

    `register` is the alarm of a register that did not follow, or that its witness refused.
    """

    swept: int
    sent: int
    rested: bool
    register: Finding | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """A structure at one moment: its references, the position of its last event, its day."""

    refs: References
    head: int
    today: date

    def works(self, person: UUID) -> bool:
        """Tells if somebody works here today."""
        member = self.refs.team.get(person)
        return member is not None and member.works(self.today)

    @property
    def tag(self) -> str:
        """The version of a page drawn now, `"1234:2026-03-16"`."""
        return f"{self.head}:{self.today}"


class LiveTables:
    """The read side, caught up, and a connection that sees its tables as they were then."""

    def __init__(self, reads: stores.Live, side: ReadSide, connection: Connection) -> None:
        self._reads = reads
        self.side = side
        self.connection = connection

    def renew(self) -> None:
        """Shows what was recorded since, in other tables when a rebuild has replaced these."""
        side, connection = self._reads.latest(_connected)
        self.close()
        self.side, self.connection = side, connection

    def close(self) -> None:
        self.connection.close()


@dataclass(frozen=True, slots=True)
class ServedStructure:
    """One structure in use. `shortcuts` are the sites whose computers opened the page of the tests since a tick.

    `rests` has the jobs that found nothing left to do, `findings` what the quick checks found last. `locks` are held
    as long as this process serves it.
    """

    opened: OpenStructure
    reads: stores.Live
    journal: AccessJournal
    register: Register
    shortcuts: set[str] = field(default_factory=set, compare=False, kw_only=True)
    rests: dict[str, Rest] = field(default_factory=dict, compare=False, kw_only=True)
    findings: list[Finding] = field(default_factory=list, compare=False, kw_only=True)
    locks: ExitStack = field(default_factory=ExitStack, compare=False, kw_only=True)

    @property
    def engine(self) -> Engine:
        return self.opened.engine

    @property
    def refs(self) -> References:
        return self.engine.references()

    def read(self) -> ReadSide:
        """Returns the read side, caught up: a reader sees their own writes."""
        return self.reads.latest(_caught_up)

    @contextmanager
    def reading(self, head: int | None = None) -> Iterator[LiveTables]:
        """Yields the tables, caught up to the last event. Damaged ones are live no more.

        `head` is its position, for who has just looked.
        """
        latest = partial(_connected, head=head)
        with self.reads.reading(latest) as found, closing(LiveTables(self.reads, *found)) as tables:
            yield tables

    def make_tables(self, progress: Progress = lambda done, total: None) -> None:
        """Builds the read tables when they are gone or damaged."""
        if not self.reads.opens():
            make_missing(self.opened, self.reads.stores, progress)

    def today(self) -> date:
        return self.engine.today()

    def present(self) -> Present:
        refs, head = self.engine.present()
        return Present(refs, head, self.engine.today(refs))

    def tick(
        self, outbox: Outbox | None = None, url: str = "", *, by_age: bool = True, shared: Round | None = None
    ) -> TickReport:
        """Runs the periodic jobs: expire seat offers, return lent dossiers, make the entries of figures, send notices,
        write to partners, seal and forget days of the access journal, follow the register, truncate the WAL, delete old
        uploads, finish erasures, fill the past of lists.

        E-mails need an `outbox`; `url` is the address of the pages. Without `by_age`, what ends or goes by its age
        stays: the clock may be wrong. One process at a time runs the jobs: a second one returns at once and does
        nothing. After one statement it ends where nothing moved since a tick that left nothing to do (decision 0062).
        """
        now, seen = self.engine.clock(), self._observe(mails=outbox is not None, by_age=by_age)
        sent, wrong = 0, None
        rested = self._rests("tick", seen, now) and not (self.shortcuts or erasing.is_pending(self.opened))
        if not rested:
            with nullcontext(shared) if shared else closing(Round()) as one, one.try_lock(self.opened, "tick") as mine:
                if mine:
                    sent, wrong = self._tick(outbox, url, now, seen, by_age=by_age, shared=one)
        swept = Uploads(self.opened.folder / "uploads").sweep(now) if by_age else 0
        return TickReport(swept, sent, rested, wrong)

    def alarm(self, outbox: Outbox, url: str, shared: Round | None = None) -> int:
        """Sends the alarms that wait, whatever job runs meanwhile. Returns how many e-mails left."""
        now, seen = self.engine.clock(), self._observe(mails=True, by_age=False)
        if self._rests("alarm", seen, now):
            return 0
        waiting, tried = notices.alarms(self.engine, self.read(), url), TryingOutbox(outbox)
        with (
            nullcontext(shared) if shared else closing(Round()) as one,
            one.try_lock(self.opened, "alarm") if waiting else nullcontext(True) as mine,
        ):
            sent = notices.send(self.engine, waiting, tried) if mine else 0
        self._rest("alarm", seen, now, done=mine and not tried.failed)
        return sent

    @property
    def doubtful(self) -> bool:
        """Tells if the store answered last, and could not tell how far its tables are: they may be gone."""
        found = {one.check: one.details for one in self.findings}
        return "error" in found.get("tables", {}) and "error" not in found.get("durability", {})

    def look(self, shared: Round, *, rested: bool = False) -> None:
        """Runs the quick checks, for `/readyz` and `/metrics`. Those of the tables stand where a tick has `rested`."""
        head = self.rests["tick"].seen.standing.head if rested else None
        self.findings[:] = shared.quick_findings(self.opened, self.reads, head, self.findings)

    def _observe(self, *, mails: bool, by_age: bool) -> Seen | None:
        standing = self.reads.read_standing()
        return Seen(standing, mails, by_age) if standing else None

    def _rests(self, job: str, seen: Seen | None, now: datetime) -> bool:
        rest = self.rests.get(job)
        return rest is not None and rest.holds(seen, now)

    def _rest(self, job: str, seen: Seen | None, now: datetime, *, done: bool) -> None:
        """Lets a job rest when it is done. `seen` and `now` are those of before: what came meanwhile wakes it."""
        self.rests.pop(job, None)
        if done and seen:
            self.rests[job] = Rest(seen, now, clock_jobs.next_due(self.refs, now))

    def _tick(
        self, outbox: Outbox | None, url: str, now: datetime, seen: Seen | None, *, by_age: bool, shared: Round
    ) -> tuple[int, Finding | None]:
        """Runs the jobs, and lets them rest. Returns how many e-mails left, and the alarm of the register."""
        done, tried = False, TryingOutbox(outbox) if outbox else None
        try:
            if not seen:
                self.reads.doubt()
            self.make_tables()
            side = self.read()
            if by_age:
                clock_jobs.expire_seat_offers(self.engine, side)
                clock_jobs.return_lent_dossiers(self.engine, side)
                if outbox:
                    partner_mails.write_due(self.engine, self.read())
            clock_jobs.note_shortcuts(self.engine, self.opened.stream("structure"), self.shortcuts)
            counted = try_to_refresh(side, self.today())
            sent = 0
            if tried:
                sent += self.alarm(tried, url, shared)
                sent += partner_mails.send_waiting(self.engine, self.read(), tried, url)
                sent += notices.send(self.engine, notices.due_by_day(self.engine, self.read(), url), tried)
            if by_age:
                seal.seal_days(self.engine, self.opened.stream("structure"), self.journal)
                self.journal.forget(self.today())
            register = registers.register_of(self.opened, url)
            last, wrong = registers.try_to_follow(self.opened, register)
            signed = last is not None and registers.cosign(self.opened, register)
            if last and not signed:
                wrong = registers.find_refusal(register)
            if last and tried:
                sent += registers.write_to_auditors(self.engine, register, last, tried, url)
            emptied = self.engine.recorder.truncate()
            self.opened.note()
            if erasing.is_pending(self.opened):
                with suppress(erasing.ManyErasures):  # settle logs it, doctor reports it
                    self.settle(by_age=by_age)
            done = try_to_fill(side) and counted and emptied and signed and not (tried and tried.failed)
            return sent, wrong
        finally:
            self._rest("tick", seen, now, done=done)
            if not done:
                self.reads.doubt()

    def settle(self, most: int | None = erasing.AT_ONCE, *, by_age: bool = False) -> None:
        """Finishes every erasure, in the read tables too. Raises ManyErasures, as `erasing.settle` does."""
        erasing.settle(self.opened, most, by_age=by_age)
        self.read()
        stores.tidy(self.reads.stores)

    def rebuild(self, progress: Progress) -> str:
        """Builds new read tables beside the live ones, whatever their state, and returns their name.

        Raises AlreadyServed when another version of pixflow serves the structure.
        """
        in_use = self.reads.stores.other() and not self.opened.database
        with ServeLock(self.opened.folder) if in_use else nullcontext():
            return stores.rebuild(self.reads.stores, self.engine, progress)

    def close(self) -> None:
        self.journal.close()
        self.reads.close()
        self.engine.close()
        self.locks.close()


def structure_in_use(opened: OpenStructure) -> ServedStructure:
    """Returns the structure with its stores, whatever state its read store is in."""
    journal = open_journal(opened.folder, opened.database, opened.schema)
    return ServedStructure(opened, reads_of(opened), journal, registers.register_of(opened))


def serve_one(opened: OpenStructure, progress: Progress = lambda done, total: None) -> ServedStructure:
    """Returns the structure, its read store built if needed and caught up to the last event.

    Raises AlreadyServed when the store must be built while another process serves a structure on SQLite: that may be
    another version of pixflow, which does not know the events of this one.
    """
    served = structure_in_use(opened)
    try:
        if not served.reads.opens():
            with nullcontext() if opened.database else ServeLock(opened.folder):
                make_missing(opened, served.reads.stores, progress)
        served.read()
    except BaseException:
        served.journal.close()
        served.reads.close()
        raise
    return served


def _caught_up(side: ReadSide) -> ReadSide:
    side.catch_up()
    return side


def _connected(side: ReadSide, head: int | None = None) -> tuple[ReadSide, Connection]:
    side.catch_up(head=head)
    connection = side.database.connect()
    try:
        connection.begin()  # from here on, the tables stay for this connection
    except BaseException:
        connection.close()
        raise
    return side, connection
