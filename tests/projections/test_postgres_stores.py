"""Read stores on PostgreSQL: one process makes them, all follow them, a crash empties them, none is logged."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Thread
from time import sleep
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError

from pixflow.structure_folder import OpenStructure
from projections import directory
from projections.contract import WRITING, folds
from projections.store import postgres as store_postgres
from projections.store import sqlite, stores
from projections.store.catch_up import ReadSide
from projections.store.postgres import PostgresStores
from tests import erasures
from tests.postgres import Cluster
from tests.projections.conftest import Spare, everything
from tests.result_import.house import House

pytestmark = pytest.mark.postgres

CANARY = ("Zanzibar", "Yolande", "0099887")
WORDS = [word.encode() for word in CANARY]
CONTROL = "kumquatquince"


@pytest.fixture
def made(server: Engine) -> Iterator[Callable[[], PostgresStores]]:
    """The read stores of one structure, as each process has them."""
    schema = f"s{uuid4().hex[:8]}"
    yield lambda: PostgresStores(server, schema)
    for name in named(server, schema):
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def house(tmp_path: Path, spare: Spare) -> Iterator[House]:
    made = House(tmp_path)
    made.side = ReadSide(made.engine, spare.empty(0))
    yield made
    made.engine.close()


def named(server: Engine, schema: str) -> list[str]:
    with server.connect() as connection:
        found = connection.exec_driver_sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE %s", (f"{schema}%",))
        return sorted(found.scalars())


def test_those_who_start_at_one_moment_make_one_store(
    played: OpenStructure, made: Callable[[], PostgresStores]
) -> None:
    processes = [made() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: stores.ensure(one, played.engine), processes))
    assert {one.live() for one in processes} == {made().make().removesuffix("2") + "1"}


def test_a_first_start_is_no_error_in_the_server_s_log(
    played: OpenStructure, made: Callable[[], PostgresStores], postgres: Cluster
) -> None:
    log = postgres.folder / "log"
    before = log.stat().st_size
    assert made().live() is None
    stores.ensure(made(), played.engine)
    assert made().live()
    assert b"ERROR" not in log.read_bytes()[before:]


def test_a_rebuild_points_elsewhere_and_a_reader_follows(
    played: OpenStructure, made: Callable[[], PostgresStores], server: Engine
) -> None:
    first = stores.rebuild(made(), played.engine)
    live = stores.Live(made(), played.engine)
    before = everything(live.side)
    second = stores.rebuild(made(), played.engine)
    assert first != second == made().live()
    assert everything(live.side) == before
    prefix = second.removesuffix("_2")
    assert named(server, prefix) == [prefix, second]


def test_a_store_of_other_sources_is_not_used(
    played: OpenStructure, made: Callable[[], PostgresStores], monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.ensure(made(), played.engine)
    monkeypatch.setattr(store_postgres, "fingerprint", lambda: "0123456789abcdef")
    assert made().live() is None
    with pytest.raises(stores.NoStore):
        _ = stores.Live(made(), played.engine).side


def test_a_store_goes_once_its_readers_are_gone(
    played: OpenStructure, made: Callable[[], PostgresStores], server: Engine
) -> None:
    old = stores.rebuild(made(), played.engine)
    with made().open(old).connect() as reading:
        reading.execute(select(func.count()).select_from(folds))
        rebuilding = Thread(target=stores.rebuild, args=(made(), played.engine))
        rebuilding.start()
        while made().live() == old:
            sleep(0.01)
        assert reading.execute(select(func.count()).select_from(directory.people)).scalar_one() > 0
        assert old in named(server, old)
    rebuilding.join()
    assert named(server, old) == []
    with pytest.raises(OperationalError), made().open(old).connect() as reading:
        reading.execute(select(folds))


def test_text_is_compared_by_its_bytes_and_no_table_is_logged(spare: Spare) -> None:
    """SQLite compares text so too, whatever the language of the database."""
    asked = """SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0
        AND (relpersistence <> 'u' OR attcollation NOT IN (0, 'pg_catalog."C"'::regcollation))"""
    with spare.empty(0).connect() as connection:
        assert connection.exec_driver_sql(asked).all() == []


def test_several_catch_up_at_once(played: OpenStructure, spare: Spare) -> None:
    shared = spare.empty(0)
    sides = [ReadSide(played.engine, shared) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda side: side.catch_up(batch=100), sides))
    alone = ReadSide(played.engine, sqlite.database(None))
    alone.catch_up()
    assert {side.position for side in sides} == {played.engine.head()}
    assert [everything(side) for side in sides] == [everything(alone)] * 3
    assert [side.refs for side in sides] == [played.engine.references()] * 3


def test_a_turn_is_waited_for_so_long(played: OpenStructure, spare: Spare, monkeypatch: pytest.MonkeyPatch) -> None:
    side = ReadSide(played.engine, spare.empty(0))
    with spare.empty(0).execution_options(**{WRITING: True}).connect() as other:
        other.execute(select(folds))
        monkeypatch.setattr(store_postgres, "LIMIT", "20ms")
        with pytest.raises(OperationalError):
            side.catch_up()
    assert side.catch_up() == played.engine.head()


def test_a_crash_of_the_server_empties_the_tables_and_they_are_made_again(
    house: House, spare: Spare, postgres: Cluster
) -> None:
    house.open(*CANARY)
    house.side.catch_up()
    before = everything(house.side)
    postgres.restart("kill")
    with house.side.database.connect() as connection:
        assert directory.everyone(connection) == []
    assert house.side.catch_up() == house.engine.head()
    assert everything(house.side) == before


def test_nothing_of_a_person_is_in_the_log_or_the_statistics(house: House, server: Engine, postgres: Cluster) -> None:
    house.open(*CANARY, birth_date=date(2003, 4, 9))
    house.open("Bah", "Ali", birth_date=date(2001, 1, 2))
    house.side.catch_up()
    with server.connect() as connection:
        for statement in (
            "CREATE SCHEMA logged",
            f"CREATE TABLE logged.control AS SELECT '{CONTROL}' AS word FROM generate_series(1, 9)",
            "ANALYZE",
        ):
            connection.exec_driver_sql(statement)
        known = connection.exec_driver_sql("SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats").all()
        connection.exec_driver_sql("DROP SCHEMA logged CASCADE")
    postgres.restart()  # which writes what is not logged
    assert held(postgres.folder / "data" / "base", WORDS) == WORDS
    assert held(postgres.folder / "data" / "pg_wal", [*WORDS, CONTROL.encode()]) == [CONTROL.encode()]
    told = (*CANARY, "2003-04-09", "2001-01-02", CONTROL)
    assert {word for word in told if word.lower() in str(known).lower()} == {CONTROL}


def test_an_erased_person_leaves_the_files_of_the_tables(house: House, postgres: Cluster) -> None:
    dossier = house.open(*CANARY)
    house.side.catch_up()

    def left() -> list[bytes]:
        postgres.restart()
        return held(postgres.folder / "data" / "base", WORDS)

    assert left() == WORDS
    erasures.erase(house.opened, dossier)
    with house.side.database.connect() as reading:
        reading.execute(select(directory.people))
        house.side.catch_up()
    assert left() == WORDS  # somebody was reading
    house.side.catch_up()
    assert left() == []


def held(folder: Path, words: list[bytes]) -> list[bytes]:
    """Returns the words that stand in the files of a folder."""
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return [word for word in words if any(word in content for content in files)]
