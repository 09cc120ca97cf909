"""Events to stored bytes and back, typed both ways; only topics of the allow-list (RELIABILITY F8, F9).

The personal fields of one event are sealed together, bound to its place: structure, stream, version, topic and class
version. What is sealed in one place opens nowhere else.
"""

from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, fields
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from eventsourcing.persistence import JSONTranscoder, Mapper, Notification, StoredEvent
from msgspec import MsgspecError, Struct, defstruct
from msgspec import field as struct_field
from msgspec.json import Decoder, Encoder

from pixflow.events import Erased, Event, Recorded, personal_fields
from pixflow.store import Damaged, UnknownTopic, Unstorable
from pixflow.store.keys import Keys

T = TypeVar("T")

_UTC = timedelta(0)
_UNREADABLE = (MsgspecError, ValueError, TypeError)


class Stored(Struct, Generic[T], frozen=True, gc=False, omit_defaults=True, rename={"acting_for": "for"}):
    """A stored state: the stamps, then the content, then the personal fields of the content, sealed.

    `for` is left out when nobody is acted for, `sealed` when nothing is personal.
    """

    at: datetime
    by: str
    via: str
    command: UUID
    data: T
    acting_for: str | None = None
    sealed: bytes | None = None


class TypedMapper(Mapper[UUID]):
    """Maps `Recorded` to StoredEvent and back, for these event classes and no others.

    `keys` seal what is personal; without them everything is written in clear, as the examples of tests/golden are.
    A class outside the list is refused on writing, a topic outside it on reading: UnknownTopic.
    What would not read back equal is not written (Unstorable), for no event can be mended later.
    """

    def __init__(self, events: Iterable[type[Event]], keys: Keys | None = None) -> None:
        super().__init__(JSONTranscoder())
        self._codecs: dict[str, _Codec] = {}
        for cls in events:
            if cls.TOPIC in self._codecs:
                raise ValueError(f"two event classes are named {cls.TOPIC}")
            personal = personal_fields(cls)
            self._codecs[cls.TOPIC] = _SealedCodec(cls, personal, keys) if keys and personal else _Codec(cls)

    def seals(self, event: Event) -> bool:
        """Whether its stream needs a key."""
        return isinstance(self._codecs.get(event.TOPIC), _SealedCodec)

    def to_stored_event(self, recorded: Recorded) -> StoredEvent:  # type: ignore[override]
        topic = recorded.event.TOPIC
        codec = self._codecs.get(topic)
        if codec is None or codec.cls is not type(recorded.event):
            raise UnknownTopic(f"{type(recorded.event).__qualname__} is not an event of this store")
        if recorded.at.utcoffset() != _UTC:
            raise Unstorable(f"{topic}: recorded time is not in UTC")
        try:
            state = codec.encode(recorded)
        except _UNREADABLE as error:
            raise Unstorable(f"{topic} does not read back{_place(error)}") from None
        if state is None:
            raise Unstorable(f"{topic} does not read back equal")
        return StoredEvent(recorded.originator_id, recorded.originator_version, topic, state)

    def to_domain_event(self, stored: StoredEvent) -> Recorded:
        stream = stored.originator_id
        position = stored.id if isinstance(stored, Notification) else 0
        stream = stream if isinstance(stream, UUID) else UUID(stream)
        return self.recorded(stream, stored.originator_version, stored.topic, stored.state, position)

    def recorded(self, stream: UUID, version: int, topic: str, state: bytes, position: int = 0) -> Recorded:
        """The event of one row of the store."""
        codec = self._codecs.get(topic)
        if codec is None:
            raise UnknownTopic(f"topic {topic!r} at stream {stream}, version {version} is not an event of this store")
        try:
            return codec.decode(stream, version, state, position)
        except Damaged as error:
            raise Damaged(f"{topic} at stream {stream}, version {version}: {error}") from None
        except _UNREADABLE as error:
            raise Damaged(f"{topic} at stream {stream}, version {version} does not decode{_place(error)}") from None


class _Codec:
    """How events of one class are written and read."""

    def __init__(self, cls: type[Event]) -> None:
        self.cls = cls
        self._encoder = Encoder()
        self._decoder = self._decoder_of(cls)

    def encode(self, recorded: Recorded) -> bytes | None:
        """The stored state; None when it would not read back equal."""
        return self._written(recorded, recorded.event)

    def decode(self, stream: UUID, version: int, state: bytes, position: int) -> Recorded:
        content = self._decoder.decode(state)
        event = self._event(stream, version, content)
        return Recorded(
            stream, version, event, content.at, content.by, content.acting_for, content.via, content.command, position
        )

    def _event(self, stream: UUID, version: int, content: Stored[Any]) -> Event:
        event: Event = content.data
        return event

    def _written(self, recorded: Recorded, data: object, sealed: bytes | None = None) -> bytes | None:
        r = recorded
        state = self._encoder.encode(Stored(r.at, r.by, r.via, r.command, data, r.acting_for, sealed))
        return state if self._decoder.decode(state).data == data else None

    @staticmethod
    def _decoder_of(cls: type) -> Decoder[Stored[Any]]:
        return Decoder(Stored[cls])  # type: ignore[valid-type]


class _SealedCodec(_Codec):
    """The same where some fields are personal: those are sealed, the others stand in clear."""

    def __init__(self, cls: type[Event], personal: frozenset[str], keys: Keys) -> None:
        super().__init__(cls)
        self._keys = keys
        self._personal = _Part(cls, "Personal", lambda name: name in personal)
        self._clear = _Part(cls, "Clear", lambda name: name not in personal)
        self._decoder = self._decoder_of(self._clear.struct)
        self._place = cls.TOPIC.encode() + getattr(cls, "class_version", 1).to_bytes(2, "big")

    def encode(self, recorded: Recorded) -> bytes | None:
        content = self._personal.encode(recorded.event)
        if content is None:
            return None
        sealed = self._keys.seal(recorded.originator_id, self._at(recorded.originator_version), content)
        return self._written(recorded, self._clear.of(recorded.event), sealed)

    def _event(self, stream: UUID, version: int, content: Stored[Any]) -> Event:
        if content.sealed is None:
            raise Damaged("what should be sealed is missing")
        opened = self._keys.open(stream, self._at(version), content.sealed)
        if opened is None:
            return Erased(TOPIC=self.cls.TOPIC, STAGE=self.cls.STAGE, on=content.data.on)
        return self.cls(**self._clear.named(content.data), **self._personal.decode(opened))

    def _at(self, version: int) -> bytes:
        return version.to_bytes(8, "big") + self._place


class _Part:
    """Some fields of an event class, as a struct of their own."""

    def __init__(self, cls: type[Event], name: str, wanted: Callable[[str], bool]) -> None:
        chosen = [one for one in fields(cls) if wanted(one.name)]  # type: ignore[arg-type]
        self.names = tuple(one.name for one in chosen)
        made = [_struct_field(one) for one in chosen]
        self.struct = defstruct(f"{cls.__name__}{name}", made, frozen=True, kw_only=True, gc=False)
        self._decoder: Decoder[Any] = Decoder(self.struct)
        self._values = attrgetter(*self.names)
        self._encoder = Encoder()

    def of(self, event: Event) -> Any:
        return self.struct(**self.named(event))

    def encode(self, event: Event) -> bytes | None:
        part = self.of(event)
        content = self._encoder.encode(part)
        return content if self._decoder.decode(content) == part else None

    def decode(self, content: bytes) -> dict[str, Any]:
        return self.named(self._decoder.decode(content))

    def named(self, holder: object) -> dict[str, Any]:
        values = self._values(holder)
        return dict(zip(self.names, values if len(self.names) > 1 else (values,), strict=True))


def _struct_field(one: Field[Any]) -> tuple[str, Any] | tuple[str, Any, Any]:
    if one.default is not MISSING:
        return one.name, one.type, struct_field(default=one.default)
    return one.name, one.type


def _place(error: Exception) -> str:
    """The path in the document, e.g. " at `$.data.on`": what msgspec says before it may quote the value."""
    _, found, path = str(error).rpartition(" - at ")
    return f" at {path}" if found else ""
