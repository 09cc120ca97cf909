"""Every event class that may be stored."""

from collections.abc import Iterator

from pixflow.events import (
    access,
    campaign,
    dossier,
    grille,
    intake,
    notices,
    participation,
    protocol,
    staff,
    structure,
    workshop,
)  # fmt: skip
from pixflow.events.base import Event, personal_fields
from pixflow.events.documents import indicators
from pixflow.events.knowledge import question, resource
from pixflow.events.territory import contact, partner

MODULES = (
    structure,
    protocol,
    grille,
    indicators,
    staff,
    access,
    campaign,
    intake,
    participation,
    dossier,
    workshop,
    notices,
    resource,
    question,
    partner,
    contact,
)


def sealed_topics() -> tuple[str, ...]:
    """The stored names of the events that have personal fields."""
    return tuple(event.TOPIC for event in catalogue() if personal_fields(event))


def catalogue() -> Iterator[type[Event]]:
    """Every event class that may be stored, in the order of the streams."""
    for module in MODULES:
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__ and hasattr(value, "TOPIC"):
                yield value
