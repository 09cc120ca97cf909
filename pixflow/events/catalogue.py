"""Every event class that may be stored."""

from collections.abc import Iterator

from pixflow.events import (
    campaign,
    contact,
    dossier,
    grille,
    indicators,
    intake,
    notices,
    participation,
    partner,
    protocol,
    question,
    resource,
    staff,
    structure,
    workshop,
)  # fmt: skip
from pixflow.events.base import Event, personal_fields

MODULES = (
    structure, protocol, grille, indicators, staff, campaign, intake, participation, dossier, workshop, notices,
    resource, question, partner, contact,
)  # fmt: skip


def sealed_topics() -> tuple[str, ...]:
    """The stored names of the events that have personal fields."""
    return tuple(event.TOPIC for event in catalogue() if personal_fields(event))


def catalogue() -> Iterator[type[Event]]:
    """Every event class that may be stored, in the order of the streams."""
    for module in MODULES:
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__ and hasattr(value, "TOPIC"):
                yield value
