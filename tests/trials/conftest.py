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
    """Where a test keeps a structure, by its argument `store`: an empty PostgreSQL database, or nothing for SQLite."""
    return str(request.getfixturevalue("database_url")) if store == "postgres" else ""
