"""Joining, leaving and coming back."""

from datetime import date, datetime, timedelta
from uuid import UUID

from pixflow import identity
from pixflow.actor import OPERATOR
from pixflow.decision import ACCOUNTS, OWN_DETAILS, Argument, decision
from pixflow.events import staff as e
from pixflow.events.base import Event
from pixflow.events.values import Role
from pixflow.refused import Refused, required
from pixflow.team.closing import asked_first, must_leave_stewards
from pixflow.team.roles import granted_roles, must_be_known, must_come, must_leave_one, roles_again
from pixflow.team.staff import Staff, Team, address, must_work


@decision("add", ACCOUNTS, Argument.TEAM, Argument.PERSON, Argument.ACTOR, system=(OPERATOR,))
def add_member(
    staff: Staff,
    *,
    name: str,
    email: str,
    site: str | None,
    roles: tuple[Role, ...],
    phone: str | None = None,
    until: date | None = None,
    on: date,
    person: UUID,
    team: Team,
    actor: str,
) -> list[Event]:
    """Adds a member with these roles, through `until`; again, adds roles and phone. A member who had left is back."""
    must_be_known(roles)
    known = address(email)
    joined = [] if staff.version else [e.StaffJoined(name=required(name, "name"), email=known, site=site, on=on)]
    if not roles and not staff.roles:
        raise Refused("required", field="roles")
    must_come(until, on)
    back = [] if staff.works(on) else undo_departure(staff, on=on, person=person, team=team, actor=actor)
    added = [role for role in roles if role not in staff.granted(on)]
    granted = granted_roles(staff, added, on=on, until=until, person=person, team=team, actor=actor)
    return [*joined, *back, *granted, *(_stated(staff, phone, on) if phone else [])]


@decision("state_contact", OWN_DETAILS)
def state_contact(staff: Staff, *, phone: str | None, on: date) -> list[Event]:
    """Records the professional phone; none when it is empty."""
    must_work(staff, on)
    return _stated(staff, phone, on)


def _stated(staff: Staff, phone: str | None, on: date) -> list[Event]:
    try:
        number = identity.phone(phone) if phone and phone.strip() else None
    except ValueError:
        raise Refused("bad-phone", field="phone") from None
    return [] if number == staff.phone else [e.ContactStated(phone=number, on=on)]


@decision("leave", ACCOUNTS, Argument.TEAM, Argument.PERSON, Argument.ACTOR, Argument.NOW, system=(OPERATOR,))
def record_departure(
    staff: Staff,
    *,
    last_day: date,
    on: date,
    anyway: bool = False,
    person: UUID,
    team: Team,
    actor: str,
    now: datetime,
) -> list[Event]:
    """Records the last day, included; that it is asked, for more than some within an hour.

    `anyway`: also when no référent is left after it; from the operator, also when too few keep accounts.
    """
    if staff.version == 0:
        raise Refused("unknown-person")
    if last_day == staff.left:
        return []
    if not staff.works(on) and last_day >= on:
        raise Refused("has-left", last_day=staff.left)
    closes = max(last_day, on)
    must_leave_one(staff, staff.roles, team, person, closes, actor, anyway)
    if not (anyway and actor == OPERATOR):
        must_leave_stewards(staff, team, closes + timedelta(days=1), person=person, actor=actor)
    asked = asked_first(staff, on=on, now=now, person=person, team=team, actor=actor)
    return [e.StaffLeft(last_day=last_day, on=on)] if asked is None else asked


@decision("come_back", ACCOUNTS, Argument.TEAM, Argument.PERSON, Argument.ACTOR, system=(OPERATOR,))
def undo_departure(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Records that the member works here again. After the last day, their roles wait for a second person again."""
    if staff.left is None:
        return []
    back = e.StaffReturned(on=on)
    return [back] if staff.works(on) else [back, *roles_again(staff, on=on, person=person, team=team, actor=actor)]
