"""The task close-or-plan: nobody could be reached, or a dossier without tasks is inactive for long."""

from collections.abc import Iterator, Sequence
from datetime import date

from pixflow.dossier.state import Appointment, Dossier
from pixflow.folding import Stamp
from pixflow.tasks.builder import TaskBuilder
from pixflow.tasks.task import Task


def close_or_plan(builder: TaskBuilder, tasks: Sequence[Task]) -> Iterator[Task]:
    dossier, tried = builder.dossier, builder.exhausted
    if tried and not any(stamp.version > tried.version for stamp in _ways_on(dossier)):
        yield builder.task("close-or-plan", "", "advisor", tried, {"by": "tries"})
    elif not tasks and dossier.last:
        since = max([dossier.last.on, *_days_to_come(dossier)])
        opens = builder.delay_end(since, "close-or-plan-opens", dossier.last)
        yield builder.task("close-or-plan", "", "advisor", dossier.last, {"by": "quiet"}, opens)


def _ways_on(dossier: Dossier) -> Iterator[Stamp]:
    """Yields every event that gave the dossier something to do."""
    orientation, prescription, parcours = dossier.orientation, dossier.prescription, dossier.parcours
    stamps = [orientation.presented, orientation.plan.stamp if orientation.plan else None]
    stamps += [seat.stamp for seat in dossier.diagnostic.seats.values()]
    for link in dossier.diagnostic.participations.values():
        stamps += [link.finished, link.received]
    stamps += [sent.stamp for sent in prescription.dispatched.values()]
    stamps += [*prescription.debriefs.values(), *(built.stamp for built in prescription.built.values())]
    for study in prescription.studies.values():
        stamps += [study.stamp, study.followed]
    for action in parcours.actions.values():
        stamps += [action.started, *(stamp for sent in action.referrals for stamp in (sent.stamp, sent.answered))]
    stamps += [answer.stamp for answer in (parcours.complete, parcours.certification, parcours.retake) if answer]
    stamps += [set_.stamp for set_ in _appointments(dossier)]
    return filter(None, stamps)


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
