"""Detects jumps of the wall clock. Events are ordered by position, so a jump changes no order (docs/faults.md#f10)."""

from datetime import datetime, timedelta

TOLERATED = timedelta(seconds=2)


class ClockWatch:
    """Compares the wall clock with the monotonic clock at each call of `step`."""

    def __init__(self, wall: datetime, monotonic: float) -> None:
        self._wall, self._monotonic = wall, monotonic

    def step(self, wall: datetime, monotonic: float) -> timedelta | None:
        """Returns how far the wall clock jumped since the last call, None if less than two seconds."""
        jumped = (wall - self._wall) - timedelta(seconds=monotonic - self._monotonic)
        self._wall, self._monotonic = wall, monotonic
        return jumped if abs(jumped) > TOLERATED else None
