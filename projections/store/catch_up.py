"""Bring the read tables up to the last event: fold each stream that moved once a batch, then write each row once."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from operator import itemgetter
from threading import RLock
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Engine, delete, insert, select, update

from pixflow import reference_data
from pixflow.events.base import Recorded, as_erased
from pixflow.folding import ERASURES, RETRACTIONS
from pixflow.reference_data import References
from pixflow.streams import KINDS, kind_of
from projections import advisor_queue, audit_trail, directory, dossier_sheet, name_search, result_routing, workshops
from projections.bookkeeping import TURN, folds, position, stopped
from projections.contract import Change, Projection, Source
from projections.store import postgres
from projections.store.bulk_writes import delete_streams, insert_rows

PROJECTIONS: tuple[Projection, ...] = (
    advisor_queue, result_routing, dossier_sheet, directory, name_search, workshops, audit_trail,  # type: ignore[assignment]
)  # fmt: skip
APPENDING = tuple(projection for projection in PROJECTIONS if projection.APPENDS)
BATCH = 40_000
RULES = frozenset({"protocol.ProtocolPublished", "structure.StructureOpened"})
LEAVING = frozenset({"staff.StaffLeft", "staff.StaffReturned"})
_CHUNK = 500
_MANY = 5_000
FOLD = "fold"
_REMEMBERED = 10_000

Progress = Callable[[int, int], None]

_ENCODER = msgspec.msgpack.Encoder()
_DECODERS = {kind: msgspec.msgpack.Decoder(type(behaviour.fold([]))) for kind, behaviour in KINDS.items()}


class ReadSide:
    """The read tables of one structure on one database, and how they follow the events.

    `turn` is what several processes hold while one of them catches up (read.lock); on PostgreSQL each batch takes it.
    """

    def __init__(self, source: Source, database: Engine, turn: AbstractContextManager[Any] = nullcontext()) -> None:
        self.source = source
        self.database = database
        self._writing = database.execution_options(**{TURN: True})
        self._emptied_by_a_crash = database.dialect.name == "postgresql"
        self._turn = turn
        self._mutex = RLock()
        self._refs = References()
        self._folds: dict[UUID, Any] = {}
        self._stopped: set[tuple[str, UUID]] = set()
        self._stained = False
        self._position = -1
        self._resume()

    @property
    def position(self) -> int:
        """The last event that the tables show."""
        return self._position

    @property
    def refs(self) -> References:
        """The references as the tables show them."""
        return self._refs

    def catch_up(self, limit: int | None = None, batch: int = BATCH) -> int:
        """Show every event recorded so far (at most `limit` more); returns the position reached."""
        if self.source.head() == self._position and self._stands() and not self._stained:
            return self._position
        with self._mutex, self._turn, _no_collector():
            self._resume()
            goal = self.source.head() if limit is None else self._position + limit
            while self._position < goal and (
                events := self.source.read(self._position, min(batch, goal - self._position))
            ):
                self._show(events)
            if self._stained:
                self._scrub()
        return self._position

    def build(self, progress: Progress = lambda done, total: None) -> int:
        """Show every event in new tables that nobody reads yet; returns the position reached.

        All is folded first, so that each row is written once. Tables whose build was cut short are of no use.
        """
        head = self.source.head()
        if head > BATCH:
            with self._mutex, _no_collector():
                while self._position < head:
                    self._show(self.source.read(self._position, BATCH), rows_later=True)
                    progress(min(self._position, head - 1), head)
                last: UUID | None = UUID(int=0)
                while last:
                    with self._writing.begin() as connection:
                        last = self._write_more(connection, last)
        reached = self.catch_up()
        progress(reached, reached)
        return reached

    @property
    def blocked(self) -> int:
        """How many streams some projection could not show."""
        return len(self._stopped)

    def stopped(self) -> list[Any]:
        """The streams that a projection could not show: which, since which position, and the error's name."""
        with self.database.connect() as connection:
            return list(connection.execute(select(stopped)))

    def _stands(self) -> bool:
        """Whether the tables are where this process left them: a crash of PostgreSQL empties unlogged ones."""
        if not self._emptied_by_a_crash:
            return True
        with self.database.connect() as connection:
            return _standing(connection)[0] == self._position

    def _resume(self) -> None:
        with self.database.connect() as connection:
            self._follow(connection)

    def _follow(self, connection: Connection) -> bool:
        """Whether another process has moved the tables meanwhile, or a crash has emptied them: go on from there."""
        reached, stained = _standing(connection)
        if reached == self._position:
            return False
        self._folds.clear()
        self._refs = _stored_references(connection)
        self._stopped = set(connection.execute(select(stopped.c.projection, stopped.c.stream)).all())
        self._position, self._stained = reached, stained
        return True

    def _show(self, events: Sequence[Recorded], *, rows_later: bool = False) -> None:
        """Rows, folds and position of one batch, in one transaction; when it fails, the next try starts afresh.

        `rows_later`: no rows but those that are only added.
        """
        try:
            with self._writing.begin() as connection:
                if self._follow(connection):
                    return
                self._apply(connection, events, rows_later)
        except BaseException:
            self._position = -1
            raise
        self._position = events[-1].position

    def _scrub(self) -> None:
        """Unless somebody was in the way: then the next to catch up tries."""
        if scrub(self.database):
            with self._writing.begin() as connection:
                connection.execute(update(position).where(position.c.position == self._position), {"stained": False})
            self._stained = False

    def _apply(self, connection: Connection, events: Sequence[Recorded], rows_later: bool) -> None:
        moved: dict[UUID, list[Recorded]] = {}
        for recorded in events:
            moved.setdefault(recorded.originator_id, []).append(recorded)
        for recorded in events:
            self._refs = reference_data.evolve(self._refs, recorded)
        changes = self._fold(connection, moved)
        if rows_later:
            self._project(connection, changes, APPENDING)
        else:
            self._project(connection, changes + self._concerned(connection, events, set(moved)))
        _keep(connection, changes)
        self._remember(changes)
        self._stained |= any(change.forgets for change in changes)
        _stand(connection, events[-1].position, self._stained)

    def _fold(self, connection: Connection, moved: dict[UUID, list[Recorded]]) -> list[Change]:
        before = {stream: self._folds[stream] for stream in moved if stream in self._folds}
        before |= _load(connection, [stream for stream in moved if stream not in before])
        changes = []
        for stream, events in moved.items():
            again = (FOLD, stream) in self._stopped
            try:
                changes.append(self._change(stream, before.get(stream), events, whole=again))
            except Exception as error:
                for place in (FOLD, *(projection.NAME for projection in PROJECTIONS if projection.APPENDS)):
                    self._stop(connection, place, stream, events[-1].position, error)
            else:
                if again:
                    self._go_on(connection, FOLD, stream)
        return changes

    def _change(self, stream: UUID, old: Any, events: Sequence[Recorded], *, whole: bool) -> Change:
        kind = kind_of(events[0].event)
        if any(isinstance(recorded.event, ERASURES) for recorded in events):
            return self._forgotten(stream, old, events)
        if whole or any(isinstance(recorded.event, RETRACTIONS) for recorded in events):
            history = self.source.history(stream)
            known = [r for r in history if r.originator_version <= events[-1].originator_version]
            return Change(stream, kind, old, KINDS[kind].fold(known), events, self._refs)
        new = old if old is not None else KINDS[kind].fold([])
        for recorded in events:
            new = KINDS[kind].evolve(new, recorded)
        return Change(stream, kind, old, new, events, self._refs)

    def _forgotten(self, stream: UUID, old: Any, events: Sequence[Recorded]) -> Change:
        """A person was erased: what is shown of the stream from now on tells nothing of them."""
        kind = kind_of(events[0].event)
        state = KINDS[kind].fold(self.source.history(stream))
        events = [replace(recorded, event=as_erased(recorded.event)) for recorded in events]
        return Change(stream, kind, old, state, events, self._refs, forgets=True)

    def _remember(self, changes: Sequence[Change]) -> None:
        """Keep the folds of streams that moved lately: they are the likeliest to move again."""
        if len(self._folds) + len(changes) > _REMEMBERED:
            self._folds.clear()
        self._folds |= {change.stream: change.after for change in changes if change.events}

    def _concerned(self, connection: Connection, events: Sequence[Recorded], moved: set[UUID]) -> list[Change]:
        """Those whose rows these events change though nothing happened to them."""
        if any(recorded.event.TOPIC in RULES for recorded in events):
            return self._everything_else(connection, moved)
        leaving = {recorded.originator_id for recorded in events if recorded.event.TOPIC in LEAVING}
        return self._followed_by(connection, leaving, moved) if leaving else []

    def _write_more(self, connection: Connection, last: UUID) -> UUID | None:
        """The rows of the next streams as they are folded, as if these were new; the last of them."""
        found = connection.execute(select(folds).where(folds.c.stream > last).order_by(folds.c.stream).limit(_MANY))
        changes = [
            Change(row.stream, row.kind, None, _DECODERS[row.kind].decode(row.state), (), self._refs) for row in found
        ]
        self._project(connection, changes)
        return changes[-1].stream if changes else None

    def _everything_else(self, connection: Connection, moved: set[UUID]) -> list[Change]:
        """A protocol was published: what every subject owes is worked out again."""
        kinds = ("dossier", "participation", "campaign", "workshop")
        found = connection.execute(select(folds).where(folds.c.kind.in_(kinds)))
        states = (
            (row.stream, row.kind, _DECODERS[row.kind].decode(row.state)) for row in found if row.stream not in moved
        )
        return [Change(stream, kind, state, state, (), self._refs) for stream, kind, state in states]

    def _followed_by(self, connection: Connection, advisors: set[UUID], moved: set[UUID]) -> list[Change]:
        """Somebody leaves: whether their dossiers need another advisor is worked out again."""
        followed = {row.stream for row in connection.execute(directory.followed(advisors))}
        found = _load(connection, followed - moved)
        return [Change(stream, "dossier", state, state, (), self._refs) for stream, state in found.items()]

    def _project(
        self, connection: Connection, changes: Sequence[Change], projections: Sequence[Projection] = PROJECTIONS
    ) -> None:
        """These projections at once; where one fails, each by itself."""
        if not self._stopped:
            with suppress(Exception), connection.begin_nested():
                for projection in projections:
                    _write(connection, projection, _of_kinds(projection, changes))
                return
        for projection in projections:
            self._project_alone(connection, projection, _of_kinds(projection, changes))

    def _project_alone(self, connection: Connection, projection: Projection, wanted: Sequence[Change]) -> None:
        """What was stopped is tried again; not where rows are only added: those missed come with the next rebuild."""
        again = [c for c in wanted if (projection.NAME, c.stream) in self._stopped]
        if projection.APPENDS:
            projection.forget(connection, [change.stream for change in again if change.forgets])
            again = []
        sound = [c for c in wanted if (projection.NAME, c.stream) not in self._stopped]
        try:
            with connection.begin_nested():
                _write(connection, projection, sound)
        except Exception:
            again += sound
        for change in again:
            self._project_one(connection, projection, change)

    def _project_one(self, connection: Connection, projection: Projection, change: Change) -> None:
        again = (projection.NAME, change.stream) in self._stopped
        self._go_on(connection, projection.NAME, change.stream)
        try:
            with connection.begin_nested():
                _write(connection, projection, [change], whole=again)
        except Exception as error:
            reached = change.events[-1].position if change.events else self._position
            self._stop(connection, projection.NAME, change.stream, reached, error)

    def _stop(self, connection: Connection, name: str, stream: UUID, reached: int, error: Exception) -> None:
        """This stream is not shown by this projection (or not folded at all) from a position on."""
        self._go_on(connection, name, stream)
        self._stopped.add((name, stream))
        row = {"projection": name, "stream": stream, "position": reached, "code": type(error).__name__}
        connection.execute(insert(stopped), row)

    def _go_on(self, connection: Connection, name: str, stream: UUID) -> None:
        connection.execute(delete(stopped).where(stopped.c.projection == name, stopped.c.stream == stream))
        self._stopped.discard((name, stream))


def scrub(database: Engine) -> bool:
    """What was deleted leaves the disk; False when a reader held it there: try again.

    SQLite wipes the pages of deleted rows (secure_delete) and empties its write-ahead log; PostgreSQL writes its tables
    anew, into files of their own.
    """
    if database.dialect.name == "postgresql":
        return postgres.write_anew(database)
    raw = database.raw_connection()
    try:
        return not raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        raw.close()


@contextmanager
def _no_collector() -> Iterator[None]:
    """A batch makes many objects and no cycles: looking for them takes a third of its time (docs/benchmarks.md)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _of_kinds(projection: Projection, changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.kind in projection.KINDS]


def _write(connection: Connection, projection: Projection, changes: Sequence[Change], *, whole: bool = False) -> None:
    """Write the rows of these changes; `whole` also where nothing that the projection reads has changed."""
    everything = projection.APPENDS or whole
    moved = changes if everything else [change for change in changes if _seen(projection, change)]
    made = [projection.rows(change) for change in moved]
    for table in projection.TABLES:
        rows = [row for one in made for row in one.get(table, ())]
        if projection.APPENDS:
            projection.forget(connection, [change.stream for change in moved if change.forgets])
            rows.sort(key=itemgetter("position"))
        else:
            delete_streams(connection, table, [change.stream for change in moved if change.before is not None])
        insert_rows(connection, table, rows)


def _seen(projection: Projection, change: Change) -> bool:
    """Whether the projection reads something that changed."""
    reads = projection.READS.get(change.kind)
    return change.before is None or reads is None or change.forgets or reads(change.before) != reads(change.after)


def _standing(connection: Connection) -> tuple[int, bool]:
    """The last event that the tables show, 0 when they are new, and whether they are stained."""
    found = connection.execute(select(position.c.position, position.c.stained)).first()
    return (found.position, found.stained) if found else (0, False)


def _stand(connection: Connection, reached: int, stained: bool) -> None:
    row = {"position": reached, "stained": stained}
    if not connection.execute(update(position), row).rowcount:
        connection.execute(insert(position), row)


def _keep(connection: Connection, changes: Sequence[Change]) -> None:
    moved = [change for change in changes if change.events]
    delete_streams(connection, folds, [change.stream for change in moved if change.before is not None])
    rows = [
        {
            "stream": c.stream,
            "kind": c.kind,
            "version": c.events[-1].originator_version,
            "state": _ENCODER.encode(c.after),
        }
        for c in moved
    ]
    insert_rows(connection, folds, rows)


def _load(connection: Connection, streams: Iterable[UUID]) -> dict[UUID, Any]:
    wanted = list(streams)
    states: dict[UUID, Any] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = select(folds.c.stream, folds.c.kind, folds.c.state).where(
            folds.c.stream.in_(wanted[start : start + _CHUNK])
        )
        states |= {stream: _DECODERS[kind].decode(state) for stream, kind, state in connection.execute(query)}
    return states


def fold_of(connection: Connection, stream: UUID) -> Any:
    """The state of a stream as the tables show it, None when unknown."""
    return _load(connection, [stream]).get(stream)


def folds_of(connection: Connection, streams: Iterable[UUID]) -> dict[UUID, Any]:
    """The states of many streams as the tables show them."""
    return _load(connection, streams)


def _stored_references(connection: Connection) -> References:
    found = connection.execute(select(folds).where(folds.c.kind.in_(reference_data.KINDS)))
    refs = References()
    campaigns, team, singles = {}, {}, {}
    for row in found:
        state = _DECODERS[row.kind].decode(row.state)
        if row.kind == "campaign":
            campaigns[row.stream] = state
        elif row.kind == "staff":
            team[row.stream] = state
        else:
            singles[{"protocol": "protocols", "grille": "grilles"}.get(row.kind, row.kind)] = state
    return replace(refs, campaigns=campaigns, team=team, **singles)
