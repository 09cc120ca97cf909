"""What each form of a dossier asks: its fields and their types."""

from datetime import time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from pixflow.events.values import Cause, Channel, Modality
from pixflow.tasks import STAGE_OF
from web.http.forms import Day, Form

TaskKey = Annotated[str, Field(pattern=rf"^({'|'.join(STAGE_OF)})(:[0-9a-f-]{{36}})?$")]


class Dated(Form):
    on: Day


class Present(Dated):
    occasion: Literal["welcome", "follow-up", "cej"]


class Plan(Dated):
    campaign: UUID
    modality: Modality
    mediator: bool = False
    place: str | None = None
    planned_for: Day


class Need(Dated):
    needed: bool
    reason: str | None = None


class Reasoned(Dated):
    reason: str


class Noted(Dated):
    note: str | None = None


class Chase(Noted):
    about: TaskKey
    channel: Channel
    reached: bool


class Appointment(Dated):
    about: TaskKey
    day: Day
    hour: time
    place: str | None = None


class Missed(Noted):
    about: TaskKey


class Debrief(Noted):
    about: UUID
    channel: Channel
    cause: Cause | None = None
    tutorials: str | None = None


class Found(Noted):
    """What an interview finds of a difficulty."""

    cause: Cause
    tutorials: str | None = None


class Study(Dated):
    tutorials: str


class Progress(Noted):
    about: UUID
    outcome: Literal["done", "ongoing", "stopped"]


class Prescription(Dated):
    about: UUID
    kept: tuple[str, ...] = ()
    added: str | None = None
    wish: str | None = None
    project: str | None = None
    reason: str | None = None


class Refer(Noted):
    about: UUID
    partner: str
    starts: Day | None = None
    ends: Day | None = None


class Answer(Dated):
    about: UUID
    answer: Literal["accepted", "refused"]
    reason: str | None = None


class Remind(Noted):
    about: UUID
    channel: Channel
    reached: bool


class Start(Dated):
    about: UUID
    ends: Day


class End(Noted):
    about: UUID
    outcome: Literal["done", "abandoned"]


class Register(Dated):
    session: Day
    place: str | None = None


class Obtain(Noted):
    obtained: bool
    level: str | None = None


class Retake(Dated):
    campaign: UUID
    planned_for: Day


class Snooze(Reasoned):
    about: TaskKey
    until: Day


class Hand(Noted):
    about: TaskKey
    to: UUID
    until: Day | None = None


class About(Reasoned):
    about: UUID


class Retract(Reasoned):
    about: int


class Note(Dated):
    text: str


class Identity(Dated):
    last_name: str
    first_name: str
    birth_date: Day | None = None
    imilo_number: str | None = None
    site: str


class Contact(Dated):
    phone: str | None = None
    email: str | None = None


class Project(Dated):
    project: str


class Programme(Dated):
    programme: str
    group: str | None = None
    collective_end: Day | None = None


class Assign(Dated):
    advisor: UUID


class Lend(Dated):
    advisor: UUID
    until: Day


class Close(Noted):
    reason: Literal["done", "employment", "moved", "unreachable", "declined", "other"]
