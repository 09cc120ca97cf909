"""One simulated structure for all tests of figures: they only read it."""

from collections.abc import Iterator

import pytest

from tests.indicators.population import Population, played


@pytest.fixture(scope="session")
def population(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Population]:
    with played(tmp_path_factory.mktemp("population")) as found:
        yield found
