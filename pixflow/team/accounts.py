"""Decisions about accounts: who may enter is never decided by one person alone (docs/accounts.md#two-people)."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from pixflow.actor import OPERATOR, SITE
from pixflow.decision import ACCOUNTS, NOBODY, Argument, decision
from pixflow.events import access as e
from pixflow.events.access import SignInWay, SuspensionReason
from pixflow.events.base import Event
from pixflow.refused import Refused
from pixflow.team.staff import Staff, Team, must_work

_TWO = 2
WHO = (Argument.TEAM, Argument.PERSON, Argument.ACTOR)


def stewards(team: Team, day: date, *, but: UUID | None = None) -> Iterator[UUID]:
    """Yields the managers and administrators who can sign in and are confirmed, without one of them."""
    for id, member in team.items():
        able = member.access.enters and member.access.confirmed
        if id != but and able and member.roles_on(day) & ACCOUNTS.reach.keys():
            yield id


@decision("invite_account", ACCOUNTS, *WHO, system=(OPERATOR,))
def invite_account(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Invites a member to sign in. As long as no two people can confirm, the operator does, and the fact says so."""
    must_work(staff, on)
    _must_be_another(person, actor)
    if staff.access.suspended:
        raise Refused("account-suspended")
    alone = actor == OPERATOR and len(list(stewards(team, on, but=person))) < _TWO
    confirmed = [e.AccountConfirmed(on=on)] if alone and (staff.access.opened or not staff.access.confirmed) else []
    return [e.AccountInvited(on=on), *confirmed]


@decision("open_account", NOBODY, system=(SITE,))
def open_account(staff: Staff, *, way: SignInWay, on: date) -> list[Event]:
    """Records that the member accepted the invitation, with both factors."""
    must_work(staff, on)
    if staff.access.suspended:
        raise Refused("account-suspended")
    return [e.AccountOpened(way=way, on=on)]


@decision("confirm_account", ACCOUNTS, *WHO, system=(OPERATOR,))
def confirm_account(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Confirms an account that somebody else invited. The operator does only when nobody of the team can."""
    must_work(staff, on)
    _must_be_another(person, actor)
    if staff.access.confirmed:
        return []
    if staff.access.invited_by is None:
        raise Refused("not-invited")
    if actor == staff.access.invited_by or (actor == OPERATOR and _others(team, on, person, staff.access.invited_by)):
        raise Refused("another-person")
    return [e.AccountConfirmed(on=on)]


@decision("suspend_account", ACCOUNTS, *WHO, system=(OPERATOR, SITE))
def suspend_account(
    staff: Staff, *, reason: SuspensionReason, on: date, person: UUID, team: Team, actor: str
) -> list[Event]:
    """Closes an account at once. A colleague alone closes neither their own nor the last one that can open others."""
    if staff.access.suspended:
        return []
    if actor not in (OPERATOR, SITE):
        _must_be_another(person, actor)
        others = [one for one in stewards(team, on, but=person) if str(one) != actor]
        if "manager" in staff.roles_on(on) and not others:
            raise Refused("last-steward")
    return [e.AccountSuspended(reason=reason, on=on)]


@decision("request_restoration", ACCOUNTS, *WHO, system=(OPERATOR,))
def request_restoration(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Asks to open a suspended account again. Nothing is asked of one that is open again."""
    _must_be_another(person, actor)
    if staff.access.suspended is None:
        if staff.access.since:
            return []
        raise Refused("not-suspended")
    return [] if staff.access.restoration_by else [e.RestorationRequested(on=on)]


@decision("restore_account", ACCOUNTS, *WHO, system=(OPERATOR,))
def restore_account(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Opens a suspended account again, after somebody else asked for it."""
    _must_be_another(person, actor)
    if staff.access.suspended is None:
        return []
    _must_be_second(staff.access.restoration_by, team, on, person, actor)
    return [e.AccountRestored(on=on)]


@decision("request_factors_reset", ACCOUNTS, *WHO, system=(OPERATOR,))
def request_factors_reset(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Asks to delete the factors of a member who lost them. Nothing is asked where they were deleted."""
    must_work(staff, on)
    _must_be_another(person, actor)
    if not staff.access.opened:
        if staff.access.reset_at:
            return []
        raise Refused("not-invited")
    return [] if staff.access.reset_by else [e.FactorsResetRequested(on=on)]


@decision("reset_factors", ACCOUNTS, *WHO, system=(OPERATOR,))
def reset_factors(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Deletes the factors of a member, after somebody else asked for it."""
    must_work(staff, on)
    _must_be_another(person, actor)
    if not staff.access.opened:
        return []
    _must_be_second(staff.access.reset_by, team, on, person, actor)
    return [e.FactorsReset(on=on)]


def _others(team: Team, on: date, person: UUID, but: str | None) -> list[UUID]:
    """Returns who of the team could be the second person about somebody, without one of them."""
    return [one for one in stewards(team, on, but=person) if str(one) != but]


def _must_be_second(asked_by: str | None, team: Team, on: date, person: UUID, actor: str) -> None:
    """Raises Refused to who asked. The operator is both people where nobody of the team can be the second one."""
    alone = actor == OPERATOR and not _others(team, on, person, asked_by)
    if asked_by is None or (not alone and actor in (asked_by, OPERATOR)):
        raise Refused("another-person")


def _must_be_another(person: UUID, actor: str) -> None:
    if actor == str(person):
        raise Refused("own-account")
