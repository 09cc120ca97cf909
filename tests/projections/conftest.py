"""Read stores in files, and the demonstration whose events they show."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select

from pixflow import structure_folder
from pixflow.structure_folder import OpenStructure
from projections.contract import filled, metadata, row_columns
from projections.store import sqlite
from projections.store.catch_up import DAYS, ReadSide
from web.samples import demo

NOW = datetime(2026, 6, 12, 15, 30, tzinfo=UTC)


TABLES = [table for table in metadata.sorted_tables if table not in (*DAYS.values(), filled)]


def everything(side: ReadSide) -> dict[str, list[str]]:
    """Every row of every table but those of the past, in an order of its own."""
    with side.database.connect() as connection:
        return {t.name: sorted(map(repr, connection.execute(select(*row_columns(t))))) for t in TABLES}


class Tables:
    """Opens the read store of a name: an empty one for the first who asks, and for each who gives none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, name: str = "") -> Engine:
        return sqlite.database(self._folder / f"{name or uuid4().hex}.db")


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenStructure]:
    """The demonstration's four months: some 1,000 events of every stream."""
    data = tmp_path_factory.mktemp("demo")
    opened = structure_folder.open_one(data, demo.play(data, NOW, demo.AIGLE), clock=lambda: NOW)
    yield opened
    opened.engine.close()


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path)
