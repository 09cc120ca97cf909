"""Several processes on one store."""

import signal
from subprocess import PIPE
from threading import Thread
from time import sleep
from uuid import UUID, uuid4

import pytest

from pixflow.store import StoreBusy
from tests.store.places import AnyRecorder, Place, opened
from tests.store.samples import finish, line, start, stored


def test_f3_two_processes_that_read_then_write_meet_no_lock_error(recorder: AnyRecorder, place: Place) -> None:
    stream = uuid4()
    writers = [start("append", place.name, stream, 100) for _ in range(2)]
    positions = [int(position) for writer in writers for position in finish(writer)]
    assert sorted(positions) == list(range(1, 201))
    assert recorder.versions([stream]) == {stream: 200}


def test_one_of_four_processes_wins_a_stream(recorder: AnyRecorder, place: Place) -> None:
    stream = uuid4()
    recorder.insert_events(stored(stream, 1))
    racers = [start("race", place.name, stream) for _ in range(4)]
    assert sorted(word for racer in racers for word in finish(racer)) == ["lost", "lost", "lost", "won"]
    assert recorder.versions([stream]) == {stream: 2}


def test_f12_a_process_waits_for_the_writing_process(recorder: AnyRecorder, place: Place) -> None:
    holder = start("hold", place.name, stdin=PIPE)
    assert line(holder) == "held"
    with pytest.raises(StoreBusy, match=r"write\.lock|locked by another"), opened(place.name, 1.0) as impatient:
        impatient.insert_events(stored(uuid4(), 1))
    waiting = Thread(target=recorder.insert_events, args=[stored(uuid4(), 1)])
    waiting.start()
    sleep(0.2)
    assert not recorder.max_notification_id()
    finish(holder)
    waiting.join()
    assert recorder.max_notification_id() == 1


def test_f12_reading_does_not_wait_for_the_writing_process(recorder: AnyRecorder, place: Place) -> None:
    recorder.insert_events(stored(uuid4(), 1))
    holder = start("hold", place.name, stdin=PIPE)
    assert line(holder) == "held"
    assert len(recorder.select_notifications(0, 10)) == 1
    assert holder.poll() is None, "it still writes"
    finish(holder)


def test_kill_9_under_load_keeps_every_acknowledged_command(place: Place) -> None:
    process = start("load", place.name)
    acknowledged = [UUID(line(process)) for _ in range(150)]
    process.kill()
    rest, _ = process.communicate()
    acknowledged += [UUID(text) for text in rest.split("\n")[:-1]]
    with opened(place.name) as recorder:
        found = [recorder.command(id) for id in acknowledged]
        assert None not in found
        assert all(row.last_position - row.first_position == 2 for row in found)
        assert len(recorder.log(0, 10**6)) == recorder.max_notification_id()
    _, commands, *_ = place.dump()
    told = sorted((first, last) for *_, first, last in commands)
    assert [n for first, last in told for n in range(first, last + 1)] == list(range(1, 3 * len(told) + 1))


def test_kill_9_inside_a_transaction_leaves_nothing_of_it(recorder: AnyRecorder, place: Place) -> None:
    stream = uuid4()
    recorder.insert_events(stored(uuid4(), 1))
    process = start("die", place.name, stream)
    assert line(process) == "inserted"
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert recorder.versions([stream]) == {stream: 0}
    assert list(recorder.insert_events(stored(stream, 1))) == [2]
