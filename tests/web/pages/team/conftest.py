"""L’Aigle-Mortagne on a Monday."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.web.paths import House, house


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, date(2026, 3, 16)) as made:
        yield made
