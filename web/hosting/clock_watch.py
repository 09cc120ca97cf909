"""Watches the wall clock: its jumps, and how far it is ahead of the time that pixflow saw pass (docs/faults.md#f10)."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from pixflow.store import durable_files
from pixflow.structure_folder import Clock

TOLERATED = timedelta(seconds=2)
FILE = "clock.json"
SPEED = 24
"""A day that nobody saw counts after an hour."""
AT_START = timedelta(hours=1)
"""The time that passes unseen while no process runs, at most, and is believed at once."""
WRITTEN = timedelta(minutes=10)


class ClockWatch:
    """Compares the wall clock with the monotonic clock at each call of `step`."""

    def __init__(self, wall: datetime, monotonic: float) -> None:
        self._wall, self._monotonic = wall, monotonic

    def step(self, wall: datetime, monotonic: float) -> timedelta | None:
        """Returns how far the wall clock jumped since the last call, None if less than two seconds."""
        jumped = (wall - self._wall) - timedelta(seconds=monotonic - self._monotonic)
        self._wall, self._monotonic = wall, monotonic
        return jumped if abs(jumped) > TOLERATED else None


class _Seen(Struct, frozen=True):
    seen: datetime


class SeenTime:
    """The time that pixflow saw pass: it follows the wall clock at most `SPEED` times as fast as a process runs.

    The data folder keeps it from one process to the next. The first reading of a new folder is believed.
    """

    def __init__(self, data: Path, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock, self._monotonic = data / FILE, clock, monotonic
        self._kept = self._seen = _read(self._path)
        self._last: float | None = None

    def reaches_now(self) -> bool:
        """Reads both clocks, and tells if the time seen is the present: then jobs may end and delete by age."""
        wall, last = self._clock(), self._last
        self._last = self._monotonic()
        most = AT_START if last is None else SPEED * timedelta(seconds=self._last - last)
        unseen = wall - (self._seen or wall)
        self._seen = wall - unseen + max(-most, min(unseen, most))
        if self._kept is None or abs(self._seen - self._kept) >= WRITTEN:
            content = msgspec.json.encode(_Seen(self._seen))
            with suppress(OSError):  # a full disk only makes the next process wait longer
                (durable_files.replace if self._path.exists() else durable_files.write_new)(self._path, content)
                self._kept = self._seen
        return wall <= self._seen


def unseen(data: Path, now: datetime) -> timedelta:
    """Returns how far `now` is ahead of the time that any process saw pass; zero in a folder without jobs."""
    return max(now - (_read(data / FILE) or now), timedelta())


def _read(path: Path) -> datetime | None:
    with suppress(FileNotFoundError, msgspec.MsgspecError):
        return msgspec.json.decode(path.read_bytes(), type=_Seen).seen
    return None
