"""A question that a colleague asks from the step where they stand, and its answer."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from pixflow.events.base import Event, Personal

PLAIN = frozenset({"task", "resource", "on"})
"""Fields in clear: ids, days, and the kind of the task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked(Event):
    """`task` is the kind of the task where it was asked, "" elsewhere."""

    TOPIC: ClassVar[str] = "question.QuestionAsked"
    text: Personal[str]
    task: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered(Event):
    """A resource answers it. A later answer replaces it."""

    TOPIC: ClassVar[str] = "question.QuestionAnswered"
    CLOSES: ClassVar[bool] = True
    resource: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDropped(Event):
    TOPIC: ClassVar[str] = "question.QuestionDropped"
    CLOSES: ClassVar[bool] = True
    reason: Personal[str]
    on: date
