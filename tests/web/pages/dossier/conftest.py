"""One structure for the tests of a module, back on its Monday for each."""

from collections.abc import Iterator

import pytest

from tests.web.arranged import MONDAY
from tests.web.paths import House, house


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def locale(shared: House) -> House:
    shared.day(MONDAY)
    return shared
