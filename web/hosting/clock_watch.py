"""A wall clock that jumps is told, never obeyed: order is position (RELIABILITY F10)."""

from datetime import datetime, timedelta

TOLERATED = timedelta(seconds=2)


class ClockWatch:
    """Compares the wall clock with the monotonic one, look after look."""

    def __init__(self, wall: datetime, monotonic: float) -> None:
        self._wall, self._monotonic = wall, monotonic

    def step(self, wall: datetime, monotonic: float) -> timedelta | None:
        """How far the wall clock jumped since the last look, None when it went with time (within two seconds)."""
        jumped = (wall - self._wall) - timedelta(seconds=monotonic - self._monotonic)
        self._wall, self._monotonic = wall, monotonic
        return jumped if abs(jumped) > TOLERATED else None
