"""Tasks computed from states: one module a stage."""

from pixflow.tasks.dossier import of_dossier
from pixflow.tasks.pix_orga import of_campaign, of_participation
from pixflow.tasks.task import STAGE_OF, Kind, Task, Why
from pixflow.tasks.workshop import of_workshop

__all__ = ["STAGE_OF", "Kind", "Task", "Why", "of_campaign", "of_dossier", "of_participation", "of_workshop"]
