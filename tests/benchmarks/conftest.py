from collections.abc import Iterator
from contextlib import closing

import pytest

from pixflow.store.postgres.database import Database
from tests.benchmarks.measure import Report
from tests.conftest import unavailable
from tests.postgres import Cluster, NoServer

SETTINGS = {"shared_buffers": "256MB", "max_wal_size": "2GB", "autovacuum": "on"}
"""Settings of a small server; fsync, full_page_writes and synchronous_commit keep their default, on."""


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    """Collects what the run measures; written at its end."""
    made = Report()
    yield made
    made.write()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The PostgreSQL server of the benches."""
    try:
        made = Cluster(SETTINGS)
    except NoServer as missing:
        unavailable(str(missing))
    with made:
        yield made


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def store(request: pytest.FixtureRequest) -> str:
    """The store of events and tables."""
    return str(request.param)


@pytest.fixture
def database(store: str, request: pytest.FixtureRequest) -> Iterator[Database | None]:
    """An empty database of PostgreSQL; None when it is files of SQLite."""
    if store == "SQLite":
        yield None
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    with closing(Database(url := cluster.create_database())) as made:
        yield made
    cluster.drop_database(url)
