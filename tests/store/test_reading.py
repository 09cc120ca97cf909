from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import Notification, StoredEvent

from pixflow.store import LAST_STREAM
from tests.store.places import AnyRecorder
from tests.store.samples import claim, stored

A, B, C = uuid4(), uuid4(), uuid4()


@pytest.fixture(autouse=True)
def _six_events(recorder: AnyRecorder) -> None:
    recorder.insert_events(stored(A, 1, 2, state=b"\x00a"))
    recorder.insert_events([*stored(B, 1, topic="sample.Counted"), *stored(A, 3, 4), *stored(B, 2)])


def versions(found: object) -> list[int]:
    assert isinstance(found, list)
    return [event.originator_version for event in found]


def positions(found: object) -> list[int]:
    assert isinstance(found, list)
    return [event.id for event in found]


def test_a_stream_is_read_in_order(recorder: AnyRecorder) -> None:
    found = recorder.select_events(A)
    assert found[0] == StoredEvent(A, 1, "sample.Noted", b"\x00a")
    assert versions(found) == [1, 2, 3, 4]
    assert versions(recorder.select_events(A, desc=True, limit=2)) == [4, 3]
    assert versions(recorder.select_events(A, gt=1, lte=3)) == [2, 3]
    assert recorder.select_events(C) == []


def test_one_look_gives_the_last_position_and_the_rows_of_streams(recorder: AnyRecorder) -> None:
    last, found = recorder.look({A: 0, C: 0})
    assert (last, recorder.look({})) == (6, (6, {}))
    assert found == {
        A: [(version, "sample.Noted", b"\x00a" if version < 3 else b"{}") for version in range(1, 5)],
        C: [],
    }
    _, found = recorder.look({B: 2, A: 4, C: 1})
    assert found == {B: [(2, "sample.Noted", b"{}")], A: [(4, "sample.Noted", b"{}")], C: []}
    assert recorder.look({A: 5})[1] == {A: []}


def test_many_streams_are_read_at_once(recorder: AnyRecorder) -> None:
    found = recorder.select_many([B, C, A])
    assert {id: versions(events) for id, events in found.items()} == {B: [1, 2], C: [], A: [1, 2, 3, 4]}


def test_the_log_is_read_by_position(recorder: AnyRecorder) -> None:
    found = recorder.select_notifications(None, 10)
    assert found[2] == Notification(B, 1, "sample.Counted", b"{}", 3)
    assert positions(found) == [1, 2, 3, 4, 5, 6]
    assert positions(recorder.select_notifications(2, 2)) == [2, 3]
    assert positions(recorder.select_notifications(2, 2, inclusive_of_start=False)) == [3, 4]
    assert positions(recorder.select_notifications(1, 10, stop=4)) == [1, 2, 3, 4]
    assert positions(recorder.select_notifications(0, 1, topics=["sample.Counted", "x"])) == [3]
    assert positions(recorder.select_notifications(4, 10, stop=5, topics=["sample.Noted"])) == [4, 5]


def test_events_are_read_at_positions(recorder: AnyRecorder) -> None:
    assert [(row[0], row[1], row[4]) for row in recorder.at([6, 1, 99, 3])] == [(A, 1, 1), (B, 1, 3), (B, 2, 6)]
    assert recorder.at([]) == []


def test_a_range_of_streams_is_read_stream_after_stream(recorder: AnyRecorder) -> None:
    recorder.insert_events([*stored(C, 1), *stored(UUID(int=0), 1), *stored(LAST_STREAM, 1)])
    whole = recorder.between(UUID(int=0), LAST_STREAM, 9)
    assert [row[:2] for row in whole] == sorted((row[0], row[1]) for row in whole)
    assert sorted(row[4] for row in whole) == list(range(1, 10))
    assert sorted(row[4] for row in recorder.between(A, A, 4)) == [1, 2, 4]
    first, last = sorted((A, B))
    assert {row[0] for row in recorder.between(UUID(int=first.int + 1), last, 9)} - {C} == {last}


def test_versions_of_ten_thousand_streams(recorder: AnyRecorder) -> None:
    unknown = [UUID(int=n) for n in range(10_000)]
    found = recorder.versions([A, *unknown, B])
    assert (found[A], found[B]) == (4, 2)
    assert {found[id] for id in unknown} == {0}


def test_claims_of_ten_thousand_values(recorder: AnyRecorder) -> None:
    recorder.insert_events(stored(C, 1), claims=[claim(str(n), C) for n in range(0, 10_000, 2)])
    found = recorder.claimed("i-milo", (str(n).encode() for n in range(10_000)))
    assert len(found) == 5_000
    assert set(found.values()) == {C}
    assert recorder.claimed("email", [b"0"]) == {}
