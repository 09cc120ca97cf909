"""A call for help from a workshop: the people whom it reaches (docs/domain.md#calls-for-help)."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from pixflow.team.staff import Staff, Team

HELPERS = frozenset({"facilitator", "referent"})
"""The roles that a call reaches, whichever the workshop."""


def reached(facilitators: Collection[UUID], caller: str, team: Team, day: date) -> frozenset[UUID]:
    """Returns every facilitator and référent at work, and the others who run the workshop.

    A deputy is reached in the place of somebody absent. The caller is not reached.
    """
    called = {id for id, one in team.items() if id in facilitators or one.roles_on(day) & HELPERS}
    there = (_present(id, team[id], day) for id in called if id in team)
    return frozenset(id for id in there if id and id in team and team[id].works(day) and str(id) != caller)


def _present(id: UUID, member: Staff, day: date) -> UUID | None:
    """Returns the person, or who stands in for them that day."""
    absence = member.absence(day)
    return absence.deputy if absence else id
