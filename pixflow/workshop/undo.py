"""Undoes an attendance mark, a walk-in or the release of a seat, on both streams at once."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pixflow.decision import OWN_SEATS, OWN_WORKSHOPS, Argument, decision
from pixflow.dossier.guards import must_be_open
from pixflow.dossier.retraction import comes_from_pix, dependents, new_ids, retractions
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as d
from pixflow.events import workshop as e
from pixflow.events.base import Event, Recorded
from pixflow.folding import not_retracted
from pixflow.refused import Refused, required
from pixflow.workshop.booking import must_be_booked_once, must_be_held, must_take_bookings
from pixflow.workshop.state import Workshop, fold, waiting_without_seat


def walk_ins(workshop_history: Sequence[Recorded]) -> dict[UUID, Recorded]:
    """Returns the dossiers that came without a seat, each with the event that gave one."""
    told = not_retracted(workshop_history)
    came = {(r.command, r.event.dossier) for r in told if isinstance(r.event, e.AttendanceMarked)}
    taken = [(r, r.event.dossier) for r in told if isinstance(r.event, e.SeatTaken)]
    return {dossier: recorded for recorded, dossier in taken if (recorded.command, dossier) in came}


def has_later_work(history: Sequence[Recorded], workshop: UUID) -> bool:
    """Tells if people acted on a dossier since its first attendance mark at this workshop."""
    told = not_retracted(history)
    marks = [r.originator_version for r in told if _marks(r.event, workshop)]
    later = [r.event for r in told if marks and r.originator_version > marks[0] and not _marks(r.event, workshop)]
    return any(event.STAGE and not comes_from_pix(event) for event in later)


@decision(
    "undo_mark", OWN_WORKSHOPS, Argument.HISTORY, Argument.WORKSHOP_HISTORY, Argument.DOSSIER_ID, Argument.WORKSHOP_ID
)
def undo_attendance(
    workshop: Workshop,
    dossier: Dossier,
    *,
    workshop_id: UUID,
    dossier_id: UUID,
    reason: str,
    on: date,
    history: Sequence[Recorded],
    workshop_history: Sequence[Recorded],
) -> dict[str, list[Event]]:
    """Retracts the attendance marks of a dossier; for a walk-in, also its seat and its plan.

    Raises Refused("acted-since") when people acted on the dossier since: another mark corrects it then.
    """
    must_be_held(workshop, on)
    if dossier_id not in workshop.attendance:
        return {}
    came = walk_ins(workshop_history).get(dossier_id)
    if came is None and has_later_work(history, workshop_id):
        raise Refused("acted-since")
    ours = [r for r in not_retracted(workshop_history) if _marked(r.event, dossier_id)] + ([came] if came else [])
    theirs = {r.originator_version for r in not_retracted(history) if _marks(r.event, workshop_id)}
    return {
        "workshop": _retracted(ours, reason, on),
        "dossier": retractions(
            theirs | (_planned_by(came, history) if came else set()), required(reason, "reason"), on
        ),
    }


@decision(
    "undo_release", OWN_SEATS, Argument.HISTORY, Argument.WORKSHOP_HISTORY, Argument.DOSSIER_ID, Argument.WORKSHOP_ID
)
def undo_release(
    workshop: Workshop,
    dossier: Dossier,
    *,
    workshop_id: UUID,
    dossier_id: UUID,
    reason: str,
    on: date,
    history: Sequence[Recorded],
    workshop_history: Sequence[Recorded],
) -> dict[str, list[Event]]:
    """Retracts the release of a seat or place, and the offers that it made.

    Raises Refused("seat-gone") when another person has the seat, or the workshop has moved.
    """
    told = not_retracted(workshop_history)
    given_up = [r for r in told if _given_up(r.event, dossier_id)]
    if not given_up or dossier_id in workshop.seats or dossier_id in workshop.waiting:
        return {}
    must_be_open(dossier)
    must_take_bookings(workshop, on)
    must_be_booked_once(dossier, workshop_id, on)
    command, version = given_up[-1].command, given_up[-1].originator_version
    moved = any(isinstance(r.event, e.WorkshopMoved) and r.originator_version > version for r in told)
    ours = [r for r in told if r.command == command]
    after = fold([r for r in workshop_history if r not in ours])
    if moved or after.free < 0 or (after.free > 0 and any(waiting_without_seat(after))):
        raise Refused("seat-gone")
    theirs = [r.originator_version for r in not_retracted(history) if r.command == command]
    return {
        "workshop": _retracted(ours, reason, on),
        "dossier": retractions(theirs, required(reason, "reason"), on),
    }


def _planned_by(came: Recorded, history: Sequence[Recorded]) -> set[int]:
    """Returns the versions that the walk-in recorded on the dossier, and those that depend on them."""
    learnt = [r for r in not_retracted(history) if r.command == came.command]
    plans = {plan for r in learnt for plan in new_ids(r.event)}
    return {*(r.originator_version for r in learnt), *(dependents(history, plans) if plans else ())}


def _retracted(told: Sequence[Recorded], reason: str, on: date) -> list[Event]:
    versions = sorted((r.originator_version for r in told), reverse=True)
    return [e.Retracted(version=version, reason=required(reason, "reason"), on=on) for version in versions]


def _marks(event: Event, workshop: UUID) -> bool:
    return isinstance(event, (d.WorkshopAttended, d.WorkshopMissed)) and event.workshop == workshop


def _marked(event: Event, dossier: UUID) -> bool:
    return isinstance(event, e.AttendanceMarked) and event.dossier == dossier


def _given_up(event: Event, dossier: UUID) -> bool:
    return isinstance(event, (e.SeatReleased, e.WaitlistLeft)) and event.dossier == dossier
