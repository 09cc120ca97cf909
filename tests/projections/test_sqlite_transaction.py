"""A transaction of plain batches leaves nothing behind it, however it ends; nor does an engine."""

import gc
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Table, select

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier import identity
from projections import advisor_queue
from projections.contract import row_columns
from projections.store import sqlite
from projections.store.catch_up import PROJECTIONS, ReadSide
from projections.store.sqlite import SqliteTransaction

_FAILS = """CREATE TRIGGER IF NOT EXISTS fails BEFORE INSERT ON advisor_queue_days WHEN NEW.subject = 'dossier'
    BEGIN SELECT RAISE(FAIL, 'no'); END"""
_LEFT = ("advisor_queue", "advisor_queue_days", "dossier_sheet", "stopped")
_REFERS = """CREATE TABLE named (id INTEGER PRIMARY KEY);
    CREATE TABLE naming (id INTEGER REFERENCES named DEFERRABLE INITIALLY DEFERRED)"""


def test_a_commit_that_fails_holds_no_lock(tmp_path: Path) -> None:
    """A deferred constraint fails at COMMIT, as a full disk may: SQLite leaves such a transaction open."""
    path = tmp_path / "read.db"
    database = sqlite.database(path)
    with closing(sqlite3.connect(path)) as other:
        other.executescript(_REFERS)
    with closing(SqliteTransaction(database)) as plain:
        plain.position()
        driver = plain._driver()
        driver.execute("PRAGMA foreign_keys=ON")
        with pytest.raises(sqlite3.IntegrityError), plain:
            driver.execute("INSERT INTO naming VALUES (1)")
        with closing(sqlite3.connect(path, timeout=0)) as other, other:
            other.execute("INSERT INTO named VALUES (2)")
        with plain as batch:
            batch.move(1, False, 738_000)
        assert plain.position() == (1, False)
    database.dispose()


def test_a_process_that_starts_writes_only_what_differs(tmp_path: Path) -> None:
    """It reads the rows of a dossier before it writes them: no index of another column is touched."""
    opened = structure_folder.create(tmp_path, name="Ici", preset=presets.load("laigle-mortagne"), sites=("Ici",))
    dossier, names = uuid4(), {"last_name": "Diallo", "first_name": "Aminata"}
    who: dict[str, Any] = {**names, "birth_date": None, "imilo_number": None, "site": "Ici"}
    written: list[str] = []
    for name, decision, more in (
        ("Diallo", identity.open_dossier, {"advisor": None}),
        ("Diarra", identity.correct_identity, {}),
    ):
        sent = {**who, **more, "last_name": name}
        opened.engine.execute({"dossier": dossier}, decision, by=Actor(OPERATOR), command_id=uuid4(), via="cli", **sent)
        database = sqlite.database(tmp_path / "read.db")
        with closing(ReadSide(opened.engine, database)) as side:
            side._plain._driver().set_trace_callback(written.append)
            side.catch_up()
    opened.engine.close()
    # A statement is traced again for each that its triggers run.
    (sheet,) = {one for one in written if "dossier_sheet" in one and not one.startswith("SELECT")}
    assert sheet.startswith("UPDATE")
    assert "advisor" not in sheet


def test_a_row_whose_day_row_fails_is_not_left_behind(tmp_path: Path) -> None:
    """Its statement keeps what it wrote (OR FAIL): the savepoint takes it back, and the projection alone stops."""
    opened = structure_folder.create(tmp_path, name="Ici", preset=presets.load("laigle-mortagne"), sites=("Ici", "Là"))
    database = sqlite.database(tmp_path / "read.db")
    dossier, names = uuid4(), {"last_name": "Diallo", "first_name": "Aminata"}
    who: dict[str, Any] = {**names, "birth_date": None, "imilo_number": None}
    of_dossier = advisor_queue.table.c.stream == dossier
    count = f"SELECT count(*) FROM {{}} WHERE stream = '{dossier.hex}'"
    left: list[object] = []
    with closing(ReadSide(opened.engine, database)) as side:
        for site, decision, more in (
            ("Ici", identity.open_dossier, {"advisor": None}),
            ("Là", identity.correct_identity, {}),
        ):
            sent = {**who, **more, "site": site}
            opened.engine.execute(
                {"dossier": dossier}, decision, by=Actor(OPERATOR), command_id=uuid4(), via="cli", **sent
            )
            assert side.catch_up() == opened.engine.head()
            with database.begin() as connection:
                sites = connection.execute(select(advisor_queue.table.c.site).where(of_dossier)).scalars()
                left.append(([connection.exec_driver_sql(count.format(name)).scalar() for name in _LEFT], *sites))
                connection.exec_driver_sql(_FAILS)
                connection.exec_driver_sql("UPDATE advisor_queue SET begun = begun - 1")
    assert left == [([2, 0, 1, 0], "Ici", "Ici"), ([2, 0, 1, 1], "Ici", "Ici")], "the tasks stand as before"
    opened.engine.close()
    database.dispose()


def test_a_connection_closes_with_its_engine() -> None:
    made = sqlite.database(None)
    with made.connect() as connection:
        raw = connection.connection.driver_connection
    assert raw
    del made, connection
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        raw.execute("SELECT 1")


@pytest.mark.parametrize("table", [table for one in PROJECTIONS for table in one.TABLES], ids=str)
def test_any_columns_of_a_row_are_changed_by_one_statement(table: Table) -> None:
    """A column `value` of a key once took the name of a parameter, and each projection was written alone."""
    columns = row_columns(table)
    places = tuple(place for place, column in enumerate(columns) if not column.primary_key)
    assert sqlite._change(table, places).count("?") == len(columns)
