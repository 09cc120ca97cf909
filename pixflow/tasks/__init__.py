"""Tasks computed from states: one module a stage, or a subject."""

from collections.abc import Callable, Mapping
from typing import Any

from pixflow.reference_data import References
from pixflow.tasks.dossier import of_dossier
from pixflow.tasks.knowledge import of_question, of_resource
from pixflow.tasks.pix_orga import of_campaign, of_participation
from pixflow.tasks.task import STAGE_OF, Kind, Task, Why
from pixflow.tasks.team import of_staff, of_structure
from pixflow.tasks.territory import of_contact, of_partner
from pixflow.tasks.workshop import of_workshop

__all__ = ["OF", "STAGE_OF", "Kind", "Task", "Why", "of_campaign", "of_dossier", "of_participation", "of_workshop"]

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
