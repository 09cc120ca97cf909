"""The state of a dossier, its progress on the four stages, and what decisions check first."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import Struct

from pixflow.events.base import STAGES, Stage
from pixflow.events.values import (
    Action,
    Awaited,
    Cause,
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
from pixflow.folding import Stamp
from pixflow.refused import Refused


class PartnerLink(Struct, frozen=True):
    """A link of a referral. `asked`: the partner asked for it. `mailed` and `revoked` are what happened to it."""

    id: UUID
    stamp: Stamp
    purpose: LinkPurpose
    channel: LinkChannel
    address: str
    until: date
    asked: bool = False
    mailed: Stamp | None = None
    returned: Stamp | None = None
    revoked: Stamp | None = None


class Report(Struct, frozen=True):
    """The partner's word about the young person: they came, finished or stopped, on `day`."""

    stamp: Stamp
    outcome: Literal["came", "done", "stopped"]
    day: date
    note: str


class Referral(Struct, frozen=True):
    """A referral. `email` was typed with it; `promised` is the day by which the partner said to answer.

    `reminders` are the e-mails that the clock sent while the partner was silent. `contact` is who is asked there.
    `agreed`: the young person agrees that the partner learns their name and telephone.
    """

    id: UUID
    stamp: Stamp
    partner: Partner
    starts: date | None
    ends: date | None
    answer: Literal["accepted", "refused"] | None = None
    answered: Stamp | None = None
    reason: str = ""
    note: str = ""
    email: str = ""
    place: str = ""
    refusal: PartnerRefusal | None = None
    seen: Stamp | None = None
    promised: date | None = None
    reminders: tuple[Stamp, ...] = ()
    links: tuple[PartnerLink, ...] = ()
    report: Report | None = None
    offer: UUID | None = None
    contact: UUID | None = None
    agreed: bool = False

    @property
    def link(self) -> PartnerLink | None:
        """The latest link: it ended those before it."""
        return self.links[-1] if self.links else None

    @property
    def address(self) -> str:
        """The e-mail address typed last, with the referral or with a link."""
        typed = [link.address for link in self.links if link.address]
        return typed[-1] if typed else self.email

    @property
    def by_mail(self) -> bool:
        """Tells if an e-mail was meant to leave: the clock writes to no other partner."""
        return any(link.channel == "email" for link in self.links)


class ActionState(Struct, frozen=True):
    """One action of a prescription, its referrals and its outcome."""

    action: Action
    built: Stamp
    referrals: tuple[Referral, ...] = ()
    started: Stamp | None = None
    ends: date | None = None
    ended: Stamp | None = None
    outcome: Literal["done", "abandoned"] | None = None
    dropped: Stamp | None = None

    @property
    def over(self) -> bool:
        return self.ended is not None or self.dropped is not None

    @property
    def reported(self) -> Referral | None:
        """The current referral, when its partner said something that the advisor has not recorded yet."""
        told = self.referral.report if self.referral and not self.over else None
        return None if told is None or (told.outcome == "came" and self.started) else self.referral

    @property
    def referral(self) -> Referral | None:
        """The current referral: an accepted one, else the latest one, unless the partner refused it."""
        accepted = [one for one in self.referrals if one.answer == "accepted"]
        last = [*self.referrals[-1:], *accepted][-1] if self.referrals else None
        return last if last and last.answer != "refused" else None


class Answer(Struct, frozen=True):
    """The complete diagnostic: taken or declined."""

    stamp: Stamp
    accepted: bool


class Certification(Struct, frozen=True):
    """The step of the certification, and the event that set it."""

    stamp: Stamp
    step: Literal["proposed", "registered", "taken", "obtained", "not-obtained", "declined"]
    session: date | None = None
    place: str = ""
    level: str = ""


class Retake(Struct, frozen=True):
    """The second diagnostic, planned with a campaign for a day, or declined."""

    stamp: Stamp
    campaign: UUID | None = None
    planned_for: date | None = None


class Parcours(Struct, frozen=True):
    actions: dict[UUID, ActionState] = {}
    complete: Answer | None = None
    certification: Certification | None = None
    on_cv: Stamp | None = None
    retake: Retake | None = None

    def begin(self, action: Action, built: Stamp) -> ActionState:
        """Returns a new action; it has started or is done when the dossier shows it was, as after a workshop."""
        kind, step = action.kind, self.certification.step if self.certification else ""
        done = (
            (kind == "complete" and self.complete is not None and self.complete.accepted)
            or (kind == "cv" and self.on_cv is not None)
            or (kind == "certification" and step == "obtained")
        )
        begun = kind == "certification" and step in ("proposed", "registered", "taken")
        started, ended = built if begun else None, built if done else None
        return ActionState(action, built, started=started, ended=ended, outcome="done" if done else None)

    @property
    def last_training(self) -> tuple[Stamp, Action] | None:
        """The latest remediation or training done, and when. Checks, CV and certification do not count."""
        mine = (a for a in self.actions.values() if a.action.kind == "action" and a.outcome == "done")
        done = ((a.ended, a.action) for a in mine if a.ended)
        return max(done, key=lambda one: (one[0].on, one[0].version), default=None)


class DiagnosticPlan(Struct, frozen=True):
    stamp: Stamp
    id: UUID
    campaign: UUID
    modality: Modality
    mediator: bool
    place: str
    planned_for: date


class NeedAssessment(Struct, frozen=True):
    """The advisor's judgement: Pix concerns this young person, or not."""

    stamp: Stamp
    needed: bool


class Orientation(Struct, frozen=True):
    need: NeedAssessment | None = None
    presented: Stamp | None = None
    declined: Stamp | None = None
    plan: DiagnosticPlan | None = None


class LinkedParticipation(Struct, frozen=True):
    """A participation matched to this dossier. `finished`: an export showed it at 100 % for the first time."""

    stamp: Stamp
    campaign: UUID
    purpose: Purpose
    started: Moment | None
    progress: Decimal | None
    finished: Stamp | None = None
    result: Result | None = None
    received: Stamp | None = None
    withdrawn: Stamp | None = None
    profile: Profile | None = None


class Seat(Struct, frozen=True):
    """A seat in a workshop and its outcome. `stamp` is the event that last changed it, `day` the workshop's day."""

    stamp: Stamp
    workshop: UUID
    day: date
    status: Literal["booked", "cancelled", "attended", "missed"]
    reason: Literal["", "released", "cancelled", "excused"] = ""
    trouble: bool = False
    ease: bool = False
    by_advisor: bool = False


class ContestedMark(Struct, frozen=True):
    """A press that another one, later, did not see: somebody chooses between them."""

    stamp: Stamp
    mark: Mark
    presser: UUID
    at: datetime
    noter: UUID


class Diagnostic(Struct, frozen=True):
    """The tests and the workshops of a dossier. `contested` are the presses to choose between, by workshop."""

    participations: dict[UUID, LinkedParticipation] = {}
    seats: dict[UUID, Seat] = {}
    contested: dict[UUID, tuple[ContestedMark, ...]] = {}

    @property
    def seat(self) -> Seat | None:
        """The booked seat, else the one that changed last, by the day it happened."""
        return max(self.seats.values(), key=lambda one: (one.status == "booked", *_when(one.stamp)), default=None)

    @property
    def last_attended(self) -> Seat | None:
        """The workshop attended last."""
        there = (seat for seat in self.seats.values() if seat.status == "attended")
        return max(there, key=lambda seat: _when(seat.stamp), default=None)

    @property
    def profile(self) -> Profile | None:
        """The profile shared last."""
        shared = (link.profile for link in self.participations.values() if link.profile)
        return max(shared, key=lambda profile: _moment(profile.shared), default=None)

    def current(self, purpose: Purpose) -> tuple[UUID, LinkedParticipation] | None:
        """Returns the latest shared participation of a purpose, by its sharing, then by its start."""
        shared = [one for one in self.participations.items() if one[1].purpose == purpose and one[1].result]
        return shared[0] if len(shared) == 1 else max(shared, key=_shared_at, default=None)

    @property
    def certifiable(self) -> Stamp | None:
        """The event since which this person may take the certification; tasks and figures both ask here.

        The profile shared last says so, or the current complete diagnostic earned a badge: since the first that did.
        """
        profile, complete = self.profile, self.current("complete")
        by_profile = profile is not None and bool(profile.certifiable)
        by_badge = complete is not None and _has_badge(complete[1])
        stamps = [
            link.received
            for link in self.participations.values()
            if (by_profile and link.profile and link.profile.certifiable)
            or (by_badge and link.purpose == "complete" and _has_badge(link))
        ]
        return min(filter(None, stamps), key=_when, default=None)

    def has_participation(self, purpose: Purpose) -> bool:
        return any(link.purpose == purpose for link in self.participations.values())


class Dispatch(Struct, frozen=True):
    stamp: Stamp
    advisor: UUID


class AddedAction(Struct, frozen=True):
    """An action added to a prescription, why, and by whom: an actor."""

    stamp: Stamp
    action: Action
    reason: str
    by: str


class BuiltPrescription(Struct, frozen=True):
    """A prescription. Number, percent and band are None when Pix gave no score.

    `actions` are those chosen when it was built, `added` those added since.
    """

    stamp: Stamp
    grille: int | None
    percent: int | None
    low: int | None
    high: int | None
    proposed: tuple[str, ...]
    actions: tuple[Action, ...]
    wish: str
    reason: str
    project: str = ""
    added: tuple[AddedAction, ...] = ()

    @property
    def all_actions(self) -> tuple[Action, ...]:
        """The actions chosen when it was built, then those added, in their order."""
        return *self.actions, *(one.action for one in self.added)


class Study(Struct, frozen=True):
    """Tutorials to work through alone. `followed` is the latest follow-up."""

    stamp: Stamp
    id: UUID
    tutorials: str
    followed: Stamp | None = None
    outcome: Literal["done", "ongoing", "stopped"] | None = None

    @property
    def over(self) -> bool:
        return self.outcome in ("done", "stopped")


class Difficulty(Struct, frozen=True):
    stamp: Stamp
    cause: Cause


class ReviewedReading(Struct, frozen=True):
    """The answer to the grid `number`: its reading was told to the young person, or that of then is kept."""

    stamp: Stamp
    number: int
    told: bool


class ToldReading(Struct, frozen=True):
    """The reading of a result that the young person knows. `grille` is None for the grid of the day of `stamp`."""

    stamp: Stamp
    grille: int | None


class Prescription(Struct, frozen=True):
    """The third stage of each result. `grids` are those that the interviews read it by."""

    dispatched: dict[UUID, Dispatch] = {}
    debriefs: dict[UUID, Stamp] = {}
    grids: dict[UUID, int | None] = {}
    reviews: dict[UUID, tuple[ReviewedReading, ...]] = {}
    built: dict[UUID, BuiltPrescription] = {}
    explored: Difficulty | None = None
    studies: dict[UUID, Study] = {}

    def reading_of(self, participation: UUID) -> ToldReading | None:
        """Returns the reading that counts: told last by an answer, else by the prescription's grid or the interview's.

        An interview corrected later changes neither an answer nor a prescription. None before any of them.
        """
        debrief, built = self.debriefs.get(participation), self.built.get(participation)
        first = debrief or (built.stamp if built else None)
        if first is None:
            return None
        answers = [one for one in self.reviews.get(participation, ()) if one.told]
        if answers:
            return ToldReading(answers[-1].stamp, answers[-1].number)
        return ToldReading(first, (built.grille if built else None) or self.grids.get(participation))


class Appointment(Struct, frozen=True):
    stamp: Stamp
    at: datetime
    day: date
    place: str
    missed: Stamp | None = None


class Snooze(Struct, frozen=True):
    """A snooze until a day, or until the fact that it awaits, `woken`, when that comes first."""

    stamp: Stamp
    until: date
    reason: str
    awaits: Awaited | None = None
    woken: Stamp | None = None

    @property
    def end(self) -> date:
        return min(self.until, self.woken.on) if self.woken else self.until


class Reminder(Struct, frozen=True):
    """A day on which the advisor wants to think of something."""

    stamp: Stamp
    day: date
    text: str


class Recipient(Struct, frozen=True):
    """Somebody outside who holds what no longer counts: the young person on `papers`, or the `partner` of a name."""

    stamp: Stamp
    papers: tuple[HeldPaper, ...] = ()
    partner: str = ""


class Handover(Struct, frozen=True):
    """A task handed over to a colleague. `until` is the last day, None without end."""

    stamp: Stamp
    to: UUID
    until: date | None

    def is_active(self, day: date) -> bool:
        return self.until is None or day <= self.until


class Glass(Struct, frozen=True):
    """A glass that somebody broke: they read the dossier through `until`. It was their `nth` of that day."""

    stamp: Stamp
    until: date
    nth: int


class Loan(Struct, frozen=True):
    """A dossier lent to a colleague through `until`. Then it goes back to the advisor `back_to`."""

    stamp: Stamp
    back_to: UUID
    until: date


class Transfer(Struct, frozen=True):
    """The latest move of the dossier with others of a portfolio: the command, and the advisor of before.

    `returned`: a loan was given back before its day.
    """

    bulk: UUID
    owner: UUID | None
    returned: bool = False


class Merge(Struct, frozen=True):
    """The dossier that this duplicate was merged into, and the participations it took over."""

    stamp: Stamp
    into: UUID
    participations: tuple[UUID, ...]


class ErasureRequest(Struct, frozen=True):
    """A request to erase the person, by an actor. It covers this dossier, and the `duplicates` that it had then."""

    stamp: Stamp
    reason: Literal["request", "retention", "mistake"]
    by: str = ""
    duplicates: tuple[UUID, ...] = ()


class Leaving(Struct, frozen=True):
    """An erasure whose keys stay until it is `due`: who confirmed it, and what goes with the dossier."""

    due: datetime
    by: str
    participations: tuple[UUID, ...]
    duplicates: tuple[UUID, ...]


class Dossier(Struct, frozen=True):
    """The state of a dossier. `erased`: the person was erased, and all other fields but `leaving` are empty.

    `duplicates` were merged into this dossier itself; each may have its own.
    """

    version: int = 0
    erased: Stamp | None = None
    leaving: Leaving | None = None
    erasure: ErasureRequest | None = None
    opened: Stamp | None = None
    closed: Stamp | None = None
    close_reason: str = ""
    merged: Merge | None = None
    duplicates: tuple[UUID, ...] = ()
    last_name: str = ""
    first_name: str = ""
    birth_date: date | None = None
    imilo_number: str | None = None
    site: str = ""
    phone: str | None = None
    email: str | None = None
    programme: str = ""
    group: str | None = None
    collective_end: date | None = None
    programme_end: date | None = None
    joined: Stamp | None = None
    left_cej: date | None = None
    """The day of the last change from CEJ to another programme."""
    project: str = ""
    commune: str = ""
    """The code of INSEE of the commune where the young person lives, "" when nobody said it."""
    advisor: UUID | None = None
    assigned: Stamp | None = None
    lent: Loan | None = None
    transfer: Transfer | None = None
    orientation: Orientation = Orientation()
    diagnostic: Diagnostic = Diagnostic()
    prescription: Prescription = Prescription()
    parcours: Parcours = Parcours()
    appointments: dict[str, Appointment] = {}
    chases: dict[str, tuple[Stamp, ...]] = {}
    snoozes: dict[str, Snooze] = {}
    handovers: dict[str, Handover] = {}
    reminders: dict[UUID, Reminder] = {}
    holders: dict[UUID | None, Recipient] = {}
    """Those to tell of a correction: the partner of a referral, None for the young person."""
    glasses: dict[str, Glass] = {}
    """The last glass of each person who broke one, by their id."""
    late: Stamp | None = None
    last: Stamp | None = None
    """The latest activity, by the day it happened: a late entry about the past does not count as recent.

    Assignments, snoozes, handovers and retractions are no activity.
    """

    def entered_cej(self, on: date = date.min) -> bool:
        """True for who is in CEJ, and for who left it on that day or later."""
        return self.programme == "CEJ" or (self.left_cej is not None and on <= self.left_cej)

    @property
    def outgrown(self) -> bool:
        """Tells if other dossiers were joined, or parted, since the erasure was requested: nobody may confirm it."""
        return self.erasure is not None and self.erasure.duplicates != self.duplicates

    @property
    def in_trouble(self) -> Seat | None:
        """The workshop with a flagged difficulty whose cause nobody has found yet."""
        seat, explored = self.diagnostic.last_attended, self.prescription.explored
        if seat is None or not seat.trouble:
            return None
        return None if explored and _when(explored.stamp) > _when(seat.stamp) else seat


def _when(stamp: Stamp) -> tuple[date, int]:
    return stamp.on, stamp.version


def _shared_at(one: tuple[UUID, LinkedParticipation]) -> tuple[date, str, str]:
    result, started = one[1].result, one[1].started
    assert result
    return (*_moment(result.shared), started.day.isoformat() if started else "")


def _has_badge(link: LinkedParticipation) -> bool:
    return link.result is not None and any(earned for _, earned in link.result.badges)


def _moment(moment: Moment) -> tuple[date, str]:
    return moment.day, moment.at.isoformat() if moment.at else ""


# --- the progress of a dossier on its four stages


Status = Literal["done", "current", "todo"]


class StageStatus(Struct, frozen=True):
    """The status of one stage, and the event that last changed it."""

    stage: Stage
    status: Status
    stamp: Stamp | None


def stepper(dossier: Dossier, owed: Collection[str]) -> tuple[StageStatus, ...]:
    """Returns the four stages in order; `owed` are the kinds of its tasks. The first one not done is the current one.

    While Pix is to be presented, the orientation is not done, even with a diagnostic planned.
    """
    done = {stage: end(dossier) for stage, end in _ENDS.items()}
    if "present-pix" in owed:
        done["orientation"] = None
    current = next((stage for stage in STAGES if not done[stage]), None)
    return tuple(
        StageStatus(stage, "current" if stage == current else "done" if done[stage] else "todo", done[stage])
        for stage in STAGES
    )


def current_stage(dossier: Dossier, owed: Collection[str]) -> Stage | None:
    """Returns the first stage not done, as `stepper` says it; None when all are done."""
    return next((step.stage for step in stepper(dossier, owed) if step.status == "current"), None)


def _oriented(dossier: Dossier) -> Stamp | None:
    there = dossier.orientation.plan or dossier.diagnostic.last_attended
    links = dossier.diagnostic.participations.values()
    return there.stamp if there else next((link.stamp for link in links if link.purpose == "initial"), None)


def _diagnosed(dossier: Dossier) -> Stamp | None:
    current = dossier.diagnostic.current("initial")
    return current[1].received if current else None


def _prescribed(dossier: Dossier) -> Stamp | None:
    current = dossier.diagnostic.current("initial")
    built = dossier.prescription.built.get(current[0]) if current else None
    return built.stamp if built else None


def _carried_out(dossier: Dossier) -> Stamp | None:
    """Returns the end of the last action, once all are over and no certification is under way."""
    over = [action.ended or action.dropped for action in dossier.parcours.actions.values()]
    certification = dossier.parcours.certification
    under_way = certification is not None and certification.step in ("proposed", "registered", "taken")
    if under_way or not over or not all(over) or not _prescribed(dossier):
        return None
    return max((stamp for stamp in over if stamp), key=lambda stamp: stamp.version)


_ENDS: Mapping[Stage, Callable[[Dossier], Stamp | None]] = {
    "orientation": _oriented,
    "diagnostic": _diagnosed,
    "prescription": _prescribed,
    "parcours": _carried_out,
}
"""Returns the event that ends each stage; None while it is not done."""


# --- checks that several decisions on a dossier begin with


def must_be_known(dossier: Dossier) -> None:
    """Raises Refused("unknown-dossier") for a dossier that was never opened."""
    if dossier.opened is None:
        raise Refused("unknown-dossier")


def must_go_on(dossier: Dossier) -> None:
    """Raises Refused("already-merged") for a duplicate: the dossier that it was merged into goes on."""
    if dossier.merged:
        raise Refused("already-merged", dossier=dossier.merged.into)


def must_have_referral(dossier: Dossier, referral: UUID) -> tuple[ActionState, Referral]:
    """Returns a referral after its action. Raises Refused("unknown-referral")."""
    for action in dossier.parcours.actions.values():
        for known in action.referrals:
            if known.id == referral:
                return action, known
    raise Refused("unknown-referral")


def must_agree(agreed: bool) -> None:
    """Raises Refused("agreement-needed") before a name and a telephone leave without the young person's agreement."""
    if not agreed:
        raise Refused("agreement-needed", field="agreed")


def must_be_open(dossier: Dossier) -> None:
    """Raises Refused("unknown-dossier") or Refused("closed")."""
    must_be_known(dossier)
    if dossier.closed:
        raise Refused("closed", on=dossier.closed.on)


def must_keep_its_circle(dossier: Dossier) -> None:
    """Raises Refused("erasure-asked") while an erasure is requested: it names who is erased, and nobody else is."""
    if dossier.erasure:
        raise Refused("erasure-asked", on=dossier.erasure.stamp.on)


def must_have_no_seat(dossier: Dossier, on: date) -> None:
    """Raises Refused("seat-booked") while a seat is booked in a workshop to come."""
    seat = dossier.diagnostic.seat
    if seat and seat.status == "booked" and seat.day >= on:
        raise Refused("seat-booked", day=seat.day)
