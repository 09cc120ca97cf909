"""Closing the accounts of others, at once or by a departure: who must be left, and how many one person closes alone."""

from datetime import date, datetime, timedelta
from uuid import UUID

from pixflow.actor import OPERATOR
from pixflow.events import access as e
from pixflow.events.base import Event
from pixflow.refused import Refused
from pixflow.team.roles import directs
from pixflow.team.second_person import is_steward, standing, stewards
from pixflow.team.staff import Staff, Team

MOST, WINDOW = 3, timedelta(hours=1)
"""The number of closings of the whole team that one person records within this time."""
_TWO = 2


def must_leave_stewards(staff: Staff, team: Team, day: date, *, person: UUID, actor: str) -> None:
    """Raises Refused("last-steward") when a manager and another steward would not be left that day.

    An administrator who closes does not count: those who are left can do without them.
    """
    counts = directs(team, actor, day)
    left = [one for one in stewards(team, day, but=person) if counts or str(one) != actor]
    directed = any("manager" in team[one].roles_on(day) for one in left)
    if is_steward(staff, day) and not (directed and len(left) >= _TWO):
        raise Refused("last-steward")


def asked_first(staff: Staff, *, on: date, now: datetime, person: UUID, team: Team, actor: str) -> list[Event] | None:
    """Returns what is recorded in the place of a closing too many, by one person: that they ask for it, once.

    None when it may be done: another person asked within the hour, or closings are few. The operator is never asked.
    """
    if actor == OPERATOR or sum(_within(one.access.closed_at, now) for id, one in team.items() if id != person) < MOST:
        return None
    first = asker(staff, team, on, now)
    if first is None:
        return [e.ClosingRequested(on=on)]
    return [] if first == actor else None


def asker(staff: Staff, team: Team, day: date, now: datetime) -> str | None:
    """Returns who asks to close an account, None when nobody did within the hour."""
    return standing(staff.access.closing_by, team, day) if _within(staff.access.closing_at, now) else None


def _within(at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at < WINDOW
