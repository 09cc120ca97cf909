import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing import persistence
from eventsourcing.persistence import OperationalError

from pixflow.store import RecordsLost, StoreBusy, StoreFull, StoreRefused
from pixflow.store.locks import FileLock
from pixflow.store.sqlite.recorder import WAL_LIMIT, HardenedDatastore, HardenedFactory, HardenedRecorder, check_durable
from tests.store.samples import command, finish, raw, start, stored


@pytest.fixture
def recorder(sqlite_recorder: HardenedRecorder) -> HardenedRecorder:
    return sqlite_recorder


def ask(connection: sqlite3.Connection, question: str) -> object:
    return connection.execute(question).fetchone()[0]


def test_f1_every_connection_is_wal_and_full(recorder: HardenedRecorder) -> None:
    with ExitStack() as stack:
        for _ in range(15):
            connection = recorder.datastore.lend()
            stack.callback(connection.close)
            pragmas = ("journal_mode", "synchronous", "wal_autocheckpoint", "journal_size_limit")
            assert [ask(connection, f"PRAGMA {name}") for name in pragmas] == ["wal", 2, 0, WAL_LIMIT]


def test_a_connection_that_only_reads_keeps_fewer_pages(recorder: HardenedRecorder) -> None:
    with closing(recorder.datastore.lend()) as reader, closing(recorder.datastore.connect()) as writer:
        assert [ask(one, "PRAGMA cache_size") for one in (reader, writer)] == [-500, -2000]


def test_f1_a_store_that_cannot_be_durable_is_refused() -> None:
    refused = pytest.raises(StoreRefused, match="lost in a power cut: SQLite gives journal_mode=memory")
    with closing(sqlite3.connect(":memory:")) as fleeting, refused:
        check_durable(fleeting)


def test_opening_makes_no_file_and_no_table(tmp_path: Path) -> None:
    for emptied in (False, True):
        if emptied:
            (tmp_path / "events.db").touch()
        with pytest.raises(RecordsLost):
            HardenedFactory(tmp_path).application_recorder()
        assert [path.stat().st_size for path in tmp_path.glob("events.db")] == [0] * emptied


def test_a_connection_makes_no_file_where_somebody_took_it_away(recorder: HardenedRecorder, tmp_path: Path) -> None:
    (tmp_path / "events.db").rename(tmp_path / "taken.db")
    with pytest.raises(StoreRefused, match="cannot be opened"):
        recorder.datastore.connect()
    assert not (tmp_path / "events.db").exists()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "events.db").write_bytes(b"Nom;Prenom\n" * 1000)
    with pytest.raises(StoreRefused, match="not a database"):
        HardenedFactory(tmp_path).application_recorder()


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match="not a folder"):
        HardenedFactory(tmp_path / "elsewhere")


FORBIDDEN = [
    "DELETE FROM stored_events",
    "UPDATE stored_events SET topic = 'os:system'",
    "INSERT OR REPLACE INTO stored_events VALUES (1, 'x', 9, 't', 's')",
    "REPLACE INTO stored_events SELECT 9, originator_id, 1, 't', 's' FROM stored_events LIMIT 1",
    "DELETE FROM commands",
    "UPDATE commands SET actor = 'x'",
    "REPLACE INTO commands SELECT id, 'x', fingerprint, 1, 1 FROM commands",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_f2_what_is_recorded_is_not_changed(recorder: HardenedRecorder, tmp_path: Path, statement: str) -> None:
    recorder.insert_events(stored(uuid4(), 1, 2), command=command())
    with raw(tmp_path) as connection:
        before = list(connection.iterdump())
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
        assert list(connection.iterdump()) == before


def test_f2_a_position_is_never_issued_twice(tmp_path: Path) -> None:
    first = HardenedFactory(tmp_path, create=True)
    first.application_recorder().insert_events(stored(uuid4(), 1, 2, 3))
    first.close()
    with raw(tmp_path) as connection:
        connection.execute("DROP TRIGGER stored_events_delete")
        connection.execute("DELETE FROM stored_events WHERE position > 1")
    second = HardenedFactory(tmp_path, create=True)
    recorder = second.application_recorder()
    assert list(recorder.insert_events(stored(uuid4(), 1))) == [4]
    assert recorder.missing_triggers() == ["stored_events_delete"]
    recorder.replace_triggers()
    second.close()
    with raw(tmp_path) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM stored_events")


@pytest.fixture
def _stepping_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = map(float, count(0, 3600)).__next__
    monkeypatch.setattr(time, "time", clock)
    monkeypatch.setattr(persistence, "time", clock)


@pytest.mark.usefixtures("_stepping_clock")
def test_f10_a_step_of_the_wall_clock_does_not_fail_a_wait(recorder: HardenedRecorder) -> None:
    with ExitStack() as stack:
        for _ in range(15):
            stack.callback(recorder.datastore.lend().close)
        assert recorder.claimed("imilo", [b"1"]) == {}


def wal(folder: Path) -> int:
    return (folder / "events.db-wal").stat().st_size


def write_12_megabytes(recorder: HardenedRecorder, folder: Path) -> Iterator[int]:
    for _ in range(60):
        recorder.insert_events(stored(uuid4(), 1, state=b"x" * 200_000))
        yield wal(folder)


def test_f12_the_wal_is_checkpointed_past_its_limit(recorder: HardenedRecorder, tmp_path: Path) -> None:
    assert WAL_LIMIT < max(write_12_megabytes(recorder, tmp_path)) < WAL_LIMIT + 500_000
    assert (tmp_path / "events.db").stat().st_size > 2 * WAL_LIMIT


def test_f12_control_a_reader_keeps_the_wal_and_nobody_waits(recorder: HardenedRecorder, tmp_path: Path) -> None:
    recorder.insert_events(stored(uuid4(), 1))
    with recorder.datastore.transaction(commit=False) as reader:
        reader.execute("SELECT * FROM stored_events")
        assert max(write_12_megabytes(recorder, tmp_path)) > 12_000_000
        assert len(reader.fetchall()) == 1
    recorder.insert_events(stored(uuid4(), 1))
    recorder.insert_events(stored(uuid4(), 1))
    assert wal(tmp_path) == WAL_LIMIT


def test_f12_checkpoints_are_made_under_the_lock(
    recorder: HardenedRecorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    checkpoint = HardenedDatastore._checkpoint

    def watched(self: HardenedDatastore, mode: str) -> bool:
        with pytest.raises(StoreBusy), FileLock(tmp_path / "write.lock", limit=0):
            pass
        made.append(mode)
        return checkpoint(self, mode)

    monkeypatch.setattr(HardenedDatastore, "_checkpoint", watched)
    recorder.insert_events(stored(uuid4(), 1, state=b"x" * WAL_LIMIT))
    recorder.truncate()
    assert made == ["PASSIVE", "TRUNCATE"]


def test_f12_a_checkpoint_that_fails_does_not_deny_what_is_recorded(
    recorder: HardenedRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(self: HardenedDatastore, mode: str) -> bool:
        raise StoreFull(mode)

    monkeypatch.setattr(HardenedDatastore, "_checkpoint", failing)
    assert list(recorder.insert_events(stored(uuid4(), 1, state=b"x" * WAL_LIMIT))) == [1]


def test_f12_closing_empties_the_wal(tmp_path: Path) -> None:
    store = HardenedFactory(tmp_path, create=True)
    store.application_recorder().insert_events(stored(uuid4(), 1))
    with raw(tmp_path) as witness:
        witness.execute("SELECT 1 FROM stored_events").fetchall()
        assert wal(tmp_path) > 0
        store.close()
        assert wal(tmp_path) == 0
    store.close()


def test_f12_truncate_says_when_a_reader_kept_the_wal(recorder: HardenedRecorder) -> None:
    recorder.insert_events(stored(uuid4(), 1))
    assert recorder.truncate()
    with recorder.datastore.transaction(commit=False) as reader:
        reader.execute("SELECT * FROM stored_events")
        recorder.insert_events(stored(uuid4(), 1))
        for connection in recorder.datastore._readers:
            connection.execute("PRAGMA busy_timeout = 50")
        assert not recorder.truncate()


def test_f12_an_old_sqlite_is_warned_of(recorder: HardenedRecorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
    assert recorder.has_known_flaw
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    assert not recorder.has_known_flaw


def test_a_full_disk_records_nothing_and_the_store_goes_on(recorder: HardenedRecorder) -> None:
    recorder.insert_events(stored(uuid4(), 1))
    stream, new = uuid4(), command()
    writer = recorder.datastore._writer
    assert writer
    writer.execute(f"PRAGMA max_page_count = {ask(writer, 'PRAGMA page_count')}")
    with pytest.raises(StoreFull, match="disk is full"):
        recorder.insert_events(stored(stream, 1, state=b"x" * 100_000), command=new)
    assert recorder.command(new.id) is None
    assert recorder.max_notification_id() == 1
    writer.execute("PRAGMA max_page_count = 1000000")
    assert list(recorder.insert_events(stored(stream, 1, state=b"x" * 100_000), command=new)) == [2]


def test_errors_of_sqlite_become_the_librarys(recorder: HardenedRecorder) -> None:
    with pytest.raises(OperationalError), recorder.datastore.transaction(commit=True) as cursor:
        cursor.execute("SELECT * FROM nowhere")
    recorder.insert_events(stored(uuid4(), 1))


def test_f3_a_write_keeps_even_strangers_to_the_lock_out_before_it_reads(
    recorder: HardenedRecorder, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "events.db", isolation_level=None, timeout=0)) as stranger:
        with recorder.datastore.transaction(commit=True):
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                stranger.execute("BEGIN IMMEDIATE")
            stranger.execute("SELECT COUNT(*) FROM stored_events").fetchall()
        stranger.execute("BEGIN IMMEDIATE")


def test_a_disk_that_refuses_to_write_is_said_and_the_store_goes_on(tmp_path: Path) -> None:
    assert finish(start("choke", tmp_path, uuid4())) == ["refused", "None", "1"]
