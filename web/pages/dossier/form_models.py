"""The fields of each form of a dossier, and their types. A field bears the name that the decision gives it."""

from datetime import time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from pixflow.events.values import Awaited, Cause, Channel, LinkChannel, Modality
from pixflow.tasks import STAGE_OF
from web.http.forms import DatedForm, Day, Form, Pair, Text

TaskKey = Annotated[str, Field(pattern=rf"^({'|'.join(STAGE_OF)})(:[0-9a-f-]{{36}})?$")]


class ReasonForm(DatedForm):
    reason: str


class CommentForm(DatedForm):
    note: Text = ""


# --- orientation and diagnostic


class PresentForm(DatedForm):
    occasion: Literal["welcome", "follow-up", "cej"]


class PlanForm(DatedForm):
    campaign: UUID
    planned_for: Day
    modality: Modality
    mediator: bool = False
    place: Text = ""


class NeedForm(DatedForm):
    needed: bool
    reason: Text = ""


class BookSeatForm(Form):
    """A seat in one of the workshops listed."""

    workshop: UUID
    or_wait: bool = False


class ReleaseSeatForm(Form):
    workshop: UUID


# --- what a task waits for


class ChaseForm(CommentForm):
    about: TaskKey
    channel: Channel
    reached: bool


class AppointmentForm(DatedForm):
    task: TaskKey
    day: Day
    hour: time
    place: Text = ""


class MissedAppointmentForm(CommentForm):
    task: TaskKey


class SnoozeForm(ReasonForm):
    """Until a day, a fact, or the first of the two."""

    task: TaskKey
    until: Day | None = None
    awaits: Awaited | None = None


class HandOverForm(CommentForm):
    task: TaskKey
    to: UUID
    until: Day | None = None


# --- prescription


class PrescriptionForm(DatedForm):
    participation: UUID
    kept: tuple[str, ...] = ()
    added: Text = ""
    wish: Text = ""
    project: Text = ""
    reason: Text = ""


class DebriefForm(CommentForm):
    """The debrief, and the prescription with it when something of it is said. `project` is None where nobody asks."""

    participation: UUID
    channel: Channel
    cause: Cause | None = None
    tutorials: Text = ""
    kept: tuple[str, ...] = ()
    added: Text = ""
    wish: Text = ""
    project: Text | None = None
    reason: Text = ""

    @property
    def prescribes(self) -> bool:
        return bool(self.kept or self.added or self.wish or self.reason)


class DifficultyForm(CommentForm):
    """The cause of a difficulty, found in an interview."""

    cause: Cause
    tutorials: Text = ""


class StudyForm(DatedForm):
    tutorials: str


class StudyProgressForm(CommentForm):
    study: UUID
    outcome: Literal["done", "ongoing", "stopped"]


# --- actions and partners


class ReferForm(CommentForm):
    action: UUID
    offered: Pair | None = None
    partner: Text = ""
    contact: UUID | None = None
    email: str | None = None
    starts: Day | None = None
    ends: Day | None = None


class PartnerLinkForm(DatedForm):
    referral: UUID
    channel: LinkChannel
    address: Text = ""


class RevokeLinkForm(DatedForm):
    referral: UUID


class AnswerForm(DatedForm):
    referral: UUID
    answer: Literal["accepted", "refused"]
    reason: Text = ""


class ChasePartnerForm(CommentForm):
    referral: UUID
    channel: Channel
    reached: bool


class StartActionForm(DatedForm):
    action: UUID
    on: Day
    ends: Day


class EndActionForm(CommentForm):
    action: UUID
    outcome: Literal["done", "abandoned"]


class DropActionForm(ReasonForm):
    action: UUID


# --- certification


class RegisterForm(DatedForm):
    session: Day
    place: Text = ""


class ObtainForm(CommentForm):
    obtained: bool
    level: Text = ""


class RetakeForm(DatedForm):
    campaign: UUID
    planned_for: Day


# --- the dossier itself


class RetractForm(ReasonForm):
    version: int


class UnmatchForm(ReasonForm):
    participation: UUID


class NoteForm(DatedForm):
    text: str


class IdentityForm(DatedForm):
    last_name: str
    first_name: str
    birth_date: Day | None = None
    imilo_number: str | None = None
    site: str


class ContactForm(DatedForm):
    phone: str | None = None
    email: str | None = None


class ProjectForm(DatedForm):
    project: str


class ProgrammeForm(DatedForm):
    programme: str
    group: str | None = None
    collective_end: Day | None = None


class AssignForm(DatedForm):
    advisor: UUID


class LendForm(DatedForm):
    advisor: UUID
    until: Day


class CloseForm(CommentForm):
    reason: Literal["done", "employment", "moved", "unreachable", "declined", "other", "mistake"]
