"""Confirming, each quarter, who is still in the team: a departure that nobody recorded leaves an account open."""

from datetime import date
from uuid import UUID

from pixflow.decision import MANAGER, Argument, decision
from pixflow.events.base import Event
from pixflow.events.structure import TeamConfirmed
from pixflow.refused import Refused
from pixflow.structure import Structure
from pixflow.team.staff import Team


@decision("confirm_team", MANAGER, Argument.TEAM)
def confirm_team(structure: Structure, *, members: tuple[UUID, ...], on: date, team: Team) -> list[Event]:
    """Confirms that everybody in the team still works here. Refused when `members` lacks one: nobody saw them."""
    here = {id for id, member in team.items() if member.works(on)}
    if structure.confirmed and on <= structure.confirmed.on:
        return []
    if here != set(members):
        raise Refused("team-changed")
    return [TeamConfirmed(people=len(here), on=on)]
