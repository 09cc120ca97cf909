"""The dossier as its events made it: one sub-state per stage, and `evolve`, which never raises."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow.events import Recorded
from pixflow.events import dossier as e
from pixflow.events.values import Action, Modality, Moment, Partner, Purpose, Result
from pixflow.folds import fold as fold_events


class Mark(Struct, frozen=True):
    """When something happened and which event said so."""

    on: date
    version: int


class Plan(Struct, frozen=True):
    mark: Mark
    id: UUID
    campaign: UUID
    modality: Modality
    mediator: bool
    place: str
    planned_for: date


class Orientation(Struct, frozen=True):
    presented: Mark | None = None
    declined: Mark | None = None
    plan: Plan | None = None


class Linked(Struct, frozen=True):
    """A participation matched to this dossier; `finished` is when an export first showed it at 100 %."""

    mark: Mark
    campaign: UUID
    purpose: Purpose
    started: Moment | None
    progress: Decimal | None
    finished: Mark | None = None
    result: Result | None = None
    received: Mark | None = None
    withdrawn: Mark | None = None


class Diagnostic(Struct, frozen=True):
    participations: dict[UUID, Linked] = {}

    def current(self, purpose: Purpose) -> tuple[UUID, Linked] | None:
        """The most recent shared participation of a purpose: the later sharing, then the later start."""
        mine = ((p, link) for p, link in self.participations.items() if link.purpose == purpose)
        shared = ((_shared_at(link.result, link.started), p, link) for p, link in mine if link.result)
        latest = max(shared, key=itemgetter(0), default=None)
        return latest[1:] if latest else None

    def linked(self, purpose: Purpose) -> bool:
        return any(link.purpose == purpose for link in self.participations.values())


class Dispatched(Struct, frozen=True):
    mark: Mark
    advisor: UUID


class Built(Struct, frozen=True):
    mark: Mark
    grille: int
    percent: int
    low: int
    high: int
    proposed: tuple[str, ...]
    actions: tuple[Action, ...]
    wish: str
    reason: str


class Prescription(Struct, frozen=True):
    dispatched: dict[UUID, Dispatched] = {}
    debriefs: dict[UUID, Mark] = {}
    built: dict[UUID, Built] = {}


class Referral(Struct, frozen=True):
    id: UUID
    mark: Mark
    partner: Partner
    ends: date | None
    answer: Literal["accepted", "refused"] | None = None
    answered: Mark | None = None
    reason: str = ""


class ActionState(Struct, frozen=True):
    """One action of a prescription and what became of it."""

    action: Action
    built: Mark
    referrals: tuple[Referral, ...] = ()
    started: Mark | None = None
    ends: date | None = None
    ended: Mark | None = None
    outcome: Literal["done", "abandoned"] | None = None
    dropped: Mark | None = None

    @property
    def over(self) -> bool:
        return self.ended is not None or self.dropped is not None

    @property
    def referral(self) -> Referral | None:
        """The referral that holds: the last one, unless the partner refused it."""
        last = self.referrals[-1] if self.referrals else None
        return last if last and last.answer != "refused" else None


class Parcours(Struct, frozen=True):
    actions: dict[UUID, ActionState] = {}


class Appointment(Struct, frozen=True):
    mark: Mark
    at: datetime
    day: date
    place: str
    missed: Mark | None = None


class Dossier(Struct, frozen=True):
    version: int = 0
    opened: Mark | None = None
    closed: Mark | None = None
    close_reason: str = ""
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
    joined: Mark | None = None
    project: str = ""
    advisor: UUID | None = None
    assigned: Mark | None = None
    orientation: Orientation = Orientation()
    diagnostic: Diagnostic = Diagnostic()
    prescription: Prescription = Prescription()
    parcours: Parcours = Parcours()
    appointments: dict[str, Appointment] = {}
    chases: dict[str, tuple[Mark, ...]] = {}
    late: Mark | None = None
    last: Mark | None = None
    """The latest event by the day it happened: a late entry about the past does not make the path look quiet."""


FROM_OUTSIDE = (
    e.ParticipationLinked,
    e.ParticipationAdvanced,
    e.ParticipationWithdrawn,
    e.ResultReceived,
    e.ReferralAnswered,
)


def fold(events: Sequence[Recorded]) -> Dossier:
    """The dossier after these events of its stream, retracted ones left out; its version is the last event's."""
    dossier = fold_events(Dossier(), evolve, events)
    return replace(dossier, version=events[-1].originator_version) if events else dossier


def evolve(dossier: Dossier, recorded: Recorded) -> Dossier:
    """The dossier once this event has happened."""
    event = recorded.event
    mark = Mark(event.on, recorded.originator_version)  # type: ignore[attr-defined]
    last = mark if dossier.last is None or mark.on >= dossier.last.on else dossier.last
    changes: dict[str, object]
    match event.STAGE:
        case "orientation":
            changes = {"orientation": _orientation(dossier.orientation, event, mark)}
        case "diagnostic":
            changes = {"diagnostic": _diagnostic(dossier.diagnostic, event, mark)}
        case "prescription":
            changes = {"prescription": _prescription(dossier.prescription, event, mark)}
            if isinstance(event, e.PrescriptionBuilt):
                changes["parcours"] = _with_actions(dossier.parcours, event, mark)
        case "parcours":
            changes = {"parcours": _parcours(dossier.parcours, event, mark)}
        case _:
            changes = _along_the_way(dossier, event, mark)
    if dossier.closed and dossier.late is None and isinstance(event, FROM_OUTSIDE):
        changes["late"] = mark
    return replace(dossier, version=mark.version, last=last, **changes)


def _orientation(state: Orientation, event: object, mark: Mark) -> Orientation:
    match event:
        case e.PixPresented():
            return replace(state, presented=mark)
        case e.DiagnosticDeclined():
            return replace(state, declined=mark)
        case e.DiagnosticPlanned(plan=plan, campaign=campaign, modality=modality, mediator=mediator, place=place):
            planned = Plan(mark, plan, campaign, modality, mediator, place, event.planned_for)
            return replace(state, plan=planned, declined=None)
    return state


def _diagnostic(state: Diagnostic, event: object, mark: Mark) -> Diagnostic:
    match event:
        case e.ParticipationLinked(participation=participation, progress=progress):
            finished = mark if progress == 1 else None
            link = Linked(mark, event.campaign, event.purpose, event.started, progress, finished)
            return Diagnostic({**state.participations, participation: link})
        case e.ParticipationAdvanced(participation=participation, progress=progress) if (
            known := state.participations.get(participation)
        ):
            finished = known.finished or (mark if progress == 1 else None)
            link = replace(known, progress=progress, finished=finished, withdrawn=None)
        case e.ParticipationWithdrawn(participation=participation) if known := state.participations.get(participation):
            link = replace(known, withdrawn=mark)
        case e.ResultReceived(participation=participation, result=result) if known := state.participations.get(
            participation
        ):
            link = replace(known, result=result, received=mark, purpose=event.purpose, withdrawn=None)
        case _:
            return state
    return Diagnostic({**state.participations, participation: link})


def _prescription(state: Prescription, event: object, mark: Mark) -> Prescription:
    match event:
        case e.ResultDispatched(participation=participation, advisor=advisor):
            return replace(state, dispatched={**state.dispatched, participation: Dispatched(mark, advisor)})
        case e.DebriefHeld(participation=participation):
            return replace(state, debriefs={**state.debriefs, participation: mark})
        case e.PrescriptionBuilt(participation=participation):
            built = Built(
                mark, event.grille, event.percent, event.low, event.high,
                event.proposed, event.actions, event.wish, event.reason,
            )  # fmt: skip
            return replace(state, built={**state.built, participation: built})
    return state


def _with_actions(state: Parcours, event: e.PrescriptionBuilt, mark: Mark) -> Parcours:
    return Parcours({**state.actions, **{action.id: ActionState(action, mark) for action in event.actions}})


def _parcours(state: Parcours, event: object, mark: Mark) -> Parcours:
    match event:
        case e.ReferralSent(action=action):
            sent = Referral(event.referral, mark, event.partner, event.ends)
            return _changed(state, action, lambda a: _referred(a, sent))
        case e.ReferralAnswered(referral=referral):
            about = next((i for i, a in state.actions.items() if any(r.id == referral for r in a.referrals)), None)
            return _changed(state, about, lambda a: replace(a, referrals=_answered(a.referrals, event, mark)))
        case e.ActionStarted(action=action, ends=ends):
            return _changed(state, action, lambda a: replace(a, started=mark, ends=ends))
        case e.ActionEnded(action=action, outcome=outcome):
            return _changed(state, action, lambda a: replace(a, ended=mark, outcome=outcome))
        case e.ActionDropped(action=action):
            return _changed(state, action, lambda a: replace(a, dropped=mark))
    return state


def _along_the_way(dossier: Dossier, event: object, mark: Mark) -> dict[str, object]:
    match event:
        case e.DossierOpened() | e.IdentityCorrected():
            identity = {
                "last_name": event.last_name, "first_name": event.first_name, "birth_date": event.birth_date,
                "imilo_number": event.imilo_number, "site": event.site,
            }  # fmt: skip
            return identity | ({"opened": mark} if isinstance(event, e.DossierOpened) else {})
        case e.ContactCorrected(phone=phone, email=email):
            return {"phone": phone, "email": email}
        case e.ProjectStated(project=project):
            return {"project": project}
        case e.ProgrammeJoined(programme=programme, group=group, collective_end=end):
            return {"programme": programme, "group": group, "collective_end": end, "joined": mark}
        case e.AdvisorAssigned(advisor=advisor):
            return {"advisor": advisor, "assigned": mark}
        case e.AppointmentSet(task=task, at=at, day=day, place=place):
            return {"appointments": {**dossier.appointments, task: Appointment(mark, at, day, place)}}
        case e.AppointmentMissed(task=task) if task in dossier.appointments:
            missed = replace(dossier.appointments[task], missed=mark)
            return {"appointments": {**dossier.appointments, task: missed}}
        case e.YoungPersonChased(about=about):
            return {"chases": {**dossier.chases, about: (*dossier.chases.get(about, ()), mark)}}
        case e.LateEventReviewed():
            return {"late": None}
        case e.DossierClosed(reason=reason):
            return {"closed": mark, "close_reason": reason}
        case e.DossierReopened():
            return {"closed": None, "close_reason": "", "late": None}
    return {}


def _shared_at(result: Result, started: Moment | None) -> tuple[date, str, str]:
    return (
        result.shared.day,
        result.shared.at.isoformat() if result.shared.at else "",
        started.day.isoformat() if started else "",
    )


def _changed(state: Parcours, action: UUID | None, change: Callable[[ActionState], ActionState]) -> Parcours:
    if action is None or action not in state.actions:
        return state
    return Parcours({**state.actions, action: change(state.actions[action])})


def _referred(state: ActionState, sent: Referral) -> ActionState:
    """The end that a partner who refused had given goes with it."""
    return replace(state, referrals=(*state.referrals, sent), ends=sent.ends or (state.ends if state.started else None))


def _answered(referrals: tuple[Referral, ...], event: e.ReferralAnswered, mark: Mark) -> tuple[Referral, ...]:
    return tuple(
        replace(r, answer=event.answer, answered=mark, reason=event.reason) if r.id == event.referral else r
        for r in referrals
    )
