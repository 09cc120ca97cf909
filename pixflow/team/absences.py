"""Absences, and the deputy who replaces an absent person (docs/domain.md#absences)."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from pixflow.actor import OPERATOR
from pixflow.decision import OWN_DETAILS, Argument, decision
from pixflow.events import staff as e
from pixflow.events.base import Event
from pixflow.events.values import Role
from pixflow.refused import Refused
from pixflow.team.staff import Absence, Staff, Team, must_work

FOLLOWING: frozenset[Role] = frozenset({"advisor", "referent"})
"""The roles that work on dossiers. The deputy of one of them has one of them too."""


def colleagues_deputised_by(team: Team, deputy: UUID, day: date) -> frozenset[UUID]:
    """Returns the absent colleagues whose deputy this person is that day, even when absent too."""
    away = ((id, member.absence(day)) for id, member in team.items() if member.absences and member.works(day))
    return frozenset(id for id, absence in away if absence and absence.deputy == deputy)


def absences_deputised_by(team: Team, deputy: UUID, first: date, last: date) -> Iterator[tuple[UUID, Absence]]:
    """Yields the absences with a day from `first` to `last` whose deputy this person is."""
    for id, member in team.items():
        yield from (
            (id, away) for away in member.absences.values() if away.deputy == deputy and away.meets(first, last)
        )


def uncovered_absences(team: Team, today: date) -> Iterator[tuple[UUID, Absence]]:
    """Yields the absences of advisors, from today on, without an available deputy on every day."""
    for id, member in team.items():
        if not member.works(today) or "advisor" not in member.roles:
            continue
        for away in member.absences.values():
            deputy = team.get(away.deputy) if away.deputy else None
            if away.last >= today and not (deputy and _stands_in(deputy, max(today, away.first), away.last)):
                yield id, away


@decision("declare_absence", OWN_DETAILS, Argument.TEAM, Argument.PERSON, system=(OPERATOR,))
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
) -> list[Event]:
    """Declares an absence, with or without a deputy.

    The same absence again is changed. `anyway`: also on days when this person is the deputy of an absent colleague,
    who is then left without.
    """
    must_work(staff, on)
    known = staff.absences.get(absence)
    if known == Absence(absence, first, last, deputy):
        return []
    if last < first:
        raise Refused("absence-backwards", field="last", first=first, last=last)
    if last < on and known is None:
        raise Refused("absence-past", field="last", last=last)
    if not staff.works(first):
        raise Refused("has-left", field="first", last_day=staff.left)
    for other in staff.absences.values():
        if other.id != absence and other.meets(first, last):
            raise Refused("absence-overlaps", field="first", first=other.first, last=other.last)
    if deputy:
        _must_stand_in(staff, team, person, deputy, first, last)
    for id, away in absences_deputised_by(team, person, max(first, on), last) if not anyway else ():
        raise Refused("deputises-then", person=id, first=away.first, last=away.last)
    return [e.AbsenceDeclared(absence=absence, first=first, last=last, deputy=deputy, on=on)]


@decision("cancel_absence", OWN_DETAILS, system=(OPERATOR,))
def cancel_absence(staff: Staff, *, absence: UUID, on: date) -> list[Event]:
    """Cancels an absence. Decisions taken by the deputy stay."""
    known = staff.absences.get(absence)
    if known is None:
        return []
    if known.last < on:
        raise Refused("absence-past", last=known.last)
    return [e.AbsenceCancelled(absence=absence, on=on)]


def _stands_in(deputy: Staff, first: date, last: date) -> bool:
    """Tells if a deputy works and is present on all these days."""
    return deputy.works(last) and not any(away.meets(first, last) for away in deputy.absences.values())


def _must_stand_in(staff: Staff, team: Team, person: UUID, deputy: UUID, first: date, last: date) -> None:
    """Refuses a deputy who is the person, lacks the role, leaves or is absent on one of these days."""
    if deputy == person:
        raise Refused("deputy-self", field="deputy")
    member = team.get(deputy)
    if member is None or not member.works(first) or not member.roles:
        raise Refused("unknown-deputy", field="deputy")
    if staff.roles & FOLLOWING and not member.roles & FOLLOWING:
        raise Refused("deputy-role", field="deputy")
    if not member.works(last):
        raise Refused("deputy-leaves", field="deputy", last_day=member.left)
    for away in member.absences.values():
        if away.meets(first, last):
            raise Refused("deputy-absent", field="deputy", first=away.first, last=away.last)
