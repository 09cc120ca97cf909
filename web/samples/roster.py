"""Staff of an invented structure: by role, by site, present or away."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from pixflow.actor import OPERATOR, Actor
from pixflow.decision import Decision
from pixflow.dossier.state import Dossier
from pixflow.events.values import Role
from pixflow.tasks import Task
from pixflow.team import absences, membership
from pixflow.team.staff import Absence
from web.samples import parameters
from web.samples.agenda import PlannedCommand, command


@dataclass(slots=True, eq=False)
class Member:
    """One member of staff. `tempo` multiplies the delays of their tasks."""

    id: UUID
    name: str
    email: str
    phone: str | None
    role: Role
    site: int = 0
    tempo: float = 1.0
    cej: bool = False
    away: list[Absence] = field(default_factory=list)
    last_day: date | None = None

    @property
    def actor(self) -> Actor:
        return Actor(str(self.id))

    def absence(self, day: date) -> Absence | None:
        return next((one for one in self.away if one.covers(day)), None)

    def is_present(self, day: date) -> bool:
        return self.absence(day) is None and (self.last_day is None or day <= self.last_day)


class Roster:
    """Staff of a structure; `sites` are names."""

    def __init__(self, sites: Sequence[str], random: Random) -> None:
        self.sites = sites
        self.random = random
        self.members: dict[UUID, Member] = {}
        self._of: dict[tuple[Role, int | None], list[Member]] = {}
        self._turns: dict[tuple[int, bool], int] = {}

    def add(self, member: Member) -> Member:
        self.members[member.id] = member
        for place in (member.site, None):
            self._of.setdefault((member.role, place), []).append(member)
        return member

    def of(self, role: Role, site: int | None = None) -> list[Member]:
        return self._of.get((role, site), [])

    def next_advisor(self, site: int, day: date, *, cej: bool) -> Member:
        """Returns the advisor whose turn it is at a site; young people in CEJ have advisors of their own."""
        all_of_site = [one for one in self.of("advisor", site) if one.last_day is None or day <= one.last_day]
        mine = [one for one in all_of_site if one.cej == cej] or all_of_site or self.of("advisor")
        here = [one for one in mine if one.is_present(day)] or mine
        turn = self._turns.get((site, cej), 0)
        self._turns[site, cej] = turn + 1
        return here[turn % len(here)]

    def referent(self, site: int, day: date) -> Member | None:
        """Returns the référent of the site, else another; None when all are away."""
        here = [one for one in self.of("referent") if one.is_present(day)]
        return here[site % len(here)] if here else None

    def manager(self, day: date) -> Member:
        here = [one for one in self.of("manager") if one.is_present(day)]
        return (here or self.of("manager"))[0]

    def note(self, one: Member, day: date, decide: Decision[..., Any], **said: Any) -> PlannedCommand:
        """Notes a milestone of somebody, in the manager's name."""
        return command(self.manager(day).actor, {"staff": one.id}, decide, **said)

    def runner(self, runners: Sequence[UUID], site: int, day: date) -> Member | None:
        """Returns who records the facts of a workshop: one of its facilitators, else the référent."""
        here = [one for id in runners if (one := self.members[id]).is_present(day)]
        return here[0] if here else self.referent(site, day)

    def colleague(self, member: Member | None, day: date, by: Actor) -> Member | None:
        """Draws another advisor who is here and does not act now, of the same site if possible."""
        others = [one for one in self.of("advisor") if one is not member and one.actor.id != by.id]
        there = [one for one in others if one.is_present(day)] if member else []
        near = [one for one in there if member and one.site == member.site] or there
        return self.random.choice(near) if near else None

    def advisor(self, state: Dossier) -> Member | None:
        return self.members.get(state.advisor) if state.advisor else None

    def doer(self, state: Dossier, site: int, day: date, task: Task | None = None) -> Actor | None:
        """Returns the actor for a task, or another act, on a dossier that day; None when nobody acts for now."""
        if task and task.role == "referent":
            referent = self.referent(site, day)
            return referent.actor if referent else None
        handed = task.handed_to if task and (task.handed_until is None or day <= task.handed_until) else None
        member = self.members.get(handed) if handed else self.advisor(state)
        if member is None or (member.last_day is not None and day > member.last_day):
            return None
        return self.acting_for(member, day)

    def acting_for(self, member: Member, day: date) -> Actor | None:
        """Returns the member; their deputy when they are away; None when the deputy leaves it to them."""
        away = member.absence(day)
        if away is None:
            return member.actor
        return Actor(str(away.deputy), str(member.id)) if away.deputy and self.deputy_acts() else None

    def deputy_acts(self) -> bool:
        return self.random.random() < parameters.DEPUTY_DOES

    def back(self, state: Dossier, day: date) -> date | None:
        """Returns the last day of the absence of a dossier's advisor; None when they are here."""
        member = self.advisor(state)
        away = member.absence(day) if member else None
        return away.last if away else None


def hire(members: Iterable[Member]) -> Iterator[PlannedCommand]:
    for one in members:
        said: dict[str, Any] = {"name": one.name, "email": one.email, "phone": one.phone, "roles": (one.role,)}
        yield command(Actor(OPERATOR), {"staff": one.id}, membership.add_member, site=None, **said)


def declare_absence(one: Member, away: Absence) -> PlannedCommand:
    said: dict[str, Any] = {"first": away.first, "last": away.last, "deputy": away.deputy}
    return command(one.actor, {"staff": one.id}, absences.declare_absence, absence=away.id, **said)
