"""The young person's path. Every event says `on`, the day it happened (never future)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from pixflow.events.base import Event, Personal, Stage
from pixflow.events.values import (
    Action,
    Awaited,
    Cause,
    Channel,
    DossierPaper,
    LinkChannel,
    LinkPurpose,
    Modality,
    Moment,
    Partner,
    PartnerRefusal,
    Profile,
    Purpose,
    Result,
)

PLAIN = frozenset({
    "site", "on", "advisor", "until", "occasion", "plan", "campaign", "modality", "mediator", "planned_for",
    "workshop", "day", "reason", "participation", "purpose", "by_advisor", "excused", "channel", "grille",
    "study", "outcome", "referral", "action", "starts", "ends", "answer", "session", "task", "at", "about",
    "reached", "to", "into", "participations", "gives_number", "duplicate", "duplicates", "version", "proof",
    "paper", "nth", "awaits", "link", "asked", "automatic", "partner_id", "offer", "contact", "bulk",
})  # fmt: skip
"""Fields in clear: ids, days, and codes of actions."""

# --- identity and advisor


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierOpened(Event):
    TOPIC: ClassVar[str] = "dossier.DossierOpened"
    last_name: Personal[str]
    first_name: Personal[str]
    birth_date: Personal[date | None]
    imilo_number: Personal[str | None]
    site: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityCorrected(Event):
    TOPIC: ClassVar[str] = "dossier.IdentityCorrected"
    last_name: Personal[str]
    first_name: Personal[str]
    birth_date: Personal[date | None]
    imilo_number: Personal[str | None]
    site: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCorrected(Event):
    TOPIC: ClassVar[str] = "dossier.ContactCorrected"
    phone: Personal[str | None]
    email: Personal[str | None]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectStated(Event):
    TOPIC: ClassVar[str] = "dossier.ProjectStated"
    project: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeJoined(Event):
    """`programme` is CEJ, PACEA or another; a CEJ young person has a group and the end of its collective period."""

    TOPIC: ClassVar[str] = "dossier.ProgrammeJoined"
    programme: Personal[str]
    group: Personal[str | None]
    collective_end: Personal[date | None]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisorAssigned(Event):
    """`bulk` is the command that moved this dossier with others of a portfolio."""

    TOPIC: ClassVar[str] = "dossier.AdvisorAssigned"
    CLOSES: ClassVar[bool] = True
    advisor: UUID
    on: date
    bulk: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierLent(Event):
    """The dossier is lent to a colleague through a day, then goes back (AdvisorAssigned).

    `bulk` is the command that moved this dossier with others of a portfolio.
    """

    TOPIC: ClassVar[str] = "dossier.DossierLent"
    advisor: UUID
    until: date
    on: date
    bulk: UUID | None = None


# --- 1 orientation


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedAssessed(Event):
    """The advisor's judgement that Pix concerns this young person or not, where the protocol asks it."""

    TOPIC: ClassVar[str] = "dossier.NeedAssessed"
    STAGE: ClassVar[Stage | None] = "orientation"
    needed: Personal[bool]
    reason: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PixPresented(Event):
    TOPIC: ClassVar[str] = "dossier.PixPresented"
    STAGE: ClassVar[Stage | None] = "orientation"
    CLOSES: ClassVar[bool] = True
    occasion: Literal["welcome", "follow-up", "cej"]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticPlanned(Event):
    """The fiche: campaign, modality, place and first day. A later plan replaces it."""

    TOPIC: ClassVar[str] = "dossier.DiagnosticPlanned"
    STAGE: ClassVar[Stage | None] = "orientation"
    CLOSES: ClassVar[bool] = True
    plan: UUID
    campaign: UUID
    modality: Modality
    mediator: bool
    place: Personal[str]
    planned_for: date
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticDeclined(Event):
    TOPIC: ClassVar[str] = "dossier.DiagnosticDeclined"
    STAGE: ClassVar[Stage | None] = "orientation"
    CLOSES: ClassVar[bool] = True
    reason: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatBooked(Event):
    """A seat in a workshop; recorded again with another `day` when the workshop is moved."""

    TOPIC: ClassVar[str] = "dossier.SeatBooked"
    STAGE: ClassVar[Stage | None] = "orientation"
    CLOSES: ClassVar[bool] = True
    workshop: UUID
    day: date
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatCancelled(Event):
    """The seat is released by the young person, or cancelled with the workshop."""

    TOPIC: ClassVar[str] = "dossier.SeatCancelled"
    STAGE: ClassVar[Stage | None] = "orientation"
    workshop: UUID
    reason: Literal["released", "cancelled"]
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
    started: Personal[Moment | None]
    progress: Personal[Decimal | None]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationAdvanced(Event):
    TOPIC: ClassVar[str] = "dossier.ParticipationAdvanced"
    STAGE: ClassVar[Stage | None] = "diagnostic"
    participation: UUID
    progress: Personal[Decimal | None]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationWithdrawn(Event):
    """The participation vanished from the exports. A received result is kept, its open tasks stop."""

    TOPIC: ClassVar[str] = "dossier.ParticipationWithdrawn"
    STAGE: ClassVar[Stage | None] = "diagnostic"
    participation: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkshopAttended(Event):
    """Present at a workshop. `by_advisor`: the dossier's advisor was one of its facilitators."""

    TOPIC: ClassVar[str] = "dossier.WorkshopAttended"
    STAGE: ClassVar[Stage | None] = "diagnostic"
    workshop: UUID
    trouble: Personal[bool]
    ease: Personal[bool]
    by_advisor: bool
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkshopMissed(Event):
    TOPIC: ClassVar[str] = "dossier.WorkshopMissed"
    STAGE: ClassVar[Stage | None] = "diagnostic"
    workshop: UUID
    excused: bool
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultReceived(Event):
    """A shared result. `on` is the day it was received: delays count from it."""

    TOPIC: ClassVar[str] = "dossier.ResultReceived"
    STAGE: ClassVar[Stage | None] = "diagnostic"
    participation: UUID
    purpose: Purpose
    result: Personal[Result]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileReceived(Event):
    """A shared profile of a profile collection. `on` is the day it was received."""

    TOPIC: ClassVar[str] = "dossier.ProfileReceived"
    STAGE: ClassVar[Stage | None] = "diagnostic"
    participation: UUID
    profile: Personal[Profile]
    on: date


# --- 3 construction of the prescription


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDispatched(Event):
    TOPIC: ClassVar[str] = "dossier.ResultDispatched"
    STAGE: ClassVar[Stage | None] = "prescription"
    CLOSES: ClassVar[bool] = True
    participation: UUID
    advisor: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DebriefHeld(Event):
    TOPIC: ClassVar[str] = "dossier.DebriefHeld"
    STAGE: ClassVar[Stage | None] = "prescription"
    CLOSES: ClassVar[bool] = True
    participation: UUID
    channel: Channel
    note: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescriptionBuilt(Event):
    """The prescription and its evidence, independent of the code.

    `percent` is the score read by grid number `grille`, in the band `low`-`high`. `proposed` are the ids of the
    proposals shown. Actions without a proposal were added by the advisor.
    """

    TOPIC: ClassVar[str] = "dossier.PrescriptionBuilt"
    STAGE: ClassVar[Stage | None] = "prescription"
    CLOSES: ClassVar[bool] = True
    participation: UUID
    grille: int | None
    percent: Personal[int | None]
    low: Personal[int | None]
    high: Personal[int | None]
    proposed: Personal[tuple[str, ...]]
    actions: Personal[tuple[Action, ...]]
    wish: Personal[str]
    project: Personal[str]
    reason: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DifficultyExplored(Event):
    """The cause of a difficulty, found in an interview."""

    TOPIC: ClassVar[str] = "dossier.DifficultyExplored"
    STAGE: ClassVar[Stage | None] = "prescription"
    CLOSES: ClassVar[bool] = True
    cause: Personal[Cause]
    note: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfStudyAssigned(Event):
    """Pix tutorials to work through alone. `tutorials` names them, as the advisor wrote it."""

    TOPIC: ClassVar[str] = "dossier.SelfStudyAssigned"
    STAGE: ClassVar[Stage | None] = "prescription"
    study: UUID
    tutorials: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfStudyFollowed(Event):
    """The progress of a self-study. While `ongoing`, it is followed up again."""

    TOPIC: ClassVar[str] = "dossier.SelfStudyFollowed"
    STAGE: ClassVar[Stage | None] = "prescription"
    CLOSES: ClassVar[bool] = True
    study: UUID
    outcome: Literal["done", "ongoing", "stopped"]
    note: Personal[str]
    on: date


# --- 4 orientation to a parcours


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralSent(Event):
    """A referral. `partner_id` is a listed partner, `offer` one of its offers: both stay once a person is erased.

    `contact` is who is asked there: the e-mail goes to their own address, which stands in their stream alone.
    """

    TOPIC: ClassVar[str] = "dossier.ReferralSent"
    STAGE: ClassVar[Stage | None] = "parcours"
    CLOSES: ClassVar[bool] = True
    referral: UUID
    action: UUID
    partner: Personal[Partner]
    starts: date | None
    ends: date | None
    note: Personal[str]
    on: date
    email: Personal[str] = ""
    partner_id: UUID | None = None
    offer: UUID | None = None
    contact: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerLinkIssued(Event):
    """A link that lets the partner of a referral answer without an account, through `until`. It ends older ones.

    `purpose` is the answer, or the outcome after an acceptance. `asked`: the partner asked for it.
    """

    TOPIC: ClassVar[str] = "dossier.PartnerLinkIssued"
    referral: UUID
    link: UUID
    purpose: LinkPurpose
    channel: LinkChannel
    address: Personal[str]
    until: date
    asked: bool
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerLinkMailed(Event):
    """The e-mail with this link left."""

    TOPIC: ClassVar[str] = "dossier.PartnerLinkMailed"
    referral: UUID
    link: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerLinkReturned(Event):
    """The mail server refuses the address of this link: nobody has it, and no e-mail leaves until another one."""

    TOPIC: ClassVar[str] = "dossier.PartnerLinkReturned"
    referral: UUID
    link: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerLinkRevoked(Event):
    TOPIC: ClassVar[str] = "dossier.PartnerLinkRevoked"
    referral: UUID
    link: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralSeen(Event):
    """The partner opened the referral for the first time."""

    TOPIC: ClassVar[str] = "dossier.ReferralSeen"
    referral: UUID
    link: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPromised(Event):
    """The partner studies the referral, and answers by `until`. Chases wait for that day."""

    TOPIC: ClassVar[str] = "dossier.AnswerPromised"
    STAGE: ClassVar[Stage | None] = "parcours"
    referral: UUID
    until: date
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAnswered(Event):
    """The partner's answer. By link, an acceptance has `starts` and `place`, a refusal the code `refusal`."""

    TOPIC: ClassVar[str] = "dossier.ReferralAnswered"
    STAGE: ClassVar[Stage | None] = "parcours"
    CLOSES: ClassVar[bool] = True
    referral: UUID
    answer: Literal["accepted", "refused"]
    reason: Personal[str]
    on: date
    starts: date | None = None
    place: Personal[str] = ""
    refusal: Personal[PartnerRefusal | None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeReported(Event):
    """The partner's word about an action: the young person came, finished or stopped, on `day`.

    The advisor confirms it: they record ActionStarted or ActionEnded.
    """

    TOPIC: ClassVar[str] = "dossier.OutcomeReported"
    STAGE: ClassVar[Stage | None] = "parcours"
    referral: UUID
    outcome: Literal["came", "done", "stopped"]
    day: date
    note: Personal[str]
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
    CLOSES: ClassVar[bool] = True
    action: UUID
    outcome: Literal["done", "abandoned"]
    note: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDropped(Event):
    TOPIC: ClassVar[str] = "dossier.ActionDropped"
    STAGE: ClassVar[Stage | None] = "parcours"
    CLOSES: ClassVar[bool] = True
    action: UUID
    reason: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteDiagnosticTaken(Event):
    """The complete diagnostic (parcours Cléa numérique) was taken. `participation` is set by an export."""

    TOPIC: ClassVar[str] = "dossier.CompleteDiagnosticTaken"
    STAGE: ClassVar[Stage | None] = "parcours"
    CLOSES: ClassVar[bool] = True
    participation: UUID | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteDiagnosticDeclined(Event):
    TOPIC: ClassVar[str] = "dossier.CompleteDiagnosticDeclined"
    STAGE: ClassVar[Stage | None] = "parcours"
    CLOSES: ClassVar[bool] = True
    reason: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationProposed(Event):
    TOPIC: ClassVar[str] = "dossier.CertificationProposed"
    STAGE: ClassVar[Stage | None] = "parcours"
    CLOSES: ClassVar[bool] = True
    note: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationRegistered(Event):
    """Registered for a session of the Pix certification."""

    TOPIC: ClassVar[str] = "dossier.CertificationRegistered"
    STAGE: ClassVar[Stage | None] = "parcours"
    session: date
    place: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationTaken(Event):
    TOPIC: ClassVar[str] = "dossier.CertificationTaken"
    STAGE: ClassVar[Stage | None] = "parcours"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationObtained(Event):
    """`level` as written on the certificate, empty when unknown."""

    TOPIC: ClassVar[str] = "dossier.CertificationObtained"
    STAGE: ClassVar[Stage | None] = "parcours"
    level: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationNotObtained(Event):
    TOPIC: ClassVar[str] = "dossier.CertificationNotObtained"
    STAGE: ClassVar[Stage | None] = "parcours"
    note: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationDeclined(Event):
    TOPIC: ClassVar[str] = "dossier.CertificationDeclined"
    STAGE: ClassVar[Stage | None] = "parcours"
    CLOSES: ClassVar[bool] = True
    reason: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultAddedToCv(Event):
    TOPIC: ClassVar[str] = "dossier.ResultAddedToCv"
    STAGE: ClassVar[Stage | None] = "parcours"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RetakePlanned(Event):
    """A second initial diagnostic, to measure progress."""

    TOPIC: ClassVar[str] = "dossier.RetakePlanned"
    STAGE: ClassVar[Stage | None] = "parcours"
    CLOSES: ClassVar[bool] = True
    campaign: UUID
    planned_for: date
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RetakeDeclined(Event):
    TOPIC: ClassVar[str] = "dossier.RetakeDeclined"
    STAGE: ClassVar[Stage | None] = "parcours"
    CLOSES: ClassVar[bool] = True
    reason: Personal[str]
    on: date


# --- along the way


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentSet(Event):
    """`task` is a task key; `at` is UTC."""

    TOPIC: ClassVar[str] = "dossier.AppointmentSet"
    task: str
    at: datetime
    day: date
    place: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentMissed(Event):
    TOPIC: ClassVar[str] = "dossier.AppointmentMissed"
    task: str
    note: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class YoungPersonChased(Event):
    """`about` is the key of the task that asked for it."""

    TOPIC: ClassVar[str] = "dossier.YoungPersonChased"
    CLOSES: ClassVar[bool] = True
    about: str
    channel: Channel
    reached: bool
    note: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerChased(Event):
    """A chase of a partner. An `automatic` one is an e-mail of the clock: the advisor's own chase stays due."""

    TOPIC: ClassVar[str] = "dossier.PartnerChased"
    STAGE: ClassVar[Stage | None] = "parcours"
    CLOSES: ClassVar[bool] = True
    referral: UUID
    channel: Channel
    reached: bool
    note: Personal[str]
    on: date
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSnoozed(Event):
    """A task is snoozed until a day; `task` is its key. `awaits` is the fact that ends the snooze before that day."""

    TOPIC: ClassVar[str] = "dossier.TaskSnoozed"
    task: str
    until: date
    reason: Personal[str]
    on: date
    awaits: Awaited | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHandedOver(Event):
    """A task handed over to a colleague. The dossier keeps its advisor. `until` is the last day, None without end."""

    TOPIC: ClassVar[str] = "dossier.TaskHandedOver"
    task: str
    to: UUID
    until: date | None
    note: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTaken(Event):
    TOPIC: ClassVar[str] = "dossier.NoteTaken"
    text: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEventReviewed(Event):
    TOPIC: ClassVar[str] = "dossier.LateEventReviewed"
    CLOSES: ClassVar[bool] = True
    note: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierClosed(Event):
    TOPIC: ClassVar[str] = "dossier.DossierClosed"
    CLOSES: ClassVar[bool] = True
    reason: Literal["done", "employment", "moved", "unreachable", "declined", "other", "mistake"]
    note: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierReopened(Event):
    TOPIC: ClassVar[str] = "dossier.DossierReopened"
    reason: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierMerged(Event):
    """This dossier is the duplicate of another one, which takes its `participations` over.

    `gives_number`: the other one, without an i-Milo number, takes this one's.
    """

    TOPIC: ClassVar[str] = "dossier.DossierMerged"
    into: UUID
    participations: tuple[UUID, ...]
    gives_number: bool
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateJoined(Event):
    """A duplicate was merged into this dossier. The same command recorded its events here."""

    TOPIC: ClassVar[str] = "dossier.DuplicateJoined"
    duplicate: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyIssued(Event):
    """A member of the team, or the operator, took a copy of all data of the person."""

    TOPIC: ClassVar[str] = "dossier.CopyIssued"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperIssued(Event):
    """A member of the team took a paper for the young person, to print or as a PDF."""

    TOPIC: ClassVar[str] = "dossier.PaperIssued"
    paper: DossierPaper
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassBroken(Event):
    """An advisor who does not follow this person receives them: they read the dossier through `until`.

    `nth` counts the glasses that they broke that day.
    """

    TOPIC: ClassVar[str] = "dossier.GlassBroken"
    reason: Personal[str]
    until: date
    nth: int
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequested(Event):
    """A request to erase this person: their own, the end of the retention period, or a mistake."""

    TOPIC: ClassVar[str] = "dossier.ErasureRequested"
    reason: Literal["request", "retention", "mistake"]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureDeclined(Event):
    TOPIC: ClassVar[str] = "dossier.ErasureDeclined"
    CLOSES: ClassVar[bool] = True
    note: Personal[str]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(Event):
    """The keys of this dossier, of its `participations` and of its `duplicates` are destroyed.

    It ends the stream. A duplicate erased with it has its own event, without ids. `proof` is a MAC that the engine
    adds: no key is destroyed without it.
    """

    TOPIC: ClassVar[str] = "dossier.PersonErased"
    CLOSES: ClassVar[bool] = True
    reason: Literal["request", "retention", "mistake"]
    participations: tuple[UUID, ...] = ()
    duplicates: tuple[UUID, ...] = ()
    on: date
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted(Event):
    """The event of that version no longer counts. History shows it struck through, with the reason."""

    TOPIC: ClassVar[str] = "dossier.Retracted"
    version: int
    reason: Personal[str]
    on: date
