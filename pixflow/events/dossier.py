"""The young person's path. Every event says `on`, the day it happened (never future)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pixflow.events.base import Event, Personal, event
from pixflow.events.values import (
    Action,
    Awaited,
    Cause,
    Channel,
    DossierPaper,
    HeldPaper,
    LinkChannel,
    LinkPurpose,
    Mark,
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
    "paper", "nth", "awaits", "reminder", "link", "asked", "automatic", "partner_id", "offer", "contact", "bulk",
    "papers", "referrals", "due", "pressed", "presser", "noter", "waits", "number", "told", "gives_up",
})  # fmt: skip
"""Fields in clear: ids, days, and codes of actions."""

# --- identity and advisor


@event("dossier.DossierOpened")
class DossierOpened(Event):
    last_name: Personal[str]
    first_name: Personal[str]
    birth_date: Personal[date | None]
    imilo_number: Personal[str | None]
    site: str
    on: date


@event("dossier.IdentityCorrected")
class IdentityCorrected(Event):
    """The identity as it is now. `papers` and the `partners` of `referrals` have the former name or birth date."""

    last_name: Personal[str]
    first_name: Personal[str]
    birth_date: Personal[date | None]
    imilo_number: Personal[str | None]
    site: str
    on: date
    papers: tuple[HeldPaper, ...] = ()
    referrals: tuple[UUID, ...] = ()
    partners: Personal[tuple[str, ...]] = ()


@event("dossier.ContactCorrected")
class ContactCorrected(Event):
    """The telephone and the e-mail as they are now. The `partners` of `referrals` have the former ones."""

    phone: Personal[str | None]
    email: Personal[str | None]
    on: date
    referrals: tuple[UUID, ...] = ()
    partners: Personal[tuple[str, ...]] = ()


@event("dossier.ProjectStated")
class ProjectStated(Event):
    project: Personal[str]
    on: date


@event("dossier.CommuneStated")
class CommuneStated(Event):
    """The young person lives in this commune, a code of INSEE. `on` is the day they said it, or moved."""

    commune: Personal[str]
    on: date


@event("dossier.ProgrammeJoined")
class ProgrammeJoined(Event):
    """`programme` is CEJ, PACEA or another, through `programme_end` when it is known.

    A CEJ young person has a group and the end of its collective period.
    """

    programme: Personal[str]
    group: Personal[str | None]
    collective_end: Personal[date | None]
    on: date
    programme_end: Personal[date | None] = None


@event("dossier.AdvisorAssigned", closes=True, unless=("dossier.DossierOpened", "dossier.ResultDispatched"))
class AdvisorAssigned(Event):
    """`bulk` is the command that moved this dossier with others of a portfolio."""

    advisor: UUID
    on: date
    bulk: UUID | None = None


@event("dossier.DossierLent")
class DossierLent(Event):
    """The dossier is lent to a colleague through a day, then goes back (AdvisorAssigned).

    `bulk` is the command that moved this dossier with others of a portfolio.
    """

    advisor: UUID
    until: date
    on: date
    bulk: UUID | None = None


# --- 1 orientation


@event("dossier.NeedAssessed", "orientation")
class NeedAssessed(Event):
    """The advisor's judgement that Pix concerns this young person or not, where the protocol asks it."""

    needed: Personal[bool]
    reason: Personal[str]
    on: date


@event("dossier.PixPresented", "orientation", closes=True)
class PixPresented(Event):
    occasion: Literal["welcome", "follow-up", "cej"]
    on: date


@event("dossier.DiagnosticPlanned", "orientation", closes=True, unless=("dossier.SeatBooked",))
class DiagnosticPlanned(Event):
    """The fiche: campaign, modality, place and first day. A later plan replaces it.

    `waits`: in a full workshop, on its waiting list.
    """

    plan: UUID
    campaign: UUID
    modality: Modality
    mediator: bool
    place: Personal[str]
    planned_for: date
    on: date
    waits: bool = False


@event("dossier.DiagnosticDeclined", "orientation", closes=True)
class DiagnosticDeclined(Event):
    reason: Personal[str]
    on: date


@event("dossier.SeatBooked", "orientation", closes=True)
class SeatBooked(Event):
    """A seat in a workshop; recorded again with another `day` when the workshop is moved.

    `gives_up`: the other workshops that kept a seat for this person.
    """

    workshop: UUID
    day: date
    on: date
    gives_up: tuple[UUID, ...] = ()


@event("dossier.SeatCancelled", "orientation")
class SeatCancelled(Event):
    """The seat is released by the young person, or cancelled with the workshop."""

    workshop: UUID
    reason: Literal["released", "cancelled"]
    on: date


# --- 2 diagnostic


@event("dossier.ParticipationLinked", "diagnostic")
class ParticipationLinked(Event):
    """A participation was matched to this dossier. `progress` is a fraction of 1."""

    participation: UUID
    campaign: UUID
    purpose: Purpose
    started: Personal[Moment | None]
    progress: Personal[Decimal | None]
    on: date


@event("dossier.ParticipationAdvanced", "diagnostic")
class ParticipationAdvanced(Event):
    participation: UUID
    progress: Personal[Decimal | None]
    on: date


@event("dossier.ParticipationWithdrawn", "diagnostic")
class ParticipationWithdrawn(Event):
    """The participation vanished from the exports. A received result is kept, its open tasks stop."""

    participation: UUID
    on: date


@event("dossier.WorkshopAttended", "diagnostic")
class WorkshopAttended(Event):
    """Present at a workshop. `by_advisor`: the dossier's advisor was one of its facilitators.

    `pressed` is the hour (UTC) of a press that waited for the network.
    """

    workshop: UUID
    trouble: Personal[bool]
    ease: Personal[bool]
    by_advisor: bool
    on: date
    pressed: datetime | None = None


@event("dossier.WorkshopMissed", "diagnostic")
class WorkshopMissed(Event):
    """Absent from a workshop. `pressed` is the hour (UTC) of a press that waited for the network."""

    workshop: UUID
    excused: bool
    on: date
    pressed: datetime | None = None


@event("dossier.AttendanceContested")
class AttendanceContested(Event):
    """Two presses about one presence did not see each other: the later one counts, and both people are asked.

    `mark` is the earlier press, of `presser` at an hour (`at`, UTC); `noter` made the later one.
    """

    workshop: UUID
    mark: Personal[Mark]
    presser: UUID
    at: datetime
    noter: UUID
    on: date


@event("dossier.AttendanceSettled")
class AttendanceSettled(Event):
    """Somebody who read both presses chose one. `pressed` is the hour (UTC) of a choice that waited."""

    workshop: UUID
    on: date
    pressed: datetime | None = None


@event("dossier.ResultReceived", "diagnostic")
class ResultReceived(Event):
    """A shared result. `on` is the day it was received: delays count from it."""

    participation: UUID
    purpose: Purpose
    result: Personal[Result]
    on: date


@event("dossier.ProfileReceived", "diagnostic")
class ProfileReceived(Event):
    """A shared profile of a profile collection. `on` is the day it was received."""

    participation: UUID
    profile: Personal[Profile]
    on: date


# --- 3 construction of the prescription


@event("dossier.ResultDispatched", "prescription", closes=True)
class ResultDispatched(Event):
    participation: UUID
    advisor: UUID
    on: date


@event("dossier.DebriefHeld", "prescription", closes=True)
class DebriefHeld(Event):
    """The interview that explains a score. `grille` is the grid that read it; None before, or without a score."""

    participation: UUID
    channel: Channel
    note: Personal[str]
    on: date
    grille: int | None = None


@event("dossier.ReadingReviewed", "prescription", closes=True)
class ReadingReviewed(Event):
    """The answer to a grid that reads a told result otherwise: `told` to the young person, or that of then is kept.

    The grid `number` reads the score in the band `low`-`high`.
    """

    participation: UUID
    number: int
    low: Personal[int]
    high: Personal[int]
    told: bool
    note: Personal[str]
    on: date


@event("dossier.PrescriptionBuilt", "prescription", closes=True)
class PrescriptionBuilt(Event):
    """The prescription and its evidence, independent of the code.

    `percent` is the score read by grid number `grille`, in the band `low`-`high`. `proposed` are the ids of the
    proposals shown. Actions without a proposal were added by the advisor.
    """

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


@event("dossier.ActionAdded", "prescription")
class ActionAdded(Event):
    """An action added to the prescription of a result. What was built, with its reading by the grid, stays."""

    participation: UUID
    added: Personal[Action]
    reason: Personal[str]
    on: date


def prescribed_by(event: object) -> tuple[Action, ...]:
    """Returns the actions that an event prescribes."""
    match event:
        case PrescriptionBuilt(actions=actions):
            return actions
        case ActionAdded(added=action):
            return (action,)
    return ()


@event("dossier.DifficultyExplored", "prescription", closes=True)
class DifficultyExplored(Event):
    """The cause of a difficulty, found in an interview."""

    cause: Personal[Cause]
    note: Personal[str]
    on: date


@event("dossier.SelfStudyAssigned", "prescription")
class SelfStudyAssigned(Event):
    """Pix tutorials to work through alone. `tutorials` names them, as the advisor wrote it."""

    study: UUID
    tutorials: Personal[str]
    on: date


@event("dossier.SelfStudyFollowed", "prescription", closes=True)
class SelfStudyFollowed(Event):
    """The progress of a self-study. While `ongoing`, it is followed up again."""

    study: UUID
    outcome: Literal["done", "ongoing", "stopped"]
    note: Personal[str]
    on: date


# --- 4 orientation to a parcours


@event("dossier.ReferralSent", "parcours", closes=True)
class ReferralSent(Event):
    """A referral. `partner_id` is a listed partner, `offer` one of its offers: both stay once a person is erased.

    `contact` is who is asked there: the e-mail goes to their own address, which stands in their stream alone.
    `agreed`: the young person agrees that the partner learns their name and telephone.
    """

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
    agreed: Personal[bool] = False


@event("dossier.PartnerLinkIssued")
class PartnerLinkIssued(Event):
    """A link that lets the partner of a referral answer without an account, through `until`. It ends older ones.

    `purpose` is the answer, or the outcome after an acceptance. `asked`: the partner asked for it. `agreed`: the young
    person agrees, where the referral did not say it.
    """

    referral: UUID
    link: UUID
    purpose: LinkPurpose
    channel: LinkChannel
    address: Personal[str]
    until: date
    asked: bool
    on: date
    agreed: Personal[bool] = False


@event("dossier.PartnerLinkMailed")
class PartnerLinkMailed(Event):
    """The e-mail with this link left."""

    referral: UUID
    link: UUID
    on: date


@event("dossier.PartnerLinkReturned")
class PartnerLinkReturned(Event):
    """The mail server refuses the address of this link: nobody has it, and no e-mail leaves until another one."""

    referral: UUID
    link: UUID
    on: date


@event("dossier.PartnerLinkRevoked")
class PartnerLinkRevoked(Event):
    referral: UUID
    link: UUID
    on: date


@event("dossier.ReferralSeen")
class ReferralSeen(Event):
    """The partner opened the referral for the first time."""

    referral: UUID
    link: UUID
    on: date


@event("dossier.AnswerPromised", "parcours")
class AnswerPromised(Event):
    """The partner studies the referral, and answers by `until`. Chases wait for that day."""

    referral: UUID
    until: date
    on: date


@event("dossier.ReferralAnswered", "parcours", closes=True)
class ReferralAnswered(Event):
    """The partner's answer. By link, an acceptance has `starts` and `place`, a refusal the code `refusal`."""

    referral: UUID
    answer: Literal["accepted", "refused"]
    reason: Personal[str]
    on: date
    starts: date | None = None
    place: Personal[str] = ""
    refusal: Personal[PartnerRefusal | None] = None


@event("dossier.OutcomeReported", "parcours")
class OutcomeReported(Event):
    """The partner's word about an action: the young person came, finished or stopped, on `day`.

    The advisor confirms it: they record ActionStarted or ActionEnded.
    """

    referral: UUID
    outcome: Literal["came", "done", "stopped"]
    day: date
    note: Personal[str]
    on: date


@event("dossier.ActionStarted", "parcours")
class ActionStarted(Event):
    action: UUID
    ends: date
    on: date


@event("dossier.ActionEnded", "parcours", closes=True)
class ActionEnded(Event):
    action: UUID
    outcome: Literal["done", "abandoned"]
    note: Personal[str]
    on: date


@event("dossier.ActionDropped", "parcours", closes=True)
class ActionDropped(Event):
    action: UUID
    reason: Personal[str]
    on: date


@event("dossier.CompleteDiagnosticTaken", "parcours", closes=True)
class CompleteDiagnosticTaken(Event):
    """The complete diagnostic (parcours Cléa numérique) was taken. `participation` is set by an export."""

    participation: UUID | None
    on: date


@event("dossier.CompleteDiagnosticDeclined", "parcours", closes=True)
class CompleteDiagnosticDeclined(Event):
    reason: Personal[str]
    on: date


@event("dossier.CertificationProposed", "parcours", closes=True)
class CertificationProposed(Event):
    note: Personal[str]
    on: date


@event("dossier.CertificationRegistered", "parcours")
class CertificationRegistered(Event):
    """Registered for a session of the Pix certification."""

    session: date
    place: Personal[str]
    on: date


@event("dossier.CertificationTaken", "parcours")
class CertificationTaken(Event):
    on: date


@event("dossier.CertificationObtained", "parcours", closes=True)
class CertificationObtained(Event):
    """`level` as written on the certificate, empty when unknown."""

    level: Personal[str]
    on: date


@event("dossier.CertificationNotObtained", "parcours", closes=True)
class CertificationNotObtained(Event):
    note: Personal[str]
    on: date


@event("dossier.CertificationDeclined", "parcours", closes=True)
class CertificationDeclined(Event):
    reason: Personal[str]
    on: date


@event("dossier.ResultAddedToCv", "parcours")
class ResultAddedToCv(Event):
    on: date


@event("dossier.RetakePlanned", "parcours", closes=True)
class RetakePlanned(Event):
    """A second initial diagnostic, to measure progress."""

    campaign: UUID
    planned_for: date
    on: date


@event("dossier.RetakeDeclined", "parcours", closes=True)
class RetakeDeclined(Event):
    reason: Personal[str]
    on: date


# --- along the way


@event("dossier.AppointmentSet")
class AppointmentSet(Event):
    """`task` is a task key; `at` is UTC."""

    task: str
    at: datetime
    day: date
    place: Personal[str]
    on: date


@event("dossier.AppointmentMissed")
class AppointmentMissed(Event):
    task: str
    note: Personal[str]
    on: date


@event("dossier.YoungPersonChased", closes=True)
class YoungPersonChased(Event):
    """`about` is the key of the task that asked for it."""

    about: str
    channel: Channel
    reached: bool
    note: Personal[str]
    on: date


@event("dossier.PartnerChased", "parcours", closes=True)
class PartnerChased(Event):
    """A chase of a partner. An `automatic` one is an e-mail of the clock: the advisor's own chase stays due."""

    referral: UUID
    channel: Channel
    reached: bool
    note: Personal[str]
    on: date
    automatic: bool = False


@event("dossier.TaskSnoozed")
class TaskSnoozed(Event):
    """A task is snoozed until a day; `task` is its key. `awaits` is the fact that ends the snooze before that day."""

    task: str
    until: date
    reason: Personal[str]
    on: date
    awaits: Awaited | None = None


@event("dossier.TaskHandedOver")
class TaskHandedOver(Event):
    """A task handed over to a colleague. The dossier keeps its advisor. `until` is the last day, None without end."""

    task: str
    to: UUID
    until: date | None
    note: Personal[str]
    on: date


@event("dossier.ReminderSet")
class ReminderSet(Event):
    """A day on which the advisor wants to think of something. A later one of the same `reminder` moves it."""

    reminder: UUID
    day: date
    text: Personal[str]
    on: date


@event("dossier.ReminderDone", closes=True)
class ReminderDone(Event):
    reminder: UUID
    note: Personal[str]
    on: date


@event("dossier.NoteTaken")
class NoteTaken(Event):
    text: Personal[str]
    on: date


@event("dossier.LateEventReviewed", closes=True)
class LateEventReviewed(Event):
    note: Personal[str]
    on: date


@event("dossier.DossierClosed", closes=True)
class DossierClosed(Event):
    reason: Literal["done", "employment", "moved", "unreachable", "declined", "other", "mistake"]
    note: Personal[str]
    on: date


@event("dossier.DossierReopened")
class DossierReopened(Event):
    reason: Personal[str]
    on: date


@event("dossier.DossierMerged")
class DossierMerged(Event):
    """This dossier is the duplicate of another one, which takes its `participations` over.

    `gives_number`: the other one, without an i-Milo number, takes this one's.
    """

    into: UUID
    participations: tuple[UUID, ...]
    gives_number: bool
    on: date


@event("dossier.DuplicateJoined")
class DuplicateJoined(Event):
    """A duplicate was merged into this dossier. The same command recorded its events here.

    `referrals` are those whose partner has a link that ends with the merge, `papers` those of the duplicate to correct.
    """

    duplicate: UUID
    on: date
    papers: tuple[HeldPaper, ...] = ()
    referrals: tuple[UUID, ...] = ()


@event("dossier.CopyIssued")
class CopyIssued(Event):
    """A member of the team, or the operator, took a copy of all data of the person."""

    on: date


@event("dossier.PaperIssued")
class PaperIssued(Event):
    """A member of the team took a paper for the young person, to print or as a PDF."""

    paper: DossierPaper
    on: date


@event("dossier.GlassBroken")
class GlassBroken(Event):
    """An advisor who does not follow this person receives them: they read the dossier through `until`.

    `nth` counts the glasses that they broke that day.
    """

    reason: Personal[str]
    until: date
    nth: int
    on: date


@event("dossier.ErasureRequested")
class ErasureRequested(Event):
    """A request to erase this person: their own, the end of the retention period, or a mistake."""

    reason: Literal["request", "retention", "mistake"]
    on: date


@event("dossier.ErasureDeclined", closes=True)
class ErasureDeclined(Event):
    note: Personal[str]
    on: date


@event("dossier.PersonErased", closes=True)
class PersonErased(Event):
    """The person is hidden, and the keys of this dossier, its `participations` and its `duplicates` are destroyed.

    It ends the stream. A duplicate erased with it has its own event, without ids. `proof` is a MAC that the engine
    adds: no key is destroyed without it. `due`: the keys stay until that instant (UTC), and `ErasureStopped` may end
    the erasure before; without it they go at once.
    """

    reason: Literal["request", "retention", "mistake"]
    participations: tuple[UUID, ...] = ()
    duplicates: tuple[UUID, ...] = ()
    on: date
    proof: str = ""
    due: datetime | None = None


@event("dossier.ErasureStopped")
class ErasureStopped(Event):
    """The erasure of that version no longer counts: its keys were not destroyed yet. The dossier is back as it was."""

    version: int
    reason: Personal[str]
    on: date


@event("dossier.Retracted")
class Retracted(Event):
    """The event of that version no longer counts. History shows it struck through, with the reason.

    `papers` hold what it said, and so do the partners of `referrals`; `partners` are their names.
    """

    version: int
    reason: Personal[str]
    on: date
    papers: tuple[HeldPaper, ...] = ()
    referrals: tuple[UUID, ...] = ()
    partners: Personal[tuple[str, ...]] = ()


@event("dossier.HolderInformed", closes=True)
class HolderInformed(Event):
    """The partner of a referral, or the young person (None), was told of a correction, or need not be."""

    referral: UUID | None
    answer: Literal["told", "needless"]
    note: Personal[str]
    on: date
