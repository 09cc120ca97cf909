"""Disks that fill up: a real one, or a limit to how large a file may grow."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tests.conftest import unavailable

SIZE = 32_000_000


class SmallDisk(Protocol):
    """`root` is on it."""

    root: Path

    def fill(self, left: int) -> None:
        """So many bytes are left."""
        ...

    def make_room(self) -> None: ...


class Tmpfs:
    """A file system of 32 MB and a file that fills it: writes fail for want of space (ENOSPC)."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._ballast = root / "ballast"

    def fill(self, left: int) -> None:
        disk = os.statvfs(self.root)
        self._ballast.write_bytes(bytes(max(0, disk.f_bavail * disk.f_frsize - left)))

    def make_room(self) -> None:
        self._ballast.unlink(missing_ok=True)


class Limit:
    """This process writes no file far beyond where the log of events ends: writes fail as on a bad disk (EFBIG).

    It writes no bytecode meanwhile: Python 3.11 keeps a file that such a limit cut short, and never imports it again.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._usual = resource.getrlimit(resource.RLIMIT_FSIZE)
        self._no_bytecode = sys.dont_write_bytecode

    def fill(self, left: int) -> None:
        sys.dont_write_bytecode = True
        written = sum(path.stat().st_size for path in self.root.glob("*/events.db-wal"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (written + left, self._usual[1]))

    def make_room(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._usual)
        sys.dont_write_bytecode = self._no_bytecode


@contextmanager
def small_disk(kind: str, root: Path) -> Iterator[SmallDisk]:
    if kind == "limit":
        disk = Limit(root)
        try:
            yield disk
        finally:
            disk.make_room()
        return
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(root)], check=False)
    if mounted.returncode:
        unavailable("the right to mount a file system")
    try:
        yield Tmpfs(root)
    finally:
        subprocess.run(["umount", str(root)], check=True)
