from collections.abc import Iterator

import pytest

from tests.benchmarks.measure import Report


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    """Collects what the run measures; written at its end."""
    made = Report()
    yield made
    made.write()
