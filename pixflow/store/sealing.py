"""Seals commands: stored bytes of events and back, proofs of erasures, digests.

Only topics of the allow-list open (docs/faults.md#f8, #f9). The personal fields of one event are sealed together. They
are bound to their place (structure, stream, version, topic and class version) and to the rest of the stored state.
docs/event-model.md#the-bytes-of-a-sealed-event has the bytes.

The proof of an erasure is a MAC (docs/decisions/0020-erasure-is-an-event-and-a-destroyed-key.md). Whoever may insert
into the store can write `PersonErased`. They cannot make its MAC, which takes the key of digests.
"""

import dataclasses
import hmac
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from eventsourcing.persistence import JSONTranscoder, Mapper, Notification, StoredEvent
from msgspec import MsgspecError, Raw, Struct
from msgspec.json import Decoder, Encoder
from msgspec.structs import replace

from pixflow.events.base import Erased, Event, Recorded, Unopened, personal_fields
from pixflow.events.catalogue import catalogue
from pixflow.events.contact import ContactErased
from pixflow.events.dossier import ErasureRequested, PersonErased
from pixflow.events.participation import PersonErased as ParticipationErased
from pixflow.folding import ERASURES
from pixflow.store import UNOPENED, Claim, Damaged, EventRow, NewCommand, Row, UnknownTopic, Unstorable
from pixflow.store.keys import Keys, StreamKey
from pixflow.streams import kind_of
from pixflow.unit_of_work import UnitOfWork

T = TypeVar("T")

_UTC = timedelta(0)
_SEAL, _END = b',"sealed":"', b'"}'
_UNREADABLE = (MsgspecError, ValueError, TypeError)


class StoredState(Struct, Generic[T], frozen=True, gc=False, omit_defaults=True, rename={"acting_for": "for"}):
    """A stored state: the stamps, the content that is in clear, and a commitment to the personal fields.

    `for` is absent when nobody is acted for, `commit` when nothing is personal. The sealed fields follow as the last
    member, `sealed`: it authenticates all the bytes before it.
    """

    at: datetime
    by: str
    via: str
    command: UUID
    data: T
    acting_for: str | None = None
    commit: bytes | None = None


class TypedMapper(Mapper[UUID]):
    """Maps `Recorded` to StoredEvent and back, for these event classes only.

    `keys` seal personal fields. Without keys everything is written in clear, like the examples of tests/golden. Raises
    UnknownTopic for a class or a topic outside the list. Raises Unstorable for an event that would not read back equal,
    because a stored event cannot be corrected later.
    """

    def __init__(self, events: Iterable[type[Event]], keys: Keys | None = None) -> None:
        super().__init__(JSONTranscoder())
        self._keys = keys
        self._codecs: dict[str, _Codec] = {}
        for cls in events:
            if cls.TOPIC in self._codecs:
                raise ValueError(f"two event classes are named {cls.TOPIC}")
            self._codecs[cls.TOPIC] = _codec(cls, sealing=keys is not None)  # type: ignore[arg-type]

    def to_stored_event(self, recorded: Recorded) -> StoredEvent:  # type: ignore[override]
        stream, topic = recorded.originator_id, recorded.event.TOPIC
        codec = self._codecs.get(topic)
        if codec is None or codec.cls is not type(recorded.event):
            raise UnknownTopic(f"{type(recorded.event).__qualname__} is not an event of this store")
        if recorded.at.utcoffset() != _UTC:
            raise Unstorable(f"{topic}: recorded time is not in UTC")
        try:
            state = codec.encode(recorded, self._keys)
        except _UNREADABLE as error:
            raise Unstorable(f"{topic} does not read back{_place(error)}") from None
        if state is None:
            raise Unstorable(f"{topic} does not read back equal")
        return StoredEvent(stream, recorded.originator_version, topic, state)

    def to_domain_event(self, stored: StoredEvent) -> Recorded:
        stream = stored.originator_id
        position = stored.id if isinstance(stored, Notification) else 0
        stream = stream if isinstance(stream, UUID) else UUID(stream)
        return self.open_row(stream, stored.originator_version, stored.topic, stored.state, position)

    def readable(self, stream: UUID, version: int, topic: str, state: bytes, position: int = 0) -> Recorded:
        """Returns the event of one row, an `Unopened` when it does not open."""
        try:
            return self.open_row(stream, version, topic, state, position)
        except UNOPENED:
            return Recorded(stream, version, Unopened(TOPIC=topic), _UNKNOWN, "", None, "", UUID(int=0), position)

    def open_row(
        self, stream: UUID, version: int, topic: str, state: bytes, position: int = 0, *, proven: bool = False
    ) -> Recorded:
        """Returns the event of one row of the store. Raises UnknownTopic and Damaged.

        The seal says that nothing was changed by who has no key. With `proven`, what is sealed is compared with its
        commitment too, which doubles the time of opening.
        """
        return self.open_rows([(stream, version, topic, state, position)], proven=proven)[0]

    def disclosed(self, stream: UUID, row: Row) -> tuple[bytes, bytes] | None:
        """Returns the salt and the personal fields of a row, which prove what it said (docs/event-model.md).

        None where nothing is sealed, or the key is destroyed. Raises UnknownTopic and Damaged.
        """
        version, topic, state = row
        self.open_row(stream, version, topic, state)
        codec, key = self._codecs[topic], self._keys.of(stream) if self._keys else None
        return codec.disclosed(version, state, key) if codec.seals and key else None

    def history(self, stream: UUID, rows: Iterable[Row]) -> list[Recorded]:
        """Returns the events of rows of one stream, without positions. Raises UnknownTopic and Damaged."""
        return self.open_rows((stream, version, topic, state, 0) for version, topic, state in rows)

    def open_rows(self, rows: Iterable[EventRow], *, proven: bool = False) -> list[Recorded]:
        """Returns the events of rows; quickest when those of a stream follow each other. Raises as `open_row`."""
        events, stream, version, topic = list[Recorded](), _NO_STREAM, 0, ""
        key: StreamKey | None = None
        of = None
        try:
            for stream, version, topic, state, position in rows:
                if (codec := self._codecs.get(topic)) is None:
                    at = f"at stream {stream}, version {version}"
                    raise UnknownTopic(f"topic {topic!r} {at} is not an event of this store")
                if codec.seals and of is not stream and self._keys:
                    key, of = self._keys.of(stream), stream
                events.append(codec.decode(stream, version, state, position, key, proven))
        except UnknownTopic:
            raise
        except Damaged as error:
            raise Damaged(f"{topic} at stream {stream}, version {version}: {error}") from None
        except _UNREADABLE as error:
            raise Damaged(f"{topic} at stream {stream}, version {version} does not decode{_place(error)}") from None
        return events


_NO_STREAM = UUID(int=0)
_UNKNOWN = datetime.fromtimestamp(0, UTC)


class _Codec:
    """Encodes and decodes the events of one class. `seals`: it needs the key of the stream."""

    seals = False

    def __init__(self, cls: type[Event]) -> None:
        self.cls = cls
        self._decoder: Decoder[StoredState[Any]] = Decoder(StoredState[cls])  # type: ignore[valid-type]

    def encode(self, recorded: Recorded, keys: Keys | None) -> bytes | None:
        """Returns the stored state, None when it would not read back equal."""
        state = _written(recorded, recorded.event)
        return state if self._decoder.decode(state).data == recorded.event else None

    def decode(
        self, stream: UUID, version: int, state: bytes, position: int, key: StreamKey | None, proven: bool
    ) -> Recorded:
        c = self._decoder.decode(state)
        return Recorded(stream, version, c.data, c.at, c.by, c.acting_for, c.via, c.command, position)

    def disclosed(self, version: int, state: bytes, key: StreamKey) -> tuple[bytes, bytes] | None:
        return None


class _SealedCodec(_Codec):
    """Codec of a class with personal fields: it seals them, and writes the others in clear."""

    seals = True

    def __init__(self, cls: type[Event]) -> None:
        super().__init__(cls)
        personal = personal_fields(cls)
        self._personal = sorted(personal)
        self._clear = [one.name for one in fields(cls) if one.name not in personal]  # type: ignore[arg-type]
        self._event_decoder: Decoder[Event] = Decoder(cls)
        self._place = cls.TOPIC.encode() + _CLASS_VERSION

    def encode(self, recorded: Recorded, keys: Keys | None) -> bytes | None:
        event, stream = recorded.event, recorded.originator_id
        halves = ({name: getattr(event, name) for name in names} for names in (self._clear, self._personal))
        clear, content = map(_ENCODER.encode, halves)
        if keys is None or self._decode_halves(clear, content) != event:
            return None
        place = recorded.originator_version.to_bytes(8, "big") + self._place
        rest = _written(recorded, Raw(clear), keys.commit(stream, place, content))
        sealed = keys.seal(stream, place + sha256(rest).digest(), content)
        return rest[:-1] + _SEAL + b2a_base64(sealed, newline=False) + _END

    def decode(
        self, stream: UUID, version: int, state: bytes, position: int, key: StreamKey | None, proven: bool
    ) -> Recorded:
        """Returns an event, an `Erased` without a key: it is destroyed."""
        end = state.rfind(_SEAL)
        if end < 0 or not state.endswith(_END):
            raise Damaged("what should be sealed is missing")
        rest = state[:end] + b"}"
        c = _SEALED.decode(rest)
        sealed = a2b_base64(state[end + len(_SEAL) : -len(_END)], strict_mode=True)
        event: Event
        if key is None:
            event = Erased(TOPIC=self.cls.TOPIC, STAGE=self.cls.STAGE, on=_DAY.decode(c.data).on)
        else:
            place = version.to_bytes(8, "big") + self._place
            opened = key.open(place + sha256(rest).digest(), sealed)
            if proven and c.commit != key.commit(place, opened):
                raise Damaged("what is sealed is not what was committed to")
            event = self._decode_halves(bytes(c.data), opened)
        return Recorded(stream, version, event, c.at, c.by, c.acting_for, c.via, c.command, position)

    def disclosed(self, version: int, state: bytes, key: StreamKey) -> tuple[bytes, bytes]:
        end, place = state.rfind(_SEAL), version.to_bytes(8, "big") + self._place
        rest, sealed = state[:end] + b"}", a2b_base64(state[end + len(_SEAL) : -len(_END)])
        return key.salt(place), key.open(place + sha256(rest).digest(), sealed)

    def _decode_halves(self, clear: bytes, content: bytes) -> Event:
        """Decodes the two halves of a JSON object as one."""
        return self._event_decoder.decode(clear[:-1] + b"," + content[1:])


@cache
def _codec(cls: type[Event], *, sealing: bool) -> _Codec:
    """Returns the codec of a class, one for all the structures of a process."""
    return _SealedCodec(cls) if sealing and personal_fields(cls) else _Codec(cls)


class _Day(Struct):
    on: date


_CLASS_VERSION = (1).to_bytes(2, "big")
"""One for all: a shape only grows (docs/decisions/0061-a-class-is-sealed-or-clear-for-ever.md)."""
_ENCODER = Encoder()
_SEALED: Decoder[StoredState[Raw]] = Decoder(StoredState[Raw])
_DAY = Decoder(_Day)


def _written(r: Recorded, data: object, commit: bytes | None = None) -> bytes:
    return _ENCODER.encode(StoredState(r.at, r.by, r.via, r.command, data, r.acting_for, commit))


def _place(error: Exception) -> str:
    """Returns the path in the document, for example " at `$.data.on`", without the value that msgspec may quote."""
    _, found, path = str(error).rpartition(" - at ")
    return f" at {path}" if found else ""


# --- proofs of erasures

Mac = Callable[[bytes], bytes]
Positions = Callable[[UUID], tuple[int, int] | None]
"""First and last position of a command's events, None for an unknown command."""


def with_proofs(recorded: Iterable[Recorded], mac: Mac) -> list[Recorded]:
    """Returns these events, the erasures among them with their proof."""
    return [_with_proof(one, _proof(one, mac)) if isinstance(one.event, ERASURES) else one for one in recorded]


def proven(events: Sequence[Recorded], registered: Set[UUID], positions: Positions, mac: Mac) -> list[Recorded]:
    """Returns the erasures among these requests and erasures that pixflow recorded.

    Each stands in its command and has its MAC. A dossier's follows a request, or the register names it: a restore
    erases it again. A participation's and a duplicate's is named by their dossier's, of the same command. A contact's
    stands alone.
    """
    recorded = [one for one in events if isinstance(one.event, ERASURES) and _is_recorded(one, positions, mac)]
    requested: dict[UUID, int] = {}
    for one in events:
        if isinstance(one.event, ErasureRequested):
            requested.setdefault(one.originator_id, one.originator_version)
    leading = [
        erasure
        for erasure in recorded
        if isinstance(erasure.event, ContactErased)
        or (
            isinstance(erasure.event, PersonErased)
            and (
                erasure.originator_id in registered
                or requested.get(erasure.originator_id, _NEVER) < erasure.originator_version
            )
        )
    ]
    named = {(one.command, stream) for one in leading for stream in streams_of(one)}
    return [one for one in recorded if (one.command, one.originator_id) in named]


def streams_of(erasure: Recorded) -> set[UUID]:
    """Returns the stream of an erasure, and those that it names."""
    event = erasure.event
    others = (*event.participations, *event.duplicates) if isinstance(event, PersonErased) else ()
    return {erasure.originator_id, *others}


_NEVER = 2**63


def _is_recorded(erasure: Recorded, positions: Positions, mac: Mac) -> bool:
    there = positions(erasure.command)
    if there is None or not there[0] <= erasure.position <= there[1]:
        return False
    return hmac.compare_digest(_event(erasure).proof.encode(), _proof(erasure, mac).encode())


def _proof(erasure: Recorded, mac: Mac) -> str:
    """Returns the MAC of an erasure: of its place, its author, its command and its fields.

    Without an instant when it is due, its bytes are those of before there was one.
    """
    bare = _with_proof(erasure, "")
    place = (bare.originator_id, bare.originator_version, bare.event.TOPIC)
    said = {one.name: getattr(bare.event, one.name) for one in fields(bare.event)}  # type: ignore[arg-type]
    if said.get("due") is None:
        said.pop("due", None)
    return mac(msgspec.json.encode((*place, bare.by, bare.acting_for, bare.command, said))).hex()


def _with_proof(erasure: Recorded, proof: str) -> Recorded:
    return replace(erasure, event=dataclasses.replace(_event(erasure), proof=proof))


def _event(erasure: Recorded) -> PersonErased | ParticipationErased | ContactErased:
    assert isinstance(erasure.event, ERASURES)
    return erasure.event


# --- a command, sealed before the lock is taken

KINDS_OF_PEOPLE = {kind_of(event) for event in catalogue() if personal_fields(event)}


class SealedCommand(NamedTuple):
    """A command to be saved: its events as they are and as they are stored, and what is recorded beside them."""

    recorded: list[Recorded]
    stored: list[StoredEvent]
    command: NewCommand
    claims: list[Claim]
    releases: list[Claim]


class CommandSealing:
    """Seals commands with the keys of one structure, and makes digests of what is never stored itself."""

    def __init__(self, keys: Keys, mapper: TypedMapper) -> None:
        self._keys = keys
        self._mapper = mapper

    def seal(self, work: UnitOfWork, sent: bytes) -> SealedCommand:
        """Returns the command of a unit of work. Creates the keys that its streams lack."""
        recorded = with_proofs(work.events(), self.erasure_mac)
        self._keys.ensure(_people(recorded))
        command = NewCommand(work.command_id, work.by.id, self.fingerprint(sent, recorded) or b"")
        stored = [self._mapper.to_stored_event(one) for one in recorded]
        claims, releases = [], []
        for stream, before, after in work.claims():
            claims += [self._claim(stream, *one) for one in after - before]
            releases += [self._claim(stream, *one) for one in before - after]
        return SealedCommand(recorded, stored, command, claims, releases)

    def fingerprint(self, sent: bytes, recorded: Iterable[Recorded]) -> bytes | None:
        """Returns the digest of what a person sent; None once a person in it is erased."""
        return self._keys.digest(_people(recorded), b"command\x1f" + sent)

    def digest(self, kind: str, value: bytes) -> bytes:
        """Returns the digest of a value of one kind."""
        return hmac.digest(self._keys.digest_key, kind.encode() + b"\x1f" + value, "sha256")

    def erasure_mac(self, content: bytes) -> bytes:
        return self.digest("erasure", self._keys.structure.bytes + content)

    def _claim(self, stream: UUID, kind: str, value: str) -> Claim:
        return Claim(kind, self.digest(kind, value.encode()), stream)


def _people(recorded: Iterable[Recorded]) -> set[UUID]:
    """Returns the streams that tell of people. An old one has no key when an update made its kind one of these."""
    return {one.originator_id for one in recorded if kind_of(one.event) in KINDS_OF_PEOPLE}
