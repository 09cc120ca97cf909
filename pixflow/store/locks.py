"""Locks between processes: flock on a file of a structure, with monotonic deadlines (docs/faults.md#f10, #f12)."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from time import monotonic, sleep
from types import TracebackType
from typing import Self

from pixflow.store import AlreadyServed, StoreBusy

_POLL = 0.001


class FileLock:
    """Lock that one thread of one process holds at a time, re-entrant: `with FileLock(path):`.

    Waits at most `limit` seconds, then raises StoreBusy. Never deletes the file: two processes could then hold the
    lock. The library `filelock` guarantees neither the monotonic deadline nor that the file stays.
    """

    def __init__(self, path: Path, limit: float = 10.0) -> None:
        self.path = path
        self.limit = limit
        self.depth = 0
        self._mutex = RLock()
        self._file = -1

    def __enter__(self) -> Self:
        deadline = monotonic() + self.limit
        if not self._mutex.acquire(timeout=self.limit):
            raise self._busy()
        try:
            if self.depth == 0:
                self._file = self._open(deadline)
        except BaseException:
            self._mutex.release()
            raise
        self.depth += 1
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.depth -= 1
        if self.depth == 0:
            _unlock(self._file)
        self._mutex.release()

    def _open(self, deadline: float) -> int:
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not _lock(file):
                if monotonic() > deadline:
                    raise self._busy()
                sleep(_POLL)
        except BaseException:
            os.close(file)
            raise
        return file

    def _busy(self) -> StoreBusy:
        return StoreBusy(f"{self.path} has been held by another for more than {self.limit:g} s")


class ServeLock:
    """Lock of the one serving process of a structure, on `serve.lock`, held until `release` or the end of the process.

    `acquire` raises AlreadyServed, with the pid of the holder.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "serve.lock"
        self._file = -1

    def acquire(self) -> Self:
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        if not _lock(file):
            holder = os.read(file, 20).decode(errors="replace").strip()
            os.close(file)
            raise AlreadyServed(f"{self.path.parent} is served by process {holder or 'unknown'}")
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        self._file = file
        return self

    def release(self) -> None:
        if self._file >= 0:
            _unlock(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


class SharedLock:
    """Lock of a folder that any number of processes hold at once: `try_lock` yields False for the folder meanwhile.

    `acquire` waits for whoever is alone, and raises FileNotFoundError without the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = -1

    def acquire(self) -> Self:
        self._file = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(self._file, fcntl.LOCK_SH)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        _unlock(self._file)


@contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Yields True if no other thread or process holds the lock of `path`, and holds it until the end. Never waits.

    `path` is a folder, or a file that this makes when it is missing.
    """
    file = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _lock(file)
    finally:
        _unlock(file)


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unlock(file: int) -> None:
    fcntl.flock(file, fcntl.LOCK_UN)
    os.close(file)
