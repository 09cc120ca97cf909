"""The task close-or-plan: nobody could be reached, or a dossier without tasks is inactive for long."""

from collections.abc import Iterator, Sequence
from datetime import date

from pixflow.dossier.state import Appointment, Dossier
from pixflow.folding import Mark
from pixflow.tasks.builder import TaskBuilder
from pixflow.tasks.task import Task


def close_or_plan(builder: TaskBuilder, tasks: Sequence[Task]) -> Iterator[Task]:
    dossier, tried = builder.dossier, builder.exhausted
    if tried and not any(mark.version > tried.version for mark in _ways_on(dossier)):
        yield builder.task("close-or-plan", "", "advisor", tried, {"by": "tries"})
    elif not tasks and dossier.last:
        since = max([dossier.last.on, *_days_to_come(dossier)])
        opens = builder.delay_end(since, "close-or-plan-opens", dossier.last)
        yield builder.task("close-or-plan", "", "advisor", dossier.last, {"by": "quiet"}, opens)


def _ways_on(dossier: Dossier) -> Iterator[Mark]:
    """Yields every event that gave the dossier something to do."""
    orientation, prescription, parcours = dossier.orientation, dossier.prescription, dossier.parcours
    marks = [orientation.presented, orientation.plan.mark if orientation.plan else None]
    marks += [seat.mark for seat in dossier.diagnostic.seats.values()]
    for link in dossier.diagnostic.participations.values():
        marks += [link.finished, link.received]
    marks += [sent.mark for sent in prescription.dispatched.values()]
    marks += [*prescription.debriefs.values(), *(built.mark for built in prescription.built.values())]
    for study in prescription.studies.values():
        marks += [study.mark, study.followed]
    for action in parcours.actions.values():
        marks += [action.started, *(mark for sent in action.referrals for mark in (sent.mark, sent.answered))]
    marks += [said.mark for said in (parcours.complete, parcours.certification, parcours.retake) if said]
    marks += [set_.mark for set_ in _appointments(dossier)]
    return filter(None, marks)


def _days_to_come(dossier: Dossier) -> Iterator[date]:
    """Yields the days set: appointments, a workshop, a certification session, a second diagnostic."""
    yield from (set_.day for set_ in _appointments(dossier))
    yield from (seat.day for seat in dossier.diagnostic.seats.values() if seat.status == "booked")
    certification, retake = dossier.parcours.certification, dossier.parcours.retake
    if certification and certification.session:
        yield certification.session
    if retake and retake.planned_for:
        yield retake.planned_for


def _appointments(dossier: Dossier) -> list[Appointment]:
    """Returns the appointments set and not missed, about anything but closing."""
    return [set_ for key, set_ in dossier.appointments.items() if key != "close-or-plan" and not set_.missed]
