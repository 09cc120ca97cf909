"""Draws the young people who come, one after the other."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

from pixflow.identity import normalise
from web.samples import names, parameters
from web.samples.parameters import weighted
from web.samples.youth import Young, typed


class Crowd:
    """Source of young people for so many sites."""

    def __init__(self, random: Random, sites: int) -> None:
        self._random = random
        self._sites = sites
        self._number = 41_000
        self._last: Young | None = None

    def comes(self, dossier: UUID, day: date) -> Young:
        """Draws somebody new, or the twin or the namesake of who came before."""
        random, before = self._random, self._last
        chance = random.random()
        twin = before is not None and chance < parameters.TWIN
        namesake = before is not None and not twin and chance < parameters.TWIN + parameters.NAMESAKE
        last = before.last_name if before and (twin or namesake) else names.last_name(random)
        first = before.first_name if before and namesake else names.first_name(random)
        number, projects = self._next(), random.choice(names.PROJECTS)
        local = normalise(f"{first} {last}").replace(" ", ".")
        young = Young(
            dossier,
            number,
            last,
            first,
            birth_date=before.birth_date if before and twin else self._birth(day),
            phone=f"06 00 00 {random.randrange(100):02d} {random.randrange(100):02d}",
            email=f"{local}{random.randrange(100)}@courriel.example" if random.random() < parameters.EMAIL else None,
            programme=weighted(random, parameters.PROGRAMMES),
            project="" if random.random() < parameters.NO_PROJECT else projects,
            site=before.site if before and twin else random.randrange(self._sites),
            skill=random.betavariate(*parameters.SKILL),
            zeal=random.betavariate(*parameters.ZEAL),
            typed=(last, first, number or None),
        )
        young.typed = typed(young, weighted(random, parameters.TYPED))
        self._last = young
        return young

    def again(self, young: Young, dossier: UUID) -> Young:
        """Returns the same person, welcomed a second time without a number; the first one takes the tests."""
        site = (young.site + 1) % self._sites
        return replace(young, dossier=dossier, number="", email=None, project="", site=site, attempts=[], complete=[])

    def _birth(self, day: date) -> date | None:
        least, most, often = parameters.AGES
        age = self._random.triangular(least, most, often)
        born = day - timedelta(days=round(age * 365.25))
        return None if self._random.random() < parameters.NO_BIRTH_DATE else born

    def _next(self) -> str:
        self._number += 1 + self._random.randrange(9)
        if self._random.random() < parameters.NO_NUMBER:
            return ""
        return f"00{self._number}" if self._random.random() < parameters.ZERO_AHEAD else str(self._number)
