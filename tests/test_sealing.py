"""Every field of every event is personal or declared plain; what is personal lies nowhere in clear."""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from eventsourcing.persistence import StoredEvent
from msgspec import structs

from pixflow.engine import Engine
from pixflow.events.base import Erased, Event, Personal, Recorded, personal_fields
from pixflow.events.dossier import AttendanceContested, WorkshopAttended
from pixflow.events.values import Action, ContactDetails, Level, Moment, Part, Partner, Profile, Result
from pixflow.folding import ERASURES, STOPS
from pixflow.store import Damaged
from pixflow.store.keys import Keys, Ring
from pixflow.store.sealing import TypedMapper
from pixflow.store.sqlite.vault import SqliteVault
from pixflow.streams import KINDS, kind_of
from tests.given import AT, DAY, DOSSIER
from tests.test_catalogue import EVENTS, emitted, example
from tests.test_engine import House
from tests.test_shapes import holds

SEALED = {"dossier", "participation", "staff", "contact", "question"}
PLAIN_WORDS = {"site", "task", "about", "title", "reasons", "warnings", "row", "proof"}
"""The only words of the sealed kinds in clear: a site, task keys, a training, codes of a match, a digest, a MAC."""
CANARY = "Zanzibar-Özdemir"
DAY_OF_CANARY = date(1907, 1, 9)
NUMBER_OF_CANARY = 4711471147
CODES_ONLY = (WorkshopAttended, AttendanceContested)
"""Events whose personal fields are codes: no word can be hidden in them."""
CANARIES = [CANARY.encode(), b"Zanzibar", b"\\u00d6zdemir", b"1907-01-09", b"4711471147"]

holding = pytest.mark.parametrize("cls", [cls for cls in EVENTS if personal_fields(cls)], ids=lambda cls: cls.TOPIC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("structure")


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[Engine]:
    house = House(folder)
    yield house.engine
    house.engine.close()


def test_every_field_is_personal_or_declared_plain() -> None:
    for cls in EVENTS:
        plain, personal = import_module(cls.__module__).PLAIN, personal_fields(cls)
        for one in fields(cls):  # type: ignore[arg-type]
            where = f"{cls.TOPIC}.{one.name}"
            assert one.name in personal or one.name in plain, where
            if kind_of(cls) in SEALED and one.name not in personal:
                assert not _holds_words(one.type) or one.name in PLAIN_WORDS, where


def _holds_words(hint: Any) -> bool:
    return hint is str or any(map(_holds_words, get_args(hint)))


def test_no_other_kind_tells_of_people() -> None:
    assert {kind_of(cls) for cls in EVENTS if personal_fields(cls)} == SEALED


def test_nothing_declared_plain_is_left_over() -> None:
    for module in {cls.__module__ for cls in EVENTS}:
        named = {one.name for cls in EVENTS if cls.__module__ == module for one in fields(cls)}  # type: ignore[arg-type]
        assert named >= import_module(module).PLAIN


# --- nowhere in clear


@holding
def test_a_personal_field_lies_in_clear_in_no_file(engine: Engine, folder: Path, cls: type[Event]) -> None:
    said = with_canaries(cls)
    assert all(getattr(said, name) not in (None, ()) for name in personal_fields(cls))
    stream = uuid4()
    recorded = Recorded(stream, 1, said, AT, "staff", None, "web", uuid4())
    clear, sealed = (mapper.to_stored_event(recorded) for mapper in (TypedMapper(EVENTS), engine.mapper))
    names = [f'"{name}":'.encode() for name in personal_fields(cls)]
    assert all(name in clear.state and name not in sealed.state for name in names)
    assert any(canary in clear.state for canary in CANARIES) or cls in CODES_ONLY, "the check would find nothing"
    engine.recorder.insert_events([sealed])
    assert engine.history(stream)[0].event == said
    assert found_in(folder) == []


def found_in(folder: Path) -> list[tuple[str, bytes]]:
    """The files that hold a canary, the write-ahead log included."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "events.db-wal" and path.stat().st_size for path in files)
    return [(path.name, canary) for path in files for canary in CANARIES if canary in path.read_bytes()]


def with_canaries(cls: type[Event]) -> Event:
    """The event, each of its personal fields a canary."""
    hints = get_type_hints(cls)
    said = {name: canary(hints[name]) for name in personal_fields(cls)}
    return replace(emitted(cls), **said)  # type: ignore[type-var]


def canary(hint: Any) -> Any:
    """A value of a type that nothing else in a folder says; of a bool or a choice, any."""
    known: dict[Any, Any] = {
        str: CANARY,
        date: DAY_OF_CANARY,
        int: NUMBER_OF_CANARY,
        Decimal: Decimal(NUMBER_OF_CANARY),
        bool: True,
        Moment: Moment(DAY_OF_CANARY),
        Partner: Partner(None, CANARY),
        Action: Action(uuid4(), CANARY, CANARY),
        Result: Result(
            shared=Moment(DAY_OF_CANARY), mastery=Decimal(NUMBER_OF_CANARY), competences=(Part(CANARY, 1, 2),)
        ),
        ContactDetails: ContactDetails(CANARY),
        Profile: Profile(shared=Moment(DAY_OF_CANARY), pix=1, certifiable=True, levels=(Level(CANARY, 1, 2),)),
    }
    if hint in known:
        return known[hint]
    arguments = [one for one in get_args(hint) if one not in (type(None), ...)]
    if get_origin(hint) is tuple:
        return tuple(canary(one) for one in arguments)
    first = arguments[0]
    return canary(first) if isinstance(first, type) or get_args(first) else first


# --- bound to its place


@holding
def test_what_is_sealed_in_one_place_opens_in_no_other(engine: Engine, cls: type[Event]) -> None:
    said = example(emitted(cls))
    stored = engine.mapper.to_stored_event(said)
    for stream, version, topic in (
        (uuid4(), 1, stored.topic),
        (said.originator_id, 2, stored.topic),
        (said.originator_id, 1, other(cls).TOPIC),
    ):
        engine.keys.ensure([stream])
        with pytest.raises(Damaged):
            engine.mapper.to_domain_event(StoredEvent(stream, version, topic, stored.state))
    assert engine.mapper.to_domain_event(stored) == said


def other(cls: type[Event]) -> type[Event]:
    """A class whose content is shaped alike, where there is one."""
    shape = {(one.name, str(one.type)) for one in fields(cls)}  # type: ignore[arg-type]
    alike = (o for o in EVENTS if o is not cls and {(f.name, str(f.type)) for f in fields(o)} == shape)  # type: ignore[arg-type]
    return next(alike, next(o for o in EVENTS if o is not cls and personal_fields(o)))


CHANGES: list[tuple[str, Any]] = [
    ("at", "2026-01-01T00:00:00Z"),
    ("by", "system:operator"),
    ("via", "cli"),
    ("command", str(UUID(int=7))),
    ("for", str(UUID(int=7))),
    ("commit", "AAAA"),
    ("more", 1),
]


@holding
def test_a_stamp_or_a_clear_field_that_changes_is_damage(engine: Engine, cls: type[Event]) -> None:
    said = example(emitted(cls))
    stored = engine.mapper.to_stored_event(said)
    state = msgspec.json.decode(stored.state)
    changes = [state | {name: value} for name, value in CHANGES]
    changes += [state | {"data": state["data"] | {name: "changed"}} for name in state["data"]]
    changes += [{name: state[name] for name in state if name != "commit"}]
    for changed in changes:
        sealed = changed.pop("sealed")
        assert changed != state
        with pytest.raises(Damaged, match="not sealed there"):
            engine.mapper.to_domain_event(with_state(stored, {**changed, "sealed": sealed}))
    assert engine.mapper.to_domain_event(stored) == said


@holding
def test_nothing_beside_the_seal_is_read(engine: Engine, cls: type[Event]) -> None:
    """JSON may repeat a name, and a later one would win."""
    stored = engine.mapper.to_stored_event(example(emitted(cls)))
    for more in (b',"by":"other"}', b" }", b',"sealed":"AAAA"}'):
        with pytest.raises(Damaged):
            engine.mapper.to_domain_event(replace(stored, state=stored.state[:-1] + more))


def test_a_commitment_to_something_else_is_damage(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    said = example(emitted(next(cls for cls in EVENTS if personal_fields(cls))))
    with monkeypatch.context() as lies:
        lies.setattr(engine.keys, "commit", lambda stream, place, content: b"another commitment")
        stored = engine.mapper.to_stored_event(said)
    read = partial(engine.mapper.open_row, DOSSIER, 1, stored.topic, stored.state)
    assert read() == said, "a page does without the proof, doctor and backups do not"
    with pytest.raises(Damaged, match="committed"):
        read(proven=True)


def with_state(stored: StoredEvent, state: dict[str, Any]) -> StoredEvent:
    return replace(stored, state=msgspec.json.encode(state))


# --- the bytes, with a fixed key


GOLDEN = Path(__file__).parent / "golden" / "sealed"
KEY, NONCE, FIXED_STRUCTURE = bytes(range(32)), bytes(range(64, 76)), UUID(int=0x5EA1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled(Event):
    """An event whose shape never grows."""

    TOPIC: ClassVar[str] = "sample.Sampled"
    words: Personal[str]
    site: str
    number: Personal[int | None]
    on: date


@pytest.fixture
def fixed(tmp_path: Path) -> Iterator[TypedMapper]:
    """A mapper whose key of DOSSIER is fixed."""
    vault, ring = SqliteVault(tmp_path / "keys.db", create=True), Ring.create(tmp_path / "keys", "ml")
    with closing(Keys(FIXED_STRUCTURE, ring, vault, create=True)) as keys:
        number = vault.ring()
        vault.add(number, {DOSSIER: aes_key_wrap(ring.key(number) or b"", KEY)})
        yield TypedMapper([*EVENTS, Sampled], keys)


def sealed_bytes(topic: str) -> bytes:
    return (GOLDEN / f"{topic}.json").read_bytes().rstrip(b"\n")


def test_the_bytes_of_a_sealed_event_are_frozen(fixed: TypedMapper, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change here makes every stored event unreadable: docs/event-model.md#the-bytes-of-a-sealed-event."""
    said = example(Sampled(words=CANARY, site="L’Aigle", number=None, on=DAY))
    said = structs.replace(said, acting_for=str(UUID(int=7)))
    monkeypatch.setattr("os.urandom", lambda size: NONCE)
    assert fixed.to_stored_event(said).state == sealed_bytes(Sampled.TOPIC)


@pytest.mark.parametrize("topic", [path.stem for path in sorted(GOLDEN.glob("*.json"))])
def test_an_auditor_reads_the_bytes_without_our_code_and_we_read_the_same(fixed: TypedMapper, topic: str) -> None:
    golden = sealed_bytes(topic)
    rest, sealed = golden[: golden.rindex(b',"sealed":')] + b"}", base64.b64decode(json.loads(golden)["sealed"])
    place = FIXED_STRUCTURE.bytes + DOSSIER.bytes + (1).to_bytes(8, "big") + topic.encode() + b"\x00\x01"
    content = AESGCM(KEY).decrypt(sealed[:12], sealed[12:], place + hashlib.sha256(rest).digest())
    salt = HKDF(SHA256(), 16, None, b"commit" + place).derive(KEY)
    commit = base64.b64encode(hashlib.sha256(b"\x20" + salt + content).digest()).decode()
    assert json.loads(rest)["commit"] == commit
    read = fixed.open_row(DOSSIER, 1, topic, golden)
    assert holds(json.loads(msgspec.json.encode(read.event)), json.loads(rest)["data"] | json.loads(content))


@holding
def test_an_event_whose_seal_was_stripped_is_damage(engine: Engine, cls: type[Event]) -> None:
    """All its fields in clear, or without the personal ones, which may have a default."""
    stored = engine.mapper.to_stored_event(example(emitted(cls)))
    clear = TypedMapper(EVENTS).to_stored_event(example(emitted(cls)))
    state = msgspec.json.decode(stored.state)
    bare = with_state(stored, {name: state[name] for name in state if name not in ("commit", "sealed")})
    for stripped in (clear, bare):
        with pytest.raises(Damaged, match="should be sealed is missing"):
            engine.mapper.to_domain_event(stripped)


# --- once the key is gone


@holding
def test_without_its_key_an_event_is_its_name_its_stage_and_its_day(engine: Engine, cls: type[Event]) -> None:
    said = structs.replace(example(emitted(cls)), originator_id=uuid4())
    stored = engine.mapper.to_stored_event(said)
    engine.keys.destroy([said.originator_id])
    event = engine.mapper.to_domain_event(stored).event
    assert event == Erased(TOPIC=cls.TOPIC, STAGE=cls.STAGE, on=said.event.on)  # type: ignore[attr-defined]


@pytest.mark.parametrize("ending", ERASURES, ids=lambda cls: cls.TOPIC)
def test_the_fold_of_an_erased_stream_is_the_same_with_and_without_its_key(ending: type[Event]) -> None:
    """And evolve takes any erased event, wherever it stands."""
    kind = kind_of(ending)
    end = emitted(ending)
    for cls in EVENTS:
        if kind_of(cls) == kind and cls not in (ending, *STOPS):  # a stop keeps the keys
            first = Erased(TOPIC=f"{kind}.First", STAGE=None, on=DAY)
            told = [first, emitted(cls), end]
            left = [first, Erased(TOPIC=cls.TOPIC, STAGE=cls.STAGE, on=DAY), end]
            assert KINDS[kind].fold(_stamped(told)) == KINDS[kind].fold(_stamped(left))


def _stamped(events: list[Event]) -> list[Recorded]:
    return [
        Recorded(UUID(int=1), version, event, AT, "staff", None, "web", UUID(int=2))
        for version, event in enumerate(events, 1)
    ]
