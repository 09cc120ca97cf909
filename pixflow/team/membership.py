"""Decisions on the team: roles, arrivals, departures, milestones, and what a second person confirms."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import get_args
from uuid import UUID

from pixflow import identity
from pixflow.actor import OPERATOR
from pixflow.decision import ACCOUNTS, FIGURES_TO_ONESELF, MANAGER, OWN_DETAILS, OWN_MILESTONES, decision
from pixflow.events import staff as e
from pixflow.events.base import Event, Recorded
from pixflow.events.structure import TeamConfirmed
from pixflow.events.values import Role
from pixflow.folding import retractions_by_version
from pixflow.refused import Refused, parse, required
from pixflow.structure import Structure
from pixflow.team.staff import CONFIRMED, Staff, Team, address, must_work


@decision("change_roles", ACCOUNTS)
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
    now: datetime,
) -> list[Event]:
    """Changes the roles of somebody else; new ones through `until`. `anyway`: also when no référent is left.

    To end a role that counts is a closing: asked for, after some within an hour. Raises Refused("direction-ends") when
    nobody of the direction ends that of a manager.
    """
    must_work(staff, on)
    must_be_known(roles)
    must_come(until, on)
    if not roles:
        raise Refused("required", field="roles")
    held = staff.roles_granted(on)
    added = [role for role in get_args(Role) if role in set(roles) - held]
    ended = [role for role in get_args(Role) if role in held - set(roles)]
    if ended and actor == str(person):
        raise Refused("own-roles", field="roles")
    must_leave_one(staff, ended, team, person, on, actor, anyway)
    granted = granted_roles(staff, added, on=on, until=until, person=person, team=team, actor=actor)
    counted = staff.roles_on(on) & set(ended)
    asked = must_close(staff, counted, on=on, now=now, person=person, team=team, actor=actor) if counted else None
    return [*granted, *(e.RoleEnded(role=role, on=on) for role in ended)] if asked is None else asked


def must_close(
    staff: Staff, counted: Collection[Role], *, on: date, now: datetime, person: UUID, team: Team, actor: str
) -> list[Event] | None:
    """Refuses to end roles that count as it refuses to close their member; or returns what is recorded instead."""
    if "manager" in counted and not any(directs(team, one, on) for one in (actor, asker(staff, team, on, now))):
        raise Refused("direction-ends")
    after = on + timedelta(days=1)
    if counted & ACCOUNTS.reach.keys():
        kept = staff.roles_on(after) - set(counted)
        must_leave_stewards(staff, team, after, person=person, actor=actor, remaining_roles=kept)
    return asked_first(staff, on=on, now=now, person=person, team=team, actor=actor)


@decision("confirm_role", ACCOUNTS, system=(OPERATOR,))
def confirm_role(staff: Staff, *, role: Role, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Confirms a role that somebody else granted to somebody else: it counts from now on.

    One of the two is a manager or the operator. Raises Refused: "role-not-granted", "own-roles",
    "same-person-confirms", "direction-confirms", "direction-lets-in".
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
    if actor != OPERATOR and is_let_in_without_direction(staff, role):
        raise Refused("direction-lets-in")
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
        waits = waits or is_let_in_without_direction(staff, role)
        granted.append(e.RoleGranted(role=role, on=on, until=until, to_confirm=waits and role not in CONFIRMED))
        if waits and actor == OPERATOR:
            granted.append(e.RoleConfirmed(role=role, on=on))
    return granted


def roles_again(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Grants again the roles of a member that need a second person: they wait for one once more."""
    again: list[Event] = []
    for role in get_args(Role):
        if role in staff.roles_granted(on) and (role in CONFIRMED or direction_confirms(role, team, actor, on)):
            until = staff.ends.get(role)
            again += granted_roles(staff, [role], on=on, until=until, person=person, team=team, actor=actor)
    return again


def direction_confirms(role: Role, team: Team, actor: str, day: date) -> bool:
    """Tells if a role gives names to read, by the hand of somebody who does not read them.

    A facilitator reads who comes to every workshop. An advisor may receive anybody, one dossier at a time.
    """
    return role in ("facilitator", "advisor") and not directs(team, actor, day)


def is_let_in_without_direction(staff: Staff, role: Role) -> bool:
    """Tells if a role would give names to read by an account that two administrators let in.

    A manager confirms the account first (docs/accounts.md#two-people).
    """
    return bool(staff.access.let_in_by) and role != "administrator"


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


# --- the second person: who takes the second step about an account (docs/accounts.md#two-people)


def is_steward(member: Staff, day: date) -> bool:
    """Tells if a member is a manager or an administrator who can sign in and is confirmed."""
    return member.access.is_open and bool(member.roles_on(day) & ACCOUNTS.reach.keys())


def stewards(team: Team, day: date, *, but: UUID | None = None) -> Iterator[UUID]:
    """Yields the managers and administrators who can sign in and are confirmed, without one of them."""
    yield from (id for id, member in team.items() if id != but and is_steward(member, day))


def who_still_asks(first: str | None, team: Team, day: date) -> str | None:
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
    """Tells if a role of a member reads names of young people, or did so within ninety days, once it is confirmed."""
    return bool(staff.roles_held(day) - {"administrator"})


# --- closing accounts, recording departures, ending roles: who must be left, and how many one person closes alone


MOST, WINDOW = 3, timedelta(hours=1)
"""The number of closings of the whole team that one person records within this time."""
_TWO = 2


def must_leave_stewards(
    staff: Staff, team: Team, day: date, *, person: UUID, actor: str, remaining_roles: frozenset[Role] = frozenset()
) -> None:
    """Raises Refused("last-steward") when a manager and another steward would not be left that day.

    An administrator who closes does not count: those who are left can do without them. Nor does who was invited again,
    whose link may be opened by somebody else. `remaining_roles` are the roles that the member still has.
    """
    counts = directs(team, actor, day)
    sure = (one for one in stewards(team, day, but=person) if team[one].access.renewed)
    left = [one for one in sure if counts or str(one) != actor]
    directed = "manager" in remaining_roles or any("manager" in team[one].roles_on(day) for one in left)
    count = len(left) + bool(remaining_roles & ACCOUNTS.reach.keys())
    if is_steward(staff, day) and not (directed and count >= _TWO):
        raise Refused("last-steward")


def asked_first(staff: Staff, *, on: date, now: datetime, person: UUID, team: Team, actor: str) -> list[Event] | None:
    """Returns what is recorded in the place of a closing too many, by one person: that they ask for it, once.

    None when it may be done: another person asked within the hour, or closings are few. The operator is never asked.
    """
    others = (one.access for id, one in team.items() if id != person)
    closed = sum(_within(one.closed_at, now) or _within(one.ended_at, now) for one in others)
    if actor == OPERATOR or closed < MOST:
        return None
    first = asker(staff, team, on, now)
    if first is None:
        return [e.ClosingRequested(on=on)]
    return [] if first == actor else None


def asker(staff: Staff, team: Team, day: date, now: datetime) -> str | None:
    """Returns who asks to close an account, None when nobody did within the hour."""
    return who_still_asks(staff.access.closing_by, team, day) if _within(staff.access.closing_at, now) else None


def _within(at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at < WINDOW


# --- joining, leaving and coming back


@decision("add", ACCOUNTS, system=(OPERATOR,))
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
    added = [role for role in roles if role not in staff.roles_granted(on)]
    granted = granted_roles(staff, added, on=on, until=until, person=person, team=team, actor=actor)
    return [*joined, *back, *granted, *(_state_phone(staff, phone, on) if phone else [])]


@decision("choose_monthly_page", FIGURES_TO_ONESELF)
def choose_monthly_page(staff: Staff, *, wanted: bool, on: date) -> list[Event]:
    """Chooses to receive the page of the figures by e-mail each month, or no more."""
    must_work(staff, on)
    return [] if wanted == staff.monthly_page else [e.MonthlyPageChosen(wanted=wanted, on=on)]


@decision("state_contact", OWN_DETAILS)
def state_contact(staff: Staff, *, phone: str | None, on: date) -> list[Event]:
    """Records the professional phone; none when it is empty."""
    must_work(staff, on)
    return _state_phone(staff, phone, on)


def _state_phone(staff: Staff, phone: str | None, on: date) -> list[Event]:
    number = parse(identity.phone, phone or "", "phone") or None
    return [] if number == staff.phone else [e.ContactStated(phone=number, on=on)]


@decision("leave", ACCOUNTS, system=(OPERATOR,))
def record_departure(
    staff: Staff, *, last_day: date, on: date, anyway: bool = False, person: UUID, team: Team, actor: str, now: datetime
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


@decision("come_back", ACCOUNTS, system=(OPERATOR,))
def undo_departure(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Records that the member works here again. After the last day, their roles wait for a second person again."""
    if staff.left is None:
        return []
    back = e.StaffReturned(on=on)
    return [back] if staff.works(on) else [back, *roles_again(staff, on=on, person=person, team=team, actor=actor)]


# --- milestones of the team's own use of Pix: référent, test taken, training, briefing (docs/mission.md)


@decision("designate_referent", ACCOUNTS)
def designate_referent(
    staff: Staff, *, site: str | None, on: date, person: UUID, team: Team, actor: str
) -> list[Event]:
    """Designates somebody else référent Pix of a site or of the whole structure, and grants the role."""
    must_work(staff, on)
    if staff.designated and staff.designated_for == site:
        return []
    if actor == str(person):
        raise Refused("own-roles")
    lacking: list[Role] = [] if "referent" in staff.roles_granted(on) else ["referent"]
    granted = granted_roles(staff, lacking, on=on, person=person, team=team, actor=actor)
    return [*granted, e.ReferentDesignated(site=site, on=on)]


@decision("take_pix", OWN_MILESTONES)
def take_pix(staff: Staff, *, on: date) -> list[Event]:
    """Records that a member took the test, once."""
    must_work(staff, on)
    taken = staff.last("pix")
    if taken is None:
        return [e.PixTakenByStaff(on=on)]
    if taken.stamp.on == on:
        return []
    raise Refused("already-noted", on=taken.stamp.on)


@decision("attend_training", OWN_MILESTONES)
def attend_training(staff: Staff, *, title: str, on: date) -> list[Event]:
    must_work(staff, on)
    title = required(title, "title")
    return [] if _has_milestone(staff, "training", title, on) else [e.TrainingAttended(title=title, on=on)]


@decision("hold_briefing", OWN_MILESTONES)
def hold_briefing(staff: Staff, *, title: str, on: date) -> list[Event]:
    """Records that a member was briefed on Pix. `title` is the meeting."""
    must_work(staff, on)
    title = required(title, "title")
    return [] if _has_milestone(staff, "briefing", title, on) else [e.BriefingHeld(title=title, on=on)]


@decision("take_back", OWN_MILESTONES)
def undo_milestone(staff: Staff, *, version: int, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Retracts a test, a training or a briefing noted by mistake."""
    if version in retractions_by_version(history):
        return []
    if not any(one.stamp.version == version for one in staff.milestones):
        raise Refused("not-noted")
    return [e.Retracted(version=version, reason=required(reason, "reason"), on=on)]


def _has_milestone(staff: Staff, kind: str, title: str, on: date) -> bool:
    return any((one.kind, one.title, one.stamp.on) == (kind, title, on) for one in staff.milestones)


# --- confirming, each quarter, who is still in the team: a departure that nobody recorded leaves an account open


@decision("confirm_team", MANAGER)
def confirm_team(structure: Structure, *, members: tuple[UUID, ...], on: date, team: Team) -> list[Event]:
    """Confirms that everybody in the team still works here. Refused when `members` lacks one: nobody saw them."""
    here = {id for id, member in team.items() if member.works(on)}
    if structure.confirmed and on <= structure.confirmed.on:
        return []
    if here != set(members):
        raise Refused("team-changed")
    return [TeamConfirmed(people=len(here), on=on)]
