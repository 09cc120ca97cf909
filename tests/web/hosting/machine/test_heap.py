import gc
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from weakref import ref

import pytest

from web.hosting.machine import process

STATUS = Path("/proc/self/status")


def resident() -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", STATUS.read_text())
    assert found
    return int(found[1]) * 1024


@pytest.fixture
def collector() -> Iterator[None]:
    """The collector, as it was afterwards: it leaves out what was collected before the tests."""
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*threshold)


@pytest.mark.usefixtures("collector")
@pytest.mark.skipif(not STATUS.exists(), reason="no /proc on this machine")
@pytest.mark.parametrize("give_back", [process.trim_heap, process.freeze_heap])
def test_free_memory_below_what_is_in_use_goes_back_to_the_system(give_back: Callable[[], None]) -> None:
    blocks = [bytes(4_000) for _ in range(10_000)]
    del blocks[:-1]
    before = resident()
    give_back()
    assert resident() < before - 30_000_000


class Knot:
    """Refers to itself: only the collector of cycles frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.usefixtures("collector")
def test_the_collector_looks_at_what_comes_after_the_start_alone() -> None:
    before = Knot()
    process.freeze_heap()
    looked_at = {id(one) for one in gc.get_objects()}
    after = ref(Knot())
    gc.collect()
    assert id(before) not in looked_at
    assert after() is None
