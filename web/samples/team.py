"""Commands about the team: members added, milestones noted, absences declared."""

from collections.abc import Iterable, Iterator
from typing import Any

from pixflow.actor import OPERATOR, Actor
from pixflow.decision import Decision
from pixflow.team import absences, staff
from pixflow.team.staff import Absence
from web.samples.agenda import PlannedCommand, command
from web.samples.roster import Member
from web.samples.simulation import Simulation


def hire(members: Iterable[Member]) -> Iterator[PlannedCommand]:
    for one in members:
        said: dict[str, Any] = {
            "name": one.name,
            "email": one.email,
            "phone": one.phone,
            "site": None,
            "roles": (one.role,),
        }
        yield command(Actor(OPERATOR), {"staff": one.id}, staff.add_member, **said)


def note(sim: Simulation, one: Member, decide: Decision[..., Any], **said: Any) -> PlannedCommand:
    """Notes a milestone of somebody; the manager does."""
    return command(sim.roster.manager(sim.today).actor, {"staff": one.id}, decide, **said)


def declare_absence(one: Member, away: Absence) -> PlannedCommand:
    said: dict[str, Any] = {"absence": away.id, "first": away.first, "last": away.last, "deputy": away.deputy}
    return command(one.actor, {"staff": one.id}, absences.declare_absence, **said)
