"""Cache of what one process has just recorded: its read tables ask for it next."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from pixflow.events.base import Recorded
from pixflow.folding import ERASURES

LIMIT = 200
"""Number of events that are kept, and one command more. More than twice as many are forgotten once they are read."""


class LatestEvents:
    """The events at the end of the log, while no other process records. Without positions in between that it lacks.

    Those of a large command are kept until they are asked for.
    """

    def __init__(self) -> None:
        self._events: tuple[Recorded, ...] = ()

    def add(self, recorded: Sequence[Recorded], positions: Sequence[int]) -> tuple[Recorded, ...]:
        """Adds the events of one command, and returns them with their positions.

        After an erasure nothing is kept: it changes how earlier events read.
        """
        added = tuple(replace(one, position=place) for one, place in zip(recorded, positions, strict=True))
        before = self._events
        follows = before and before[-1].position + 1 == positions[0] and len(before) < LIMIT
        erases = any(isinstance(one.event, ERASURES) for one in added)
        self._events = () if erases else before + added if follows else added
        return added

    def after(self, position: int, limit: int, head: Callable[[], int]) -> list[Recorded] | None:
        """Returns the events after a position; None when they are not all here. `head` gives the last position."""
        events = self._events
        if not events or events[0].position > position + 1:
            return None
        if events[-1].position < position + limit and events[-1].position != head():
            return None
        if len(events) > 2 * LIMIT:
            self._events = ()
        first = position + 1 - events[0].position
        return list(events[first : first + limit])
