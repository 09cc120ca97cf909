"""An accounts store of the test's own, on both databases, with a clock that the test sets."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pixflow.store.postgres.database import Database
from tests.copies import copy_of
from tests.postgres import Cluster
from tests.web.password_hashes import cheap_hashes, true_hashes
from web.accounts.store import AccountStore, open_accounts

__all__ = ["cheap_hashes", "true_hashes"]
START = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **said: float) -> None:
        self.now += timedelta(**said)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def server_database(postgres: Cluster) -> Iterator[Database]:
    with closing(Database(postgres.create_database())) as made:
        yield made
    postgres.drop_database(made.url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database | None:
    """On PostgreSQL that of the module, emptied."""
    if request.param == "sqlite":
        return None
    made: Database = request.getfixturevalue("server_database")
    with made.owner() as owner:
        owner.execute("DROP SCHEMA IF EXISTS pixflow__site CASCADE")
    return made


def _make(data: Path) -> None:
    """Makes a store without an account in a folder."""
    made = open_accounts(data, None, create=True)
    assert made
    made.close()


@pytest.fixture
def store(tmp_path: Path, database: Database | None, clock: Clock) -> Iterator[AccountStore]:
    if database is None:
        copy_of("accounts", tmp_path, _make)
    made = open_accounts(tmp_path, database, clock=clock, create=True)
    assert made
    yield made
    made.close()
