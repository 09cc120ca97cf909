import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import MapperDeserialisationError, Notification, StoredEvent
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pixflow.events.base import Event
from pixflow.store import Damaged, UnknownTopic, Unstorable
from pixflow.store.sealing import TypedMapper
from pixflow.store.sqlite.recorder import HardenedRecorder
from tests.store.samples import AT, Counted, Noted, raw, recorded

MAPPER = TypedMapper([Noted, Counted])


@given(st.builds(Noted, text=st.text(), tags=st.lists(st.text()).map(tuple), on=st.dates()), st.none() | st.text())
def test_what_is_written_reads_back_equal(event: Noted, acting_for: str | None) -> None:
    said = replace(recorded(event), acting_for=acting_for)
    assert MAPPER.to_domain_event(MAPPER.to_stored_event(said)) == said


def test_the_stored_state_is_stamps_then_content() -> None:
    said = replace(recorded(Counted(512)), command=UUID(int=1), acting_for="staff-2")
    assert MAPPER.to_stored_event(said).state == (
        b'{"at":"2026-11-24T09:30:00.123456Z","by":"staff-1","via":"web",'
        b'"command":"00000000-0000-0000-0000-000000000001","data":{"score":512,"about":null},"for":"staff-2"}'
    )


def test_a_notification_gives_the_position() -> None:
    stored = MAPPER.to_stored_event(recorded(Counted(1)))
    assert MAPPER.to_domain_event(stored).position == 0
    assert MAPPER.to_domain_event(Notification(**vars(stored), id=42)).position == 42


@pytest.mark.parametrize("topic", ["os:system", "this:d", "sample.Nothing"])
def test_f8_a_row_that_names_code_is_refused_and_imports_nothing(
    sqlite_recorder: HardenedRecorder, tmp_path: Path, topic: str
) -> None:
    sys.modules.pop("this", None)
    before, stream = set(sys.modules), uuid4()
    with raw(tmp_path) as connection:
        connection.execute("INSERT INTO stored_events VALUES (1, ?, 1, ?, ?)", [stream.hex, topic, b"{}"])
    (found,) = sqlite_recorder.select_events(stream)
    with pytest.raises(UnknownTopic, match=topic):
        MAPPER.to_domain_event(found)
    assert set(sys.modules) == before
    assert issubclass(UnknownTopic, MapperDeserialisationError)


def test_an_event_of_another_store_is_not_written() -> None:
    with pytest.raises(UnknownTopic, match="Counted"):
        TypedMapper([Noted]).to_stored_event(recorded(Counted(1)))


def test_two_events_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"sample\.Noted"):
        TypedMapper([Noted, Noted])


@pytest.mark.parametrize("change", [(b'"text"', b'"word"'), (b'"Zoe Secret"', b"7"), (b"}", b""), (b"web", b"\xff")])
def test_damage_names_the_place_and_no_content(change: tuple[bytes, bytes]) -> None:
    stored = MAPPER.to_stored_event(recorded(Noted("Zoe Secret"), version=7))
    damaged = StoredEvent(stored.originator_id, 7, stored.topic, stored.state.replace(*change))
    with pytest.raises(Damaged) as caught:
        MAPPER.to_domain_event(damaged)
    said = str(caught.value)
    assert "sample.Noted" in said
    assert str(stored.originator_id) in said
    assert "version 7" in said
    assert "Secret" not in said
    assert caught.value.__cause__ is None


@dataclass(frozen=True, slots=True)
class Loose(Event):
    TOPIC: ClassVar[str] = "sample.Loose"

    value: Any


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Noted(text=7), r"sample\.Noted does not read back at `\$\.data\.text`"),  # type: ignore[arg-type]
        (Noted("Zoe", tags=["a"]), r"sample\.Noted does not read back equal"),  # type: ignore[arg-type]
        (Loose(date(2026, 11, 24)), r"sample\.Loose does not read back equal"),
        (Loose(object()), r"sample\.Loose does not read back$"),
        (Noted("\ud800"), r"sample\.Noted does not read back$"),
    ],
)
def test_what_would_not_read_back_is_not_written(event: Any, words: str) -> None:
    with pytest.raises(Unstorable, match=words):
        TypedMapper([Noted, Loose]).to_stored_event(recorded(event))


@pytest.mark.parametrize("at", [AT.replace(tzinfo=None), AT.astimezone(timezone(timedelta(hours=1)))])
def test_only_utc_is_written(at: datetime) -> None:
    with pytest.raises(Unstorable, match="UTC"):
        MAPPER.to_stored_event(recorded(Counted(1), at=at))
