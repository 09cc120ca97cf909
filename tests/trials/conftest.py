import pytest


@pytest.fixture
def url(store: str, request: pytest.FixtureRequest) -> str:
    """The database of a test, by its argument `store`: empty on PostgreSQL, none for SQLite."""
    return str(request.getfixturevalue("database_url")) if store == "postgres" else ""
