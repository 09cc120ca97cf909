"""Folds the events of a dossier: `evolve` never raises, and has one match a stage."""

from collections.abc import Callable, Sequence
from uuid import UUID

from msgspec.structs import replace

from pixflow.dossier.state import (
    ActionState,
    AddedAction,
    Answer,
    Appointment,
    BuiltPrescription,
    Certification,
    ContestedMark,
    Diagnostic,
    DiagnosticPlan,
    Difficulty,
    Dispatch,
    Dossier,
    ErasureRequest,
    Glass,
    Handover,
    Leaving,
    LinkedParticipation,
    Loan,
    Merge,
    NeedAssessment,
    Orientation,
    Parcours,
    PartnerLink,
    Prescription,
    Recipient,
    Referral,
    Reminder,
    Report,
    Retake,
    ReviewedReading,
    Seat,
    Snooze,
    Study,
    Transfer,
)  # fmt: skip
from pixflow.events import dossier as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Awaited
from pixflow.folding import Stamp, stamp_of
from pixflow.folding import fold as fold_events

FROM_OUTSIDE = (
    e.ParticipationLinked, e.ParticipationAdvanced, e.ParticipationWithdrawn, e.ResultReceived, e.ProfileReceived,
    e.WorkshopAttended, e.WorkshopMissed, e.ReferralAnswered, e.AnswerPromised, e.OutcomeReported,
)  # fmt: skip


NO_PROJECT = "—"
"""The project of a prescription of somebody who has not said any."""
NO_ACTIVITY = frozenset({
    e.AdvisorAssigned, e.DossierLent, e.TaskSnoozed, e.TaskHandedOver, e.ReminderSet, e.ReminderDone,
    e.HolderInformed, e.AttendanceContested, e.AttendanceSettled,
    e.ErasureRequested, e.ErasureDeclined, e.ErasureStopped,
    e.Retracted, e.CopyIssued, e.PaperIssued, e.GlassBroken, e.PartnerLinkIssued, e.PartnerLinkMailed,
    e.PartnerLinkReturned, e.PartnerLinkRevoked, e.ReferralSeen,
})  # fmt: skip
"""Events about who does what and when, what is handed out or read, or retractions: no activity of the young person."""

AWAITED: dict[type[Event], Awaited] = {
    e.ResultReceived: "result",
    e.ProfileReceived: "result",
    e.ReferralAnswered: "answer",
    e.WorkshopAttended: "workshop",
    e.WorkshopMissed: "workshop",
    e.ActionEnded: "action",
}
"""The events that end a snooze before its day."""


def fold(events: Sequence[Recorded]) -> Dossier:
    """Returns the dossier after these events, without the retracted ones. Its version is the last event's."""
    return fold_events(Dossier(), evolve, events)


def evolve(dossier: Dossier, recorded: Recorded) -> Dossier:
    """Returns the dossier after one more event."""
    event = recorded.event
    stamp = stamp_of(recorded)
    if isinstance(event, e.PersonErased):
        left = Leaving(event.due, recorded.by, event.participations, event.duplicates) if event.due else None
        return Dossier(version=stamp.version, erased=stamp, leaving=left)
    if dossier.erased:
        return replace(dossier, version=stamp.version)
    latest = dossier.last is None or stamp.on >= dossier.last.on
    automatic = isinstance(event, e.PartnerChased) and event.automatic
    last = stamp if latest and type(event) not in NO_ACTIVITY and not automatic else dossier.last
    changes: dict[str, object]
    match event.STAGE:
        case "orientation":
            changes = {"orientation": _orientation(dossier.orientation, event, stamp)}
            if isinstance(event, (e.SeatBooked, e.SeatCancelled)):
                changes = {"diagnostic": _seats(dossier.diagnostic, event, stamp)}
        case "diagnostic":
            changes = {"diagnostic": diagnose(dossier.diagnostic, event, stamp)}
        case "prescription":
            changes = {"prescription": _prescription(dossier.prescription, event, stamp, recorded.by)}
            changes |= _prescribed(dossier, event, stamp)
        case "parcours":
            changes = {"parcours": _parcours(dossier.parcours, event, stamp)}
            if isinstance(event, e.PartnerChased):
                changes = _chased(dossier, event, stamp)
        case _:
            changes = _along_the_way(dossier, event, stamp, recorded.by)
    if dossier.snoozes and (fact := AWAITED.get(type(event))):
        changes["snoozes"] = {task: _woken(one, fact, stamp) for task, one in dossier.snoozes.items()}
    if dossier.closed and dossier.late is None and isinstance(event, FROM_OUTSIDE):
        changes["late"] = stamp
    return replace(dossier, version=stamp.version, last=last, **changes)


def _orientation(state: Orientation, event: object, stamp: Stamp) -> Orientation:
    match event:
        case e.NeedAssessed(needed=needed):
            return replace(state, need=NeedAssessment(stamp, needed))
        case e.PixPresented():
            return replace(state, presented=stamp)
        case e.DiagnosticDeclined():
            return replace(state, declined=stamp)
        case e.DiagnosticPlanned(plan=plan, campaign=campaign, modality=modality, mediator=mediator, place=place):
            planned = DiagnosticPlan(stamp, plan, campaign, modality, mediator, place, event.planned_for)
            return replace(state, plan=planned, declined=None)
    return state


def _seats(state: Diagnostic, event: object, stamp: Stamp) -> Diagnostic:
    match event:
        case e.SeatBooked(workshop=workshop, day=day):
            seat = Seat(stamp, workshop, day, "booked")
        case e.SeatCancelled(workshop=workshop, reason=reason) if known := state.seats.get(workshop):
            seat = replace(known, stamp=stamp, status="cancelled", reason=reason)
        case e.WorkshopAttended(workshop=workshop):
            day = state.seats[workshop].day if workshop in state.seats else stamp.on
            seat = Seat(stamp, workshop, day, "attended", "", event.trouble, event.ease, event.by_advisor)
        case e.WorkshopMissed(workshop=workshop, excused=excused):
            day = state.seats[workshop].day if workshop in state.seats else stamp.on
            seat = Seat(stamp, workshop, day, "missed", "excused" if excused else "")
        case _:
            return state
    return replace(state, seats={**state.seats, workshop: seat})


def _contested(state: Diagnostic, event: e.AttendanceContested | e.AttendanceSettled, stamp: Stamp) -> Diagnostic:
    others = {workshop: marks for workshop, marks in state.contested.items() if workshop != event.workshop}
    if isinstance(event, e.AttendanceSettled):
        return replace(state, contested=others)
    mark = ContestedMark(stamp, event.mark, event.presser, event.at, event.noter)
    asked = (*state.contested.get(event.workshop, ()), mark)
    return replace(state, contested={**others, event.workshop: asked})


def diagnose(state: Diagnostic, event: object, stamp: Stamp) -> Diagnostic:
    match event:
        case e.WorkshopAttended() | e.WorkshopMissed():
            return _seats(state, event, stamp)
        case e.ParticipationLinked(participation=participation, progress=progress):
            finished = stamp if progress == 1 else None
            link = LinkedParticipation(stamp, event.campaign, event.purpose, event.started, progress, finished)
        case e.ParticipationAdvanced(participation=participation, progress=progress) if (
            old_link := state.participations.get(participation)
        ):
            finished = old_link.finished or (stamp if progress == 1 else None)
            link = replace(old_link, progress=progress, finished=finished, withdrawn=None)
        case e.ParticipationWithdrawn(participation=participation) if old_link := state.participations.get(
            participation
        ):
            link = replace(old_link, withdrawn=stamp)
        case e.ResultReceived(participation=participation, result=result) if old_link := state.participations.get(
            participation
        ):
            link = replace(old_link, result=result, received=stamp, purpose=event.purpose, withdrawn=None)
        case e.ProfileReceived(participation=participation, profile=profile) if old_link := state.participations.get(
            participation
        ):
            link = replace(old_link, profile=profile, received=stamp, withdrawn=None)
        case _:
            return state
    return replace(state, participations={**state.participations, participation: link})


def _prescription(state: Prescription, event: object, stamp: Stamp, by: str) -> Prescription:
    match event:
        case e.ResultDispatched(participation=participation, advisor=advisor):
            return replace(state, dispatched={**state.dispatched, participation: Dispatch(stamp, advisor)})
        case e.DebriefHeld(participation=participation):
            grids = {**state.grids, participation: event.grille}
            return replace(state, debriefs={**state.debriefs, participation: stamp}, grids=grids)
        case e.ReadingReviewed(participation=participation, number=number, told=told):
            reviews = (*state.reviews.get(participation, ()), ReviewedReading(stamp, number, told))
            return replace(state, reviews={**state.reviews, participation: reviews})
        case e.PrescriptionBuilt(participation=participation):
            built = BuiltPrescription(
                stamp,
                event.grille,
                event.percent,
                event.low,
                event.high,
                event.proposed,
                event.actions,
                event.wish,
                event.reason,
                "" if event.project == NO_PROJECT else event.project,
            )
            return replace(state, built={**state.built, participation: built})
        case e.ActionAdded(participation=participation, added=action) if known := state.built.get(participation):
            grown = replace(known, added=(*known.added, AddedAction(stamp, action, event.reason, by)))
            return replace(state, built={**state.built, participation: grown})
        case e.DifficultyExplored(cause=cause):
            return replace(state, explored=Difficulty(stamp, cause))
        case e.SelfStudyAssigned(study=study, tutorials=tutorials):
            return replace(state, studies={**state.studies, study: Study(stamp, study, tutorials)})
        case e.SelfStudyFollowed(study=study, outcome=outcome) if given := state.studies.get(study):
            followed = replace(given, followed=stamp, outcome=outcome)
            return replace(state, studies={**state.studies, study: followed})
    return state


def _prescribed(dossier: Dossier, event: object, stamp: Stamp) -> dict[str, object]:
    """Begins the actions of a prescription, or one that is added to it."""
    match event:
        case e.PrescriptionBuilt(actions=actions, project=said):
            project = dossier.project if said == NO_PROJECT else said
        case e.ActionAdded(participation=participation) if participation in dossier.prescription.built:
            actions, project = (event.added,), dossier.project
        case _:
            return {}
    begun = {one.id: dossier.parcours.begin(one, stamp) for one in actions}
    return {"parcours": replace(dossier.parcours, actions={**dossier.parcours.actions, **begun}), "project": project}


def _parcours(state: Parcours, event: object, stamp: Stamp) -> Parcours:
    match event:
        case e.ReferralSent(action=action):
            sent = Referral(
                event.referral,
                stamp,
                event.partner,
                event.starts,
                event.ends,
                note=event.note,
                email=event.email,
                offer=event.offer,
                contact=event.contact,
                agreed=event.agreed,
            )
            return _change_action(state, action, lambda a: _referred(a, sent))
        case e.ReferralAnswered(referral=referral):
            about = _action_of(state, referral)
            return _change_action(state, about, lambda a: _record_answer(a, event, stamp))
        case e.ActionStarted(action=action, ends=ends):
            return _change_action(state, action, lambda a: replace(a, started=stamp, ends=ends))
        case e.ActionEnded(action=action, outcome=outcome):
            return _change_action(state, action, lambda a: replace(a, ended=stamp, outcome=outcome))
        case e.ActionDropped(action=action):
            return _change_action(state, action, lambda a: replace(a, dropped=stamp))
        case e.CompleteDiagnosticTaken():
            answer = state.complete
            ended = _each(
                _reopen_actions(state, "complete", answer),
                "complete",
                lambda a: replace(a, ended=stamp, outcome="done"),
            )
            return replace(ended, complete=answer if answer and answer.accepted else Answer(stamp, True))
        case e.CompleteDiagnosticDeclined():
            return replace(_each(state, "complete", lambda a: replace(a, dropped=stamp)), complete=Answer(stamp, False))
        case e.ResultAddedToCv():
            return replace(_each(state, "cv", lambda a: replace(a, ended=stamp, outcome="done")), on_cv=stamp)
        case e.RetakePlanned(campaign=campaign, planned_for=day):
            return replace(state, retake=Retake(stamp, campaign, day))
        case e.RetakeDeclined():
            return replace(state, retake=Retake(stamp))
    return _certification(_links(state, event, stamp), event, stamp)


def _links(state: Parcours, event: object, stamp: Stamp) -> Parcours:
    """Returns the state after an event about a link, or of a partner who answers by one."""
    match event:
        case e.PartnerLinkIssued(referral=referral, link=link):
            made = PartnerLink(link, stamp, event.purpose, event.channel, event.address, event.until, event.asked)
            agreed = event.agreed
            return _change_referral(
                state, referral, lambda r: replace(r, links=(*r.links, made), agreed=r.agreed or agreed)
            )
        case e.PartnerLinkMailed(referral=referral, link=link):
            return _of_link(state, referral, link, lambda one: replace(one, mailed=stamp))
        case e.PartnerLinkReturned(referral=referral, link=link):
            return _of_link(state, referral, link, lambda one: replace(one, returned=stamp))
        case e.PartnerLinkRevoked(referral=referral, link=link):
            return _of_link(state, referral, link, lambda one: replace(one, revoked=stamp))
        case e.ReferralSeen(referral=referral):
            return _change_referral(state, referral, lambda r: replace(r, seen=r.seen or stamp))
        case e.AnswerPromised(referral=referral, until=until):
            return _change_referral(state, referral, lambda r: replace(r, promised=until))
        case e.OutcomeReported(referral=referral, outcome=outcome, day=day, note=note):
            return _change_referral(state, referral, lambda r: replace(r, report=Report(stamp, outcome, day, note)))
    return state


def _change_referral(state: Parcours, referral: UUID, change: Callable[[Referral], Referral]) -> Parcours:
    """Changes one referral."""
    return _change_action(
        state,
        _action_of(state, referral),
        lambda a: replace(a, referrals=tuple(change(r) if r.id == referral else r for r in a.referrals)),
    )


def _of_link(state: Parcours, referral: UUID, link: UUID, change: Callable[[PartnerLink], PartnerLink]) -> Parcours:
    return _change_referral(
        state, referral, lambda r: replace(r, links=tuple(change(one) if one.id == link else one for one in r.links))
    )


def _certification(state: Parcours, event: object, stamp: Stamp) -> Parcours:
    match event:
        case e.CertificationProposed():
            again = _reopen_actions(state, "certification", state.certification)
            begun = _each(again, "certification", lambda a: replace(a, started=a.started or stamp))
            return replace(begun, certification=Certification(stamp, "proposed"))
        case e.CertificationRegistered(session=session, place=place):
            return replace(state, certification=Certification(stamp, "registered", session, place))
        case e.CertificationTaken():
            return replace(state, certification=Certification(stamp, "taken"))
        case e.CertificationObtained(level=level):
            over = _each(state, "certification", lambda a: replace(a, ended=stamp, outcome="done"))
            return replace(over, certification=Certification(stamp, "obtained", level=level))
        case e.CertificationNotObtained():
            over = _each(state, "certification", lambda a: replace(a, ended=stamp, outcome="done"))
            return replace(over, certification=Certification(stamp, "not-obtained"))
        case e.CertificationDeclined():
            over = _each(state, "certification", lambda a: replace(a, dropped=stamp))
            return replace(over, certification=Certification(stamp, "declined"))
    return state


def _change_action(state: Parcours, action: UUID | None, change: Callable[[ActionState], ActionState]) -> Parcours:
    if action is None or action not in state.actions:
        return state
    return replace(state, actions={**state.actions, action: change(state.actions[action])})


def _each(state: Parcours, kind: str, change: Callable[[ActionState], ActionState]) -> Parcours:
    """Changes every action of a kind that is not over."""
    actions = {
        id: change(known) if known.action.kind == kind and not known.over else known
        for id, known in state.actions.items()
    }
    return replace(state, actions=actions)


def _reopen_actions(state: Parcours, kind: str, answer: Answer | Certification | None) -> Parcours:
    """Reopens the actions of a kind that were dropped when it was declined."""
    dropped = {
        id: replace(known, dropped=None)
        for id, known in state.actions.items()
        if known.action.kind == kind and answer and known.dropped == answer.stamp
    }
    return replace(state, actions={**state.actions, **dropped})


def _action_of(state: Parcours, referral: UUID) -> UUID | None:
    return next((id for id, known in state.actions.items() if any(r.id == referral for r in known.referrals)), None)


def _referred(state: ActionState, sent: Referral) -> ActionState:
    """Adds a referral, with its end. The end given by a partner who refused is dropped."""
    return replace(state, referrals=(*state.referrals, sent), ends=sent.ends or (state.ends if state.started else None))


def _record_answer(state: ActionState, event: e.ReferralAnswered, stamp: Stamp) -> ActionState:
    """Records a partner's answer. The end comes from the accepted referral."""
    said = {"answer": event.answer, "answered": stamp, "reason": event.reason, "place": event.place}
    referrals = (
        replace(r, starts=event.starts or r.starts, refusal=event.refusal, **said) if r.id == event.referral else r
        for r in state.referrals
    )
    answered = replace(state, referrals=tuple(referrals))
    held = answered.referral
    if state.started or held is None or held.answer != "accepted":
        return answered
    return replace(answered, ends=held.ends)


def _along_the_way(dossier: Dossier, event: object, stamp: Stamp, by: str) -> dict[str, object]:
    match event:
        case e.NoteTaken():  # the most frequent event
            return {}
        case e.Retracted():
            return _add_holders(dossier, event, stamp)
        case e.PaperIssued() | e.CopyIssued():
            return _informed(dossier, None, event.paper if isinstance(event, e.PaperIssued) else "copy")
        case e.DossierOpened() | e.IdentityCorrected():
            identity = {
                "last_name": event.last_name,
                "first_name": event.first_name,
                "birth_date": event.birth_date,
                "imilo_number": event.imilo_number,
                "site": event.site,
            }
            return identity | (
                {"opened": stamp} if isinstance(event, e.DossierOpened) else _add_holders(dossier, event, stamp)
            )
        case e.ContactCorrected(phone=phone, email=email):
            return {"phone": phone, "email": email, **_add_holders(dossier, event, stamp)}
        case e.ProjectStated(project=project):
            return {"project": project}
        case e.CommuneStated(commune=commune):
            return {"commune": commune}
        case e.AttendanceContested() | e.AttendanceSettled():
            return {"diagnostic": _contested(dossier.diagnostic, event, stamp)}
        case e.ProgrammeJoined(programme=programme, group=group, collective_end=end):
            left = stamp.on if dossier.programme == "CEJ" != programme else dossier.left_cej
            return {
                "programme": programme, "group": group, "collective_end": end, "joined": stamp, "left_cej": left,
                "programme_end": event.programme_end,
            }  # fmt: skip
        case e.AdvisorAssigned(advisor=advisor, bulk=bulk):
            return {"advisor": advisor, "assigned": stamp, "lent": None, "transfer": _transfer(dossier, bulk, advisor)}
        case e.DossierLent(advisor=advisor, until=until, bulk=bulk):
            lender = dossier.lent.back_to if dossier.lent else dossier.advisor
            lent = Loan(stamp, lender, until) if lender else None
            return {"advisor": advisor, "assigned": stamp, "lent": lent, "transfer": _transfer(dossier, bulk)}
    return _of_its_end(dossier, event, stamp, by)


def _add_holders(
    dossier: Dossier, event: e.Retracted | e.DuplicateJoined | e.IdentityCorrected | e.ContactCorrected, stamp: Stamp
) -> dict[str, object]:
    """Adds who holds outside what an event took back, ended or corrected."""
    names = ("",) * len(event.referrals) if isinstance(event, e.DuplicateJoined) else event.partners
    pairs = zip(event.referrals, names, strict=False)
    holders: dict[UUID | None, Recipient] = {one: Recipient(stamp, partner=name) for one, name in pairs}
    if papers := getattr(event, "papers", ()):
        known = dossier.holders.get(None, Recipient(stamp)).papers
        holders[None] = Recipient(stamp, tuple(dict.fromkeys((*known, *papers))))
    return {"holders": {**dossier.holders, **holders}} if holders else {}


def _informed(dossier: Dossier, holder: UUID | None, paper: str = "") -> dict[str, object]:
    """Removes a holder who was told, or one paper that was handed out again."""
    recipient = dossier.holders.get(holder)
    if recipient is None:
        return {}
    left = tuple(one for one in recipient.papers if paper and one != paper)
    others = {one: held for one, held in dossier.holders.items() if one != holder}
    return {"holders": {**others, holder: replace(recipient, papers=left)} if left else others}


def _transfer(dossier: Dossier, bulk: UUID | None, for_good: UUID | None = None) -> Transfer | None:
    returned = dossier.lent is not None and dossier.lent.back_to == for_good
    return Transfer(bulk, dossier.advisor, returned) if bulk else None


def _of_its_end(dossier: Dossier, event: object, stamp: Stamp, by: str) -> dict[str, object]:
    match event:
        case e.LateEventReviewed():
            return {"late": None}
        case e.GlassBroken(until=until, nth=nth):
            return {"glasses": {**dossier.glasses, by: Glass(stamp, until, nth)}}
        case e.ErasureRequested(reason=reason):
            return {"erasure": ErasureRequest(stamp, reason, by, dossier.duplicates)}
        case e.ErasureDeclined():
            return {"erasure": None}
        case e.DossierMerged(into=into, participations=participations):
            number = {"imilo_number": None} if event.gives_number else {}
            merged = Merge(stamp, into, participations)
            return {"merged": merged, "closed": stamp, "close_reason": "merged", **number}
        case e.DuplicateJoined(duplicate=duplicate):
            return {"duplicates": (*dossier.duplicates, duplicate), **_add_holders(dossier, event, stamp)}
        case e.DossierClosed(reason=reason):
            return {"closed": stamp, "close_reason": reason}
        case e.DossierReopened():
            return {"closed": None, "close_reason": "", "late": None, "chases": {}}
    return _of_tasks(dossier, event, stamp)


def _of_tasks(dossier: Dossier, event: object, stamp: Stamp) -> dict[str, object]:
    match event:
        case e.AppointmentSet(task=task, at=at, day=day, place=place):
            return {"appointments": {**dossier.appointments, task: Appointment(stamp, at, day, place)}}
        case e.AppointmentMissed(task=task) if task in dossier.appointments:
            missed = replace(dossier.appointments[task], missed=stamp)
            return {"appointments": {**dossier.appointments, task: missed}}
        case e.YoungPersonChased(about=about):
            return _tried(dossier, about, stamp)
        case e.TaskSnoozed(task=task, until=until, reason=reason):
            return {"snoozes": {**dossier.snoozes, task: Snooze(stamp, until, reason, event.awaits)}}
        case e.TaskHandedOver(task=task, to=to, until=until):
            return {"handovers": {**dossier.handovers, task: Handover(stamp, to, until)}}
        case e.ReminderSet(reminder=id, day=day, text=text):
            return {"reminders": {**dossier.reminders, id: Reminder(stamp, day, text)}}
        case e.ReminderDone(reminder=done):
            return {"reminders": {id: one for id, one in dossier.reminders.items() if id != done}}
        case e.HolderInformed(referral=referral):
            return _informed(dossier, referral)
        case e.PartnerLinkMailed(referral=referral) | e.ReferralSeen(referral=referral):
            return {"parcours": _links(dossier.parcours, event, stamp), **_informed(dossier, referral)}
        case e.PartnerLinkIssued() | e.PartnerLinkReturned() | e.PartnerLinkRevoked():
            return {"parcours": _links(dossier.parcours, event, stamp)}
    return {}


def _chased(dossier: Dossier, event: e.PartnerChased, stamp: Stamp) -> dict[str, object]:
    """Adds a chase of a partner. An automatic one is no try of the advisor."""
    if not event.automatic:
        return _tried(dossier, f"chase-partner:{event.referral}", stamp)
    reminded = _change_referral(dossier.parcours, event.referral, lambda r: replace(r, reminders=(*r.reminders, stamp)))
    return {"parcours": reminded}


def _woken(snooze: Snooze, fact: Awaited, stamp: Stamp) -> Snooze:
    return replace(snooze, woken=stamp) if snooze.awaits == fact and snooze.woken is None else snooze


def _tried(dossier: Dossier, task: str, stamp: Stamp) -> dict[str, object]:
    """Adds one chase about a task."""
    return {"chases": {**dossier.chases, task: (*dossier.chases.get(task, ()), stamp)}}
