"""Events to stored bytes and back, typed both ways; only topics of the allow-list (RELIABILITY F8)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from eventsourcing.persistence import JSONTranscoder, Mapper, Notification, StoredEvent
from msgspec import MsgspecError, Struct
from msgspec.json import Decoder, Encoder

from pixflow.events import Event, Recorded
from pixflow.store import Damaged, UnknownTopic, Unstorable

T = TypeVar("T")

_UTC = timedelta(0)
_UNREADABLE = (MsgspecError, ValueError, TypeError)


class Stored(Struct, Generic[T], frozen=True, gc=False, omit_defaults=True, rename={"acting_for": "for"}):
    """A stored state: the stamps, then the content. `for` is left out when nobody is acted for."""

    at: datetime
    by: str
    via: str
    command: UUID
    data: T
    acting_for: str | None = None


class TypedMapper(Mapper[UUID]):
    """Maps `Recorded` to StoredEvent and back, for these event classes and no others.

    A class outside the list is refused on writing, a topic outside it on reading: UnknownTopic.
    What would not read back equal is not written (Unstorable), for no event can be mended later.
    """

    def __init__(self, events: Iterable[type[Event]]) -> None:
        super().__init__(JSONTranscoder())
        self._encoder = Encoder()
        self._topics: dict[type[Event], str] = {}
        self._decoders: dict[str, Decoder[Stored[Event]]] = {}
        for cls in events:
            if cls.TOPIC in self._decoders:
                raise ValueError(f"two event classes are named {cls.TOPIC}")
            self._topics[cls] = cls.TOPIC
            self._decoders[cls.TOPIC] = Decoder(Stored[cls])  # type: ignore[valid-type]

    def to_stored_event(self, recorded: Recorded) -> StoredEvent:  # type: ignore[override]
        topic = self._topics.get(type(recorded.event))
        if topic is None:
            raise UnknownTopic(f"{type(recorded.event).__qualname__} is not an event of this store")
        state = self._encode(recorded, topic)
        return StoredEvent(recorded.originator_id, recorded.originator_version, topic, state)

    def to_domain_event(self, stored: StoredEvent) -> Recorded:
        stream = stored.originator_id
        position = stored.id if isinstance(stored, Notification) else 0
        stream = stream if isinstance(stream, UUID) else UUID(stream)
        return self.recorded(stream, stored.originator_version, stored.topic, stored.state, position)

    def recorded(self, stream: UUID, version: int, topic: str, state: bytes, position: int = 0) -> Recorded:
        """The event of one row of the store."""
        content = self._decode(stream, version, topic, state)
        return Recorded(
            stream, version, content.data, content.at, content.by, content.acting_for, content.via, content.command,
            position,
        )  # fmt: skip

    # The seam for sealing: personal fields are sealed and opened in this pair and nowhere else.

    def _encode(self, recorded: Recorded, topic: str) -> bytes:
        content = Stored(recorded.at, recorded.by, recorded.via, recorded.command, recorded.event, recorded.acting_for)
        if recorded.at.utcoffset() != _UTC:
            raise Unstorable(f"{topic}: recorded time is not in UTC")
        try:
            state = self._encoder.encode(content)
            if self._decoders[topic].decode(state).data == recorded.event:
                return state
        except _UNREADABLE as error:
            raise Unstorable(f"{topic} does not read back{_place(error)}") from None
        raise Unstorable(f"{topic} does not read back equal")

    def _decode(self, stream: UUID, version: int, topic: str, state: bytes) -> Stored[Event]:
        decoder = self._decoders.get(topic)
        if decoder is None:
            raise UnknownTopic(f"topic {topic!r} at stream {stream}, version {version} is not an event of this store")
        try:
            return decoder.decode(state)
        except _UNREADABLE as error:
            raise Damaged(f"{topic} at stream {stream}, version {version} does not decode{_place(error)}") from None


def _place(error: Exception) -> str:
    """The path in the document, e.g. " at `$.data.on`": what msgspec says before it may quote the value."""
    _, found, path = str(error).rpartition(" - at ")
    return f" at {path}" if found else ""
