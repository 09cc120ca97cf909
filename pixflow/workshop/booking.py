"""Decisions on the seats of a workshop. Each one writes both streams, workshop and dossier."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from uuid import UUID

from pixflow.actor import CLOCK
from pixflow.decision import NOBODY, OWN_SEATS, OWN_WORKSHOPS, TEAM, Argument, decision
from pixflow.dossier.guards import must_be_open
from pixflow.dossier.seats import plan_in_workshop, record_attendance, record_booking, record_cancellation
from pixflow.dossier.state import Dossier
from pixflow.events import workshop as e
from pixflow.events.base import Event
from pixflow.events.values import Presence
from pixflow.reference_data import References
from pixflow.refused import Refused
from pixflow.workshop.state import Workshop, must_be_on, must_have_begun, waiting_without_seat


def offer_deadline(refs: References, on: date) -> date:
    """Returns the last day that an offered seat is kept, in working days of the protocol (docs/domain.md#seats)."""
    return refs.calendar.add(on, refs.protocol(on).workshops.offer)


# --- seats


@decision("book_seat", OWN_SEATS, Argument.DOSSIER_ID, Argument.WORKSHOP_ID)
def book_seat(
    workshop: Workshop,
    dossier: Dossier,
    *,
    workshop_id: UUID,
    dossier_id: UUID,
    or_wait: bool,
    initial: bool,
    plan: UUID,
    on: date,
) -> dict[str, list[Event]]:
    """Books a free or offered seat; without one, and with `or_wait`, joins the waiting list.

    `initial`: the workshop's campaign is an initial diagnostic, which is then planned there.
    """
    must_be_open(dossier)
    day = must_take_bookings(workshop, on)
    if dossier_id in workshop.seats:
        return {}
    must_be_booked_once(dossier, workshop_id, on)
    planned = _planned(workshop, dossier, initial, plan, on)
    kept = workshop.waiting.get(dossier_id)
    if workshop.free > 0 or (kept and kept.until):
        booked = record_booking(dossier, workshop=workshop_id, day=day, on=on)
        return {"workshop": [e.SeatTaken(dossier=dossier_id, on=on)], "dossier": [*planned, *booked]}
    if kept:
        return {}
    if not or_wait:
        raise Refused("workshop-full", capacity=workshop.capacity)
    return {"workshop": [e.WaitlistJoined(dossier=dossier_id, on=on)], "dossier": planned}


@decision("release_seat", OWN_SEATS, Argument.DOSSIER_ID, Argument.WORKSHOP_ID)
def release_seat(
    workshop: Workshop, dossier: Dossier, *, workshop_id: UUID, dossier_id: UUID, until: date, on: date
) -> dict[str, list[Event]]:
    """Releases a seat, an offered seat or a place on the waiting list.

    The seat is offered to the next in line, through `until`.
    """
    if workshop.cancelled:
        raise Refused("workshop-cancelled", on=workshop.cancelled.on)
    if dossier_id in workshop.attendance:
        raise Refused("attendance-marked")
    if waited := workshop.waiting.get(dossier_id):
        freed = _offers(workshop, int(waited.until is not None), until, on, but=dossier_id)
        return {"workshop": [e.WaitlistLeft(dossier=dossier_id, on=on), *freed]}
    if dossier_id not in workshop.seats:
        return {}
    lost = record_cancellation(dossier, workshop=workshop_id, reason="released", on=on)
    return {
        "workshop": [e.SeatReleased(dossier=dossier_id, on=on), *_offers(workshop, 1, until, on)],
        "dossier": lost,
    }


@decision("lapse_offer", NOBODY, system=(CLOCK,))
def lapse_offer(workshop: Workshop, *, dossier: UUID, kept: date, until: date, on: date) -> list[Event]:
    """Expires a seat offer after the day `kept`, and offers the seat to the next in line, through `until`."""
    waited = workshop.waiting.get(dossier)
    if waited is None or waited.until != kept or on <= kept:
        return []
    return [e.SeatOfferLapsed(dossier=dossier, on=on), *_offers(workshop, 1, until, on, but=dossier)]


@decision("follow_workshop", TEAM, Argument.DOSSIER_ID, Argument.WORKSHOP_ID)
def apply_workshop_change(
    workshop: Workshop, dossier: Dossier, *, workshop_id: UUID, dossier_id: UUID, on: date
) -> dict[str, list[Event]]:
    """Records on the dossier that its workshop was moved or cancelled."""
    if dossier_id not in workshop.seats or workshop.day is None:
        return {}
    if workshop.cancelled:
        return {"dossier": record_cancellation(dossier, workshop=workshop_id, reason="cancelled", on=on)}
    return {"dossier": record_booking(dossier, workshop=workshop_id, day=workshop.day, on=on)}


# --- attendance


@decision("mark_attendance", OWN_WORKSHOPS, Argument.DOSSIER_ID, Argument.WORKSHOP_ID, Argument.ENTRUSTED)
def mark_attendance(
    workshop: Workshop,
    dossier: Dossier,
    *,
    workshop_id: UUID,
    dossier_id: UUID,
    presence: Presence,
    trouble: bool,
    ease: bool,
    entrusted: bool,
    on: date,
) -> dict[str, list[Event]]:
    """Marks a registrant present, absent or excused; if present, in difficulty or at ease.

    The mark has the workshop's day. The latest mark counts. Presence counts as Pix presented. Raises
    Refused("not-entrusted") for a difficulty or an ease that this actor may not note.
    """
    day = must_be_held(workshop, on)
    if (trouble or ease) and not entrusted:
        raise Refused("not-entrusted")
    if dossier_id not in workshop.seats:
        raise Refused("no-seat")
    known = workshop.attendance.get(dossier_id)
    own = [] if known == presence else [e.AttendanceMarked(dossier=dossier_id, presence=presence, on=day)]
    theirs = record_attendance(
        dossier,
        workshop=workshop_id,
        presence=presence,
        trouble=trouble,
        ease=ease and not trouble,
        by_advisor=dossier.advisor in workshop.facilitators,
        on=day,
    )
    return {"workshop": [*own], "dossier": theirs}


@decision("walk_in", OWN_WORKSHOPS, Argument.DOSSIER_ID, Argument.WORKSHOP_ID, Argument.ENTRUSTED)
def walk_in(
    workshop: Workshop,
    dossier: Dossier,
    *,
    workshop_id: UUID,
    dossier_id: UUID,
    initial: bool,
    plan: UUID,
    entrusted: bool,
    on: date,
) -> dict[str, list[Event]]:
    """Adds and marks present a person without a seat, while the room has space.

    Raises Refused("not-entrusted") for a dossier that this actor may not meet there.
    """
    must_be_open(dossier)
    day = must_be_held(workshop, on)
    if workshop.attendance.get(dossier_id) == "present":
        return {}
    if not entrusted:
        raise Refused("not-entrusted")
    if dossier_id in workshop.seats:
        raise Refused("has-a-seat")
    _must_have_room(workshop)
    planned = _planned(workshop, dossier, initial, plan, day)
    attended = record_attendance(
        dossier,
        workshop=workshop_id,
        presence="present",
        trouble=False,
        ease=False,
        by_advisor=dossier.advisor in workshop.facilitators,
        on=day,
    )
    return {
        "workshop": [
            e.SeatTaken(dossier=dossier_id, on=day),
            e.AttendanceMarked(dossier=dossier_id, presence="present", on=day),
        ],
        "dossier": [*planned, *attended],
    }


# --- checks


def must_take_bookings(workshop: Workshop, on: date) -> date:
    """Returns the workshop's day. Raises the refusals of `must_be_on`, and Refused("workshop-past")."""
    must_be_on(workshop)
    assert workshop.day is not None
    if workshop.day < on:
        raise Refused("workshop-past", day=workshop.day)
    return workshop.day


def must_be_held(workshop: Workshop, on: date) -> date:
    """Returns the workshop's day once it has come. A closed workshop is accepted: marks may be corrected."""
    if workshop.scheduled is None or workshop.day is None:
        raise Refused("unknown-workshop")
    if workshop.cancelled:
        raise Refused("workshop-cancelled", on=workshop.cancelled.on)
    must_have_begun(workshop, on)
    return workshop.day


def _must_have_room(workshop: Workshop) -> None:
    """Raises Refused when present and unmarked people fill the room."""
    left = len(workshop.unmarked)
    if workshop.count("present") + left < workshop.capacity:
        return
    if left:
        raise Refused("room-unmarked", capacity=workshop.capacity, count=left)
    raise Refused("room-full", capacity=workshop.capacity)


def must_be_booked_once(dossier: Dossier, workshop: UUID, on: date) -> None:
    """Raises Refused("booked-elsewhere")."""
    for id, seat in dossier.diagnostic.seats.items():
        if id != workshop and seat.status == "booked" and seat.day >= on:
            raise Refused("booked-elsewhere", day=seat.day)


def _planned(workshop: Workshop, dossier: Dossier, initial: bool, plan: UUID, on: date) -> list[Event]:
    assert workshop.campaign is not None
    assert workshop.day is not None
    place = workshop.place or workshop.site
    return plan_in_workshop(
        dossier, campaign=workshop.campaign, initial=initial, place=place, day=workshop.day, plan=plan, on=on
    )


def _offers(workshop: Workshop, freed: int, until: date, on: date, but: UUID | None = None) -> Iterator[Event]:
    """Yields offers of the freed seats to the first in line, at the latest until the workshop's day."""
    if workshop.day is None or workshop.day < on or workshop.cancelled or workshop.closed:
        return
    first = (dossier for dossier in waiting_without_seat(workshop) if dossier != but)
    for dossier in islice(first, max(0, workshop.free + freed)):
        yield e.SeatOffered(dossier=dossier, until=min(until, workshop.day), on=on)
