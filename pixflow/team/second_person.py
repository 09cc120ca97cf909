"""The second person: who takes the second step about an account (docs/accounts.md#two-people)."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from pixflow.actor import OPERATOR
from pixflow.decision import ACCOUNTS
from pixflow.refused import Refused
from pixflow.team.roles import directs
from pixflow.team.staff import Staff, Team


def is_steward(member: Staff, day: date) -> bool:
    """Tells if a member is a manager or an administrator who can sign in and is confirmed."""
    return member.access.is_open and bool(member.roles_on(day) & ACCOUNTS.reach.keys())


def stewards(team: Team, day: date, *, but: UUID | None = None) -> Iterator[UUID]:
    """Yields the managers and administrators who can sign in and are confirmed, without one of them."""
    yield from (id for id, member in team.items() if id != but and is_steward(member, day))


def standing(first: str | None, team: Team, day: date) -> str | None:
    """Returns who took the first step, None once they could no longer: what they asked is asked by nobody."""
    return first if first == OPERATOR or first in [str(one) for one in stewards(team, day)] else None


def seconds(staff: Staff, first: str | None, team: Team, day: date, *, person: UUID) -> list[UUID]:
    """Returns who of the team may be the second person about a member, after the first one.

    As for roles, one of the two is a manager or the operator when the member reads names of young people.
    """
    free = not _reads(staff, day) or directs(team, first, day)
    able = (one for one in stewards(team, day, but=person) if str(one) != first)
    return [one for one in able if free or directs(team, str(one), day)]


def must_be_second(staff: Staff, first: str | None, team: Team, day: date, *, person: UUID, actor: str) -> None:
    """Raises Refused: "another-person", "direction-decides".

    The operator is both people where nobody of the team can be the second one.
    """
    if first is None or (seconds(staff, first, team, day, person=person) if actor == OPERATOR else actor == first):
        raise Refused("another-person")
    if _reads(staff, day) and not (directs(team, first, day) or directs(team, actor, day)):
        raise Refused("direction-decides")


def must_be_another(person: UUID, actor: str) -> None:
    """Raises Refused("own-account"): nobody decides of their own account."""
    if actor == str(person):
        raise Refused("own-account")


def _reads(staff: Staff, day: date) -> bool:
    """Tells if a role of a member reads names of young people, once it is confirmed."""
    return bool(staff.granted(day) - {"administrator"})
