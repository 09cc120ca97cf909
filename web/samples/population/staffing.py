"""Draws the staff and the sites of a structure, in proportion to the number of young people."""

from collections.abc import Callable, Sequence
from random import Random
from uuid import UUID

from pixflow.events.values import Role
from pixflow.identity import normalise
from web.samples import names, parameters
from web.samples.roster import Member, Roster


class DrawnRoster(Roster):
    """Staff drawn by role and by site."""

    def __init__(self, sites: Sequence[str], young_people: int, random: Random, new_id: Callable[[], UUID]) -> None:
        super().__init__(sites, random)
        self._new_id = new_id
        self._emails: set[str] = set()
        for role, count in _proportions(young_people, len(sites)).items():
            for n in range(count):
                self.hire(role, n % len(sites), cej=role == "advisor" and _follows_cej(n // len(sites)))

    def hire(self, role: Role, site: int, *, cej: bool = False) -> Member:
        name, email = self._name()
        n = len(self.members)
        phone = f"01 99 00 {n // 100 % 100:02d} {n % 100:02d}" if role in ("advisor", "referent") else None
        tempo = self.random.triangular(*parameters.TEMPO)
        return self.add(Member(self._new_id(), name, email, phone, role, site, tempo, cej))

    def _name(self) -> tuple[str, str]:
        """Draws a name that is free, with its address."""
        while True:
            name = f"{names.first_name(self.random)} {names.last_name(self.random)}"
            email = f"{normalise(name).replace(' ', '.')}@ml-simulee.example"
            if email not in self._emails:
                self._emails.add(email)
                return name, email


def sites_of(young_people: int) -> list[str]:
    """Returns the names of as many sites as they need."""
    return names.places(max(parameters.LEAST_SITES, round(young_people / parameters.YOUNG_PEOPLE_A_SITE)))


def _follows_cej(n: int) -> bool:
    """Spreads the advisors of CEJ groups evenly, the second advisor of each site first."""
    return int((n + 1) * parameters.IN_CEJ_ADVISORS + 0.5) > int(n * parameters.IN_CEJ_ADVISORS + 0.5)


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
