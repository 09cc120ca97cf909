"""Records a seat on the dossier: booked, cancelled, used or missed. `workshop/booking.py` decides, on both streams."""

from datetime import date
from typing import Literal
from uuid import UUID

from pixflow.dossier.stages.orientation import plan_diagnostic
from pixflow.dossier.state import Dossier
from pixflow.events.base import Event
from pixflow.events.dossier import SeatBooked, SeatCancelled, WorkshopAttended, WorkshopMissed
from pixflow.events.values import Presence


def plan_in_workshop(
    dossier: Dossier, *, campaign: UUID, initial: bool, place: str, day: date, plan: UUID, on: date
) -> list[Event]:
    """Plans the initial diagnostic in a workshop, unless it is taken or planned there already."""
    orientation = dossier.orientation
    current = None if orientation.declined else orientation.plan
    planned = current and (current.modality, current.campaign) == ("workshop", campaign)
    if planned or not initial or dossier.diagnostic.has_participation("initial"):
        return []
    return plan_diagnostic(
        dossier, campaign=campaign, modality="workshop", mediator=False, place=place, planned_for=day, on=on, plan=plan
    )


def record_booking(dossier: Dossier, *, workshop: UUID, day: date, on: date) -> list[Event]:
    """Records a seat in a workshop on that day, again when the workshop has moved."""
    known = dossier.diagnostic.seats.get(workshop)
    if known and (known.status, known.day) == ("booked", day):
        return []
    return [SeatBooked(workshop=workshop, day=day, on=on)]


def record_cancellation(
    dossier: Dossier, *, workshop: UUID, reason: Literal["released", "cancelled"], on: date
) -> list[Event]:
    known = dossier.diagnostic.seats.get(workshop)
    return [SeatCancelled(workshop=workshop, reason=reason, on=on)] if known and known.status == "booked" else []


def record_attendance(
    dossier: Dossier, *, workshop: UUID, presence: Presence, trouble: bool, ease: bool, by_advisor: bool, on: date
) -> list[Event]:
    """Records presence, and difficulty or ease. The latest mark counts. Never refused: it happened."""
    known = dossier.diagnostic.seats.get(workshop)
    if presence == "present":
        there = (known.trouble, known.ease, known.by_advisor) if known and known.status == "attended" else None
        if there == (trouble, ease, by_advisor):
            return []
        return [WorkshopAttended(workshop=workshop, trouble=trouble, ease=ease, by_advisor=by_advisor, on=on)]
    excused = presence == "excused"
    if known and known.status == "missed" and (known.reason == "excused") == excused:
        return []
    return [WorkshopMissed(workshop=workshop, excused=excused, on=on)]
