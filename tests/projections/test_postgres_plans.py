"""PostgreSQL finds rows by an index among many, though it has no statistics of what tells about people."""

from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Table, event, select

from pixflow.dossier.follow_up import take_note
from pixflow.dossier.stages.orientation import present_pix
from pixflow.store.postgres.database import Database
from pixflow.store.postgres.pipeline import PipelinedConnection
from pixflow.structure_folder import OpenStructure
from projections import advisor_queue, dossier_sheet
from projections.contract import folds
from projections.figures.paths import paths
from projections.figures.refresh import missing, refresh
from projections.store import catch_up, stores
from projections.store.catch_up import ReadSide
from projections.store.postgres import SCHEMA, PostgresStores, engine
from projections.store.transaction import insert_rows
from tests.postgres import PLANNED_ALIKE, Cluster, plans_by_statement
from tests.projections.test_postgres_stores import house, made
from tests.result_import.house import House

__all__ = ("house", "made")

pytestmark = pytest.mark.postgres
MANY = 5_000


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Returns the statements that go to the server from now on."""
    found: list[str] = []
    passed_on = PipelinedConnection.round_trip

    def noted(connection: PipelinedConnection, statements: Any, *more: Any) -> Any:
        asked = list(statements)
        found.extend(text.decode() for text, _ in asked)
        return passed_on(connection, asked, *more)

    monkeypatch.setattr(PipelinedConnection, "round_trip", noted)
    return found


def plans(side: ReadSide, sent: list[str], *words: str) -> list[str]:
    """Returns the plans of the statements that have these words."""
    with side.database.connect() as connection:
        return [
            "\n".join(connection.exec_driver_sql(f"EXPLAIN (GENERIC_PLAN) {text}").scalars())
            for text in sent.copy()
            if all(word in text for word in words)
        ]


def fill(side: ReadSide, table: Table) -> None:
    """Writes the rows of a table many times more, for other streams."""
    with side.writing() as connection:
        known = [row._asdict() for row in connection.execute(select(table))]
        insert_rows(connection, table, [{**row, "stream": uuid4()} for row in known for _ in range(MANY // len(known))])
        connection.exec_driver_sql(f"ANALYZE {table.name}")


def test_a_task_that_is_done_is_looked_up_by_its_key(house: House, sent: list[str]) -> None:
    house.side.catch_up()
    dossier = house.open("Diallo", "Aminata")
    house.side.catch_up()  # a plain batch: its rows are remembered
    fill(house.side, advisor_queue.table)
    sent.clear()
    house.do(present_pix, {"dossier": dossier}, occasion="welcome")
    house.side.catch_up()
    (plan,) = plans(house.side, sent, "DELETE", "advisor_queue")
    assert "json_populate_recordset" in plan
    assert "Seq Scan" not in plan


def test_rows_of_a_stream_are_deleted_by_an_index(house: House, sent: list[str]) -> None:
    dossier = house.open("Diallo", "Aminata")
    house.side.catch_up()
    fill(house.side, advisor_queue.table)
    sent.clear()
    house.do(present_pix, {"dossier": dossier}, occasion="welcome")
    ReadSide(house.engine, house.side.database).catch_up()  # it remembers no rows
    (plan,) = plans(house.side, sent, "DELETE", "advisor_queue")
    assert "json_populate_recordset" not in plan
    assert "Seq Scan" not in plan


def test_what_a_batch_deletes_is_not_planned_each_time(house: House, postgres: Cluster) -> None:
    schema = house.side.database.get_execution_options()[SCHEMA]
    dossier = house.open("Diallo", "Aminata")
    with closing(Database(postgres.url())) as database:  # other tests planned for other numbers of rows
        side = ReadSide(house.engine, engine(database).execution_options(**{SCHEMA: schema}))
        for number in range(4 * PLANNED_ALIKE):  # the pool takes its connections in turn
            house.do(take_note, {"dossier": dossier}, text=f"{number}")
            side.catch_up()
        found = plans_by_statement(database, f"DELETE FROM {schema}.")
    for statement, (custom, _) in found.items():
        assert custom <= PLANNED_ALIKE, statement
    assert any(generic for _, generic in found.values())


@pytest.mark.parametrize("people", [None, [uuid4()]], ids=["everybody", "one"])
def test_loans_are_found_without_the_dossiers_that_nobody_lent(
    house: House, sent: list[str], people: list[Any] | None
) -> None:
    house.open("Diallo", "Aminata")
    house.side.catch_up()
    fill(house.side, dossier_sheet.table)
    sent.clear()
    with house.side.database.connect() as connection:
        assert dossier_sheet.loans(connection, people) == []
    (plan,) = plans(house.side, sent, "SELECT", "dossier_sheet")
    assert "sheet_lent" in plan


def test_dossiers_without_entries_are_found_without_a_join_of_all_pairs(house: House) -> None:
    """PostgreSQL guesses that few paths have these documents: it compared each dossier with each of them."""
    house.open("Diallo", "Aminata")
    house.side.catch_up()
    refresh(house.side, house.engine.today())
    for table in (folds, paths):
        fill(house.side, table)
    found: list[str] = []

    def explain(connection: Any, cursor: Any, text: str, values: Any, *_: Any) -> None:
        cursor.execute(f"EXPLAIN {text}", values)
        found.extend(line for (line,) in cursor.fetchall())

    with house.side.database.connect() as connection:
        event.listen(connection, "before_cursor_execute", explain)
        missing(connection, "these", 1)
    plan = "\n".join(found)
    assert "figure_paths" in plan
    assert "Nested Loop Anti Join" not in plan


def test_the_rows_of_new_tables_are_counted_and_known_to_be_seen_by_all(
    played: OpenStructure, made: Callable[[], PostgresStores], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up, "BATCH", 0)
    stores.rebuild(made(), played.engine)
    counted = """SELECT reltuples, relpages, relallvisible FROM pg_class
        WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"""
    with stores.Live(made(), played.engine).side.database.connect() as connection:
        found = connection.exec_driver_sql(counted).all()
    assert -1 not in [rows for rows, _, _ in found]
    assert not [pages for _, pages, seen in found if seen < pages]
