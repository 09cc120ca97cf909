from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from pixflow.store import ClaimTaken, CommandKnown, CommandRow, NewCommand
from tests.store.places import AnyRecorder, Place
from tests.store.samples import claim, command, running, stored

A, B = uuid4(), uuid4()


def test_positions_are_dense_and_given_back(recorder: AnyRecorder) -> None:
    assert recorder.max_notification_id() == 0
    assert list(recorder.insert_events(stored(A, 1, 2))) == [1, 2]
    assert list(recorder.insert_events([*stored(B, 1), *stored(A, 3)])) == [3, 4]
    assert recorder.max_notification_id() == 4


def test_a_thousand_events_are_one_transaction(recorder: AnyRecorder) -> None:
    assert list(recorder.insert_events(stored(A, *range(1, 1501)))) == list(range(1, 1501))
    with pytest.raises(IntegrityError):
        recorder.insert_events([*stored(B, *range(1, 1501)), *stored(A, 1500)])
    assert recorder.versions([A, B]) == {A: 1500, B: 0}
    assert list(recorder.insert_events(stored(B, 1))) == [1501]


def test_events_are_inserted_where_no_stream_has_moved(recorder: AnyRecorder) -> None:
    new = command()
    assert recorder.insert_unless_moved(stored(A, 1, 2), {A: 0, B: 0}, command=new) == range(1, 3)
    assert recorder.insert_unless_moved(stored(B, 1), {A: 1, B: 0}, command=command()) is None
    with pytest.raises(CommandKnown):
        recorder.insert_unless_moved(stored(B, 1), {A: 2, B: 0}, command=new)
    with recorder.exclusive():
        assert recorder.insert_unless_moved(stored(B, 1), {A: 0}, command=command()) is None
    assert recorder.insert_unless_moved(stored(B, 1), {A: 2, B: 0}, command=command()) == range(3, 4)
    assert recorder.versions([A, B]) == {A: 2, B: 1}


def test_no_event_records_nothing(recorder: AnyRecorder) -> None:
    assert list(recorder.insert_events([])) == []
    with pytest.raises(ValueError, match="needs an event"):
        recorder.insert_events([], command=command())


def test_a_command_is_found_with_its_positions(recorder: AnyRecorder) -> None:
    recorder.insert_events(stored(A, 1))
    new = NewCommand(uuid4(), "staff-7", b"\x00\xff")
    recorder.insert_events(stored(A, 2, 3), command=new)
    assert recorder.command(new.id) == CommandRow(new.id, "staff-7", b"\x00\xff", 2, 3)
    assert recorder.command(uuid4()) is None


@pytest.mark.parametrize("again", [stored(A, 2), stored(A, 1)], ids=["next version", "same version"])
def test_f5_a_command_sent_twice_is_recorded_once(recorder: AnyRecorder, again: list[StoredEvent]) -> None:
    new = command()
    recorder.insert_events(stored(A, 1), command=new)
    with pytest.raises(CommandKnown) as known:
        recorder.insert_events(again, command=new)
    assert known.value.id == new.id
    assert recorder.versions([A]) == {A: 1}
    assert recorder.command(new.id) == CommandRow(new.id, new.actor, new.fingerprint, 1, 1)


def test_f5_a_command_sent_by_eight_clients_at_once_is_recorded_once(recorder: AnyRecorder) -> None:
    new, known = command(), []

    def send() -> None:
        try:
            recorder.insert_events(stored(uuid4(), 1), command=new)
        except CommandKnown as error:
            known.append(error)

    with running(*[send] * 8):
        pass
    assert len(known) == 7
    assert recorder.max_notification_id() == 1


def test_a_claim_is_held_by_one_stream(recorder: AnyRecorder) -> None:
    recorder.insert_events(stored(A, 1), claims=[claim("123", A), claim("123", A, kind="email")])
    with pytest.raises(ClaimTaken) as taken:
        recorder.insert_events(stored(B, 1), claims=[claim("free", B), claim("123", B)])
    assert (taken.value.kind, taken.value.stream) == ("i-milo", A)
    assert recorder.claimed("i-milo", [b"123", b"free"]) == {b"123": A}


def test_claiming_what_one_holds_is_fine(recorder: AnyRecorder) -> None:
    recorder.insert_events(stored(A, 1), claims=[claim("1", A)])
    recorder.insert_events(stored(A, 2), claims=[claim("1", A), claim("2", A), claim("2", A)])
    assert recorder.claimed("i-milo", [b"1", b"2"]) == {b"1": A, b"2": A}


def test_two_streams_of_one_transaction_cannot_hold_one_value(recorder: AnyRecorder) -> None:
    with pytest.raises(ClaimTaken):
        recorder.insert_events([*stored(A, 1), *stored(B, 1)], claims=[claim("1", A), claim("1", B)])
    assert recorder.claimed("i-milo", [b"1"]) == {}


def test_a_value_passes_from_stream_to_stream_in_one_transaction(recorder: AnyRecorder) -> None:
    recorder.insert_events(stored(A, 1), claims=[claim("1", A)])
    recorder.insert_events(stored(B, 1), releases=[claim("1", A)], claims=[claim("1", B)])
    assert recorder.claimed("i-milo", [b"1"]) == {b"1": B}


def test_only_the_holder_gives_a_value_up(recorder: AnyRecorder) -> None:
    recorder.insert_events(stored(A, 1), claims=[claim("1", A)])
    recorder.insert_events(stored(B, 1), releases=[claim("1", B)])
    assert recorder.claimed("i-milo", [b"1"]) == {b"1": A}


@pytest.mark.parametrize("fault", ["claim", "version", "command", "state"])
def test_everything_or_nothing(recorder: AnyRecorder, place: Place, fault: str) -> None:
    old = command()
    recorder.insert_events(stored(A, 1), command=old, claims=[claim("held", A)])
    before = place.dump()
    events = stored(B, 1, 2)
    if fault == "version":
        events += stored(A, 1)
    if fault == "state":
        events += stored(B, 3, state=None)  # type: ignore[arg-type]
    with pytest.raises((ClaimTaken, IntegrityError, CommandKnown)):
        recorder.insert_events(
            events,
            command=old if fault == "command" else command(),
            releases=[claim("held", A)] if fault != "claim" else [],
            claims=[claim("new", B), claim("held", B)],
        )
    assert place.dump() == before
    assert list(recorder.insert_events(stored(B, 1))) == [2]


def test_threads_write_one_after_another(recorder: AnyRecorder) -> None:
    positions: list[int] = []

    def write() -> None:
        for _ in range(25):
            positions.extend(recorder.insert_events(stored(uuid4(), 1, 2), command=command()))

    with running(*[write] * 20):
        pass
    assert sorted(positions) == list(range(1, 1001))


def test_a_decision_between_reading_and_writing_has_the_store_to_itself(recorder: AnyRecorder) -> None:
    streams: list[UUID] = [uuid4()]

    def count_up() -> None:
        for _ in range(25):
            with recorder.exclusive():
                version = recorder.versions(streams)[streams[0]]
                recorder.insert_events(stored(streams[0], version + 1))

    with running(*[count_up] * 8):
        pass
    assert recorder.versions(streams) == {streams[0]: 200}
