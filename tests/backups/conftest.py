"""Structures of both stores."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pixflow.store.postgres.database import Database
from tests.backups.house import House
from tests.postgres import Cluster


@pytest.fixture
def databases(postgres: Cluster) -> Iterator[Callable[[], Database]]:
    """Makes new databases."""
    made: list[Database] = []

    def new() -> Database:
        made.append(Database(postgres.create_database()))
        return made[-1]

    yield new
    for one in made:
        one.close()
        postgres.drop_database(one.url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A structure of each store."""
    on_postgres = request.param == "postgresql"
    made = House(tmp_path / "data", request.getfixturevalue("databases")) if on_postgres else House(tmp_path / "data")
    yield made
    made.opened.engine.close()


@pytest.fixture
def files(tmp_path: Path) -> Iterator[House]:
    """A structure on SQLite, where the store itself makes no difference."""
    made = House(tmp_path / "data")
    yield made
    made.opened.engine.close()
