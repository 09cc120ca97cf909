"""The heap of glibc (mallopt(3), malloc_trim(3)). On another C library nothing changes."""

import ctypes
from contextlib import suppress

_ARENA_MAX = -8


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
