"""What can happen, one module per stream.

An event is a frozen dataclass with a stable stored name, its TOPIC. Who recorded it, when and through
what are its stamps: the engine puts them on in `Recorded`, at one place.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from msgspec import Struct

Stage = Literal["orientation", "diagnostic", "prescription", "parcours"]
STAGES: tuple[Stage, ...] = ("orientation", "diagnostic", "prescription", "parcours")


class Event:
    """Base of every event: its stored name, and the stage it belongs to (None: it makes no page stale)."""

    __slots__ = ()
    TOPIC: ClassVar[str]
    STAGE: ClassVar[Stage | None] = None


class Recorded(Struct, frozen=True, gc=False):
    """An event with its stamps, as it stands in the store.

    `at` is when it was recorded (UTC, the raw clock); order is `position`, dense over the structure
    and 0 until stored. `by` is a staff id or `system:operator`, `system:clock`, `system:import`,
    `partner:…`; `via` is web, cli, import or link.
    """

    originator_id: UUID
    originator_version: int
    event: Event
    at: datetime
    by: str
    acting_for: str | None
    via: str
    command: UUID
    position: int = 0


def catalogue() -> Iterator[type[Event]]:
    """Every event class that may be stored, in the order of the streams."""
    from pixflow.events import (
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
    )

    modules = (structure, protocol, grille, staff, campaign, intake, participation, dossier, workshop, notices)
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__ and hasattr(value, "TOPIC"):
                yield value
