import re
from pathlib import Path

import pytest

from web.hosting.machine import heap

STATUS = Path("/proc/self/status")


def resident() -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", STATUS.read_text())
    assert found
    return int(found[1]) * 1024


@pytest.mark.skipif(not STATUS.exists(), reason="no /proc on this machine")
def test_free_memory_below_what_is_in_use_goes_back_to_the_system() -> None:
    blocks = [bytes(4_000) for _ in range(10_000)]
    del blocks[:-1]
    before = resident()
    heap.trim()
    assert resident() < before - 30_000_000
