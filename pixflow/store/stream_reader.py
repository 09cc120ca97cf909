"""Reads streams, and keeps the last ones: somebody at work on a dossier loads it again and again."""

from collections.abc import Iterable
from threading import Lock
from typing import Protocol
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from pixflow.events.base import Recorded
from pixflow.folding import ERASURES
from pixflow.store import Damaged
from pixflow.store.keys import Keys
from pixflow.store.mapper import TypedMapper
from pixflow.unit_of_work import LoadedStream, fold_stream

STREAMS = 200
EVENTS = 200
"""Longest stream that is kept."""


class StoredStreams(Protocol):
    """The part of a recorder that reads streams."""

    def rows(self, stream: UUID, after: int = 0) -> list[tuple[int, str, bytes]]: ...
    def select_many(self, ids: Iterable[UUID]) -> dict[UUID, list[StoredEvent]]: ...


class StreamReader:
    """The streams of one structure.

    Keeps the last 200 as they stood at a version: only the events that follow are read again. Raises Damaged and
    UnknownTopic for an event that does not open.
    """

    def __init__(self, stored: StoredStreams, mapper: TypedMapper, keys: Keys) -> None:
        self._stored = stored
        self._mapper = mapper
        self._keys = keys
        self._kept: dict[UUID, LoadedStream] = {}
        self._lock = Lock()

    def history(self, stream: UUID) -> list[Recorded]:
        """Returns every event of a stream, in order; none for an unknown stream."""
        return self._events_after(0, stream)

    def load(self, kind: str, stream: UUID) -> LoadedStream:
        """Returns a stream with its fold. Raises Refused("unknown-stream") when it is of another kind."""
        known = self._kept.get(stream)
        if known is None or known.kind != kind:
            loaded = fold_stream(kind, self.history(stream))
        elif not (new := self._events_after(known.version, stream)):
            return known
        elif any(isinstance(one.event, ERASURES) for one in new):
            loaded = fold_stream(kind, self.history(stream))
        else:
            loaded = known.then(new)
        self.keep(stream, loaded)
        return loaded

    def load_many(self, kind: str, streams: Iterable[UUID]) -> dict[UUID, LoadedStream]:
        """Returns streams of one kind with their folds, from one snapshot."""
        ids = list(streams)
        if len(ids) == 1:
            return {ids[0]: self.load(kind, ids[0])}
        stored = self._stored.select_many(ids)
        self._keys.load(ids)
        events = {stream: [self._mapper.to_domain_event(event) for event in stored[stream]] for stream in ids}
        return {stream: fold_stream(kind, self.evict_erased(events[stream])) for stream in ids}

    def keep(self, stream: UUID, loaded: LoadedStream) -> None:
        """Keeps a stream as it stands in the store."""
        with self._lock:
            self._kept.pop(stream, None)
            if 0 < loaded.version <= EVENTS:
                self._kept[stream] = loaded
            if len(self._kept) > STREAMS:
                del self._kept[next(iter(self._kept))]

    def evict_erased(self, events: list[Recorded]) -> list[Recorded]:
        """Returns `events`, and forgets erased people and their keys: another process may have destroyed them."""
        if erased := [one.originator_id for one in events if isinstance(one.event, ERASURES)]:
            self._keys.forget(erased)
            with self._lock:
                for stream in erased:
                    self._kept.pop(stream, None)
        return events

    def _events_after(self, version: int, stream: UUID) -> list[Recorded]:
        rows = self._stored.rows(stream, version)
        if rows and rows[-1][0] != version + len(rows):
            raise Damaged(f"stream {stream} has {len(rows)} events after version {version}, up to {rows[-1][0]}")
        return self.evict_erased([self._mapper.recorded(stream, *row) for row in rows])
