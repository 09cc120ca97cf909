"""One thing owed, and the list of all kinds."""

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
}


class Why(Struct, frozen=True):
    """Why a task stands: the event that opens it, on its day, and what its sentence names."""

    version: int
    on: date
    details: dict[str, str] = {}


class Task(Struct, frozen=True):
    """One thing owed. `key` is the kind and what it is about, never a version.

    Visible on days from `opens` (until `lapses`, excluded); in time through `due`; from each escalation's day
    that role sees it too. Days are the structure's; delays are working days. Until `paused` it rests; a colleague it
    was `handed_to` does it through `handed_until` (None: without end). `owner` is whose it is when its subject is
    nobody's: a facilitator's, of a workshop.
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
    paused: date | None = None
    handed_to: UUID | None = None
    handed_until: date | None = None
    owner: UUID | None = None
