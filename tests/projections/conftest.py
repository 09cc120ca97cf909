"""Read stores of both kinds: files of SQLite, and schemas of the run's own PostgreSQL server."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete, select

from pixflow import structure_folder
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from projections.contract import WRITING, filled, metadata, position
from projections.store import postgres as store_postgres
from projections.store import sqlite
from projections.store.catch_up import DAYS, ReadSide
from tests.postgres import Cluster
from web.samples import demo

NOW = datetime(2026, 6, 12, 15, 30, tzinfo=UTC)


TABLES = [table for table in metadata.sorted_tables if table not in (*DAYS.values(), filled)]


def everything(side: ReadSide) -> dict[str, list[str]]:
    """Every row of every table but those of the past, in an order of its own."""
    with side.database.connect() as connection:
        return {t.name: sorted(map(repr, connection.execute(select(t)))) for t in TABLES}


class Tables:
    """Opens the read store of a name: an empty one for the first who asks, and for each who gives none."""

    def __init__(self, folder: Path, spare: "Spare | None") -> None:
        self._folder = folder
        self._spare = spare
        self._named: dict[str, Engine] = {}

    def __call__(self, name: str = "") -> Engine:
        name = name or uuid4().hex
        if self._spare is None:
            return sqlite.database(self._folder / f"{name}.db")
        if name not in self._named:
            self._named[name] = self._spare.empty(len(self._named))
        return self._named[name]


class Spare:
    """Stores on PostgreSQL, used again: making the tables takes longer than most tests."""

    def __init__(self, server: Engine) -> None:
        self._schemas = store_postgres.PostgresStores(server, f"spare-{uuid4().hex[:8]}")
        self._made: list[Engine] = []

    def empty(self, number: int) -> Engine:
        if number == len(self._made):
            self._made.append(self._schemas.open(self._schemas.make()))
        with self._made[number].execution_options(**{WRITING: True}).begin() as connection:
            connection.execute(delete(position))  # first: without it nothing is kept
            for table in metadata.sorted_tables:
                connection.execute(delete(table))
        return self._made[number]


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenStructure]:
    """The demonstration's four months: some 1,000 events of every stream."""
    data = tmp_path_factory.mktemp("demo")
    opened = structure_folder.open_one(data, demo.play(data, NOW, demo.AIGLE), clock=lambda: NOW)
    yield opened
    opened.engine.close()


@pytest.fixture(scope="session")
def server(postgres: Cluster) -> Iterator[Engine]:
    """The PostgreSQL server of this run, on the pool of this process."""
    with closing(Database(postgres.url())) as database:
        yield store_postgres.engine(database)


@pytest.fixture(scope="session")
def spare(server: Engine) -> Spare:
    return Spare(server)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def tables(request: pytest.FixtureRequest, tmp_path: Path) -> Tables:
    return Tables(tmp_path, request.getfixturevalue("spare") if request.param == "postgres" else None)
