"""The store under the library's own Application, as the engine uses it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, IntegrityError
from eventsourcing.utils import Environment

from pixflow.store import CommandKnown
from pixflow.store.sealing import TypedMapper
from tests.store.places import AnyRecorder, Place
from tests.store.samples import Counted, Noted, claim, command, recorded


class House(Application[UUID]):
    recorder: AnyRecorder

    def __init__(self, place: Place) -> None:
        self.place = place
        super().__init__()

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return self.place.factory()

    def construct_mapper(self) -> TypedMapper:
        return TypedMapper([Noted, Counted])


@pytest.fixture
def house(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("APPLICATION_RECORDER_TOPIC", "os:system")
    monkeypatch.setenv("PERSISTENCE_MODULE", "eventsourcing.popo")
    with House(place) as house:
        yield house


def test_save_and_load(house: House) -> None:
    stream, new = uuid4(), command()
    events = [recorded(Noted("a"), stream=stream), recorded(Counted(2), stream=stream, version=2)]
    saved = house.save(*events, command=new, claims=[claim("1", stream)])
    assert [recording.notification.id for recording in saved] == [1, 2]
    assert house.repository.get(stream, projector_func=lambda _, found: list(found)) == events  # type: ignore[arg-type,return-value]
    assert house.recorder.command(new.id).last_position == 2
    assert house.recorder.claimed("i-milo", [b"1"]) == {b"1": stream}
    (second,) = house.recorder.select_notifications(1, 10, inclusive_of_start=False)
    assert house.mapper.to_domain_event(second).position == 2  # type: ignore[attr-defined]


def test_save_inside_exclusive(house: House) -> None:
    stream, new = uuid4(), command()
    with house.recorder.exclusive():
        assert house.recorder.versions([stream]) == {stream: 0}
        house.save(recorded(Counted(1), stream=stream), command=new)
        with pytest.raises(CommandKnown):
            house.save(recorded(Counted(1), stream=stream, version=2), command=new)
        with pytest.raises(IntegrityError):
            house.save(recorded(Counted(1), stream=stream), command=command())
    assert house.recorder.max_notification_id() == 1
