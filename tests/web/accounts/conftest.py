"""An accounts store of the test's own, on both databases, with a clock that the test sets."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pixflow.store.postgres.database import Database
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


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[Database | None]:
    if request.param == "sqlite":
        yield None
        return
    made = Database(request.getfixturevalue("database_url"))
    yield made
    made.close()


@pytest.fixture
def store(tmp_path: Path, database: Database | None, clock: Clock) -> Iterator[AccountStore]:
    made = open_accounts(tmp_path, database, clock=clock, create=True)
    assert made
    yield made
    made.close()
