"""The limits of reading beyond one's own dossiers: who reaches one is stopped (docs/accounts.md#who-looked)."""

from msgspec import Struct

from pixflow.access_journal.journal import Counts


class Limits(Struct, frozen=True):
    """The most dossiers opened in ten minutes and in a day, and the most people in lists in ten minutes."""

    soon: int
    day: int
    people: int | None = None


NARROW = Limits(soon=30, day=100)
"""Limits of those who read their own dossiers: what counts is what they read by a glass."""
WIDE = Limits(soon=60, day=300, people=600)
"""Limits of référents, managers and auditors."""


def is_reached(counts: Counts, *, reads_all: bool) -> bool:
    """Tells if a member has read more than the limits of their scope."""
    limits = WIDE if reads_all else NARROW
    in_lists = limits.people is not None and counts.people > limits.people
    return counts.soon > limits.soon or counts.day > limits.day or in_lists
