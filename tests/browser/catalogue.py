"""Kinds of events that a walk caused, and those it did not."""

from collections.abc import Iterable

from pixflow.events.base import Recorded
from pixflow.events.catalogue import catalogue


def missing(recorded: Iterable[Recorded]) -> list[str]:
    """The stored names of the facts that nobody caused, in the order of the catalogue."""
    caused = {one.event.TOPIC for one in recorded}
    return [event.TOPIC for event in catalogue() if event.TOPIC not in caused]
