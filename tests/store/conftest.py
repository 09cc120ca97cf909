from collections.abc import Iterator
from pathlib import Path

import pytest

from pixflow.store.sqlite import HardenedFactory, HardenedRecorder, factory


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HardenedFactory]:
    opened = factory(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def recorder(store: HardenedFactory) -> HardenedRecorder:
    return store.application_recorder()
