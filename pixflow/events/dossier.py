"""The young person's path. Every event says `on`, the day it happened (never future)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from pixflow.events import Event, Stage
from pixflow.events.values import Action, Channel, Modality, Moment, Partner, Purpose, Result

# --- who, and whose


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierOpened(Event):
    TOPIC: ClassVar[str] = "dossier.DossierOpened"
    last_name: str
    first_name: str
    birth_date: date | None
    imilo_number: str | None
    site: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCorrected(Event):
    TOPIC: ClassVar[str] = "dossier.IdentityCorrected"
    last_name: str
    first_name: str
    birth_date: date | None
    imilo_number: str | None
    site: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCorrected(Event):
    TOPIC: ClassVar[str] = "dossier.ContactCorrected"
    phone: str | None
    email: str | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectStated(Event):
    TOPIC: ClassVar[str] = "dossier.ProjectStated"
    project: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeJoined(Event):
    """`programme` is CEJ, PACEA or another; a CEJ young person has a group and the end of its collective period."""

    TOPIC: ClassVar[str] = "dossier.ProgrammeJoined"
    programme: str
    group: str | None
    collective_end: date | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisorAssigned(Event):
    TOPIC: ClassVar[str] = "dossier.AdvisorAssigned"
    advisor: UUID
    on: date


# --- 1 orientation


@dataclass(frozen=True, slots=True, kw_only=True)
class PixPresented(Event):
    TOPIC: ClassVar[str] = "dossier.PixPresented"
    STAGE: ClassVar[Stage | None] = "orientation"
    occasion: Literal["welcome", "follow-up", "cej"]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticPlanned(Event):
    """The fiche: which campaign, how, where, from which day. A later plan replaces it."""

    TOPIC: ClassVar[str] = "dossier.DiagnosticPlanned"
    STAGE: ClassVar[Stage | None] = "orientation"
    plan: UUID
    campaign: UUID
    modality: Modality
    mediator: bool
    place: str
    planned_for: date
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticDeclined(Event):
    TOPIC: ClassVar[str] = "dossier.DiagnosticDeclined"
    STAGE: ClassVar[Stage | None] = "orientation"
    reason: str
    on: date


# --- 2 diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationLinked(Event):
    """A participation was matched to this dossier. `progress` is a fraction of 1."""

    TOPIC: ClassVar[str] = "dossier.ParticipationLinked"
    STAGE: ClassVar[Stage | None] = "diagnostic"
    participation: UUID
    campaign: UUID
    purpose: Purpose
    started: Moment | None
    progress: Decimal | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationAdvanced(Event):
    TOPIC: ClassVar[str] = "dossier.ParticipationAdvanced"
    STAGE: ClassVar[Stage | None] = "diagnostic"
    participation: UUID
    progress: Decimal | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationWithdrawn(Event):
    """The participation vanished from the exports: a result already received is kept, its open tasks stop."""

    TOPIC: ClassVar[str] = "dossier.ParticipationWithdrawn"
    STAGE: ClassVar[Stage | None] = "diagnostic"
    participation: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultReceived(Event):
    """A shared result came in; `on` is the day it was learned, from which delays count."""

    TOPIC: ClassVar[str] = "dossier.ResultReceived"
    STAGE: ClassVar[Stage | None] = "diagnostic"
    participation: UUID
    purpose: Purpose
    result: Result
    on: date


# --- 3 construction of the prescription


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDispatched(Event):
    TOPIC: ClassVar[str] = "dossier.ResultDispatched"
    STAGE: ClassVar[Stage | None] = "prescription"
    participation: UUID
    advisor: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DebriefHeld(Event):
    TOPIC: ClassVar[str] = "dossier.DebriefHeld"
    STAGE: ClassVar[Stage | None] = "prescription"
    participation: UUID
    channel: Channel
    note: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriptionBuilt(Event):
    """What was decided and what it relied on: evidence does not depend on code.

    `percent` is the score read by grid number `grille`, in the band `low`-`high`; `proposed` are the ids
    of the proposals shown; actions without a proposal were added by the advisor.
    """

    TOPIC: ClassVar[str] = "dossier.PrescriptionBuilt"
    STAGE: ClassVar[Stage | None] = "prescription"
    participation: UUID
    grille: int
    percent: int
    low: int
    high: int
    proposed: tuple[str, ...]
    actions: tuple[Action, ...]
    wish: str
    project: str
    reason: str
    on: date


# --- 4 orientation to a parcours


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralSent(Event):
    TOPIC: ClassVar[str] = "dossier.ReferralSent"
    STAGE: ClassVar[Stage | None] = "parcours"
    referral: UUID
    action: UUID
    partner: Partner
    starts: date | None
    ends: date | None
    note: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAnswered(Event):
    TOPIC: ClassVar[str] = "dossier.ReferralAnswered"
    STAGE: ClassVar[Stage | None] = "parcours"
    referral: UUID
    answer: Literal["accepted", "refused"]
    reason: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStarted(Event):
    TOPIC: ClassVar[str] = "dossier.ActionStarted"
    STAGE: ClassVar[Stage | None] = "parcours"
    action: UUID
    ends: date
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionEnded(Event):
    TOPIC: ClassVar[str] = "dossier.ActionEnded"
    STAGE: ClassVar[Stage | None] = "parcours"
    action: UUID
    outcome: Literal["done", "abandoned"]
    note: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDropped(Event):
    TOPIC: ClassVar[str] = "dossier.ActionDropped"
    STAGE: ClassVar[Stage | None] = "parcours"
    action: UUID
    reason: str
    on: date


# --- along the way


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentSet(Event):
    """`task` is a task key; `at` is UTC."""

    TOPIC: ClassVar[str] = "dossier.AppointmentSet"
    task: str
    at: datetime
    day: date
    place: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentMissed(Event):
    TOPIC: ClassVar[str] = "dossier.AppointmentMissed"
    task: str
    note: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class YoungPersonChased(Event):
    """`about` is the key of the task that asked for it."""

    TOPIC: ClassVar[str] = "dossier.YoungPersonChased"
    about: str
    channel: Channel
    reached: bool
    note: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTaken(Event):
    TOPIC: ClassVar[str] = "dossier.NoteTaken"
    text: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEventReviewed(Event):
    TOPIC: ClassVar[str] = "dossier.LateEventReviewed"
    note: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierClosed(Event):
    TOPIC: ClassVar[str] = "dossier.DossierClosed"
    reason: Literal["done", "employment", "moved", "unreachable", "declined", "other"]
    note: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierReopened(Event):
    TOPIC: ClassVar[str] = "dossier.DossierReopened"
    reason: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted(Event):
    """The event of that version never counts again; history shows it struck through, with the reason."""

    TOPIC: ClassVar[str] = "dossier.Retracted"
    version: int
    reason: str
    on: date
