"""A store of last year opens: each event as the shape before stored it, with keys, read by the shape of today."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, make_dataclass
from dataclasses import field as having
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Literal
from uuid import UUID, uuid4

import msgspec
import pytest
from eventsourcing.persistence import StoredEvent
from msgspec.structs import replace

from pixflow import presets, structure_folder
from pixflow.events.base import Erased, Event, Personal, Recorded
from pixflow.store import Damaged, NewCommand
from pixflow.store.keys import Keys, Ring
from pixflow.store.postgres.database import Database
from pixflow.store.sealing import TypedMapper
from pixflow.structure_folder import OpenStructure
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from tests.damage import all_faults
from tests.given import ADVISOR, DAY
from tests.store.places import Place
from tests.store.samples import recorded
from tests.test_catalogue import EXAMPLES, read
from tests.test_shapes import broken, frozen, shapes
from web.hosting import health

COMMAND = UUID(int=0xC0)
"""The command of every example."""
NOT_HERE = {"file", "claim"}
"""The faults of the examples: their files and their claims are not stored with them."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStructure]:
    preset, database = presets.load("laigle-mortagne"), None
    with ExitStack() as stack:
        if request.param == "postgres":
            database = stack.enter_context(closing(Database(request.getfixturevalue("database_url"))))
        made = structure_folder.create(tmp_path, name="Ici", preset=preset, sites=("Ici",), database=database)
        stack.enter_context(closing(made.engine))
        yield made


def as_before(keys: Keys, stream: UUID, topic: str, example: bytes, personal: list[str]) -> StoredEvent:
    """The example as its version stored it, by docs/event-model.md#the-bytes-of-a-sealed-event and not by our code."""
    state = msgspec.json.decode(example)
    if not personal:
        return StoredEvent(stream, 1, topic, msgspec.json.encode(state))
    data, place = state["data"], (1).to_bytes(8, "big") + topic.encode() + (1).to_bytes(2, "big")
    content = msgspec.json.encode({name: data.pop(name) for name in personal if name in data})
    state["commit"] = b64encode(keys.commit(stream, place, content)).decode()
    rest = msgspec.json.encode(state)
    sealed = keys.seal(stream, place + sha256(rest).digest(), content)
    return StoredEvent(stream, 1, topic, rest[:-1] + b',"sealed":"' + b64encode(sealed) + b'"}')


def test_every_example_is_read_erased_and_shown_as_the_version_before_stored_it(opened: OpenStructure) -> None:
    engine, known = opened.engine, frozen()["events"]
    personal = {cls.TOPIC: known.get(cls.TOPIC, {"personal": []})["personal"] for cls, _ in EXAMPLES}
    last_year = {uuid4(): (cls, path) for cls, path in EXAMPLES}
    rows = [
        as_before(engine.keys, stream, cls.TOPIC, path.read_bytes(), personal[cls.TOPIC])
        for stream, (cls, path) in last_year.items()
    ]
    first = engine.head() + 1
    engine.recorder.insert_events(rows, command=NewCommand(COMMAND, str(ADVISOR), b"digest"))

    positions = range(first, engine.head() + 1)
    expected = [
        replace(read(path, cls), originator_id=stream, position=position)
        for position, (stream, (cls, path)) in zip(positions, last_year.items(), strict=True)
    ]
    assert engine.at(positions) == expected
    assert {one.code for one in all_faults(engine)} <= NOT_HERE
    assert health.keys(opened).level == "good"
    assert stopped(opened) == []

    gone = {stream for stream, (cls, _) in last_year.items() if personal[cls.TOPIC]}
    engine.keys.destroy(gone)
    assert engine.at(positions) == [erased(one) if one.originator_id in gone else one for one in expected]
    assert {one.code for one in all_faults(engine)} <= NOT_HERE
    assert stopped(opened) == []


def stopped(opened: OpenStructure) -> list[Any]:
    """The streams that no table can show, once all tables are made again."""
    side = ReadSide(opened.engine, sqlite.database(None))
    side.catch_up()
    assert side.position == opened.engine.head()
    return side.stopped()


def erased(one: Recorded) -> Recorded:
    event: Any = one.event
    return replace(one, event=Erased(TOPIC=event.TOPIC, STAGE=event.STAGE, on=event.on))


# --- each change of shape, by classes of the tests


@dataclass(frozen=True)
class Result:
    points: int


@dataclass(frozen=True)
class LongerResult:
    points: int
    skills: tuple[str, ...] = ()


@dataclass(frozen=True)
class HarderResult:
    points: int
    level: int


@dataclass(frozen=True)
class Document:
    result: Result


@dataclass(frozen=True)
class LongerDocument:
    result: LongerResult
    tries: int = 3


@dataclass(frozen=True)
class HarderDocument:
    result: HarderResult


Sealed: Any = Personal
Words: Any = Sealed[str]
Codes: Any = Literal["call", "letter"]
Shape = dict[str, Any]
"""The types of fields by name; a pair is a type and its default."""
READ: dict[str, tuple[Shape, Shape, Shape, Shape]] = {
    "a plain field more": ({"n": int}, {"n": int, "more": (int, 7)}, {"n": 1}, {"n": 1, "more": 7}),
    "a personal field more": (
        {"words": Words}, {"words": Words, "more": (Words, "-")}, {"words": "Zoe"}, {"words": "Zoe", "more": "-"}
    ),
    "a plain field more beside a seal": (
        {"words": Words}, {"words": Words, "more": (int, 7)}, {"words": "Zoe"}, {"words": "Zoe", "more": 7}
    ),
    "a personal field that becomes clear beside another one": (
        {"words": Words, "code": Sealed[Codes]}, {"words": Words, "code": Codes},
        {"words": "Zoe", "code": "call"}, {"words": "Zoe", "code": "call"},
    ),
    "another order": ({"n": int, "words": Words}, {"words": Words, "n": int}, {"n": 1, "words": "Zoe"}, {}),
    "a code more": ({"code": Codes}, {"code": Literal["visit", "letter", "call"]}, {"code": "call"}, {}),
    "a sealed code more": ({"code": Sealed[Codes]}, {"code": Sealed[Codes | int]}, {"code": "call"}, {}),
    "any text where a code was": ({"code": Codes}, {"code": str}, {"code": "call"}, {}),
    "one more type": ({"n": int}, {"n": int | str | None}, {"n": 1}, {}),
    "a longer document": (
        {"document": Document}, {"document": LongerDocument},
        {"document": Document(Result(1))}, {"document": LongerDocument(LongerResult(1))},
    ),
    "a longer document that may be none": (
        {"document": (Document | None, None)}, {"document": (LongerDocument | None, None)},
        {"document": Document(Result(1))}, {"document": LongerDocument(LongerResult(1))},
    ),
    "longer values in a list": (
        {"results": Sealed[tuple[Result, ...]]}, {"results": Sealed[tuple[LongerResult, ...]]},
        {"results": (Result(1),)}, {"results": (LongerResult(1),)},
    ),
}  # fmt: skip
"""By change: the shape before and after, what was stored, and what is read (the same, where it is empty)."""
REFUSED: dict[str, tuple[Shape, Shape, set[str]]] = {
    "a first personal field": ({"n": int}, {"n": int, "words": (Words, "")}, {"seal"}),
    "the last personal field that is gone": ({"words": Words}, {}, {"seal", "words gone"}),
    "the last personal field that becomes clear": ({"words": Words}, {"words": str}, {"seal"}),
    "a clear field that becomes personal": (
        {"words": Words, "place": str}, {"words": Words, "place": Words}, {"place clear"}
    ),
    "the only field that becomes personal": ({"place": str}, {"place": Words}, {"seal"}),
    "no default": ({"n": int}, {"n": int, "more": int}, {"more missing"}),
    "no default beside a seal": ({"words": Words}, {"words": Words, "more": Words}, {"more missing"}),
    "a default that goes": ({"n": (int, 1)}, {"n": int}, {"n missing", "n default"}),
    "another default": ({"n": (int, 1)}, {"n": (int, 2)}, {"n default"}),
    "a field that is gone": ({"n": int, "m": int}, {"n": int}, {"m gone"}),
    "another name": ({"n": int}, {"number": (int, 0)}, {"n gone"}),
    "a code of another name": ({"code": Codes}, {"code": Literal["phone", "letter"]}, {"code 'call' code"}),
    "a code that is gone, of a field that may be none": (
        {"code": (Codes | None, None)}, {"code": (Literal["letter"] | None, None)}, {"code 'call' code"}
    ),
    "another type": ({"n": int}, {"n": str}, {"n type"}),
    "one type less": ({"n": int | None}, {"n": int}, {"n type"}),
    "another kind of text": ({"n": str}, {"n": UUID}, {"n type"}),
    "a longer tuple": ({"n": tuple[int, int]}, {"n": tuple[int, int, int]}, {"n type"}),
    "a document's value without default": (
        {"document": Document}, {"document": HarderDocument}, {"document.result.level missing"}
    ),
    "a value's field that is gone": (
        {"many": tuple[LongerResult, ...]}, {"many": tuple[Result, ...]}, {"many[].skills gone"}
    ),
}  # fmt: skip
"""By change: the shape before and after, and the rules that it breaks."""


def event(shape: Shape) -> type[Event]:
    """An event class of that shape, on a day."""
    pairs = [(name, one) if isinstance(one, tuple) else (name, (one,)) for name, one in shape.items()]
    listed: list[Any] = [(name, one[0], having(default=one[1])) if one[1:] else (name, one[0]) for name, one in pairs]
    namespace = {"TOPIC": "sample.Changed", "__annotations__": {"TOPIC": ClassVar[str]}}
    listed = [("on", date), *listed]
    return make_dataclass("Changed", listed, bases=(Event,), namespace=namespace, frozen=True, kw_only=True)


@pytest.fixture
def keys(place: Place, tmp_path: Path) -> Iterator[Keys]:
    with closing(Keys(uuid4(), Ring.create(tmp_path / "keys", "ml"), place.vault(), create=True)) as keys:
        yield keys


def kept(place: Place, one: StoredEvent) -> StoredEvent:
    """The event as the store gives it back."""
    with closing(place.factory()) as store:
        recorder = store.application_recorder()
        recorder.insert_events([one])
        return recorder.select_events(one.originator_id)[0]


@pytest.mark.parametrize("change", READ)
def test_a_shape_that_grows_reads_what_was_stored(place: Place, keys: Keys, change: str) -> None:
    before, after, said, told = READ[change]
    old, new = event(before), event(after)
    assert broken(shapes([old]), shapes([new])) == []
    written = recorded(old(on=DAY, **said))  # type: ignore[call-arg]
    stored = kept(place, TypedMapper([old], keys).to_stored_event(written))
    mapper = TypedMapper([new], keys)
    expected = replace(written, event=new(on=DAY, **(told or said)))  # type: ignore[call-arg]
    assert mapper.to_domain_event(stored) == expected
    keys.destroy([written.originator_id])
    clear = expected if b'"sealed"' not in stored.state else erased(expected)
    assert mapper.to_domain_event(stored) == clear


def test_without_its_seal_an_event_of_today_is_as_one_of_before_and_neither_opens(place: Place, keys: Keys) -> None:
    """So a class that is clear gets no personal field: docs/decisions/0061-a-class-is-sealed-or-clear-for-ever.md."""
    old, new = event({"n": int}), event({"n": int, "words": (Words, "")})
    said = recorded(old(on=DAY, n=1))  # type: ignore[call-arg]
    before = TypedMapper([old], keys).to_stored_event(said)
    today = replace(said, event=new(on=DAY, n=1, words="Zoe"))  # type: ignore[call-arg]
    mapper = TypedMapper([new], keys)
    state = mapper.to_stored_event(today).state
    assert state[: state.index(b',"commit":')] + b"}" == before.state
    with pytest.raises(Damaged, match="should be sealed is missing"):
        mapper.to_domain_event(kept(place, before))


@pytest.mark.parametrize("change", REFUSED)
def test_a_shape_that_would_not_read_it_is_refused(change: str) -> None:
    before, after, rules = REFUSED[change]
    found = [one.split(": ") for one in broken(shapes([event(before)]), shapes([event(after)]))]
    said = {f"{place.removeprefix('sample.Changed').lstrip('.')} {rule}".lstrip() for place, rule, *_ in found}
    assert said == rules


def test_a_class_that_is_gone_is_refused() -> None:
    (found,) = broken(shapes([event({})]), shapes([]))
    assert found.startswith("sample.Changed: class: ")
