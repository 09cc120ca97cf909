"""The tasks of one dossier, in the order of the path."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from dateutil.relativedelta import relativedelta
from msgspec import Struct

from pixflow import score_reading
from pixflow.dossier.state import (
    ActionState,
    Appointment,
    Diagnostic,
    DiagnosticPlan,
    Dossier,
    LinkedParticipation,
    Referral,
    Seat,
)
from pixflow.events.values import Purpose
from pixflow.folding import Stamp
from pixflow.partner_links.validity import lapse_day
from pixflow.reference_data import References
from pixflow.score_reading import ReadingChange
from pixflow.tasks.task import Task, TaskBuilder, when


def orientation(builder: TaskBuilder) -> Iterator[Task]:
    state, attended = builder.dossier.orientation, builder.dossier.diagnostic.last_attended
    if builder.tested or state.declined:
        return
    concerned = _concerned(builder)
    if state.presented is None and attended is None and concerned:
        yield builder.task("present-pix", "", concerned)
    since = state.presented or builder.cej
    if state.plan is None and attended is None and since:
        by = "presented" if state.presented else "cej"
        yield builder.task("plan-diagnostic", "", since, {"by": by})
    if state.plan and state.plan.modality == "workshop":
        yield from _seat(builder, state.plan, builder.dossier.diagnostic)


def _concerned(builder: TaskBuilder) -> Stamp | None:
    """Returns the event since which Pix concerns this young person: the opening, the programme, or a need."""
    if builder.refs.protocol(builder.opened.on).concerned == "all":
        return builder.opened
    need = builder.dossier.orientation.need
    return builder.cej or (need.stamp if need and need.needed else None)


def _seat(builder: TaskBuilder, plan: DiagnosticPlan, diagnostic: Diagnostic) -> Iterator[Task]:
    """Yields the booking of a seat for a diagnostic planned in a workshop, again after a missed or lost seat."""
    seat = diagnostic.seat
    if seat is None or (seat.status != "booked" and when(seat.stamp) < when(plan.stamp)):
        yield builder.task("book-workshop", "", plan.stamp, {"by": "planned"})
    elif seat.status == "cancelled" and seat.reason == "released":
        yield builder.task("book-workshop", "", seat.stamp, {"by": "released"})
    elif seat.status in ("missed", "cancelled"):
        by = {"by": seat.reason if seat.reason == "excused" else seat.status, "planned": seat.day.isoformat()}
        yield builder.task("rebook-absent", seat.workshop, seat.stamp, by)


# --- stage 2: the test is taken and its result shared


def diagnostic(builder: TaskBuilder) -> Iterator[Task]:
    state, orientation = builder.dossier.diagnostic, builder.dossier.orientation
    plan = orientation.plan
    if plan and plan.modality != "workshop" and not builder.tested and not orientation.declined:
        planned = {"planned": plan.planned_for.isoformat()}
        yield from builder.chase("chase-diagnostic", plan.id, plan.stamp, plan.planned_for, planned)
    for participation, link in state.participations.items():
        shared = link.result or link.profile
        finished = link.finished if shared is None and not link.withdrawn else None
        if finished and not _overtaken(state.participations, link.purpose, finished):
            yield from builder.chase("chase-sharing", participation, finished, finished.on, {})


def _overtaken(links: dict[UUID, LinkedParticipation], purpose: Purpose, finished: Stamp) -> bool:
    """Tells if another result of the same purpose came in since: this one is not needed any more."""
    return any(
        other.received and other.purpose == purpose and other.received.on >= finished.on for other in links.values()
    )


# --- stage 3: tasks to dispatch the result, hold the debrief, build the prescription


def prescription(builder: TaskBuilder) -> Iterator[Task]:
    trouble = builder.dossier.in_trouble
    tasks = list(_of_result(builder, trouble))
    if trouble and not any(task.kind in ("dispatch-result", "hold-debrief") for task in tasks):
        yield builder.task("explore-difficulty", "", trouble.stamp)
    yield from tasks
    for change in score_reading.changes(builder.refs, builder.dossier):
        yield _to_review(builder, change)
    for study in builder.dossier.prescription.studies.values():
        if not study.over:
            since = study.followed or study.stamp
            opens = builder.delay_end(since.on, "follow-self-study-opens", since)
            details = {"label": study.tutorials}
            yield builder.task("follow-self-study", study.id, since, details, opens)


def _of_result(builder: TaskBuilder, trouble: Seat | None) -> Iterator[Task]:
    current = builder.dossier.diagnostic.current("initial")
    if current is None or current[1].received is None or current[1].withdrawn:
        return
    participation, link = current
    state, received = builder.dossier.prescription, current[1].received
    dispatched, debrief = state.dispatched.get(participation), state.debriefs.get(participation)
    score = {"mastery": str(link.result.mastery)} if link.result and link.result.mastery is not None else {}
    if participation in state.built:
        return
    if debrief:
        yield builder.task("build-prescription", participation, debrief, score)
    elif dispatched is None and _by_referent(builder, link, received):
        yield builder.task("dispatch-result", participation, received, score)
    else:
        stamp, by = (dispatched.stamp, "dispatched") if dispatched else (received, "received")
        flagged = {"trouble": "flagged"} if trouble else {}
        yield builder.task("hold-debrief", participation, stamp, {"by": by, **score, **flagged})


def _to_review(builder: TaskBuilder, change: ReadingChange) -> Task:
    """Returns the question that a grid asks: tell the young person the new reading, or keep that of then."""
    reading = builder.dossier.prescription.reading_of(change.participation)
    details = {
        "by": change.what,
        "number": str(change.number),
        "then": str(change.before.grille_number),
        "before": change.before.band.short,
        "after": change.after.band.short,
        "mastery": str(change.after.mastery),
    }
    since = Stamp(change.first, reading.stamp.version if reading else builder.opened.version)
    return builder.task("review-reading", change.number, since, details, lapses=change.until)


def _by_referent(builder: TaskBuilder, link: LinkedParticipation, received: Stamp) -> bool:
    """Tells if the protocol of that day sends this result through the référent."""
    route = builder.refs.protocol(received.on).result_route
    return route == "referent" or (route == "workshop" and not _ran_it(builder, link))


def _ran_it(builder: TaskBuilder, link: LinkedParticipation) -> bool:
    """Tells if the dossier's advisor ran the workshop where the test began."""
    seats = builder.dossier.diagnostic.seats.values()
    return any(seat.by_advisor and link.started is not None and link.started.day == seat.stamp.on for seat in seats)


# --- stage 4: tasks of actions, complete diagnostic, certification, second diagnostic


def parcours(builder: TaskBuilder) -> Iterator[Task]:
    for state in builder.dossier.parcours.actions.values():
        if not state.over:
            yield from _of_action(builder, state)
    yield from _complete(builder)
    yield from _certification(builder)
    yield from _retake(builder)


WITHOUT_PARTNER = ("check", "cv")
"""The kinds of actions that need no partner."""


def _of_action(builder: TaskBuilder, state: ActionState) -> Iterator[Task]:
    label = builder.label(state.action)
    if state.started is None and state.action.kind != "complete":
        last, held = state.referrals[-1] if state.referrals else None, state.referral
        if last is None:
            alone = {"alone": state.action.kind} if state.action.kind in WITHOUT_PARTNER else {}
            yield builder.task("refer", state.action.id, state.built, label | alone)
        elif held is None and last.answered:
            by = {"by": "refused", "partner": last.partner.name}
            yield builder.task("offer-alternative", state.action.id, last.answered, label | by)
        elif held and held.answer is None:
            yield from _silent(builder, state, held)
    stamp = state.started or (state.referral.stamp if state.referral else None)
    if told := state.reported:
        yield _reported(builder, state, told)
    elif stamp and state.ends:
        ends = {"ends": state.ends.isoformat()}
        yield builder.task("record-outcome", state.action.id, stamp, label | ends, state.ends)


def _silent(builder: TaskBuilder, state: ActionState, sent: Referral) -> Iterator[Task]:
    """Yields chases of a silent partner, then the search for another one once the referral has lapsed."""
    details = builder.label(state.action) | {"partner": sent.partner.name}
    lapses = lapse_day(sent, builder.refs)
    start, until = sent.stamp.on, sent.promised
    yield from builder.chase("chase-partner", sent.id, sent.stamp, start, details, lapses, not_before=until)
    yield builder.task("offer-alternative", state.action.id, sent.stamp, details | {"by": "lapsed"}, lapses)


def _reported(builder: TaskBuilder, state: ActionState, referral: Referral) -> Task:
    """Returns the task to confirm what the partner says of an action."""
    assert referral.report is not None
    said = {"by": referral.report.outcome, "partner": referral.partner.name, "planned": referral.report.day.isoformat()}
    details = builder.label(state.action) | said
    return builder.task("record-outcome", state.action.id, referral.report.stamp, details)


def _complete(builder: TaskBuilder) -> Iterator[Task]:
    """Yields the complete diagnostic, for ease in a workshop or a kept proposal, within the collective period.

    Once an export shows it finished, its sharing is awaited instead. Once declined, it is due when kept since.
    """
    dossier = builder.dossier
    links = [link for link in dossier.diagnostic.participations.values() if link.purpose == "complete"]
    complete = dossier.parcours.complete
    if (complete and complete.accepted) or any(link.finished and not link.withdrawn for link in links):
        return
    seat = dossier.diagnostic.last_attended
    kept = [a.built for a in dossier.parcours.actions.values() if a.action.kind == "complete" and not a.over]
    asked = ([(seat.stamp, "ease")] if seat and seat.ease else []) + [(stamp, "kept") for stamp in kept]
    stamps = [one for one in asked if complete is None or one[0].version > complete.stamp.version]
    if stamps:
        stamp, by = min(stamps, key=lambda one: when(one[0]))
        end = dossier.collective_end if dossier.programme == "CEJ" else None
        due = end if end and end >= stamp.on else None
        details = {"by": by, **({"ends": due.isoformat()} if due else {})}
        yield builder.task("complete-path", "", stamp, details, due=due)


def _certification(builder: TaskBuilder) -> Iterator[Task]:
    """Yields the proposal to who is certifiable, then the outcome: once taken, or from the day of the session on."""
    state, certifiable = builder.dossier.parcours, builder.dossier.diagnostic.certifiable
    certification = state.certification
    if state.complete and state.complete.accepted and certification is None and certifiable:
        since = max(state.complete.stamp.on, certifiable.on)
        yield builder.task("propose-certification", "", state.complete.stamp, opens=since)
    if certification and certification.step in ("registered", "taken"):
        details = {
            "by": certification.step,
            **({"planned": certification.session.isoformat()} if certification.session else {}),
        }
        yield builder.task("record-certification", "", certification.stamp, details, certification.session)


def _retake(builder: TaskBuilder) -> Iterator[Task]:
    """Yields the second diagnostic, some time after the last action done."""
    learned, retake = builder.dossier.parcours.last_training, builder.dossier.parcours.retake
    if learned is None:
        return
    since, action = learned
    if (retake and retake.stamp.version > since.version) or _tested_since(builder.dossier, since):
        return
    opens = builder.delay_end(since.on, "plan-retake-opens", since)
    yield builder.task("plan-retake", "", since, builder.label(action), opens)


def _tested_since(dossier: Dossier, since: Stamp) -> bool:
    """Tells if an initial test began after that day, on any date of export."""
    links = dossier.diagnostic.participations.values()
    begun = ((link.started.day if link.started else link.stamp.on, link) for link in links if link.purpose == "initial")
    return any((day, link.stamp.version) > (since.on, since.version) for day, link in begun)


# --- the task close-or-plan: nobody could be reached, or a dossier without tasks is inactive for long


def close_or_plan(builder: TaskBuilder, tasks: Sequence[Task]) -> Iterator[Task]:
    dossier, tried = builder.dossier, builder.exhausted
    if tried and not any(stamp.version > tried.version for stamp in _ways_on(dossier)):
        yield builder.task("close-or-plan", "", tried, {"by": "tries"})
    elif not tasks and dossier.last:
        appointed = (set_.day for set_ in _appointments(dossier))
        since = max([dossier.last.on, *appointed, *(one.day for one in days_set(dossier))])
        opens = builder.delay_end(since, "close-or-plan-opens", dossier.last)
        yield builder.task("close-or-plan", "", dossier.last, {"by": "quiet"}, opens)


def _ways_on(dossier: Dossier) -> Iterator[Stamp]:
    """Yields every event that gave the dossier something to do."""
    orientation, prescription, parcours = dossier.orientation, dossier.prescription, dossier.parcours
    stamps = [orientation.presented, orientation.plan.stamp if orientation.plan else None]
    stamps += [seat.stamp for seat in dossier.diagnostic.seats.values()]
    for link in dossier.diagnostic.participations.values():
        stamps += [link.finished, link.received]
    stamps += [sent.stamp for sent in prescription.dispatched.values()]
    stamps += prescription.debriefs.values()
    for study in prescription.studies.values():
        stamps += [study.stamp, study.followed]
    for action in parcours.actions.values():
        stamps += [
            action.built,
            action.started,
            *(stamp for sent in action.referrals for stamp in (sent.stamp, sent.answered)),
        ]
    stamps += [answer.stamp for answer in (parcours.complete, parcours.certification, parcours.retake) if answer]
    stamps += [set_.stamp for set_ in _appointments(dossier)]
    return filter(None, stamps)


class DaySet(Struct, frozen=True):
    """A day set without a task: of a seat in a workshop, of a diagnostic or a retake from that day on.

    `last` is the last day on which it is to come. The task of an appointment says its day by itself.
    """

    key: Literal["workshop", "diagnostic", "retake"]
    day: date
    last: date


def days_set(dossier: Dossier) -> list[DaySet]:
    """Returns the days set of an open dossier: the last one of each kind."""
    if dossier.closed:
        return []
    plan, retake = dossier.orientation.plan, dossier.parcours.retake
    booked = [seat.day for seat in dossier.diagnostic.seats.values() if seat.status == "booked"]
    days = [DaySet("workshop", max(booked), max(booked))] if booked else []
    taken = dossier.diagnostic.has_participation("initial") or dossier.orientation.declined
    if plan and plan.modality != "workshop" and not taken:
        days.append(_from("diagnostic", plan.planned_for))
    if retake and retake.planned_for and not _tested_since(dossier, retake.stamp):
        days.append(_from("retake", retake.planned_for))
    return days


def _from(key: Literal["diagnostic", "retake"], day: date) -> DaySet:
    return DaySet(key, day, day - timedelta(days=1))


def _appointments(dossier: Dossier) -> list[Appointment]:
    """Returns the appointments set and not missed, about anything but closing."""
    return [set_ for key, set_ in dossier.appointments.items() if key != "close-or-plan" and not set_.missed]


# --- the tasks of one dossier, in the order of the path


def of_dossier(dossier: Dossier, refs: References) -> list[Task]:
    """Returns every present and future task of the dossier as it stands; none for a dossier never opened."""
    if dossier.opened is None:
        return []
    builder = TaskBuilder(dossier, dossier.opened, refs)
    rights = []
    if asked := dossier.erasure:  # an answer is due within a month (RGPD, article 12, 3), for any protocol
        due = asked.stamp.on + relativedelta(months=1)
        rights.append(builder.task("confirm-erasure", "", asked.stamp, {"by": asked.reason}, due=due))
    if dossier.closed:
        return [*rights, *([builder.task("review-late-event", "", dossier.late)] if dossier.late else [])]
    path = [*orientation(builder), *diagnostic(builder), *prescription(builder), *parcours(builder)]
    tasks = [*_assign(builder), *path, *_inform(builder)]
    return [*rights, *tasks, *close_or_plan(builder, tasks), *builder.recalls()]


def _inform(builder: TaskBuilder) -> Iterator[Task]:
    """Yields who is to be told of a correction: the partner of a referral, or the young person."""
    actions = builder.dossier.parcours.actions.values()
    names = {sent.id: sent.partner.name for action in actions for sent in action.referrals}
    for referral, held in builder.dossier.holders.items():
        if referral is None:
            details = {"by": "person", "papers": " ".join(held.papers)}
        else:
            by, name = ("partner", held.partner) if held.partner else ("merged", names.get(referral, ""))
            details = {"by": by, "partner": name}
        yield builder.task("inform-holder", referral or "", held.stamp, details)


def _assign(builder: TaskBuilder) -> Iterator[Task]:
    """Yields the assignment of an advisor, when there is none or the advisor leaves."""
    dossier = builder.dossier
    if dossier.advisor is None or dossier.assigned is None:
        yield builder.task("assign-advisor", "", builder.opened)
        return
    advisor = builder.refs.team.get(dossier.advisor)
    if advisor and advisor.left:
        left, name = Stamp(advisor.left, dossier.assigned.version), {"by": "left", "name": advisor.name}
        yield builder.task("assign-advisor", "", left, name, advisor.left + timedelta(days=1))
