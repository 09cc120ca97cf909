"""Base of every event, personal fields, and the recorded form of an event."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, TypeVar, dataclass_transform, get_origin
from uuid import UUID

from msgspec import Struct

T = TypeVar("T")

PERSONAL = object()

Personal = Annotated[T, PERSONAL]
"""Marks a field with personal data: sealed with the key of its stream (docs/event-model.md#what-is-sealed).

Names, words, numbers, scores and judgements are; ids, days and codes of what was done are not: each module names those
in its PLAIN.
"""

Stage = Literal["orientation", "diagnostic", "prescription", "parcours"]

STAGES: tuple[Stage, ...] = ("orientation", "diagnostic", "prescription", "parcours")


class Event:
    """Base of every event: its stored name, and the stage it belongs to (None: it makes no page stale).

    `CLOSES`: a member of the team who records it closes a task, or a turn of it. `pixflow/tasks` decides which task. An
    event that Pix sends never does; nor one whose command recorded an event of the topics `UNLESS` in the stream.
    """

    __slots__ = ()
    TOPIC: ClassVar[str]
    STAGE: ClassVar[Stage | None] = None
    CLOSES: ClassVar[bool] = False
    UNLESS: ClassVar[tuple[str, ...]] = ()


E = TypeVar("E", bound=Event)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(
    topic: str, stage: Stage | None = None, *, closes: bool = False, unless: tuple[str, ...] = ()
) -> Callable[[type[E]], type[E]]:
    """Makes the class below it an event: its stored name, its stage, and whether it closes a task."""

    def declare(cls: type[E]) -> type[E]:
        cls.TOPIC, cls.STAGE, cls.CLOSES, cls.UNLESS = topic, stage, closes, unless
        return dataclass(frozen=True, slots=True, kw_only=True)(cls)

    return declare


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased(Event):
    """An event whose personal data was sealed with a destroyed key."""

    TOPIC: str  # type: ignore[misc]
    STAGE: Stage | None  # type: ignore[misc]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Unopened(Event):
    """An event that does not open: its bytes are damaged, or its key is lost. Its stamps are unknown."""

    TOPIC: str  # type: ignore[misc]


def event_day(event: Event) -> date:
    """Returns the day that an event is about. Raises AttributeError for the five kinds that have none."""
    on: date = event.on  # type: ignore[attr-defined]
    return on


def personal_fields(event: type[Event]) -> frozenset[str]:
    """Returns the names of an event's personal fields; none for an event stored in clear."""
    hints: dict[str, Any] = {field.name: field.type for field in fields(event)}  # type: ignore[arg-type]
    return frozenset(
        name for name, hint in hints.items() if get_origin(hint) is Annotated and PERSONAL in hint.__metadata__
    )


def as_erased(event: Event) -> Event:
    """Returns the event as it is read once its stream's key is destroyed."""
    if isinstance(event, (Erased, Unopened)) or not personal_fields(type(event)):
        return event
    return Erased(TOPIC=event.TOPIC, STAGE=event.STAGE, on=event_day(event))


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
