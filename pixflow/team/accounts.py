"""Decisions about accounts: who may enter is never decided by one person alone (docs/accounts.md#two-people)."""

from datetime import date, datetime
from uuid import UUID

from pixflow.actor import OPERATOR, SITE
from pixflow.decision import ACCOUNTS, NOBODY, decision
from pixflow.events import staff as e
from pixflow.events.base import Event
from pixflow.refused import Refused
from pixflow.team.membership import (
    asked_first,
    directs,
    is_let_in_without_direction,
    must_be_another,
    must_be_second,
    must_leave_stewards,
    roles_again,
    stewards,
    who_still_asks,
)
from pixflow.team.staff import Staff, Team, must_work

_TWO = 2


@decision("invite_account", ACCOUNTS, system=(OPERATOR,))
def invite_account(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Invites a member to sign in. As long as no two people can confirm, the operator does, and the fact says so.

    Whoever opens the link of an open account closes it, until it is confirmed again: a manager and another are left.
    """
    must_work(staff, on)
    must_be_another(person, actor)
    if staff.access.suspended:
        raise Refused("account-suspended")
    if actor != OPERATOR:
        must_leave_stewards(staff, team, on, person=person, actor=actor)
    alone = actor == OPERATOR and len(list(stewards(team, on, but=person))) < _TWO
    confirmed = [e.AccountConfirmed(on=on)] if alone and (staff.access.opened or not staff.access.confirmed) else []
    return [e.AccountInvited(on=on), *confirmed]


@decision("open_account", NOBODY, system=(SITE,))
def open_account(staff: Staff, *, way: e.SignInWay, on: date) -> list[Event]:
    """Records that the member accepted the invitation, with both factors."""
    must_work(staff, on)
    if staff.access.suspended:
        raise Refused("account-suspended")
    return [e.AccountOpened(way=way, on=on)]


@decision("confirm_account", ACCOUNTS, system=(OPERATOR,))
def confirm_account(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Confirms an account that somebody else invited, once it was opened: before, nobody knows who opens it.

    A manager confirms again one that was let in without the direction, before a role that reads counts.
    """
    must_work(staff, on)
    must_be_another(person, actor)
    access = staff.access
    if access.invited_by is None:
        raise Refused("not-invited")
    if not access.opened or (access.confirmed and not access.renewed):
        raise Refused("not-opened")
    directed = directs(team, access.invited_by, on) or directs(team, actor, on)
    again = directs(team, actor, on) and any(
        is_let_in_without_direction(staff, role) for role in staff.roles_granted(on)
    )
    if access.confirmed and not again:
        return []
    must_be_second(staff, access.invited_by, team, on, person=person, actor=actor)
    return [e.AccountConfirmed(on=on, direction=directed)]


@decision("suspend_account", ACCOUNTS, system=(OPERATOR, SITE))
def suspend_account(
    staff: Staff, *, reason: e.SuspensionReason, on: date, person: UUID, team: Team, actor: str, now: datetime
) -> list[Event]:
    """Closes an account at once. A colleague leaves a manager and another steward, and closes three within an hour."""
    if staff.access.suspended:
        return []
    closed: list[Event] = [e.AccountSuspended(reason=reason, on=on)]
    if actor in (OPERATOR, SITE):
        return closed
    must_be_another(person, actor)
    must_leave_stewards(staff, team, on, person=person, actor=actor)
    asked = asked_first(staff, on=on, now=now, person=person, team=team, actor=actor)
    return closed if asked is None else asked


@decision("request_restoration", ACCOUNTS, system=(OPERATOR,))
def request_restoration(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Asks to open a suspended account again. Nothing is asked of one that is open again."""
    must_be_another(person, actor)
    if staff.access.suspended is None:
        if staff.access.since:
            return []
        raise Refused("not-suspended")
    return [] if who_still_asks(staff.access.restoration_by, team, on) else [e.RestorationRequested(on=on)]


@decision("restore_account", ACCOUNTS, system=(OPERATOR,))
def restore_account(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Opens a suspended account again, after somebody else asked for it."""
    must_be_another(person, actor)
    if staff.access.suspended is None:
        return []
    first = who_still_asks(staff.access.restoration_by, team, on)
    must_be_second(staff, first, team, on, person=person, actor=actor)
    return [e.AccountRestored(on=on, direction=directs(team, first, on) or directs(team, actor, on))]


@decision("request_factors_reset", ACCOUNTS, system=(OPERATOR,))
def request_factors_reset(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Asks to delete the factors of a member who lost them. Nothing is asked where they were deleted."""
    must_work(staff, on)
    must_be_another(person, actor)
    if not staff.access.opened:
        if staff.access.reset_at:
            return []
        raise Refused("not-invited")
    return [] if who_still_asks(staff.access.reset_by, team, on) else [e.FactorsResetRequested(on=on)]


@decision("withdraw_factors_reset", ACCOUNTS, system=(OPERATOR,))
def withdraw_factors_reset(staff: Staff, *, on: date, person: UUID, actor: str) -> list[Event]:
    """Takes back that factors are to be deleted: who asked, or any steward but the member."""
    must_be_another(person, actor)
    return [e.FactorsResetWithdrawn(on=on)] if staff.access.reset_by else []


@decision("reset_factors", ACCOUNTS, system=(OPERATOR,))
def reset_factors(staff: Staff, *, on: date, person: UUID, team: Team, actor: str) -> list[Event]:
    """Deletes the factors of a member, after somebody else asked for it: confirmed again, as somebody new."""
    must_work(staff, on)
    must_be_another(person, actor)
    if not staff.access.opened:
        return []
    first = who_still_asks(staff.access.reset_by, team, on)
    must_be_second(staff, first, team, on, person=person, actor=actor)
    reset = e.FactorsReset(on=on, to_confirm=True)
    return [reset, *roles_again(staff, on=on, person=person, team=team, actor=actor)]
