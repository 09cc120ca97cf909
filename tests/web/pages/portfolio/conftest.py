"""A Mission locale on a day of May."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.web.paths import House, house

DAY = date(2026, 5, 12)


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, DAY) as made:
        yield made
