"""PostgreSQL only: rights, concurrent starts, durable connections with timeouts."""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial
from itertools import count
from threading import Timer
from time import monotonic, sleep
from traceback import format_exception
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import DataError
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq.abc import PGresult
from psycopg.sql import SQL, Identifier
from sqlalchemy import NullPool, create_engine, text

from pixflow.store import DatabaseRefused, StoreBusy, StoreFull, StoreRefused, StoreUnreached
from pixflow.store.postgres.database import Database, Locks, in_words
from pixflow.store.postgres.pipeline import PipelinedConnection, Statement, rows
from pixflow.store.postgres.recorder import PostgresFactory, PostgresRecorder
from tests.postgres import PLANNED_ALIKE, Cluster, plans_by_statement
from tests.store.samples import claim, command, finish, running, start, stored

pytestmark = pytest.mark.postgres


@pytest.fixture
def recorder(database: Database, schema: str) -> PostgresRecorder:
    return PostgresFactory(database, schema, create=True).application_recorder()


def refuses(connection: psycopg.Connection[tuple[object, ...]], statement: str, schema: str) -> psycopg.Error:
    """Returns the error of a statement, in a transaction of its own; `@` is the schema."""
    with pytest.raises(psycopg.Error) as refused, connection.transaction():
        connection.execute(statement.replace("@", f'"{schema}"').encode())
    return refused.value


# docs/faults.md#f1: durable, or not at all


@pytest.fixture
def _full_page_writes_off(postgres: Cluster) -> Iterator[None]:
    def switch(statement: str, value: str) -> None:
        postgres.run(statement)
        postgres.run("SELECT pg_reload_conf()")
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            while connection.execute("SHOW full_page_writes").fetchone() != (value,):
                sleep(0.01)

    switch("ALTER SYSTEM SET full_page_writes = off", "off")
    yield
    switch("ALTER SYSTEM RESET full_page_writes", "on")


@pytest.mark.usefixtures("_full_page_writes_off")
def test_f1_a_server_that_could_lose_what_it_confirmed_is_refused(postgres: Cluster) -> None:
    url = f"{postgres.url()}&options=-c%20synchronous_commit%3Doff"
    with pytest.raises(StoreRefused, match="PostgreSQL gives full_page_writes=off, synchronous_commit=off"):
        Database(url)


# docs/faults.md#f2: what is recorded is not changed

APPEND_ONLY = [
    f"{what} @.{table}{rest}"
    for table in ("stored_events", "commands")
    for what, rest in (("DELETE FROM", ""), ("TRUNCATE", ""))
]
APPEND_ONLY += ["UPDATE @.stored_events SET topic = 'os:system'", "UPDATE @.commands SET actor = 'x'"]
OWNER_ONLY = [
    "ALTER TABLE @.stored_events DISABLE TRIGGER ALL",
    "DROP TABLE @.commands",
    "DELETE FROM @.head",
    "UPDATE @.claims SET stream = gen_random_uuid()",
    "CREATE TABLE @.mine ()",
    "SET session_replication_role = replica",
]


def test_f2_a_connection_of_the_pool_can_only_append(recorder: PostgresRecorder, schema: str) -> None:
    recorder.insert_events(stored(uuid4(), 1), command=command(), claims=[claim("1", uuid4())])
    with recorder.database.connect() as connection:
        for statement in APPEND_ONLY + OWNER_ONLY:
            assert isinstance(refuses(connection, statement, schema), errors.InsufficientPrivilege), statement
        connection.execute("RESET ROLE")
        assert isinstance(refuses(connection, APPEND_ONLY[0], schema), errors.InsufficientPrivilege)


def test_f2_even_the_owner_meets_the_triggers(recorder: PostgresRecorder, schema: str) -> None:
    recorder.insert_events(stored(uuid4(), 1), command=command())
    with recorder.database.owner() as owner:
        for statement in APPEND_ONLY:
            assert "append-only" in str(refuses(owner, statement, schema)), statement


def test_f2_a_user_who_may_not_make_roles_is_told_and_has_the_triggers(postgres: Cluster, schema: str) -> None:
    name = f"u{uuid4().hex[:8]}"
    postgres.run(f"CREATE ROLE {name} LOGIN")
    url = postgres.create_database(owner=name)
    with closing(Database(url)) as database:
        recorder = PostgresFactory(database, schema, create=True).application_recorder()
        assert (database.role, recorder.has_known_flaw) == (None, True)
        recorder.insert_events(stored(uuid4(), 1), command=command())
        with database.connect() as connection:
            for statement in APPEND_ONLY:
                assert "append-only" in str(refuses(connection, statement, schema)), statement
    postgres.run(f"CREATE ROLE {name}_writer")
    postgres.run(f"GRANT {name}_writer TO {name}")
    postgres.run(f"GRANT CREATE ON DATABASE {conninfo_to_dict(url)['dbname']} TO {name}_writer")
    with closing(Database(url)) as database:
        recorder = PostgresFactory(database, schema, create=True).application_recorder()
        assert (database.role, recorder.has_known_flaw) == (f"{name}_writer", False)
        assert list(recorder.insert_events(stored(uuid4(), 1))) == [2]
        with database.connect() as connection:
            assert isinstance(refuses(connection, APPEND_ONLY[0], schema), errors.InsufficientPrivilege)
    postgres.drop_database(url)


def test_a_name_that_would_be_cut_is_refused(database: Database) -> None:
    with pytest.raises(StoreRefused, match="would cut the name"):
        PostgresFactory(database, "s" * 64, create=True).application_recorder()


# Starting


def test_six_processes_start_at_once_on_an_empty_database(postgres: Cluster) -> None:
    """None of the role, the schema and the tables is there; the library failed in 7 starts of 12."""
    name = f"u{uuid4().hex[:8]}"
    postgres.run(f"CREATE ROLE {name} LOGIN CREATEROLE")
    url = postgres.create_database(owner=name)
    assert sorted(map(int, finish(start("begin", f"{url}#new", 6)))) == [1, 2, 3, 4, 5, 6]
    with closing(Database(url)) as database:
        assert database.role == f"{name}_writer"
    postgres.drop_database(url)


def test_f6_the_setting_that_skips_events_is_refused(
    database: Database, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "y")
    with pytest.raises(StoreRefused, match="POSTGRES_ENABLE_DB_FUNCTIONS"):
        PostgresFactory(database, schema)


# docs/faults.md#f6: who reads while others write skips nothing


def test_f6_a_reader_at_the_end_of_the_log_skips_nothing(recorder: PostgresRecorder, schema: str) -> None:
    place, seen = f"{recorder.database.url}#{schema}", list[int]()
    writers = [start("append", place, uuid4(), 60) for _ in range(2)]

    def write() -> None:
        for _ in range(20):
            recorder.insert_events(stored(uuid4(), 1, 2))

    with running(*[write] * 3):
        while len(seen) < 240:
            seen += [position for *_, position in recorder.log(seen[-1] if seen else 0, 7)]
    for writer in writers:
        finish(writer)
    assert seen == list(range(1, 241))
    assert recorder.max_notification_id() == 240


# docs/faults.md#f11: nothing waits for ever


def test_f11_every_connection_has_limits(database: Database) -> None:
    with database.connect() as connection:
        asked = ("lock_timeout", "idle_in_transaction_session_timeout", "search_path")
        assert [connection.execute(f"SHOW {name}".encode()).fetchone() for name in asked] == [
            ("2s",),
            ("1min",),
            ("pg_catalog",),
        ]


def test_f11_a_server_that_is_not_there_is_said() -> None:
    for place in ("@/postgres?host=/nowhere", "@127.0.0.1:9/postgres"):
        with pytest.raises(StoreUnreached, match="does not answer"):
            Database(f"postgresql://pixflow{place}")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:s3cr%zt@host/base",
        "postgresql://me:s3 cret@host/base",
        "postgresql://me:s3@cret@host/base",
        "postgresql://me:s3/cret@host/base",
        "postgresql://me:s3cret@host/base?sslmod=require",
        "mysql://me:s3cret@host/base",
        "s3cret",
    ],
)
def test_a_url_that_cannot_be_meant_is_refused_and_nothing_of_it_is_told(url: str) -> None:
    with pytest.raises(DatabaseRefused) as refused:
        Database(url)
    assert refused.value.code == "url"
    assert "PIXFLOW_DATABASE_URL" in str(refused.value)
    traceback = "".join(format_exception(refused.value))
    assert not [part for part in ("s3", "cret") if part in traceback]


def test_what_the_server_does_not_let_in_is_told_from_what_is_not_there(postgres: Cluster) -> None:
    for url in (postgres.url("nosuchbase"), postgres.url(user="nobody")):
        with pytest.raises(DatabaseRefused) as refused:
            Database(url)
        assert refused.value.code == "entry"
        assert not [part for part in ("nosuchbase", "nobody") if part in str(refused.value)]


def test_a_user_without_rights_is_told_so(postgres: Cluster) -> None:
    name = f"u{uuid4().hex[:8]}"
    postgres.run(f"CREATE ROLE {name} LOGIN")
    with closing(Database(postgres.url(user=name))) as database, pytest.raises(DatabaseRefused) as refused:
        PostgresFactory(database, name, create=True).application_recorder()
    assert refused.value.code == "rights"


def test_f11_a_wait_for_a_connection_has_a_limit(postgres: Cluster) -> None:
    with closing(Database(postgres.url(), size=2, limit=60.0)) as database:
        used = [database.connect(), database.connect()]
        database.limit = 0.1
        with pytest.raises(StoreBusy, match=r"in 0\.1 s"):
            database.execute((b"SELECT 1", ()))
        database.limit = 60.0
        used.pop().close()
        assert len(database.execute((b"SELECT 1", ()))) == 1
        used.pop().close()


def test_f10_a_step_of_the_wall_clock_does_not_fail_a_wait(postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", map(float, count(0, 3600)).__next__)
    with closing(Database(postgres.url(), size=2)) as database:
        used = [database.connect(), database.connect()]
        timer = Timer(0.1, used.pop().close)
        timer.start()
        assert len(database.execute((b"SELECT 1", ()))) == 1
        timer.join()
        used.pop().close()


def test_f11_who_holds_a_lock_finds_a_connection(postgres: Cluster, schema: str) -> None:
    """More structures are written to than there are connections, and each asks for a second one meanwhile."""
    with closing(Database(postgres.url(), size=4, limit=60.0)) as database:
        recorders = [
            PostgresFactory(database, f"{schema}{number}", create=True).application_recorder() for number in range(6)
        ]

        def write(recorder: PostgresRecorder) -> None:
            for _ in range(5):
                with recorder.exclusive():
                    recorder.versions([])
                    database.execute((b"SELECT pg_sleep(0.01)", ()))
                    recorder.insert_events(stored(uuid4(), 1))

        with running(*(partial(write, recorder) for recorder in recorders)):
            pass
        assert [recorder.max_notification_id() for recorder in recorders] == [5] * 6
        with database.owner() as owner:
            for recorder in recorders:
                owner.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(recorder.schema)))


def test_locks_of_one_connection_exclude_another_s_and_outlive_its_loss(database: Database, postgres: Cluster) -> None:
    with closing(Locks(database)) as ours, closing(Locks(database)) as theirs:
        for _ in range(2):
            with (
                ours.try_lock("tick a") as first,
                theirs.try_lock("tick a") as second,
                theirs.try_lock("tick b") as other,
            ):
                assert (first, second, other) == (True, False, True)
        with ours.try_lock("tick a"):
            locks = "FROM pg_locks WHERE locktype = 'advisory' AND granted"
            postgres.run(f"SELECT pg_terminate_backend(pid) {locks}")
        with theirs.try_lock("tick a") as mine:
            assert mine, "a lock goes with its connection"
        with ours.try_lock("tick a") as again:
            assert again


# Trips and connections


@pytest.mark.parametrize("events", [1, 5000])
def test_a_commit_is_two_round_trips_a_look_is_one_and_the_server_warns_of_nothing(
    recorder: PostgresRecorder, postgres: Cluster, monkeypatch: pytest.MonkeyPatch, events: int
) -> None:
    made, round_trip, log = list[int](), PipelinedConnection.round_trip, postgres.folder / "log"

    def counted(connection: PipelinedConnection, statements: Iterable[Statement], *more: Any) -> list[PGresult]:
        made.append(1)
        return round_trip(connection, statements, *more)

    monkeypatch.setattr(PipelinedConnection, "round_trip", counted)
    stream, said = uuid4(), log.stat().st_size
    with recorder.exclusive():
        recorder.versions([stream])
        recorder.insert_events(stored(stream, *range(1, events + 1)), command=command(), claims=[claim("1", stream)])
    assert len(made) == 2
    recorder.look({stream: 0, uuid4(): 0})
    assert len(made) == 3
    assert b"WARNING" not in log.read_bytes()[said:]


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (errors.DiskFull("no space left"), StoreFull, "disk is full"),
        (errors.IoError("could not read"), StoreFull, "disk does not answer"),
        (errors.TooManyConnections("too many"), StoreBusy, "does not answer"),
        (errors.InsufficientPrivilege("denied"), DatabaseRefused, "does not let this user"),
        (errors.ReadOnlySqlTransaction("standby"), StoreRefused, "read-only"),
        (errors.IndexCorrupted("bad page"), StoreRefused, "damaged"),
    ],
)
def test_errors_of_postgresql_become_the_stores(error: psycopg.Error, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        raise in_words(error)


@pytest.fixture
def only(postgres: Cluster) -> Iterator[Database]:
    """A pool of one connection. A larger one opens a second when the first is not there yet."""
    with closing(Database(postgres.url(), size=1)) as database:
        yield database


def test_a_connection_lent_to_sqlalchemy_comes_back_as_it_went(only: Database) -> None:
    engine = create_engine("postgresql+psycopg://", creator=only.connect, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET ROLE NONE"))
        connection.execute(text("SET search_path TO public"))
        used = connection.execute(text("SELECT pg_backend_pid(), current_user")).one()
        assert used[1] == "pixflow"
    lent = only.connect()
    assert lent.execute("SELECT pg_backend_pid(), current_user, current_setting('search_path')").fetchone() == (
        used[0],
        only.role,
        "pg_catalog",
    )
    assert not lent.autocommit
    lent.close()
    assert only.pool.get_stats()["pool_available"] == 1


def test_more_statements_than_are_kept_prepared(recorder: PostgresRecorder) -> None:
    connection = recorder.database.take(monotonic() + 60)
    for number in range(310):
        (answer,) = connection.round_trip([(b"SELECT %d" % number, ())], monotonic() + 60)
        assert answer.ntuples == 1
    (count,) = connection.round_trip(
        [(b"SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'statement%'", ())], monotonic() + 60
    )
    assert rows(count) == [(301,)]
    with pytest.raises(errors.SyntaxError):
        connection.round_trip([(b"SELECT 1", ()), (b"SELECT FROM WHERE", ()), (b"SELECT 2", ())], monotonic() + 60)
    assert len(connection.round_trip([(b"SELECT 1", ()), (b"SELECT 2", ())], monotonic() + 60)) == 2
    recorder.database.give_back(connection)


def test_a_round_trip_may_have_a_second_transaction(recorder: PostgresRecorder) -> None:
    """It sees the commit of the first, and those of others until then. A refusal of the first ends it alone."""
    number, fails = (b"SELECT pg_current_xact_id()::text", ()), (b"SELECT 1 / 0", ())
    *first, second = recorder.database.execute(number, number, then=[number])
    ((one,),), ((same,),), ((other,),) = map(rows, (*first, second))
    assert one == same != other
    with pytest.raises(DataError):
        recorder.database.execute(fails, then=[number])
    with pytest.raises(DataError):
        recorder.database.execute(number, then=[fails])
    assert len(recorder.database.execute(number, then=[number])) == 2


def test_what_was_prepared_may_go(recorder: PostgresRecorder) -> None:
    """psycopg forgets everything that is prepared on a connection, ours too, when it rolls back."""
    recorder.insert_events(stored(uuid4(), 1))
    with recorder.database.connect() as connection:
        connection.execute("DEALLOCATE ALL")
    assert recorder.max_notification_id() == 1
    assert list(recorder.insert_events(stored(uuid4(), 1), command=command())) == [2]


def test_a_commit_is_not_planned_each_time(recorder: PostgresRecorder, database: Database, schema: str) -> None:
    stream = uuid4()
    for version in range(4 * PLANNED_ALIKE):
        events = stored(stream, version + 1)
        recorder.insert_unless_moved(events, {stream: version}, command=command(), claims=[claim(f"{version}", stream)])
    found = plans_by_statement(database, f'"{schema}".')
    assert sum("stored_events" in statement for statement in found) >= 2
    for statement, (custom, generic) in found.items():
        assert custom <= PLANNED_ALIKE, statement
        assert generic > 0, statement
