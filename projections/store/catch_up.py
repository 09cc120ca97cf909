"""Brings the read tables up to the last event: folds each stream with new events once a batch, writes each row once."""

import logging
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from copy import copy
from threading import Lock, RLock
from typing import Any, TypeVar
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import Connection, Engine, Table, delete, insert, select, update

from pixflow import reference_data
from pixflow.events.base import Recorded, Unopened, as_erased
from pixflow.folding import ERASURES, RETRACTIONS, STOPS, erasure_of
from pixflow.garbage import without_garbage_collection
from pixflow.reference_data import References
from pixflow.streams import KINDS, kind_of
from projections import (
    advisor_queue,
    audit_trail,
    contacts,
    contested_marks,
    directory,
    dossier_sheet,
    name_search,
    partner_links,
    partners,
    questions,
    referrals,
    resources,
    result_routing,
    workshops,
)
from projections import exports as exports_made
from projections.contract import Change, Projection, Source, filled, folds, metadata, position, stopped
from projections.figures import entries, paths
from projections.store import sqlite
from projections.store.day_rows import forget, make_day_table
from projections.store.folds import (
    DECODERS,
    FOLD,
    StreamDamaged,
    day_of_tables,
    folds_of,
    packed,
    position_of_tables,
    stored_references,
)
from projections.store.sqlite import SqliteTransaction
from projections.store.transaction import NeedsQueries, QueryingTransaction, WriteTransaction, delete_streams

PROJECTIONS: tuple[Projection, ...] = (
    advisor_queue, result_routing, exports_made, dossier_sheet, directory, name_search, workshops, audit_trail,  # type: ignore[assignment]
    paths, entries, partners, contacts, referrals, partner_links, resources, questions,
    contested_marks,
)  # fmt: skip
DAYS = {table: make_day_table(table) for projection in PROJECTIONS for table in getattr(projection, "KEPT", ())}
"""The lists whose rows are kept for each day, each with the table of its day rows."""
BATCH = 40_000
LONG = 1_000
"""Events of a catch-up that makes many objects at once."""
PART = 5_000
"""Events in memory while tables are built. Python keeps for good most of what a part takes."""
RULES = frozenset(
    {
        *("protocol.ProtocolPublished", "protocol.ProtocolPublicationWithdrawn", "structure.StructureOpened"),
        *("grille.GrillePublished", "grille.GrillePublicationWithdrawn"),
    }
)
LEAVING = frozenset({"staff.StaffLeft", "staff.StaffReturned"})
DESIGNATING = LEAVING | {"staff.RoleGranted", "staff.RoleEnded", "staff.ReferentDesignated"}
"""Events of staff after which a site has, or lacks, a référent."""
_REMEMBERED = 300  # states in the cache, of 17 kB each

_log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
Beside = Callable[[Connection, References, Mapping[UUID, Sequence[Recorded]]], None]


class ReadSide:
    """The read tables of one structure in one database of SQLite.

    `lock` is held while catching up, between processes (read.lock).
    """

    def __init__(self, source: Source, database: Engine, lock: AbstractContextManager[Any] = nullcontext()) -> None:
        self.source = source
        self.database = database
        self._lock = lock
        self._mutex = RLock()
        self._refs = References()
        self._folds: dict[UUID, Any] = {}
        self.memory = Memory()
        self._writer = RowWriter()
        self._plain = SqliteTransaction(database)
        self._needs_scrub = False
        self._position, self._day = -1, 0
        self._resume()

    @property
    def position(self) -> int:
        """Position of the last event that the tables show."""
        return self._position

    @property
    def refs(self) -> References:
        """The reference data as the tables show them."""
        return self._refs

    def catch_up(self, limit: int | None = None, batch: int = BATCH, head: int | None = None) -> int:
        """Shows every event recorded so far (up to `head`, if given), at most `limit` more. Returns where it came."""
        head = self.source.head() if head is None else head
        if head == self._position and not self._needs_scrub:
            return self._position
        long = without_garbage_collection() if head - self._position > LONG else nullcontext()
        with self._mutex, self._lock, long:
            if limit is not None or self._position < 0 or self._needs_scrub or head <= self._position:
                self._resume()  # else each batch finds out by itself if another process has moved the tables
            goal = head if limit is None else self._position + limit
            while self._position < goal and (
                events := self.source.read(self._position, min(batch, goal - self._position))
            ):
                for part in self._by_day(events):
                    self._show(part)
                    if self._position != part[-1].position:  # another process has moved the tables
                        break
            if self._needs_scrub:
                self._scrub()
        return self._position

    def build(self, progress: Progress = lambda done, total: None, beside: Beside = lambda *told: None) -> int:
        """Shows every event in new tables that nobody reads yet. Returns the position reached.

        Folds each stream once, from its first event to its last, so that each row is written once; `beside` writes
        other rows of the streams that all projections show. An interrupted build cannot be continued.
        """
        head = self.source.head()
        if head > BATCH:
            with self._mutex, without_garbage_collection(), without_indexes(self.database):
                self._build(head, progress, beside)
        reached = self.catch_up()
        progress(reached, reached)
        return reached

    def _build(self, head: int, progress: Progress, beside: Beside) -> None:
        self._refs, done = self.source.references_at(head), 0
        calendar = self._refs.calendar
        for histories in self.source.by_stream(head, PART):
            with self.database.begin() as connection:
                batch = QueryingTransaction(connection)
                changes = self._fold(batch, histories)
                self._writer.write(batch, changes, PROJECTIONS, head)
                batch.save(changes)
                stopped = {stream for _, stream in self._writer.stopped}
                shown = {c.stream: c.filter_history(histories[c.stream]) for c in changes if c.stream not in stopped}
                beside(connection, self._refs, shown)
            done += sum(map(len, histories.values()))
            last = max((one.at for events in histories.values() for one in events), default=None)
            self._day = max(self._day, calendar.local_day(last).toordinal() if last else 0)
            progress(min(done, head - 1), head)
        with self.database.begin() as connection:
            QueryingTransaction(connection).move(head, False, self._day)  # nobody erased was written
        self._reach(head, ())

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yields a connection in a transaction that no other process writes beside."""
        with self._mutex, self._lock, self.database.begin() as connection:
            yield connection

    @property
    def blocked(self) -> int:
        """Number of streams that some projection could not show."""
        return len(self._writer.stopped)

    def stopped(self) -> list[Any]:
        """Returns each stream that a projection could not show, with the position and the name of the error."""
        with self.database.connect() as connection:
            return list(connection.execute(select(stopped)))

    def close(self) -> None:
        self._plain.close()
        self.database.dispose()

    def _resume(self) -> None:
        with suppress(*self._plain.ERRORS):  # damage: SQLAlchemy names it
            if self._plain.position() == (self._position, self._needs_scrub):
                return
        with self.database.connect() as connection:
            self._reload_if_moved(connection)

    def _reload_if_moved(self, connection: Connection) -> bool:
        """Loads the state again if another process moved the tables. Tells whether it did."""
        reached, needs_scrub = position_of_tables(connection)
        if reached == self._position:
            return False
        self._folds.clear()
        self._plain.forget()
        self._refs = stored_references(connection)
        self._writer.load(connection)
        self.memory.restart(self._refs)
        self._position, self._needs_scrub, self._day = reached, needs_scrub, day_of_tables(connection)
        return True

    def _show(self, events: Sequence[Recorded]) -> None:
        """Writes rows, folds and position of one batch in one transaction; the next one after a failure begins anew."""
        try:
            if not self._writer.stopped and self._show_plainly(events):
                return
            with self.database.begin() as connection:
                if self._reload_if_moved(connection) and self._position != events[0].position - 1:
                    return
                changes = self._apply(QueryingTransaction(connection), events)
        except BaseException:
            self._position = -1
            raise
        self._reach(events[-1].position, changes)

    def _show_plainly(self, events: Sequence[Recorded]) -> bool:
        """Writes a batch that needs no query and meets no error. Else writes nothing, and returns False."""
        if len(events) > self._plain.LARGEST:
            self._plain.forget()
            return False
        try:
            with self._plain as batch:
                self._plain.expect(self._position, self._needs_scrub)
                changes = self._apply(batch, events)
        except Exception as error:
            if not isinstance(error, (NeedsQueries, *self._plain.ERRORS)):
                _log.warning("a plain batch failed: %s", type(error).__name__)
            self._position = -1  # the state in memory has moved: it is loaded again
            return False
        self._reach(events[-1].position, changes)
        return True

    def _reach(self, position: int, changes: Sequence[Change]) -> None:
        """Notes that the tables show a position. Who sees it finds nothing in memory that the changes made stale."""
        self.memory.follow(changes, self._refs)
        self._position = position

    def _scrub(self) -> None:
        """Wipes deleted rows from the disk. If a reader prevents it, the next call of `catch_up` tries again."""
        if sqlite.write_anew(self.database):
            with self.database.begin() as connection:
                connection.execute(update(position).where(position.c.position == self._position), {"stained": False})
            self._needs_scrub = False

    def _apply(self, batch: WriteTransaction, events: Sequence[Recorded]) -> list[Change]:
        moved: dict[UUID, list[Recorded]] = {}
        for recorded in events:
            moved.setdefault(recorded.originator_id, []).append(recorded)
        for recorded in events:
            self._refs = reference_data.evolve(self._refs, recorded)
        changes = self._fold(batch, moved)
        if any(recorded.event.TOPIC in RULES for recorded in events):
            changes = [replace(change, ruled=True) for change in changes]
        changed = changes + concerned(batch, events, set(moved), self._refs)
        gone = [change.stream for change in changes if change.forgets]
        self._needs_scrub |= bool(gone)
        self._day = max(self._day, *(self._refs.calendar.local_day(one.at).toordinal() for one in events))
        batch.move(events[-1].position, self._needs_scrub, self._day)
        self._writer.write(batch, changed, PROJECTIONS, self._position)
        batch.save(changes)
        self._remember(changes)
        if gone:
            forget(batch.connection, DAYS, gone)
        if any(change.returns for change in changes):
            batch.connection.execute(delete(filled))  # the past of whoever is back is made again
        return changes

    def _by_day(self, events: Sequence[Recorded]) -> list[Sequence[Recorded]]:
        """Splits events by the day of their record: a day row shows its list at the end of a day.

        New tables have no day rows yet: their events stay in one part.
        """
        if not self._position:
            return [events]
        parts: list[list[Recorded]] = []
        day, calendar = 0, self._refs.calendar
        for recorded in events:
            on = calendar.local_day(recorded.at).toordinal()
            if on > day:  # after a clock that was ahead, the day stays until the real one passes
                parts.append([])
                day = max(on, self._day)
            parts[-1].append(recorded)
        return list(parts)

    def _remember(self, changes: Sequence[Change]) -> None:
        """Caches the states of recent streams: they are the likeliest to change again."""
        if len(self._folds) + len(changes) > _REMEMBERED:
            self._folds.clear()
        self._folds |= {change.stream: change.after for change in changes[-_REMEMBERED:] if change.events}

    def _fold(self, batch: WriteTransaction, moved: Mapping[UUID, Sequence[Recorded]]) -> list[Change]:
        before = {stream: self._folds[stream] for stream in moved if stream in self._folds}
        before |= batch.states([one for one in moved if one not in before and moved[one][0].originator_version > 1])
        changes = []
        for stream, events in moved.items():
            again = (FOLD, stream) in self._writer.stopped
            try:
                change = self._change(stream, before.get(stream), events, whole=again)
                changes.append(packed(_add_positions(batch, change, events) if change.returns else change))
            except Exception as error:
                for place in (FOLD, *(projection.NAME for projection in PROJECTIONS if appends(projection))):
                    self._writer.stop(batch.connection, place, stream, events[-1].position, error)
            else:
                if again:
                    self._writer.resume(batch.connection, FOLD, stream)
        return changes

    def _change(self, stream: UUID, old: Any, events: Sequence[Recorded], *, whole: bool) -> Change:
        kind = kind_of(events[0].event)
        if erasure_of(events):
            return self._forgotten(stream, old, events)
        if any(isinstance(recorded.event, Unopened) for recorded in events):
            raise StreamDamaged
        if any(isinstance(recorded.event, STOPS) for recorded in events):
            history = self._read_history(stream, events)
            return Change(stream, kind, old, KINDS[kind].fold(history), history, self._refs, returns=True)
        if whole or any(isinstance(recorded.event, RETRACTIONS) for recorded in events):
            return Change(stream, kind, old, KINDS[kind].fold(self._read_history(stream, events)), events, self._refs)
        new = old if old is not None else KINDS[kind].fold([])
        for recorded in events:
            new = KINDS[kind].evolve(new, recorded)
        return Change(stream, kind, old, new, events, self._refs)

    def _read_history(self, stream: UUID, events: Sequence[Recorded]) -> Sequence[Recorded]:
        """Returns the events of a stream up to the last of these. Raises an error when one does not open."""
        history = events if events[0].originator_version == 1 else self.source.history(stream)
        if any(isinstance(recorded.event, Unopened) for recorded in history):
            raise StreamDamaged
        return [recorded for recorded in history if recorded.originator_version <= events[-1].originator_version]

    def _forgotten(self, stream: UUID, old: Any, events: Sequence[Recorded]) -> Change:
        """Returns the change of a stream whose person was erased: nothing in it tells of them.

        If another event of the stream does not open, the state is that of the erasure alone.
        """
        kind = kind_of(events[-1].event)
        try:
            history = self._read_history(stream, events)
        except Exception:
            history = events = [recorded for recorded in events if isinstance(recorded.event, ERASURES)]
        state = KINDS[kind].fold(history)
        events = [replace(recorded, event=as_erased(recorded.event)) for recorded in events]
        return Change(stream, kind, old, state, events, self._refs, forgets=True)


def _add_positions(batch: WriteTransaction, change: Change, new: Sequence[Recorded]) -> Change:
    """Returns a change with the positions of all its events: a history has none of those that the tables show."""
    places = audit_trail.positions(batch.connection, change.stream) | {
        one.originator_version: one.position for one in new
    }
    events = [replace(one, position=places[one.originator_version]) for one in change.events]
    return replace(change, events=events)


def concerned(batch: WriteTransaction, events: Sequence[Recorded], moved: set[UUID], refs: References) -> list[Change]:
    """Returns a change for each stream without new events whose rows these events change."""
    topics = {recorded.event.TOPIC for recorded in events}
    if topics & RULES:
        return _every(batch.connection, advisor_queue.KINDS, moved, refs, ruled=True)
    changes = []
    if leaving := {recorded.originator_id for recorded in events if recorded.event.TOPIC in LEAVING}:
        # Their dossiers may need another advisor.
        followed = {row.stream for row in batch.connection.execute(directory.followed(leaving))}
        states = folds_of(batch.connection, followed - moved)
        changes = [Change(stream, "dossier", state, state, (), refs) for stream, state in states.items()]
    return changes + (_every(batch.connection, ("structure",), moved, refs) if topics & DESIGNATING else [])


def _every(
    connection: Connection, kinds: Collection[str], moved: set[UUID], refs: References, *, ruled: bool = False
) -> list[Change]:
    """Returns a change for every other stream of these kinds: their tasks are derived again."""
    found = connection.execute(select(folds).where(folds.c.kind.in_(kinds)))
    states = ((row.stream, row.kind, DECODERS[row.kind].decode(row.state)) for row in found if row.stream not in moved)
    return [Change(stream, kind, state, state, (), refs, ruled=ruled) for stream, kind, state in states]


# --- rows: a projection that fails on one stream stops for that stream alone


class RowWriter:
    """Writes the rows of changes, and remembers which projection stopped for which stream."""

    def __init__(self) -> None:
        self.stopped: set[tuple[str, UUID]] = set()

    def load(self, connection: Connection) -> None:
        """Reads what is stopped from the tables: another process may have written them."""
        self.stopped = set(connection.execute(select(stopped.c.projection, stopped.c.stream)).all())

    def write(
        self, batch: WriteTransaction, changes: Sequence[Change], projections: Sequence[Projection], position: int
    ) -> None:
        """Writes the rows of all projections in one savepoint; if one fails, each projection in a savepoint of its own.

        `position` is the last event that the tables show.
        """
        if not self.stopped:
            try:
                with batch.savepoint():
                    for projection in projections:
                        write_rows(batch, projection, _of_kinds(projection, changes))
                return
            except NeedsQueries:
                raise
            except Exception as error:
                _log.warning("rows are written for each projection alone: %s", type(error).__name__)
        for projection in projections:
            self._write_alone(batch, projection, _of_kinds(projection, changes), position)

    def stop(self, connection: Connection, name: str, stream: UUID, position: int, error: Exception) -> None:
        """Records that a projection, or the fold, does not show a stream from a position on."""
        self.resume(connection, name, stream)
        self.stopped.add((name, stream))
        row = {"projection": name, "stream": stream, "position": position, "code": type(error).__name__}
        connection.execute(insert(stopped), row)

    def resume(self, connection: Connection, name: str, stream: UUID) -> None:
        """Records that a projection shows a stream again."""
        connection.execute(delete(stopped).where(stopped.c.projection == name, stopped.c.stream == stream))
        self.stopped.discard((name, stream))

    def _write_alone(
        self, batch: WriteTransaction, projection: Projection, changes: Sequence[Change], position: int
    ) -> None:
        """Tries stopped streams again, unless rows are only added: the missed rows come with the next rebuild."""
        again = [change for change in changes if (projection.NAME, change.stream) in self.stopped]
        if appends(projection):
            projection.forget(batch.connection, [change.stream for change in again if change.forgets])
            again = []
        sound = [change for change in changes if (projection.NAME, change.stream) not in self.stopped]
        try:
            with batch.savepoint():
                write_rows(batch, projection, sound)
        except Exception:
            again += sound
        for change in again:
            self._write_one(batch, projection, change, position)

    def _write_one(self, batch: WriteTransaction, projection: Projection, change: Change, position: int) -> None:
        again = (projection.NAME, change.stream) in self.stopped
        self.resume(batch.connection, projection.NAME, change.stream)
        try:
            with batch.savepoint():
                write_rows(batch, projection, [change], whole=again)
        except Exception as error:
            reached = change.events[-1].position if change.events else position
            self.stop(batch.connection, projection.NAME, change.stream, reached, error)


def appends(projection: Projection) -> bool:
    """Tells if the rows of a stream are added to those it has."""
    return getattr(projection, "APPENDS", False)


def write_rows(
    batch: WriteTransaction, projection: Projection, changes: Sequence[Change], *, whole: bool = False
) -> None:
    """Writes the rows of these changes.

    Skips changes of nothing that the projection reads, unless `whole`.
    """
    adds = appends(projection)
    moved = changes if adds or whole else [change for change in changes if concerns(projection, change)]
    if not moved:
        return
    made = [(change, projection.rows(change)) for change in moved]
    if adds and (gone := [change.stream for change in moved if change.forgets]):
        projection.forget(batch.connection, gone)
    if adds and (back := [change.stream for change in moved if change.returns]):
        for table in projection.TABLES:
            delete_streams(batch.connection, table, back)
    for table in projection.TABLES:
        if adds:
            rows = [row for _, one in made for row in one.get(table, ())]
            batch.append(table, rows)
        else:
            batch.replace(table, ((change, one.get(table, ())) for change, one in made))


def _of_kinds(projection: Projection, changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.kind in projection.KINDS]


def concerns(projection: Projection, change: Change) -> bool:
    """Tells whether something changed that the projection reads."""
    reads = getattr(projection, "READS", {}).get(change.kind)
    if change.before is None or reads is None or change.forgets or change.returns:
        return True
    by_rules = change.ruled and getattr(projection, "RULED", False)
    return by_rules or reads(change.before) != reads(change.after)


# --- memory: texts and searches of pages, shown again while their rows are the same

T = TypeVar("T")
OF_PARTNERS = partners.KINDS | contacts.KINDS | {"catalogue"}


class Kept:
    """Things by all that they were made of. Beyond `most`, the oldest is made again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: dict[Hashable, Any] = {}
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        """Returns the value of a key, None where there is none. The key names the kind and the words of its value."""
        return self._made.get(key)

    def put(self, key: Hashable, made: T) -> T:
        with self._lock:
            if len(self._made) >= self._most:
                del self._made[next(iter(self._made))]
            self._made[key] = made
        return made

    def get_or_make(self, key: Hashable, make: Callable[[], T]) -> T:
        """Returns the value of a key; makes the value where there is none."""
        known: T | None = self.get(key)
        return self.put(key, make()) if known is None else known


class Memory:
    """The memory of one process beside the tables of one structure.

    `texts` are short, `dossiers` the events of a dossier and its history: both may name people of the team and young
    people, and begin anew when the references change, or somebody is erased. `searches` are found among all young
    people, and begin anew also when one of them changes. `partners` are the offers of partners, who works there, and
    what they answered: they begin anew also when a partner, the catalogue or a referral changes. `counts` depend on all
    rows, and begin anew with each event. `moments` are the tables of earlier days (past_tables.py), as bytes, `answers`
    what takes long to count of a period that is over: they begin anew as `texts` do.
    Whoever read the tables before may still write in the former ones: nobody reads them any more.
    """

    def __init__(self) -> None:
        self.restart(References())

    def restart(self, refs: References) -> None:
        """Begins anew: another process may have written the tables."""
        self.texts, self.dossiers, self.searches, self.counts = Kept(4_000), Kept(150), Kept(2_000), Kept(500)
        self.partners, self.moments, self.answers = Kept(300), Kept(3), Kept(3)
        self._refs = refs

    def take_snapshot(self) -> "Memory":
        """Returns what a page may use that reads the tables from now on."""
        return copy(self)

    def renew(self, now: "Memory") -> None:
        """Goes on with the parts of another one: the page reads the tables again."""
        vars(self).update(vars(now))

    def follow(self, changes: Sequence[Change], refs: References) -> None:
        """Drops what these changes make stale, once the tables show them."""
        self.counts = Kept(500)
        if refs is not self._refs or any(change.forgets or change.returns for change in changes):
            self.restart(refs)
            return
        if any(change.kind in directory.KINDS and concerns(directory, change) for change in changes):  # type: ignore[arg-type]
            self.searches = Kept(2_000)
        if any(change.kind in OF_PARTNERS for change in changes) or any(
            change.kind in referrals.KINDS and concerns(referrals, change)  # type: ignore[arg-type]
            for change in changes
        ):
            self.partners = Kept(300)


# --- indexes and sums of figures, away while all rows are written


@contextmanager
def without_indexes(database: Engine) -> Iterator[None]:
    """Drops the indexes, and makes them again at the end: to sort once costs less than to keep order row by row.

    So are the sums of figures (figures/entries.py).
    """
    with database.begin() as connection:
        drop_indexes(connection, metadata.sorted_tables)
    yield
    with database.begin() as connection:
        create_indexes(connection, metadata.sorted_tables)


def drop_indexes(connection: Connection, tables: Sequence[Table]) -> None:
    """Drops the indexes of these tables, and pauses the sums of figures."""
    for index in (index for table in tables for index in table.indexes):
        connection.exec_driver_sql(f"DROP INDEX {index.name}")
    entries.pause_sums(connection)


def create_indexes(connection: Connection, tables: Sequence[Table]) -> None:
    """Sums the entries, and creates the indexes of these tables."""
    entries.resume_sums(connection)
    for index in (index for table in tables for index in table.indexes):
        index.create(connection)
