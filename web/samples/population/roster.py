"""Who works in the structure, where, who is away, and which campaign is on: all in proportion to who comes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from uuid import UUID

from pixflow.actor import Actor
from pixflow.dossier.state import Dossier
from pixflow.events.values import Role
from pixflow.identity import normalise
from pixflow.tasks import Task
from pixflow.team.staff import Absence
from web.samples.population import names, parameters


@dataclass(slots=True, eq=False)
class Member:
    """One of the staff; `tempo` multiplies how long things wait with them."""

    id: UUID
    name: str
    email: str
    phone: str | None
    role: Role
    site: int
    tempo: float
    cej: bool = False
    away: list[Absence] = field(default_factory=list)
    last_day: date | None = None

    @property
    def actor(self) -> Actor:
        return Actor(str(self.id))

    def absence(self, day: date) -> Absence | None:
        return next((one for one in self.away if one.covers(day)), None)

    def here(self, day: date) -> bool:
        return self.absence(day) is None and (self.last_day is None or day <= self.last_day)


class House:
    """The structure's people by role and by site; `sites` are names."""

    def __init__(self, sites: Sequence[str], young_people: int, random: Random, id: Callable[[], UUID]) -> None:
        self.sites = sites
        self.random = random
        self._id = id
        self._emails: set[str] = set()
        self.members: dict[UUID, Member] = {}
        self._of: dict[tuple[Role, int | None], list[Member]] = {}
        self._turns: dict[tuple[int, bool], int] = {}
        for role, count in _proportions(young_people, len(sites)).items():
            for n in range(count):
                self.hire(role, n % len(sites), cej=role == "advisor" and self._follows_cej(n // len(sites)))

    def hire(self, role: Role, site: int, *, cej: bool = False) -> Member:
        """Somebody new."""
        name, email = self._name()
        n = len(self.members)
        phone = f"01 99 00 {n // 100 % 100:02d} {n % 100:02d}" if role in ("advisor", "referent") else None
        tempo = self.random.triangular(*parameters.TEMPO)
        one = Member(self._id(), name, email, phone, role, site, tempo, cej)
        self.members[one.id] = one
        for place in (site, None):
            self._of.setdefault((role, place), []).append(one)
        return one

    def of(self, role: Role, site: int | None = None) -> list[Member]:
        return self._of.get((role, site), [])

    def next_advisor(self, site: int, day: date, *, cej: bool) -> Member:
        """Whose turn it is at a site to follow somebody new; those in CEJ have advisors of their own."""
        all_of_site = [one for one in self.of("advisor", site) if one.last_day is None or day <= one.last_day]
        mine = [one for one in all_of_site if one.cej == cej] or all_of_site or self.of("advisor")
        here = [one for one in mine if one.here(day)] or mine
        turn = self._turns.get((site, cej), 0)
        self._turns[site, cej] = turn + 1
        return here[turn % len(here)]

    def referent(self, site: int, day: date) -> Member | None:
        """The one of the site, else another; None when all are away."""
        here = [one for one in self.of("referent") if one.here(day)]
        return here[site % len(here)] if here else None

    def manager(self, day: date) -> Member:
        here = [one for one in self.of("manager") if one.here(day)]
        return (here or self.of("manager"))[0]

    def runner(self, runners: Sequence[UUID], site: int, day: date) -> Member | None:
        """Who marks what happened in a workshop."""
        here = [one for id in runners if (one := self.members[id]).here(day)]
        return here[0] if here else self.referent(site, day)

    def colleague(self, member: Member, day: date) -> Member | None:
        """Another advisor who is here, of the same site when there is one."""
        there = [one for one in self.of("advisor") if one is not member and one.here(day)]
        near = [one for one in there if one.site == member.site] or there
        return self.random.choice(near) if near else None

    def doer(self, state: Dossier, site: int, day: date, task: Task | None = None) -> Actor | None:
        """Who sees to something of a dossier that day; None when nobody does, for now."""
        if task and task.role == "referent":
            referent = self.referent(site, day)
            return referent.actor if referent else None
        who = task.handed_to if task and task.handed_to and _stands(task, day) else state.advisor
        member = self.members.get(who) if who else None
        if member is None or (member.last_day is not None and day > member.last_day):
            return None
        away = member.absence(day)
        if away is None:
            return member.actor
        if away.deputy and self.random.random() < parameters.DEPUTY_DOES:
            return Actor(str(away.deputy), str(member.id))
        return None

    def back(self, state: Dossier, day: date) -> date | None:
        """The last day away of who follows a dossier, when they are."""
        member = self.members.get(state.advisor) if state.advisor else None
        away = member.absence(day) if member else None
        return away.last if away else None

    def _name(self) -> tuple[str, str]:
        """A name that nobody of the staff has, and its address."""
        while True:
            name = f"{names.first_name(self.random)} {names.last_name(self.random)}"
            email = f"{normalise(name).replace(' ', '.')}@ml-simulee.example"
            if email not in self._emails:
                self._emails.add(email)
                return name, email

    def _follows_cej(self, n: int) -> bool:
        """Evenly spread, the second advisor of each site first."""
        return int((n + 1) * parameters.IN_CEJ_ADVISORS + 0.5) > int(n * parameters.IN_CEJ_ADVISORS + 0.5)


def sites_of(young_people: int) -> list[str]:
    """The names of as many sites as they need."""
    return names.places(max(parameters.LEAST_SITES, round(young_people / parameters.YOUNG_PEOPLE_A_SITE)))


def _proportions(young_people: int, sites: int) -> dict[Role, int]:
    advisors = max(parameters.LEAST_ADVISORS, sites, round(young_people / parameters.YOUNG_PEOPLE_AN_ADVISOR))
    return {
        "advisor": advisors,
        "referent": 1 + advisors // parameters.ADVISORS_A_REFERENT,
        "facilitator": sites,
        "manager": 1 + advisors // parameters.ADVISORS_A_MANAGER,
        "auditor": 1,
        "administrator": 1,
    }


def _stands(task: Task, day: date) -> bool:
    return task.handed_until is None or day <= task.handed_until
