from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.portfolio_import.files import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.side.database.dispose()
    made.engine.close()
