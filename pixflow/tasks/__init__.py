"""Tasks computed from states: one module a stage, or a subject."""

from collections.abc import Callable, Mapping
from typing import Any

from pixflow.reference_data import References
from pixflow.tasks.kinds import TASK_KINDS, Kind
from pixflow.tasks.stages import DaySet, days_set, of_dossier
from pixflow.tasks.subjects import (
    of_campaign,
    of_contact,
    of_participation,
    of_partner,
    of_question,
    of_resource,
    of_staff,
    of_structure,
    of_workshop,
)
from pixflow.tasks.task import Task, Why

__all__ = [
    "OF", "TASK_KINDS", "DaySet", "Kind", "Task", "Why", "days_set", "of_campaign", "of_dossier", "of_participation",
    "of_workshop",
]  # fmt: skip

OF: Mapping[str, Callable[[Any, References], list[Task]]] = {
    "dossier": of_dossier,
    "participation": of_participation,
    "campaign": of_campaign,
    "workshop": of_workshop,
    "staff": of_staff,
    "structure": of_structure,
    "resource": of_resource,
    "question": of_question,
    "partner": of_partner,
    "contact": of_contact,
}
"""The tasks of each kind of stream."""
