"""Mass reading: limits of the people shown to one account.

Memory saves time and decides nothing: each check asks the store for the lines of a moment before it, of every process.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from msgspec import Struct

from pixflow.documents.protocol import ReadingLimits

SOON = 10 * 60 * 1_000_000
"""Microseconds of the short window of a count: ten minutes. So long a memory serves."""
DELAY = 30 * 1_000_000
"""Microseconds from the instant of a line until everybody sees it, at most: processes wait ten seconds for a store."""
RECENT = 16
"""Lines of a short question. Where there are as many, there may be more: all are read anew."""
SINCE = """SELECT chain, number, at, dossier, fresh FROM lines
    WHERE member = $1 AND at >= $2 AND why IN ('role', 'glass') ORDER BY at DESC"""
RECENTLY = f"{SINCE} LIMIT {RECENT}"
"""Statements that ask for the lines of a member to learn since an instant: all, or some that are new."""


class Counts(Struct, frozen=True):
    """The reading of a member beyond their own dossiers, in ten minutes and in a day.

    `soon` and `day` count dossiers, `people` and `listed` those of lists.
    """

    soon: int
    day: int
    people: int
    listed: int


class Bounds(Struct, frozen=True):
    """The instants that a count begins at: `soon` excluded, `day` included."""

    soon: int
    day: int

    @property
    def first(self) -> int:
        return min(self.soon, self.day)


class MemberReading:
    """The lines of a member since the bounds of the check at an instant, which read them all."""

    def __init__(self, bounds: Bounds, at: int) -> None:
        self._bounds, self._read, self._known = bounds, at, at
        self._dossiers: dict[UUID | bytes, int] = {}
        self._lists: dict[tuple[UUID | bytes, int], tuple[int, int]] = {}

    def serves(self, bounds: Bounds, at: int) -> bool:
        """Tells if a count may be made of it: it goes back to the bounds, it is not old, no clock went back."""
        reaches = self._bounds.soon <= bounds.soon and self._bounds.day <= bounds.day
        return reaches and self.known_until <= at < self._read + SOON

    @property
    def known_until(self) -> int:
        """Returns an instant: every line before it is known."""
        return self._known - DELAY

    def learn(self, rows: Iterable[tuple[Any, ...]], at: int) -> None:
        """Adds the lines that a check found. Those that are known change nothing."""
        for chain, number, then, dossier, fresh in rows:
            if dossier is not None:
                self._dossiers[dossier] = max(then, self._dossiers.get(dossier, then))
            if fresh:
                self._lists[chain, number] = then, fresh
        self._known = max(self._known, at)

    def counts(self, bounds: Bounds) -> Counts:
        last, lists = self._dossiers.values(), self._lists.values()
        people = sum(fresh for at, fresh in lists if at > bounds.soon)
        listed = sum(fresh for at, fresh in lists if at >= bounds.day)
        return Counts(sum(map(bounds.soon.__lt__, last)), sum(map(bounds.day.__le__, last)), people, listed)


# --- the limits of reading beyond one's own dossiers: who reaches one is stopped (docs/accounts.md#who-looked)


NARROW = ReadingLimits(soon=30, day=100)
"""Limits of those who read their own dossiers: what counts is what they read by a glass."""


def is_reached(counts: Counts, limits: ReadingLimits) -> bool:
    """Tells if a member has read more than the limits: those of the protocol in force, or NARROW."""
    dossiers = counts.soon > limits.soon or counts.day > limits.day
    return dossiers or counts.people > limits.people or counts.listed > limits.listed
