"""The memory of the process: the heap of glibc (mallopt(3), malloc_trim(3)), and Python's collector of cycles.

On another C library, the heap stays as it is.
"""

import ctypes
import gc
from contextlib import suppress

_ARENA_MAX = -8
_YOUNG = 10_000
"""New objects before the collector looks at them, 700 by default: fewer objects of a page grow old."""


def share() -> None:
    """Gives all threads of this process one heap. To be called before they start.

    Python runs one thread at a time: heaps of their own keep memory apart, and save no time.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def trim() -> None:
    """Gives free memory back to the system."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def leave_out() -> None:
    """Leaves all objects of the start out of the collector's work, which stops every thread meanwhile.

    To be called once, when the process begins to serve. What the start has used and left is given back first.
    """
    gc.collect()
    trim()
    gc.freeze()
    gc.set_threshold(_YOUNG)
