"""What each form of a dossier asks: its fields and their types."""

from datetime import date, time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from pixflow.events.values import Channel
from pixflow.tasks import STAGE_OF
from web.pages import Form

TaskKey = Annotated[str, Field(pattern=rf"^({'|'.join(STAGE_OF)})(:[0-9a-f-]{{36}})?$")]


class Dated(Form):
    on: date


class Present(Dated):
    occasion: Literal["welcome", "follow-up", "cej"]


class Plan(Dated):
    campaign: UUID
    modality: Literal["office", "home"]
    mediator: bool = False
    place: str | None = None
    planned_for: date


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
    day: date
    hour: time
    place: str | None = None


class Missed(Noted):
    about: TaskKey


class Debrief(Noted):
    about: UUID
    channel: Channel


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
    starts: date | None = None
    ends: date | None = None


class Answer(Dated):
    about: UUID
    answer: Literal["accepted", "refused"]
    reason: str | None = None


class Start(Dated):
    about: UUID
    ends: date


class End(Noted):
    about: UUID
    outcome: Literal["done", "abandoned"]


class About(Reasoned):
    about: UUID


class Retract(Reasoned):
    about: int


class Note(Dated):
    text: str


class Identity(Dated):
    last_name: str
    first_name: str
    birth_date: date | None = None
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
    collective_end: date | None = None


class Assign(Dated):
    advisor: UUID


class Close(Noted):
    reason: Literal["done", "employment", "moved", "unreachable", "declined", "other"]
