from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from psycopg.sql import SQL, Identifier

from pixflow.store.postgres.database import Database
from pixflow.store.sqlite.recorder import HardenedFactory, HardenedRecorder
from tests.postgres import Cluster
from tests.store.places import AnyRecorder, Place, PostgresPlace, SqlitePlace


@pytest.fixture(scope="session")
def database(postgres: Cluster) -> Iterator[Database]:
    """The pool of this process."""
    with closing(Database(postgres.url())) as database:
        yield database


@pytest.fixture
def schema(database: Database) -> Iterator[str]:
    """A name of the test's own for a schema."""
    name = f"s-{uuid4().hex[:8]}"
    yield name
    with database.owner() as owner:
        owner.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(name)))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """The place of an empty store, of each kind."""
    if request.param == "sqlite":
        return SqlitePlace(tmp_path)
    return PostgresPlace(request.getfixturevalue("database"), request.getfixturevalue("schema"))


@pytest.fixture
def recorder(place: Place) -> Iterator[AnyRecorder]:
    with closing(place.factory()) as store:
        yield store.application_recorder()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HardenedFactory]:
    with closing(HardenedFactory(tmp_path, create=True)) as opened:
        yield opened


@pytest.fixture
def sqlite_recorder(store: HardenedFactory) -> HardenedRecorder:
    return store.application_recorder()
