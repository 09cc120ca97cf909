"""Counts what a piece of work does: a count is the same on every machine."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def calls(work: Callable[[], object]) -> int:
    """Returns how many functions the work calls in this thread, those of Python and those of C."""
    count, before = 0, sys.getprofile()

    def counted(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
