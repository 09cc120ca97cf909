"""The fields of each form of a dossier, and their types. A field bears the name that the decision gives it."""

from datetime import time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from pixflow.events.values import Cause, Channel, Modality
from pixflow.tasks import STAGE_OF
from web.http.forms import Day, Form, Text

TaskKey = Annotated[str, Field(pattern=rf"^({'|'.join(STAGE_OF)})(:[0-9a-f-]{{36}})?$")]


class DatedForm(Form):
    on: Day


class ReasonForm(DatedForm):
    reason: str


class CommentForm(DatedForm):
    note: Text = ""


# --- orientation and diagnostic


class Present(DatedForm):
    occasion: Literal["welcome", "follow-up", "cej"]


class Plan(DatedForm):
    campaign: UUID
    modality: Modality
    mediator: bool = False
    place: Text = ""
    planned_for: Day


class Need(DatedForm):
    needed: bool
    reason: Text = ""


class BookSeat(Form):
    """A seat in one of the workshops listed."""

    workshop: UUID
    or_wait: bool = False


class ReleaseSeat(Form):
    workshop: UUID


# --- what a task waits for


class Chase(CommentForm):
    about: TaskKey
    channel: Channel
    reached: bool


class Appointment(DatedForm):
    task: TaskKey
    day: Day
    hour: time
    place: Text = ""


class MissedAppointment(CommentForm):
    task: TaskKey


class Snooze(ReasonForm):
    task: TaskKey
    until: Day


class HandOver(CommentForm):
    task: TaskKey
    to: UUID
    until: Day | None = None


# --- prescription


class Debrief(CommentForm):
    participation: UUID
    channel: Channel
    cause: Cause | None = None
    tutorials: Text = ""


class Prescription(DatedForm):
    participation: UUID
    kept: tuple[str, ...] = ()
    added: Text = ""
    wish: Text = ""
    project: Text = ""
    reason: Text = ""


class Difficulty(CommentForm):
    """The cause of a difficulty, found in an interview."""

    cause: Cause
    tutorials: Text = ""


class Study(DatedForm):
    tutorials: str


class StudyProgress(CommentForm):
    study: UUID
    outcome: Literal["done", "ongoing", "stopped"]


# --- actions and partners


class Refer(CommentForm):
    action: UUID
    partner: str
    starts: Day | None = None
    ends: Day | None = None


class Answer(DatedForm):
    referral: UUID
    answer: Literal["accepted", "refused"]
    reason: Text = ""


class Remind(CommentForm):
    referral: UUID
    channel: Channel
    reached: bool


class StartAction(DatedForm):
    action: UUID
    ends: Day


class EndAction(CommentForm):
    action: UUID
    outcome: Literal["done", "abandoned"]


class DropAction(ReasonForm):
    action: UUID


# --- certification


class Register(DatedForm):
    session: Day
    place: Text = ""


class Obtain(CommentForm):
    obtained: bool
    level: Text = ""


class Retake(DatedForm):
    campaign: UUID
    planned_for: Day


# --- the dossier itself


class Retract(ReasonForm):
    version: int


class Unmatch(ReasonForm):
    participation: UUID


class Note(DatedForm):
    text: str


class Identity(DatedForm):
    last_name: str
    first_name: str
    birth_date: Day | None = None
    imilo_number: str | None = None
    site: str


class Contact(DatedForm):
    phone: str | None = None
    email: str | None = None


class Project(DatedForm):
    project: str


class Programme(DatedForm):
    programme: str
    group: str | None = None
    collective_end: Day | None = None


class Assign(DatedForm):
    advisor: UUID


class Lend(DatedForm):
    advisor: UUID
    until: Day


class Close(CommentForm):
    reason: Literal["done", "employment", "moved", "unreachable", "declined", "other"]
