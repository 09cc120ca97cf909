"""Decisions on absences and deputies, and on the calendar of a member."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from pixflow.actor import OPERATOR
from pixflow.decision import ONESELF, OWN_DETAILS, decision
from pixflow.events import staff as e
from pixflow.events.base import Event
from pixflow.refused import Refused
from pixflow.team.staff import Absence, Staff, Team, absences_deputised_by, covers, must_work


def uncovered_absences(team: Team, today: date) -> Iterator[tuple[UUID, Absence]]:
    """Yields the absences of advisors, from today on, without an available deputy on every day."""
    for id, member in team.items():
        if "advisor" not in member.roles_on(today):
            continue
        for away in member.absences.values():
            deputies = (known for one, known in team.items() if one == away.deputy)
            first = max(today, away.first)
            if away.last >= today and not any(_stands_in(one, member, first, away.last) for one in deputies):
                yield id, away


@decision("declare_absence", OWN_DETAILS, system=(OPERATOR,))
def declare_absence(
    staff: Staff,
    *,
    absence: UUID,
    first: date,
    last: date,
    deputy: UUID | None,
    on: date,
    anyway: bool = False,
    person: UUID,
    team: Team,
    actor: str,
) -> list[Event]:
    """Declares an absence, with or without a deputy.

    The same absence again is changed. `anyway`: also on days when this person is the deputy of an absent colleague,
    who is then left without. An administrator declares the days; they choose no deputy.
    """
    must_work(staff, on)
    period = staff.absences.get(absence)
    if period == Absence(absence, first, last, deputy):
        return []
    if last < first:
        raise Refused("absence-backwards", field="last", first=first, last=last)
    if last < on and period is None:
        raise Refused("absence-past", field="last", last=last)
    if not staff.works(first):
        raise Refused("has-left", field="first", last_day=staff.left)
    for other in staff.absences.values():
        if other.id != absence and other.meets(first, last):
            raise Refused("absence-overlaps", field="first", first=other.first, last=other.last)
    if deputy and not (period and period.deputy == deputy and period.first <= first and last <= period.last):
        if not chooses_deputies(team, actor, person, on):
            raise Refused("deputy-not-chosen", field="deputy")
        _must_stand_in(staff, team, person, deputy, first, last)
    for id, away in absences_deputised_by(team, person, max(first, on), last) if not anyway else ():
        raise Refused("deputises-then", person=id, first=away.first, last=away.last)
    return [e.AbsenceDeclared(absence=absence, first=first, last=last, deputy=deputy, on=on)]


@decision("cancel_absence", OWN_DETAILS, system=(OPERATOR,))
def cancel_absence(staff: Staff, *, absence: UUID, on: date) -> list[Event]:
    """Cancels an absence. Decisions taken by the deputy stay."""
    period = staff.absences.get(absence)
    if period is None:
        return []
    if period.last < on:
        raise Refused("absence-past", last=period.last)
    return [e.AbsenceCancelled(absence=absence, on=on)]


def _stands_in(deputy: Staff, absent: Staff, first: date, last: date) -> bool:
    """Tells if a deputy has the roles, works and is present on all these days."""
    present = deputy.works(last) and not any(away.meets(first, last) for away in deputy.absences.values())
    return present and covers(deputy, absent, first)


def chooses_deputies(team: Team, actor: str, person: UUID, day: date) -> bool:
    """Tells if this actor reads what a deputy will read: the absent person, a référent, a manager, the operator."""
    held = (member.roles_on(day) for id, member in team.items() if str(id) == actor)
    return actor in (OPERATOR, str(person)) or any(roles & {"referent", "manager"} for roles in held)


def _must_stand_in(staff: Staff, team: Team, person: UUID, deputy: UUID, first: date, last: date) -> None:
    """Refuses a deputy who is the person, lacks the role, leaves or is absent on one of these days."""
    if deputy == person:
        raise Refused("deputy-self", field="deputy")
    member = team.get(deputy)
    if member is None or not member.roles_on(first):
        raise Refused("unknown-deputy", field="deputy")
    if not covers(member, staff, first):
        raise Refused("deputy-role", field="deputy")
    if not member.works(last):
        raise Refused("deputy-leaves", field="deputy", last_day=member.left)
    for away in member.absences.values():
        if away.meets(first, last):
            raise Refused("deputy-absent", field="deputy", first=away.first, last=away.last)


# --- the address of a member's own calendar: its owner changes it, and the former one answers no more


@decision("replace_calendar_address", ONESELF)
def replace_calendar_address(staff: Staff, *, number: int, on: date) -> list[Event]:
    """Gives the next address, whose number is `number`; nothing for a number that was given already."""
    must_work(staff, on)
    return [e.CalendarAddressReplaced(number=number, on=on)] if number == staff.calendar + 1 else []
