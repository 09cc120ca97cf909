"""Reads streams, and keeps the last ones: somebody at work on a dossier loads it again and again.

Keeps too what this process has just recorded: its read tables ask for it next.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from threading import Lock
from typing import NamedTuple, Protocol
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from msgspec.structs import replace

from pixflow.events.base import Recorded
from pixflow.folding import ERASURES
from pixflow.store import UNOPENED, Damaged, EventRow, Row
from pixflow.store.keys import Keys
from pixflow.store.sealing import TypedMapper
from pixflow.unit_of_work import LoadedStream, fold_stream

Rows = dict[UUID, list[Row]]
"""The rows of streams, each from its first event to its last."""
STREAMS = 100
"""Streams that are kept: 60 kB each for a dossier of fifty events."""
EVENTS = 200
"""Longest stream that is kept."""


class StoredStreams(Protocol):
    """The part of a recorder that reads streams."""

    def rows(self, stream: UUID) -> list[Row]: ...
    def look(self, streams: Mapping[UUID, int]) -> tuple[int, Rows]: ...
    def at(self, positions: Iterable[int]) -> list[EventRow]: ...
    def between(self, first: UUID, last: UUID, stop: int) -> list[EventRow]: ...
    def select_many(self, ids: Iterable[UUID]) -> dict[UUID, list[StoredEvent]]: ...


class _Kept(NamedTuple):
    rows: list[Row]
    loaded: LoadedStream


class StreamReader:
    """The streams of one structure.

    Keeps the last 100 with their rows: as long as the store has the last of these, only those that follow are read,
    opened and folded. Raises Damaged and UnknownTopic for an event that does not open.
    """

    def __init__(self, stored: StoredStreams, mapper: TypedMapper, keys: Keys) -> None:
        self._stored = stored
        self._mapper = mapper
        self._keys = keys
        self._kept: dict[UUID, _Kept] = {}
        self._lock = Lock()

    def history(self, stream: UUID) -> list[Recorded]:
        """Returns every event of a stream, in order; none for an unknown stream."""
        return self._open(stream, _dense(stream, self._stored.rows(stream)))

    def at(self, positions: Iterable[int]) -> list[Recorded]:
        """Returns the events at these positions, in order of position. One that does not open is `Unopened`."""
        return self.readable(self._stored.at(positions))

    def all(self, stop: int, size: int) -> Iterator[dict[UUID, list[Recorded]]]:
        """Yields every stream up to a position once, some thousand events at a time, about `size`.

        Ids are drawn by chance: a range of them has its share of the events.
        """
        parts = -(-stop // size)
        bounds = [part * 2**128 // parts for part in range(parts + 1)]
        for first, end in pairwise(bounds):
            found: dict[UUID, list[Recorded]] = {}
            for one in self.readable(self._stored.between(UUID(int=first), UUID(int=end - 1), stop)):
                found.setdefault(one.originator_id, []).append(one)
            yield found

    def readable(self, rows: Sequence[EventRow]) -> list[Recorded]:
        """Returns the events of rows. One that does not open is `Unopened`."""
        self._keys.load({row[0] for row in rows})
        try:
            return self.evict_erased(self._mapper.opened(rows))
        except UNOPENED:
            return self.evict_erased([self._mapper.readable(*row) for row in rows])

    def look(self, streams: Iterable[UUID]) -> tuple[int, Rows]:
        """Returns the last position, and the rows of each stream.

        Of one that is kept, it reads the last row that is kept, and those that follow. Reads all if that one differs.
        """
        kept = {stream: one.rows if (one := self._kept.get(stream)) else [] for stream in streams}
        last, found = self._stored.look({stream: len(rows) for stream, rows in kept.items()})
        for stream, rows in kept.items():
            if rows:
                again = found[stream]
                found[stream] = rows + again[1:] if again[:1] == rows[-1:] else self._stored.rows(stream)
        return last, found

    def load(self, kind: str, stream: UUID, rows: list[Row] | None = None) -> LoadedStream:
        """Returns a stream with its fold. Raises Refused("unknown-stream") when it is of another kind."""
        rows = _dense(stream, self.look([stream])[1][stream] if rows is None else rows)
        kept = self._kept.get(stream)
        if kept is None or kept.loaded.kind != kind or rows[: len(kept.rows)] != kept.rows:
            loaded = fold_stream(kind, self._open(stream, rows))
        elif len(rows) == len(kept.rows):
            return kept.loaded
        else:
            new = self._open(stream, rows[len(kept.rows) :])
            erased = any(isinstance(one.event, ERASURES) for one in new)
            loaded = fold_stream(kind, self._open(stream, rows)) if erased else kept.loaded.then(new)
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
            if 0 < len(rows) <= EVENTS:
                self._kept[stream] = _Kept(rows, loaded)
            if len(self._kept) > STREAMS:
                del self._kept[next(iter(self._kept))]

    def _open(self, stream: UUID, rows: Sequence[Row]) -> list[Recorded]:
        return self.evict_erased(self._mapper.history(stream, rows))


def _dense(stream: UUID, rows: list[Row]) -> list[Row]:
    """Returns the rows of a stream. Raises Damaged when one is missing."""
    if rows and rows[-1][0] != len(rows):
        raise Damaged(f"stream {stream} has {len(rows)} events up to version {rows[-1][0]}")
    return rows


LIMIT = 200
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
        follows = before and before[-1].position + 1 == positions[0] and len(before) < LIMIT
        erases = any(isinstance(one.event, ERASURES) for one in added)
        self._events = () if erases else before + added if follows else added
        return added

    def after(self, position: int, limit: int, head: Callable[[], int]) -> list[Recorded] | None:
        """Returns the events after a position; None when they are not all here. `head` gives the last position."""
        events = self._events
        if not events or events[0].position > position + 1:
            return None
        if events[-1].position < position + limit and events[-1].position != head():
            return None
        if len(events) > 2 * LIMIT:
            self._events = ()
        first = position + 1 - events[0].position
        return list(events[first : first + limit])
