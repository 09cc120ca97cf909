"""Memory of a process: each test has one of its own, for that of the tests takes seconds to collect."""

import subprocess
import sys
from pathlib import Path

import pytest

IMPORTS = """
import gc, re
from pathlib import Path
from weakref import ref
from web.hosting.machine import process
"""
GIVEN_BACK = """
def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

blocks = [bytes(4_000) for _ in range(10_000)]
del blocks[:-1]
before = resident()
process.{give_back}()
assert resident() < before - 30_000_000
"""
LEFT_OUT = """
class Knot:
    \"""Refers to itself: only the collector of cycles frees it.\"""

    def __init__(self):
        self.itself = self

before = Knot()
process.freeze_heap()
looked_at = {id(one) for one in gc.get_objects()}
after = ref(Knot())
gc.collect()
assert id(before) not in looked_at
assert after() is None
"""


def run(code: str) -> None:
    subprocess.run([sys.executable, "-c", IMPORTS + code], check=True)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc on this machine")
@pytest.mark.parametrize("give_back", ["trim_heap", "freeze_heap"])
def test_free_memory_below_what_is_in_use_goes_back_to_the_system(give_back: str) -> None:
    run(GIVEN_BACK.format(give_back=give_back))


def test_the_collector_looks_at_what_comes_after_the_start_alone() -> None:
    run(LEFT_OUT)
