from collections.abc import Iterator

import pytest

from tests.trials.proofs import Proofs


@pytest.fixture(scope="session")
def proofs() -> Iterator[Proofs]:
    """Collects what the run did and found; printed at its end."""
    made = Proofs()
    yield made
    print(f"\n\n{made.table()}")


@pytest.fixture
def url(store: str, request: pytest.FixtureRequest) -> str:
    """The database of a test, by its argument `store`: empty on PostgreSQL, none for SQLite."""
    return str(request.getfixturevalue("database_url")) if store == "postgres" else ""
