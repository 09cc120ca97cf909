"""Runs at the start of each process of the trial: shows the times of files by the clock that libfaketime sets.

libfaketime 0.9.10 shifts what `os.utime` writes and not what `stat` of glibc 2.33 or later reads.
"""

import os
from typing import Any

OFFSET = float(os.environ["FAKETIME"].rstrip("s"))
FIRST_OF_FLOATS = 7
FIRST_OF_NANOSECONDS = 10
_stat = os.stat


def shifted(*args: Any, **kwargs: Any) -> os.stat_result:
    found = _stat(*args, **kwargs)
    values, names = list(found[:FIRST_OF_FLOATS]), ("st_atime", "st_mtime", "st_ctime")
    values += [int(getattr(found, name) + OFFSET) for name in names]
    values += [getattr(found, name) + OFFSET for name in names]
    values += [getattr(found, f"{name}_ns") + int(OFFSET * 1e9) for name in names]
    values += [found.st_blksize, found.st_blocks, found.st_rdev]
    return os.stat_result(values)


os.stat = shifted
