"""Seats in a workshop: booked, marked, taken back, and those of visitors. Each seat stands on the dossier too."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Literal
from uuid import UUID

from pixflow.actor import CLOCK
from pixflow.decision import NOBODY, OWN_SEATS, OWN_WORKSHOPS, TEAM, decision
from pixflow.dossier.retraction import comes_from_pix, dependents, new_ids, retractions
from pixflow.dossier.stages.orientation import plan_diagnostic
from pixflow.dossier.state import Dossier, must_be_open
from pixflow.events import dossier as d
from pixflow.events import workshop as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Presence
from pixflow.folding import not_retracted
from pixflow.reference_data import References
from pixflow.refused import Refused, required
from pixflow.team.staff import Team, standing_in
from pixflow.workshop.presses import EARLY, Press, contest, hour_of, is_mark, last_press, settle
from pixflow.workshop.state import Workshop, fold, must_be_on, must_have_begun, waiting_without_seat


def record_booking(
    dossier: Dossier, *, workshop: UUID, day: date, on: date, gives_up: tuple[UUID, ...] = ()
) -> list[Event]:
    """Records a seat in a workshop on that day, again when the workshop has moved."""
    known = dossier.diagnostic.seats.get(workshop)
    if known and (known.status, known.day) == ("booked", day):
        return []
    return [d.SeatBooked(workshop=workshop, day=day, on=on, gives_up=gives_up)]


def record_cancellation(
    dossier: Dossier, *, workshop: UUID, reason: Literal["released", "cancelled"], on: date
) -> list[Event]:
    known = dossier.diagnostic.seats.get(workshop)
    return [d.SeatCancelled(workshop=workshop, reason=reason, on=on)] if known and known.status == "booked" else []


def record_attendance(
    dossier: Dossier,
    *,
    workshop: UUID,
    presence: Presence,
    trouble: bool,
    ease: bool,
    by_advisor: bool,
    on: date,
    pressed: datetime | None = None,
    again: bool = False,
) -> list[Event]:
    """Records presence, and difficulty or ease. The latest mark counts. Never refused: it happened.

    `again`: an equal mark is recorded too, for it was pressed later.
    """
    seat = dossier.diagnostic.seats.get(workshop)
    if presence == "present":
        there = (seat.trouble, seat.ease, seat.by_advisor) if seat and seat.status == "attended" else None
        if there == (trouble, ease, by_advisor) and not again:
            return []
        return [
            d.WorkshopAttended(
                workshop=workshop, trouble=trouble, ease=ease, by_advisor=by_advisor, on=on, pressed=pressed
            )
        ]
    excused = presence == "excused"
    if seat and seat.status == "missed" and (seat.reason == "excused") == excused and not again:
        return []
    return [d.WorkshopMissed(workshop=workshop, excused=excused, on=on, pressed=pressed)]


# --- decisions on the seats of a workshop. Each one writes both streams, workshop and dossier


def offer_deadline(refs: References, on: date) -> date:
    """Returns the last day that an offered seat is kept, in working days of the protocol (docs/domain.md#seats)."""
    return refs.calendar.add(on, refs.protocol(on).workshops.offer)


# --- seats


@decision("book_seat", OWN_SEATS)
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
    kept: Collection[UUID] = (),
) -> dict[str, list[Event]]:
    """Books a free or offered seat; without one, and with `or_wait`, joins the waiting list.

    `initial`: the workshop's campaign is an initial diagnostic, which is then planned there. `kept`: the workshops that
    keep a seat for this person. A seat elsewhere gives theirs up (docs/domain.md#seats).
    """
    must_be_open(dossier)
    day = must_take_bookings(workshop, on)
    if dossier_id in workshop.seats:
        return {}
    must_be_booked_once(dossier, workshop_id, on)
    planned = plan_in_workshop(workshop, dossier, initial, plan, on)
    waited = workshop.waiting.get(dossier_id)
    if workshop.free > 0 or (waited and waited.until):
        others = tuple(one for one in kept if one != workshop_id)
        booked = record_booking(dossier, workshop=workshop_id, day=day, on=on, gives_up=others)
        return {"workshop": [e.SeatTaken(dossier=dossier_id, on=on)], "dossier": [*planned, *booked]}
    if waited:
        return {}
    if not or_wait:
        raise Refused("workshop-full", capacity=workshop.capacity)
    waits: list[Event] = [replace(one, waits=True) for one in planned if isinstance(one, d.DiagnosticPlanned)]
    return {"workshop": [e.WaitlistJoined(dossier=dossier_id, on=on)], "dossier": waits}


@decision("release_seat", OWN_SEATS)
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
    return {"workshop": [e.SeatReleased(dossier=dossier_id, on=on), *_offers(workshop, 1, until, on)], "dossier": lost}


@decision("lapse_offer", NOBODY, system=(CLOCK,))
def lapse_offer(
    workshop: Workshop, *, dossier: UUID, kept: date, until: date, on: date, elsewhere: bool = False
) -> list[Event]:
    """Expires a seat offer after the day `kept`, and offers the seat to the next in line, through `until`.

    `elsewhere`: the person took a seat in another workshop. They leave the list at once.
    """
    waited = workshop.waiting.get(dossier)
    if waited is None or waited.until != kept or (on <= kept and not elsewhere):
        return []
    gone = e.WaitlistLeft(dossier=dossier, on=on) if elsewhere else e.SeatOfferLapsed(dossier=dossier, on=on)
    return [gone, *_offers(workshop, 1, until, on, but=dossier)]


@decision("follow_workshop", TEAM)
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


@decision("mark_attendance", OWN_WORKSHOPS)
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
    actor: str,
    now: datetime,
    on: date,
    history: Sequence[Recorded],
    seen: int = 0,
    waited: timedelta | None = None,
) -> dict[str, list[Event]]:
    """Marks a registrant present, absent or excused; if present, in difficulty or at ease.

    The mark has the workshop's day. The latest press counts. A press that `waited`, and did not see the last one
    (`seen` is the version of the dossier on its page), asks about the earlier of both. A press that saw such a question
    answers it. Presence counts as Pix presented. Raises Refused("not-entrusted") for a difficulty or an ease that this
    actor may not note.
    """
    day = must_be_held(workshop, on)
    if (trouble or ease) and not entrusted:
        raise Refused("not-entrusted")
    pressed, last = hour_of(workshop, waited, now), last_press(history, workshop_id)
    press = Press("trouble" if trouble else "ease" if ease else presence, actor, pressed or now)
    unseen = last if pressed and last and last.version > seen else None
    contests: list[d.AttendanceContested] = []
    if dossier_id not in workshop.seats and not (unseen and press.at <= unseen.at):
        raise Refused("no-seat")
    if unseen and unseen.mark != press.mark:
        if press.at <= unseen.at:
            return {"dossier": [*contest(dossier, workshop_id, press, unseen, on)]}
        if unseen.by != actor:
            contests = contest(dossier, workshop_id, unseen, press, on)
    old_presence = workshop.attendance.get(dossier_id)
    marked = e.AttendanceMarked(dossier=dossier_id, presence=presence, on=day, pressed=pressed)
    theirs = record_attendance(
        dossier,
        workshop=workshop_id,
        presence=presence,
        trouble=trouble,
        ease=ease and not trouble,
        by_advisor=dossier.advisor in workshop.facilitators,
        on=day,
        pressed=pressed,
        again=unseen is not None and press.at > unseen.at,
    )
    return {
        "workshop": [] if old_presence == presence else [marked],
        "dossier": [*theirs, *contests, *settle(dossier, workshop_id, seen, pressed, on)],
    }


@decision("walk_in", OWN_WORKSHOPS)
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
    left = len(workshop.unmarked)
    if workshop.count("present") + left >= workshop.capacity:
        if left:
            raise Refused("room-unmarked", capacity=workshop.capacity, count=left)
        raise Refused("room-full", capacity=workshop.capacity)
    planned = plan_in_workshop(workshop, dossier, initial, plan, day)
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


def must_be_booked_once(dossier: Dossier, workshop: UUID, on: date) -> None:
    """Raises Refused("booked-elsewhere")."""
    for id, seat in dossier.diagnostic.seats.items():
        if id != workshop and seat.status == "booked" and seat.day >= on:
            raise Refused("booked-elsewhere", day=seat.day)


def plan_in_workshop(workshop: Workshop, dossier: Dossier, initial: bool, plan: UUID, on: date) -> list[Event]:
    """Plans the initial diagnostic in a workshop, unless it is taken or planned there already."""
    assert workshop.campaign is not None
    assert workshop.day is not None
    current = None if dossier.orientation.declined else dossier.orientation.plan
    planned = current and (current.modality, current.campaign) == ("workshop", workshop.campaign)
    if planned or not initial or dossier.diagnostic.has_participation("initial"):
        return []
    return plan_diagnostic(
        dossier,
        campaign=workshop.campaign,
        modality="workshop",
        mediator=False,
        place=workshop.place or workshop.site,
        planned_for=workshop.day,
        on=on,
        plan=plan,
    )


def _offers(workshop: Workshop, freed: int, until: date, on: date, but: UUID | None = None) -> Iterator[Event]:
    """Yields offers of the freed seats to the first in line, at the latest until the workshop's day."""
    if workshop.day is None or workshop.day < on or workshop.cancelled or workshop.closed:
        return
    first = (dossier for dossier in waiting_without_seat(workshop) if dossier != but)
    for dossier in islice(first, max(0, workshop.free + freed)):
        yield e.SeatOffered(dossier=dossier, until=min(until, workshop.day), on=on)


# --- undoes an attendance mark, a walk-in or the release of a seat, on both streams at once


def walk_ins(workshop_history: Sequence[Recorded]) -> dict[UUID, Recorded]:
    """Returns the dossiers that came without a seat, each with the event that gave one."""
    told = not_retracted(workshop_history)
    came = {(r.command, r.event.dossier) for r in told if isinstance(r.event, e.AttendanceMarked)}
    taken = [(r, r.event.dossier) for r in told if isinstance(r.event, e.SeatTaken)]
    return {dossier: recorded for recorded, dossier in taken if (recorded.command, dossier) in came}


def has_later_work(history: Sequence[Recorded], workshop: UUID) -> bool:
    """Tells if people acted on a dossier since its first attendance mark at this workshop."""
    told = not_retracted(history)
    marks = [r.originator_version for r in told if is_mark(r, workshop)]
    later = [r.event for r in told if marks and r.originator_version > marks[0] and not is_mark(r, workshop)]
    return any(event.STAGE and not comes_from_pix(event) for event in later)


@decision("undo_mark", OWN_WORKSHOPS)
def undo_attendance(
    workshop: Workshop,
    dossier: Dossier,
    *,
    workshop_id: UUID,
    dossier_id: UUID,
    reason: str,
    actor: str,
    now: datetime,
    on: date,
    history: Sequence[Recorded],
    workshop_history: Sequence[Recorded],
    seen: int = 0,
    waited: timedelta | None = None,
) -> dict[str, list[Event]]:
    """Retracts the attendance marks of a dossier; for a walk-in, also its seat and its plan.

    A press that `waited` takes back no mark that its page did not show: it asks about it, as in `mark_attendance`.
    Raises Refused("acted-since") when people acted on the dossier since: another mark corrects it then.
    """
    must_be_held(workshop, on)
    pressed, last = hour_of(workshop, waited, now), last_press(history, workshop_id)
    if pressed and last and last.version > seen and last.mark != "none":
        return {"dossier": [*contest(dossier, workshop_id, Press("none", actor, pressed), last, on)]}
    settled = settle(dossier, workshop_id, seen, pressed, on)
    if dossier_id not in workshop.attendance:
        return {"dossier": [*settled]}
    came = walk_ins(workshop_history).get(dossier_id)
    if came is None and has_later_work(history, workshop_id):
        raise Refused("acted-since")
    told = not_retracted(workshop_history)
    ours = [r for r in told if isinstance(r.event, e.AttendanceMarked) and r.event.dossier == dossier_id]
    theirs = {r.originator_version for r in not_retracted(history) if is_mark(r, workshop_id)}
    return {
        "workshop": _retracted([*ours, *([came] if came else [])], reason, on),
        "dossier": [
            *retractions(
                history, theirs | (_planned_by(came, history) if came else set()), required(reason, "reason"), on
            ),
            *settled,
        ],
    }


@decision("undo_release", OWN_SEATS)
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
    events = not_retracted(workshop_history)
    kinds = (e.SeatReleased, e.WaitlistLeft)
    given_up = [r for r in events if isinstance(r.event, kinds) and r.event.dossier == dossier_id]
    if not given_up or dossier_id in workshop.seats or dossier_id in workshop.waiting:
        return {}
    must_be_open(dossier)
    must_take_bookings(workshop, on)
    must_be_booked_once(dossier, workshop_id, on)
    command, version = given_up[-1].command, given_up[-1].originator_version
    moved = any(isinstance(r.event, e.WorkshopMoved) and r.originator_version > version for r in events)
    ours = [r for r in events if r.command == command]
    after = fold([r for r in workshop_history if r not in ours])
    if moved or after.free < 0 or (after.free > 0 and any(waiting_without_seat(after))):
        raise Refused("seat-gone")
    theirs = [r.originator_version for r in not_retracted(history) if r.command == command]
    return {
        "workshop": _retracted(ours, reason, on),
        "dossier": retractions(history, theirs, required(reason, "reason"), on),
    }


def _planned_by(came: Recorded, history: Sequence[Recorded]) -> set[int]:
    """Returns the versions that the walk-in recorded on the dossier, and those that depend on them."""
    learnt = [r for r in not_retracted(history) if r.command == came.command]
    plans = {plan for r in learnt for plan in new_ids(r.event)}
    return {*(r.originator_version for r in learnt), *(dependents(history, plans) if plans else ())}


def _retracted(told: Sequence[Recorded], reason: str, on: date) -> list[Event]:
    versions = sorted((r.originator_version for r in told), reverse=True)
    return [e.Retracted(version=version, reason=required(reason, "reason"), on=on) for version in versions]


# --- visitors of a workshop: young people whom the one who runs it does not follow (docs/domain.md#visitors)


LATE = timedelta(hours=2)
"""Margin after the end of a workshop: attendance is completed."""
LETTERS = 3
"""Fewest letters of a name to look for among all young people. Their birth date is asked too."""


@decision("look_among_all", OWN_WORKSHOPS)
def look_among_all(workshop: Workshop, *, shown: int, actor: str, team: Team, now: datetime, on: date) -> list[Event]:
    """Records a search among all young people: its author and the number of names shown, not its text.

    Raises Refused("visitors-not-now").
    """
    must_be_on(workshop)
    if not may_meet_anybody(workshop, actor, now, standing_in(actor, team, on)):
        raise Refused("visitors-not-now")
    return [e.YoungPeopleSearched(shown=shown, on=on)]


def may_meet_anybody(workshop: Workshop, actor: str, now: datetime, people: Collection[str]) -> bool:
    """Tells if the actor may meet anybody: at the hours, give or take the margins, that somebody else set.

    Who joined by themselves waits a day, or for a colleague. `people` are the actor and those for whom they stand in.
    """
    running = [one for one in people if workshop.runs(one)]
    is_new = bool(running) and all(workshop.is_new(one, now) for one in running)
    alone = workshop.announced_by == actor or is_new
    if workshop.starts is None or workshop.ends is None or alone:
        return False
    return workshop.starts - EARLY <= now <= workshop.ends + LATE


def is_registered(workshop: Workshop, history: Sequence[Recorded], dossier: UUID, actor: str) -> bool:
    """Tells if this dossier has a seat or waits for one, by booking or because somebody else than the actor added it.

    A booking takes a dossier of one's own.
    """
    came = walk_ins(history).get(dossier)
    return dossier in workshop.waiting or (dossier in workshop.seats and (came is None or came.by != actor))
