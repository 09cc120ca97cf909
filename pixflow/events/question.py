"""A question that a colleague asks from the step where they stand, and its answer."""

from datetime import date
from uuid import UUID

from pixflow.events.base import Event, Personal, event

PLAIN = frozenset({"task", "resource", "on"})
"""Fields in clear: ids, days, and the kind of the task."""


@event("question.QuestionAsked")
class QuestionAsked(Event):
    """`task` is the kind of the task where it was asked, "" elsewhere."""

    text: Personal[str]
    task: str
    on: date


@event("question.QuestionAnswered", closes=True)
class QuestionAnswered(Event):
    """A resource answers it. A later answer replaces it."""

    resource: UUID
    on: date


@event("question.QuestionDropped", closes=True)
class QuestionDropped(Event):
    reason: Personal[str]
    on: date
