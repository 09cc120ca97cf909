"""Connections that are lost while something is said: nothing lost, nothing twice (docs/faults.md#f4, #f11)."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.store import StoreBusy, StoreLost
from pixflow.store.postgres import tables
from pixflow.store.postgres.database import Database, Transaction
from pixflow.store.postgres.pipeline import Statement
from pixflow.store.postgres.recorder import PostgresFactory, PostgresRecorder
from pixflow.store.postgres.vault import PostgresVault
from pixflow.team.membership import add_member
from tests.postgres import Cluster
from tests.store.proxy import Fault, Wire
from tests.store.samples import claim, command, stored

pytestmark = pytest.mark.postgres

FAULTS: list[Fault] = ["question", "answer"]
SHORT = 2.0
"""Seconds that a store waits for an answer that does not come; for those that come, it waits a minute."""


@pytest.fixture
def wire(postgres: Cluster) -> Iterator[Wire]:
    with TemporaryDirectory(prefix="pixflow-wire-") as folder, Wire(postgres.folder, Path(folder)) as wire:
        yield wire


@pytest.fixture
def far(wire: Wire) -> Iterator[Database]:
    """A pool at the other end of the wire."""
    with closing(Database(f"postgresql://pixflow@/postgres?host={wire.folder}", limit=60.0)) as database:
        yield database


@pytest.fixture
def recorder(far: Database, schema: str) -> PostgresRecorder:
    return PostgresFactory(far, schema, create=True).application_recorder()


@pytest.fixture
def near(database: Database, schema: str, recorder: PostgresRecorder) -> PostgresRecorder:
    """Returns the store on connections that hold."""
    return PostgresFactory(database, schema, create=True).application_recorder()


@pytest.fixture
def at_commit(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Callable[[Fault], None]:
    """`at_commit(fault)`: the next commit meets it."""
    faults: list[Fault] = []
    commit = Transaction.commit

    def broken(transaction: Transaction, statements: list[Statement]) -> None:
        if faults:
            wire.fault = faults.pop()
            if wire.fault == "silence":
                transaction._database.limit = SHORT
        commit(transaction, statements)

    monkeypatch.setattr(Transaction, "commit", broken)
    return faults.append


@pytest.mark.parametrize("fault", FAULTS)
def test_f4_a_commit_whose_wire_was_cut_is_recorded_once(
    recorder: PostgresRecorder, near: PostgresRecorder, at_commit: Callable[[Fault], None], fault: Fault
) -> None:
    stream, new = uuid4(), command()
    at_commit(fault)
    with recorder.exclusive():
        assert recorder.versions([stream]) == {stream: 0}
        assert list(recorder.insert_events(stored(stream, 1, 2), command=new, claims=[claim("1", stream)])) == [1, 2]
    assert near.versions([stream]) == {stream: 2}
    assert near.command(new.id).last_position == near.max_notification_id() == 2


def test_f4_control_without_a_command_id_nobody_knows(
    recorder: PostgresRecorder, near: PostgresRecorder, at_commit: Callable[[Fault], None]
) -> None:
    stream = uuid4()
    at_commit("answer")
    with pytest.raises(StoreLost):
        recorder.insert_events(stored(stream, 1))
    assert near.versions([stream]) == {stream: 1}


def test_f4_a_server_that_does_not_come_back_leaves_the_outcome_unknown(
    recorder: PostgresRecorder, wire: Wire, at_commit: Callable[[Fault], None]
) -> None:
    at_commit("silence")
    with pytest.raises(StoreLost):
        recorder.insert_events(stored(uuid4(), 1), command=command())
    wire.close()


def terminate(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Ends whoever holds a structure's lock, as an administrator does."""
    ended = connection.execute(
        """SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
    ).fetchone()
    assert ended == (1,)


def test_f4_a_backend_terminated_between_the_two_trips(
    recorder: PostgresRecorder, database: Database, schema: str
) -> None:
    stream, new = uuid4(), command()
    with recorder.exclusive(), database.owner() as owner:
        recorder.versions([stream])
        terminate(owner)
        assert list(recorder.insert_events(stored(stream, 1), command=new)) == [1]
    assert recorder.max_notification_id() == 1


def test_f4_what_was_decided_before_others_wrote_is_not_recorded(
    recorder: PostgresRecorder, near: PostgresRecorder, database: Database, schema: str
) -> None:
    stream, new = uuid4(), command()
    other = Thread(target=near.insert_events, args=[stored(uuid4(), 1)])
    with database.owner() as owner, recorder.exclusive():
        recorder.versions([stream])
        other.start()
        while owner.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone() is None:
            sleep(0.01)
        terminate(owner)
        with pytest.raises(StoreBusy, match="nothing was recorded"):
            recorder.insert_events(stored(stream, 1), command=new)
    other.join()
    assert (near.command(new.id), near.max_notification_id()) == (None, 1)


def test_f4_the_lock_lost_while_deciding_is_said(recorder: PostgresRecorder, database: Database, schema: str) -> None:
    with recorder.exclusive(), database.owner() as owner:
        recorder.versions([])
        terminate(owner)
        with pytest.raises(StoreBusy, match="lock was lost"):
            recorder.versions([])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_reader_whose_wire_is_cut_asks_again(recorder: PostgresRecorder, wire: Wire, fault: Fault) -> None:
    recorder.insert_events(stored(uuid4(), 1))
    wire.fault = fault
    assert recorder.max_notification_id() == 1
    assert wire.fault is None


def test_a_lent_connection_that_is_lost_leaves_its_place_to_another(postgres: Cluster) -> None:
    with closing(Database(postgres.url(), size=2)) as small:
        for _ in range(3):
            connection = small.connect()
            connection.pgconn.finish()
            connection.close()
        small.give_back(small.take(monotonic() + 60))


def test_f11_a_server_that_says_nothing_keeps_nobody_waiting(recorder: PostgresRecorder, wire: Wire) -> None:
    wire.fault, recorder.database.limit = "silence", SHORT
    with pytest.raises(StoreBusy, match="in time"):
        recorder.max_notification_id()
    wire.fault, recorder.database.limit = None, 60.0
    assert recorder.max_notification_id() == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_keys_renewed_over_a_wire_that_was_cut_are_renewed_once(
    far: Database, database: Database, schema: str, at_commit: Callable[[Fault], None], fault: Fault
) -> None:
    vault, kept, gone = PostgresVault(far, schema, create=True), uuid4(), uuid4()
    with database.owner() as owner:
        owner.execute(f'INSERT INTO "{schema}".ring VALUES (1)'.encode())
    vault.add(1, {kept: b"a", gone: b"b"})
    at_commit(fault)
    vault.renew(2, lambda wrapped: wrapped + b"2", [gone])
    assert vault.read([kept, gone]) == (2, {kept: b"a2", gone: None})


@pytest.fixture
def patient(postgres: Cluster, schema: str) -> Iterator[PostgresRecorder]:
    """A store that waits for a recovery of the server, on a busy machine too."""
    with closing(Database(postgres.url(), limit=60.0)) as database:
        yield PostgresFactory(database, schema, create=True).application_recorder()


def test_a_restart_under_load_loses_nothing_and_fails_nobody(patient: PostgresRecorder, postgres: Cluster) -> None:
    """An immediate stop: no checkpoint, every connection cut, recovery at the start."""
    acknowledged: list[UUID] = []
    stopped = False

    def write() -> None:
        while not stopped:
            new = command()
            patient.insert_events(stored(uuid4(), 1, 2), command=new)
            acknowledged.append(new.id)

    threads = [Thread(target=write, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()

    def go_on() -> None:
        wanted = len(acknowledged) + 20
        while len(acknowledged) < wanted:
            assert all(thread.is_alive() for thread in threads), "the restart failed somebody"
            sleep(0.01)

    go_on()
    postgres.restart("immediate")
    go_on()
    stopped = True
    for thread in threads:
        thread.join()
    assert len(acknowledged) * 2 == patient.max_notification_id() == len(patient.log(0, 10**6))
    assert None not in [patient.command(id) for id in acknowledged]


@pytest.mark.parametrize("fault", FAULTS)
def test_f4_the_engine_answers_as_if_nothing_had_happened(
    far: Database, tmp_path: Path, at_commit: Callable[[Fault], None], fault: Fault
) -> None:
    opened = structure_folder.create(
        tmp_path, name=f"ML {uuid4().hex[:8]}", preset=presets.load("laigle-mortagne"), sites=("L'Aigle",), database=far
    )
    at_commit(fault)
    person = uuid4()
    said: dict[str, Any] = {
        "name": "Camille",
        "email": "c@ml.fr",
        "site": None,
        "roles": ("advisor",),
        "on": date(2026, 9, 15),
    }
    done = opened.engine.execute({"staff": person}, add_member, by=Actor(OPERATOR), command_id=uuid4(), **said)
    assert [one.event.TOPIC for one in done.recorded] == ["staff.StaffJoined", "staff.RoleGranted"]
    assert len(opened.engine.history(person)) == 2
    opened.engine.close()
    assert opened.schema
    tables.remove(far, opened.schema)
