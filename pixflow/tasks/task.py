"""A task, and all kinds of tasks."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from pixflow.events.base import Stage
from pixflow.events.values import Role

Kind = Literal[
    "present-pix",
    "plan-diagnostic",
    "book-workshop",
    "rebook-absent",
    "mark-attendance",
    "chase-diagnostic",
    "chase-sharing",
    "declare-campaign",
    "match-participation",
    "dispatch-result",
    "assign-advisor",
    "hold-debrief",
    "explore-difficulty",
    "follow-self-study",
    "build-prescription",
    "refer",
    "chase-partner",
    "offer-alternative",
    "record-outcome",
    "complete-path",
    "propose-certification",
    "plan-retake",
    "close-or-plan",
    "review-late-event",
    "confirm-erasure",
    "answer-question",
    "revise-resource",
    "take-pix",
    "brief-newcomer",
    "designate-referent",
    "confirm-team",
    "review-partner",
    "verify-partner",
    "update-contact",
]

STAGE_OF: dict[Kind, Stage | None] = {
    "present-pix": "orientation",
    "plan-diagnostic": "orientation",
    "book-workshop": "orientation",
    "rebook-absent": "orientation",
    "mark-attendance": "diagnostic",
    "chase-diagnostic": "diagnostic",
    "chase-sharing": "diagnostic",
    "declare-campaign": None,
    "match-participation": "diagnostic",
    "dispatch-result": "prescription",
    "assign-advisor": None,
    "hold-debrief": "prescription",
    "explore-difficulty": "prescription",
    "follow-self-study": "prescription",
    "build-prescription": "prescription",
    "refer": "parcours",
    "chase-partner": "parcours",
    "offer-alternative": "parcours",
    "record-outcome": "parcours",
    "complete-path": "parcours",
    "propose-certification": "parcours",
    "plan-retake": "parcours",
    "close-or-plan": None,
    "review-late-event": None,
    "confirm-erasure": None,
    "answer-question": None,
    "revise-resource": None,
    "take-pix": None,
    "brief-newcomer": None,
    "designate-referent": None,
    "confirm-team": None,
    "review-partner": None,
    "verify-partner": None,
    "update-contact": None,
}


class Why(Struct, frozen=True):
    """The reason for a task: the event that opens it, its day, and details for the sentence."""

    version: int
    on: date
    details: dict[str, str] = {}


class Task(Struct, frozen=True):
    """A task. `key` is its kind and subject, never a version.

    It is visible from `opens` to `lapses` (excluded), in time through `due`, and visible to another role from the
    day of each escalation. Days are the structure's; delays are working days. A snoozed task is hidden until
    `snoozed_until`. A colleague, `handed_to`, does it through `handed_until` (None: without end). `owner` is set when
    the subject has no advisor: the facilitator of a workshop.
    """

    key: str
    kind: Kind
    stage: Stage | None
    role: Role
    opens: date
    due: date
    why: Why
    lapses: date | None = None
    escalations: tuple[tuple[date, Role], ...] = ()
    appointment: datetime | None = None
    place: str = ""
    chases: int = 0
    snoozed_until: date | None = None
    handed_to: UUID | None = None
    handed_until: date | None = None
    owner: UUID | None = None

    def is_visible(self, day: date) -> bool:
        """Tells if the dossier's page shows the task on a day, snoozed or not."""
        return self.opens <= day and (self.lapses is None or self.lapses > day)
