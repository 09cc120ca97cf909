"""The limits of reading beyond one's own dossiers: who reaches one is stopped (docs/accounts.md#who-looked)."""

from pixflow.access_journal.reading import Counts
from pixflow.documents.protocol import ReadingLimits

NARROW = ReadingLimits(soon=30, day=100)
"""Limits of those who read their own dossiers: what counts is what they read by a glass."""


def is_reached(counts: Counts, limits: ReadingLimits) -> bool:
    """Tells if a member has read more than the limits: those of the protocol in force, or NARROW."""
    dossiers = counts.soon > limits.soon or counts.day > limits.day
    return dossiers or counts.people > limits.people or counts.listed > limits.listed
