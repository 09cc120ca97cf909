"""Several processes on one store."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import pytest

from pixflow.store import StoreBusy
from pixflow.store.sqlite import HardenedRecorder, factory
from tests.store.samples import finish, line, raw, start, stored


def test_f3_two_processes_that_read_then_write_meet_no_lock_error(recorder: HardenedRecorder, tmp_path: Path) -> None:
    stream = uuid4()
    writers = [start("append", tmp_path, stream, 100) for _ in range(2)]
    positions = [int(position) for writer in writers for position in finish(writer)]
    assert sorted(positions) == list(range(1, 201))
    assert recorder.versions([stream]) == {stream: 200}


def test_f3_a_write_keeps_even_strangers_to_the_lock_out_before_it_reads(
    recorder: HardenedRecorder, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "events.db", isolation_level=None, timeout=0)) as stranger:
        with recorder.datastore.transaction(commit=True):
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                stranger.execute("BEGIN IMMEDIATE")
            stranger.execute("SELECT COUNT(*) FROM stored_events").fetchall()
        stranger.execute("BEGIN IMMEDIATE")


def test_f3_control_a_deferred_transaction_that_read_cannot_write(recorder: HardenedRecorder, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "events.db", isolation_level=None)) as deferred:
        deferred.execute("BEGIN")
        deferred.execute("SELECT COUNT(*) FROM stored_events").fetchall()
        recorder.insert_events(stored(uuid4(), 1))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            deferred.execute("INSERT INTO stored_events VALUES (9, 'x', 1, 't', 's')")


def test_one_of_four_processes_wins_a_stream(recorder: HardenedRecorder, tmp_path: Path) -> None:
    stream = uuid4()
    recorder.insert_events(stored(stream, 1))
    racers = [start("race", tmp_path, stream) for _ in range(4)]
    assert sorted(word for racer in racers for word in finish(racer)) == ["lost", "lost", "lost", "won"]
    assert recorder.versions([stream]) == {stream: 2}


def test_f12_a_process_waits_for_the_writing_process(recorder: HardenedRecorder, tmp_path: Path) -> None:
    impatient = factory(tmp_path, limit=0.05)
    holder = start("hold", tmp_path, 0.6)
    assert line(holder) == "held"
    began = monotonic()
    with pytest.raises(StoreBusy, match=r"write\.lock"):
        impatient.application_recorder()
    recorder.insert_events(stored(uuid4(), 1))
    assert 0.3 < monotonic() - began < 5
    assert recorder.max_notification_id() == 1
    finish(holder)
    impatient.application_recorder()
    impatient.close()


def test_f12_reading_does_not_wait_for_the_writing_process(recorder: HardenedRecorder, tmp_path: Path) -> None:
    recorder.insert_events(stored(uuid4(), 1))
    holder = start("hold", tmp_path, 0.5)
    assert line(holder) == "held"
    began = monotonic()
    assert len(recorder.select_notifications(0, 10)) == 1
    assert monotonic() - began < 0.3
    finish(holder)


def test_kill_9_under_load_keeps_every_acknowledged_command(tmp_path: Path) -> None:
    process = start("load", tmp_path)
    acknowledged = [UUID(line(process)) for _ in range(150)]
    process.kill()
    rest, _ = process.communicate()
    acknowledged += [UUID(text) for text in rest.split("\n")[:-1]]
    with closing(factory(tmp_path)) as store:
        recorder = store.application_recorder()
        found = [recorder.command(id) for id in acknowledged]
        assert None not in found
        assert all(row.last_position - row.first_position == 2 for row in found)
        assert len(recorder.select_notifications(0, 10**6)) == recorder.max_notification_id()
    with raw(tmp_path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        commands = connection.execute("SELECT first_position, last_position FROM commands ORDER BY 1").fetchall()
    assert [n for first, last in commands for n in range(first, last + 1)] == list(range(1, 3 * len(commands) + 1))


def test_kill_9_inside_a_transaction_leaves_nothing_of_it(recorder: HardenedRecorder, tmp_path: Path) -> None:
    stream = uuid4()
    recorder.insert_events(stored(uuid4(), 1))
    process = start("die", tmp_path, stream)
    assert line(process) == "inserted"
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert recorder.versions([stream]) == {stream: 0}
    assert list(recorder.insert_events(stored(stream, 1))) == [2]


def test_a_disk_that_refuses_to_write_is_said_and_the_store_goes_on(tmp_path: Path) -> None:
    assert finish(start("choke", tmp_path, uuid4())) == ["refused", "None", "1"]
