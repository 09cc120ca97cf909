"""A Mission locale on the day of its first export, or on the `TODAY` of a module, and the référent's board."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.web.exports import DAY, Board, dossiers
from tests.web.paths import House, house


@pytest.fixture
def at_work(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, getattr(request.module, "TODAY", DAY)) as made:
        yield made


@pytest.fixture
def people(at_work: House) -> dict[str, UUID]:
    return dossiers(at_work)


@pytest.fixture
def board(at_work: House) -> Board:
    return Board(at_work)
