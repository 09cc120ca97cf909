"""The application of one structure: loads, decides, stamps and records each command."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from itertools import pairwise
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import msgspec
from eventsourcing.application import Application
from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.utils import Environment
from msgspec import Struct
from msgspec.structs import replace

from pixflow.actor import Actor
from pixflow.decision import Decision
from pixflow.events.base import Recorded
from pixflow.events.catalogue import catalogue
from pixflow.folding import ERASURES, concealed
from pixflow.reference_data import KINDS, ReferenceCache, References
from pixflow.refused import Refused
from pixflow.store import (
    UNOPENED,
    ClaimTaken,
    CommandKnown,
    Damaged,
    EventRow,
    Row,
    StoreError,
    StoreLost,
    StoreRefused,
)
from pixflow.store.keys import Keys
from pixflow.store.postgres.recorder import PostgresFactory, PostgresRecorder
from pixflow.store.sealing import CommandSealing, SealedCommand, TypedMapper
from pixflow.store.sqlite.recorder import HardenedFactory, HardenedRecorder
from pixflow.streams import kind_of
from pixflow.unit_of_work import Guard, LoadedStream, Stale, Step, UnitOfWork, check_texts, fold_stream

__all__ = ["CommandResult", "Engine", "Guard", "Stale", "Step", "new_id"]

# --- streams, and the last ones kept: somebody at work on a dossier loads it again and again

Rows = dict[UUID, list[Row]]
"""The rows of streams, each from its first event to its last."""
_STREAMS = 100
"""Streams that are kept: 60 kB each for a dossier of fifty events."""
_LONGEST = 200
"""Longest stream that is kept, in events."""
AnyRecorder = HardenedRecorder | PostgresRecorder


class _Kept(NamedTuple):
    rows: list[Row]
    loaded: LoadedStream


class StreamReader:
    """The streams of one structure.

    Keeps the last 100 with their rows: as long as the store has the last of these, only those that follow are read,
    opened and folded. Raises Damaged and UnknownTopic for an event that does not open.
    """

    def __init__(self, stored: AnyRecorder, mapper: TypedMapper, keys: Keys) -> None:
        self._stored = stored
        self._mapper = mapper
        self._keys = keys
        self._kept: dict[UUID, _Kept] = {}
        self._lock = Lock()

    def history(self, stream: UUID) -> list[Recorded]:
        """Returns every event of a stream, in order; none for an unknown stream."""
        return self._open(stream, _dense(stream, self._stored.rows(stream)))

    def all(self, stop: int, size: int) -> Iterator[dict[UUID, Sequence[Recorded]]]:
        """Yields every stream up to a position once, some thousand events at a time, about `size`, as it is concealed.

        Ids are drawn by chance: a range of them has its share of the events.
        """
        parts = -(-stop // size)
        bounds = [part * 2**128 // parts for part in range(parts + 1)]
        for first, end in pairwise(bounds):
            events_by_stream: dict[UUID, list[Recorded]] = {}
            for one in self.readable(self._stored.between(UUID(int=first), UUID(int=end - 1), stop)):
                events_by_stream.setdefault(one.originator_id, []).append(one)
            yield {stream: concealed(events) for stream, events in events_by_stream.items()}

    def readable(self, rows: Sequence[EventRow]) -> list[Recorded]:
        """Returns the events of rows. One that does not open is `Unopened`."""
        self._keys.load({row[0] for row in rows})
        try:
            return self.evict_erased(self._mapper.open_rows(rows))
        except UNOPENED:
            return self.evict_erased([self._mapper.readable(*row) for row in rows])

    def look(self, streams: Iterable[UUID]) -> tuple[int, Rows]:
        """Returns the last position, and the rows of each stream.

        Of one that is kept, it reads the last row that is kept, and those that follow. Reads all if that one differs.
        """
        kept = {stream: one.rows if (one := self._kept.get(stream)) else [] for stream in streams}
        last, rows_by_stream = self._stored.look({stream: len(rows) for stream, rows in kept.items()})
        for stream, rows in kept.items():
            if rows:
                again = rows_by_stream[stream]
                rows_by_stream[stream] = rows + again[1:] if again[:1] == rows[-1:] else self._stored.rows(stream)
        return last, rows_by_stream

    def load(self, kind: str, stream: UUID, rows: list[Row] | None = None) -> LoadedStream:
        """Returns a stream with its fold. Raises Refused("unknown-stream") when it is of another kind."""
        rows = _dense(stream, self.look([stream])[1][stream] if rows is None else rows)
        entry = self._kept.get(stream)
        if entry is None or entry.loaded.kind != kind or rows[: len(entry.rows)] != entry.rows:
            loaded = fold_stream(kind, self._open(stream, rows))
        elif len(rows) == len(entry.rows):
            return entry.loaded
        else:
            new = self._open(stream, rows[len(entry.rows) :])
            erased = any(isinstance(one.event, ERASURES) for one in new)
            loaded = fold_stream(kind, self._open(stream, rows)) if erased else entry.loaded.append(new)
        self._keep(stream, rows, loaded)
        return loaded

    def load_many(self, kind: str, streams: Iterable[UUID], read: Rows | None = None) -> dict[UUID, LoadedStream]:
        """Returns streams of one kind with their folds, from one snapshot.

        `read` has rows that were just read: each serves once, and leaves it.
        """
        ids = list(streams)
        given = [read.pop(stream, None) if read else None for stream in ids]
        if len(ids) == 1:
            return {ids[0]: self.load(kind, ids[0], given[0])}
        stored = self._stored.select_many(ids)
        self._keys.load(ids)
        events = {stream: [self._mapper.to_domain_event(event) for event in stored[stream]] for stream in ids}
        return {stream: fold_stream(kind, self.evict_erased(events[stream])) for stream in ids}

    def follow(self, stored: Sequence[StoredEvent], after: Callable[[UUID], LoadedStream]) -> None:
        """Keeps the streams of events just recorded. `after` gives a stream as it stands with them."""
        rows: dict[UUID, list[Row]] = {}
        for one in stored:
            if isinstance(one.originator_id, UUID):
                rows.setdefault(one.originator_id, []).append((one.originator_version, one.topic, one.state))
        for stream, new in rows.items():
            before = kept.rows if (kept := self._kept.get(stream)) else []
            if len(before) == new[0][0] - 1:
                self._keep(stream, before + new, after(stream))

    def evict_erased(self, events: list[Recorded]) -> list[Recorded]:
        """Returns `events`, and forgets erased people and their keys: another process may have destroyed them."""
        if erased := [one.originator_id for one in events if isinstance(one.event, ERASURES)]:
            self._keys.forget(erased)
            with self._lock:
                for stream in erased:
                    self._kept.pop(stream, None)
        return events

    def _keep(self, stream: UUID, rows: list[Row], loaded: LoadedStream) -> None:
        with self._lock:
            self._kept.pop(stream, None)
            if 0 < len(rows) <= _LONGEST:
                self._kept[stream] = _Kept(rows, loaded)
            if len(self._kept) > _STREAMS:
                del self._kept[next(iter(self._kept))]

    def _open(self, stream: UUID, rows: Sequence[Row]) -> list[Recorded]:
        return self.evict_erased(self._mapper.history(stream, rows))


def _dense(stream: UUID, rows: list[Row]) -> list[Row]:
    """Returns the rows of a stream. Raises Damaged when one is missing."""
    if rows and rows[-1][0] != len(rows):
        raise Damaged(f"stream {stream} has {len(rows)} events up to version {rows[-1][0]}")
    return rows


# --- events that this process has just recorded: its read tables ask for them next

LATEST = 200
"""Number of events that are kept, and one command more. More than twice as many are forgotten once they are read."""


class LatestEvents:
    """The events at the end of the log, while no other process records. No position between them is missing.

    Those of a large command are kept until they are asked for.
    """

    def __init__(self) -> None:
        self._events: tuple[Recorded, ...] = ()

    def add(self, recorded: Sequence[Recorded], positions: Sequence[int]) -> tuple[Recorded, ...]:
        """Adds the events of one command, and returns them with their positions.

        After an erasure nothing is kept: it changes how earlier events read.
        """
        added = tuple(replace(one, position=place) for one, place in zip(recorded, positions, strict=True))
        before = self._events
        follows = before and before[-1].position + 1 == positions[0] and len(before) < LATEST
        erases = any(isinstance(one.event, ERASURES) for one in added)
        self._events = () if erases else before + added if follows else added
        return added

    def read_after(self, position: int, limit: int, head: Callable[[], int]) -> list[Recorded] | None:
        """Returns the events after a position; None when they are not all here. `head` gives the last position."""
        events = self._events
        if not events or events[0].position > position + 1:
            return None
        if events[-1].position < position + limit and events[-1].position != head():
            return None
        if len(events) > 2 * LATEST:
            self._events = ()
        first = position + 1 - events[0].position
        return list(events[first : first + limit])


# --- the application

REFERENCE_TOPICS = [event.TOPIC for event in catalogue() if kind_of(event) in KINDS]
Insert = Callable[..., Sequence[int] | None]
"""Inserts stored events, with `versions`, `command`, `claims` and `releases`."""
_FEW = 20
"""Steps that are decided sooner than the command is looked up."""


class CommandResult(Struct, frozen=True):
    """The events that a command recorded, none when it changed nothing. `repeated`: it was recorded before."""

    recorded: tuple[Recorded, ...] = ()
    repeated: bool = False


def new_id(command_id: UUID, name: str) -> UUID:
    """Returns the id that a command gives to something new. The same command always gives the same id."""
    return uuid5(command_id, name)


class Engine(Application[UUID]):
    """The application of one structure, over its store.

    `keys` seal personal data and make digests of claims and fingerprints. `clock` gives the time in UTC.
    """

    name = "pixflow"
    recorder: AnyRecorder
    mapper: TypedMapper

    def __init__(self, store: HardenedFactory | PostgresFactory, keys: Keys, clock: Callable[[], datetime]) -> None:
        self._store = store
        self.keys = keys
        self.clock = clock
        super().__init__()
        self._references = ReferenceCache(self.head, self._reference_events)
        self._latest = LatestEvents()
        self._sealing = CommandSealing(keys, self.mapper)
        self._streams = StreamReader(self.recorder, self.mapper, keys)

    def construct_factory(self, env: Environment) -> HardenedFactory | PostgresFactory:  # type: ignore[override]
        return self._store

    def construct_mapper(self) -> Mapper[UUID]:
        return TypedMapper(catalogue(), self.keys)

    def close(self) -> None:
        super().close()
        self.keys.close()

    # --- commands

    def execute(
        self,
        streams: Mapping[str, UUID],
        decision: Decision[..., Any],
        *,
        by: Actor,
        command_id: UUID,
        via: str = "web",
        seen: Mapping[str, int] | None = None,
        context: Mapping[str, Any] | None = None,
        **sent: Any,
    ) -> CommandResult:
        """Executes one decision on the named streams, all or nothing.

        `sent` are the arguments from the person, `context` those from the program (new ids, the grid). `seen`
        are the versions that the person was looking at. Raises Refused, Stale, StoreBusy, StoreFull.
        """
        steps = [Step(streams, decision, sent, context or {})]
        content = (decision.name, sorted((name, str(stream)) for name, stream in streams.items()), sent)
        return self.execute_all(steps, content, by=by, command_id=command_id, via=via, seen=seen)

    def execute_all(
        self,
        steps: Sequence[Step],
        content: object,
        *,
        by: Actor,
        command_id: UUID,
        via: str,
        seen: Mapping[str, int] | None = None,
        unchanged: Callable[[], bool] | None = None,
    ) -> CommandResult:
        """Executes decisions in order as one command.

        `content` is hashed into the fingerprint. Decides without a lock, and saves if no stream has moved since. Else
        takes the lock, and decides again only the steps whose streams moved. `unchanged` is called under the lock:
        Refused("moved") when something else the steps depend on has changed.
        """
        for step in steps:
            check_texts(step.sent)
        sent = msgspec.json.encode(content, order="deterministic")
        if (unchanged or len(steps) > _FEW) and (answer := self.earlier_answer(command_id, by, sent)):
            return answer  # for a few steps, each way out looks it up
        head, read = self._streams.look(stream for step in steps[:1] for stream in step.read.values())
        refs, load = self._references.latest(head)[0], partial(self._load, read=read)
        work = UnitOfWork(load, refs, by, self.clock(), via, command_id, seen or {})
        try:
            work.decide(steps)
        except (Refused, Stale):
            if answer := self.earlier_answer(command_id, by, sent):
                return answer
            raise
        if not work.events():
            return self.earlier_answer(command_id, by, sent) or CommandResult()
        sealed = None
        with suppress(StoreRefused):  # somebody erases a person meanwhile: the stream has moved
            sealed = self._sealing.seal(work, sent)
        if unchanged or not sealed:
            return self._save_alone(work, sealed, sent, unchanged)
        try:
            saved = self._save(work, sealed, sent, self.recorder.insert_unless_moved)
            return saved or self._save_alone(work, sealed, sent)
        except StoreLost as lost:
            try:
                return self._save_alone(work, sealed, sent)
            except (StoreError, Refused, Stale):  # the lost message may still arrive
                raise lost from None

    def _save_alone(
        self, work: UnitOfWork, sealed: SealedCommand | None, sent: bytes, unchanged: Callable[[], bool] | None = None
    ) -> CommandResult:
        """Saves under the lock, after it has decided again the steps whose streams moved."""
        with self.recorder.exclusive():
            if known := self.earlier_answer(work.command_id, work.by, sent):
                return known
            if moved := self._find_moved(work.versions):
                work.decide_again(moved, self.references)
            if unchanged and not unchanged():
                raise Refused("moved")
            if moved or not sealed:
                sealed = self._sealing.seal(work, sent)
            return self._save(work, sealed, sent, self.recorder.insert_events) or CommandResult()

    def preview(
        self,
        streams: Mapping[str, UUID],
        decision: Decision[..., Any],
        *,
        by: Actor,
        context: Mapping[str, Any] | None = None,
        **sent: Any,
    ) -> dict[str, tuple[LoadedStream, LoadedStream]]:
        """Returns each stream before and after a decision, and records nothing. Raises Refused."""
        changed = self.preview_all([Step(streams, decision, sent, context or {})], by=by)
        return {name: changed[stream] for name, stream in streams.items()}

    def preview_all(self, steps: Sequence[Step], *, by: Actor) -> dict[UUID, tuple[LoadedStream, LoadedStream]]:
        """Returns each stream before and after these decisions, and records nothing."""
        work = UnitOfWork(self._load, self.references(), by, self.clock(), "preview", UUID(int=0), {})
        work.decide(steps)
        return {stream: work.before_and_after(stream) for step in steps for stream in step.read.values()}

    def earlier_answer(self, command_id: UUID, by: Actor, sent: bytes) -> CommandResult | None:
        """Returns the result of a command already recorded, else None.

        Raises Refused("command-id-reused") when the stored one has another content or actor.
        """
        if (row := self.recorder.command(command_id)) is None:
            return None
        recorded = self.events_of_command(command_id)
        if row.actor != by.id or self._sealing.fingerprint(sent, recorded) not in (row.fingerprint, None):
            raise Refused("command-id-reused")
        return CommandResult(tuple(recorded), repeated=True)

    def _save(self, work: UnitOfWork, sealed: SealedCommand, sent: bytes, insert: Insert) -> CommandResult | None:
        """Returns the result of a command, None when `insert` recorded nothing."""
        if not sealed.recorded:
            return None
        beside = {"command": sealed.command, "claims": sealed.claims, "releases": sealed.releases}
        try:
            positions = insert(sealed.stored, versions=work.versions, **beside)
        except ClaimTaken as taken:
            raise Refused("taken", kind=taken.kind, by=taken.stream) from None
        except CommandKnown:
            return self.earlier_answer(work.command_id, work.by, sent) or CommandResult()
        if positions is None:
            return None
        self._references.skip(sealed.recorded, positions)
        self._streams.follow(sealed.stored, lambda stream: work.before_and_after(stream)[1])
        self._streams.evict_erased(sealed.recorded)
        return CommandResult(self._latest.add(sealed.recorded, positions))

    def _find_moved(self, versions: Mapping[UUID, int]) -> set[UUID]:
        return {stream for stream, now in self.recorder.versions(versions).items() if now != versions[stream]}

    # --- reads

    def has_recorded(self, command_id: UUID) -> bool:
        """Tells if this command is in the store, for any actor. Error pages say it."""
        return self.recorder.command(command_id) is not None

    def events_of_command(self, command_id: UUID) -> list[Recorded]:
        """Returns the events of a command of any actor; none when it is not in the store."""
        found = self.positions(command_id)
        return self.read(found[0] - 1, found[1] - found[0] + 1) if found else []

    def positions(self, command_id: UUID) -> tuple[int, int] | None:
        """Returns the first and last position of a command's events; None when it is not in the store."""
        row = self.recorder.command(command_id)
        return (row.first_position, row.last_position) if row else None

    def _load(self, kind: str, streams: Iterable[UUID], read: Rows | None = None) -> dict[UUID, LoadedStream]:
        """Returns the streams of a decision. Raises Refused("damaged-stream") when an event of one does not open."""
        try:
            return self._streams.load_many(kind, streams, read)
        except UNOPENED:
            raise Refused("damaged-stream") from None

    def history(self, stream: UUID) -> list[Recorded]:
        """Returns every event of a stream, in order; none for an unknown stream. Raises Damaged and UnknownTopic."""
        return self._streams.history(stream)

    def state(self, kind: str, stream: UUID) -> Any:
        """Returns the fold of one stream, its initial state when unknown."""
        return self._streams.load(kind, stream).state

    def states(self, kind: str, streams: Iterable[UUID]) -> dict[UUID, Any]:
        """Returns the folds of many streams of one kind."""
        return {stream: loaded.state for stream, loaded in self._streams.load_many(kind, streams).items()}

    def read(self, after: int, limit: int) -> list[Recorded]:
        """Returns the events after a position, in order of position. One that does not open is `Unopened`.

        Raises ValueError for a negative limit: SQLite would read all, and PostgreSQL refuse.
        """
        if limit < 0:
            raise ValueError(f"a limit is not negative: {limit}")
        latest = self._latest.read_after(after, limit, self.head)
        return self._streams.readable(self.recorder.log(after, limit)) if latest is None else latest

    def at(self, positions: Iterable[int]) -> list[Recorded]:
        """Returns the events at these positions, in order of position. One that does not open is `Unopened`."""
        return self._streams.readable(self.recorder.at(positions))

    def by_stream(self, stop: int, size: int) -> Iterator[Mapping[UUID, Sequence[Recorded]]]:
        """Yields every stream up to a position once, about `size` events at a time, each whole and in order."""
        return self._streams.all(stop, size)

    def head(self) -> int:
        """Returns the last position, 0 when nothing is recorded."""
        return self.recorder.max_notification_id()

    def references(self, without: Callable[[Recorded], bool] | None = None) -> References:
        """Returns the structure, its documents, campaigns and team, up to the last event; or without some events."""
        return self._references.without(without) if without else self._references.latest()[0]

    def present(self) -> tuple[References, int]:
        """Returns the references up to the last event, and its position: one look at the store."""
        return self._references.latest()

    def references_at(self, position: int) -> References:
        """Returns the references as they stood at an earlier position."""
        return self._references.at(position)

    def _reference_events(self, after: int, head: int) -> Iterator[Recorded]:
        return (self.mapper.readable(*row) for row in self.recorder.log(after, head, head, REFERENCE_TOPICS))

    def today(self, refs: References | None = None) -> date:
        """Returns the structure's day. Looks for the references when they are not given."""
        return (refs or self.references()).calendar.local_day(self.clock())

    def token(self, kind: str, value: str) -> str:
        """Returns an unguessable and stable name for a value, as used in private addresses."""
        return self._sealing.digest(kind, value.encode()).hex()

    def erasure_mac(self, content: bytes) -> bytes:
        return self._sealing.erasure_mac(content)

    def claim_holders(self, kind: str, values: Iterable[str]) -> dict[str, UUID]:
        """Returns the claimed values among these, each with the stream that holds it."""
        digests = {self._sealing.digest(kind, value.encode()): value for value in values}
        return {digests[digest]: stream for digest, stream in self.recorder.claimed(kind, digests).items()}
