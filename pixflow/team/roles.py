"""Roles of somebody else, and the second person who confirms them (docs/domain.md#roles)."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import get_args
from uuid import UUID

from pixflow.actor import OPERATOR
from pixflow.decision import ACCOUNTS, Argument, decision
from pixflow.events import staff as e
from pixflow.events.base import Event
from pixflow.events.values import Role
from pixflow.refused import Refused
from pixflow.team.staff import CONFIRMED, Staff, Team, must_work


@decision("change_roles", ACCOUNTS, Argument.TEAM, Argument.PERSON, Argument.ACTOR)
def change_roles(
    staff: Staff,
    *,
    roles: tuple[Role, ...],
    until: date | None = None,
    on: date,
    anyway: bool = False,
    person: UUID,
    team: Team,
    actor: str,
) -> list[Event]:
    """Changes the roles of somebody else; new ones through `until`. `anyway`: also when no référent is left."""
    must_work(staff, on)
    must_be_known(roles)
    must_come(until, on)
    if not roles:
        raise Refused("required", field="roles")
    held = staff.granted(on)
    added = [role for role in get_args(Role) if role in set(roles) - held]
    ended = [role for role in get_args(Role) if role in held - set(roles)]
    if ended and actor == str(person):
        raise Refused("own-roles", field="roles")
    must_leave_one(staff, ended, team, person, on, actor, anyway)
    granted = granted_roles(staff, added, on=on, until=until, person=person, team=team, actor=actor)
    return [*granted, *(e.RoleEnded(role=role, on=on) for role in ended)]


@decision("confirm_role", ACCOUNTS, Argument.TEAM, Argument.PERSON, Argument.ACTOR, system=(OPERATOR,))
def confirm_role(staff: Staff, *, role: Role, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Confirms a role that somebody else granted to somebody else: it counts from now on.

    One of the two is a manager or the operator. Raises Refused: "role-not-granted", "own-roles",
    "same-person-confirms", "direction-confirms".
    """
    must_work(staff, on)
    if role not in staff.roles:
        raise Refused("role-not-granted")
    if role not in staff.awaiting:
        return []
    giver = staff.awaiting[role]
    if actor == str(person):
        raise Refused("own-roles")
    if actor == giver:
        raise Refused("same-person-confirms")
    if not (directs(team, actor, on) or directs(team, giver, on)):
        raise Refused("direction-confirms")
    return [e.RoleConfirmed(role=role, on=on)]


def granted_roles(
    staff: Staff, roles: Sequence[Role], *, on: date, until: date | None = None, person: UUID, team: Team, actor: str
) -> list[Event]:
    """Grants roles to somebody else. The operator is a second person: what they grant, they confirm.

    Raises Refused("own-roles").
    """
    if roles and actor == str(person):
        raise Refused("own-roles", field="roles")
    granted: list[Event] = []
    for role in roles:
        waits = role in CONFIRMED or direction_confirms(role, team, actor, on)
        granted.append(e.RoleGranted(role=role, on=on, until=until, to_confirm=waits and role not in CONFIRMED))
        if waits and actor == OPERATOR:
            granted.append(e.RoleConfirmed(role=role, on=on))
    return granted


def roles_again(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Grants again the roles of a member that need a second person: they wait for one once more."""
    again: list[Event] = []
    for role in get_args(Role):
        if role in staff.granted(on) and (role in CONFIRMED or direction_confirms(role, team, actor, on)):
            until = staff.ends.get(role)
            again += granted_roles(staff, [role], on=on, until=until, person=person, team=team, actor=actor)
    return again


def direction_confirms(role: Role, team: Team, actor: str, day: date) -> bool:
    """Tells if a role gives names to read, by the hand of somebody who does not read them.

    A facilitator reads who comes to every workshop. An advisor may receive anybody, one dossier at a time.
    """
    return role in ("facilitator", "advisor") and not directs(team, actor, day)


def directs(team: Team, actor: str | None, day: date) -> bool:
    """Tells if this actor is a manager that day, or the operator."""
    return actor == OPERATOR or any(
        str(id) == actor and "manager" in member.roles_on(day) for id, member in team.items()
    )


def must_be_known(roles: tuple[Role, ...]) -> None:
    unknown = set(roles) - set(get_args(Role))
    if unknown:
        raise Refused("unknown-role", role=sorted(unknown)[0], field="roles")


def must_come(until: date | None, on: date) -> None:
    """Refuses a last day that is over."""
    if until and until < on:
        raise Refused("until-past", field="until", until=until)


def must_leave_one(
    staff: Staff, ended: Collection[Role], team: Team, person: UUID, day: date, actor: str, anyway: bool
) -> None:
    """Raises Refused: "last-of-direction", "last-referent". Only the operator says `anyway` about the last manager.

    Who can sign in is replaced by somebody who can.
    """
    after, enters = day + timedelta(days=1), staff.access.is_open
    able = (one for id, one in team.items() if id != person and (one.access.is_open or not enters))
    kept = [one.roles_on(after) for one in able]
    lost = {role for role in ended if role not in staff.awaiting and not any(role in roles for roles in kept)}
    if "manager" in lost and not (anyway and actor == OPERATOR):
        raise Refused("last-of-direction")
    if "referent" in lost and not anyway:
        raise Refused("last-referent")
