"""Who comes, and what they do on Pix: everyone is invented."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from pixflow.identity import normalise
from pixflow.tasks import Task
from web.samples.attempts import Try
from web.samples.population import names, parameters

Typed = tuple[str, str, str | None]


@dataclass(slots=True, eq=False)
class Young:
    """One young person; `typed` is what they type on Pix.

    `skill` is what they master, `zeal` how far they can be counted on, both of 1. `tries`, `complete`, `sent`: their
    tests, initial and complete, and when they sent their profile. `advisor`, `open` and `owed` (by key) are those of
    their dossier when it was last looked at.
    """

    dossier: UUID
    number: str
    last_name: str
    first_name: str
    birth_date: date | None
    phone: str
    email: str | None
    programme: str
    project: str
    site: int
    skill: float
    zeal: float
    typed: Typed
    tries: list[Try] = field(default_factory=list)
    complete: list[Try] = field(default_factory=list)
    sent: datetime | None = None
    advisor: UUID | None = None
    open: bool = True
    owed: dict[str, Task] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Crowd:
    """Draws who comes, one after the other."""

    def __init__(self, random: Random, sites: int) -> None:
        self._random = random
        self._sites = sites
        self._number = 41_000
        self._last: Young | None = None

    def comes(self, dossier: UUID, day: date) -> Young:
        """Somebody new, the twin of who came before, or their namesake."""
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
            before.birth_date if before and twin else self._birth(day),
            f"06 00 00 {random.randrange(100):02d} {random.randrange(100):02d}",
            f"{local}{random.randrange(100)}@courriel.example" if random.random() < parameters.EMAIL else None,
            weighted(random, parameters.PROGRAMMES),
            "" if random.random() < parameters.NO_PROJECT else projects,
            before.site if before and twin else random.randrange(self._sites),
            random.betavariate(*parameters.SKILL),
            random.betavariate(*parameters.ZEAL),
            (last, first, number or None),
        )
        young.typed = _typed(young, weighted(random, parameters.TYPED))
        self._last = young
        return young

    def again(self, young: Young, dossier: UUID) -> Young:
        """The same person, opened a second time without a number; the tests are taken under the first."""
        return Young(
            dossier,
            "",
            young.last_name,
            young.first_name,
            young.birth_date,
            young.phone,
            None,
            young.programme,
            "",
            (young.site + 1) % self._sites,
            young.skill,
            young.zeal,
            young.typed,
        )

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


def _typed(young: Young, how: str) -> Typed:
    last, first, number = young.last_name, young.first_name, young.number or None
    match how:
        case "capitals":
            return last.upper(), first.upper(), number
        case "swapped":
            return first, last, number
        case "no-number":
            return last, first, None
        case "initial":
            return last, first[0] + ".", number.lstrip("0") if number else None
        case "letter-lost":
            return last, first[:-1] or first, None
        case "formula":
            return f"={last}", first, number
        case "spaces":
            return f"{last} ", first.lower(), number
    return last, first, number


def take_test(young: Young, began: datetime, random: Random) -> Try:
    """The initial diagnostic, from that moment on."""
    finished = began + timedelta(minutes=25 + random.randrange(35)) if random.random() < parameters.FINISHES else None
    shared = _shared(finished, random)
    one = Try(began, finished, shared, _mastery(young.skill, random), Decimal(random.randrange(5, 95)) / 100)
    young.tries.append(one)
    return one


def take_complete(young: Young, began: datetime, random: Random) -> Try:
    """The complete diagnostic; some then send their profile."""
    finished = began + timedelta(minutes=random.randint(*parameters.COMPLETE_MINUTES))
    shared = _shared(finished, random)
    one = Try(began, finished, shared, _mastery(young.skill, random), Decimal("0.5"))
    young.complete.append(one)
    if random.random() < parameters.SENDS_PROFILE:
        young.sent = finished + timedelta(minutes=10)
    return one


def moments(one: Try) -> Iterator[datetime]:
    """When an export says something else of it than before."""
    return (moment for moment in (one.started, one.finished, one.shared) if moment)


def _shared(finished: datetime | None, random: Random) -> datetime | None:
    """At once, some days later, or not by themselves."""
    if finished is None:
        return None
    if random.random() < parameters.SHARES:
        return finished + timedelta(minutes=2 + random.randrange(5))
    return finished + timedelta(days=3 + random.randrange(18)) if random.random() < parameters.SHARES_LATER else None


def _mastery(skill: float, random: Random) -> Decimal:
    drawn = min(1.0, max(0.02, random.gauss(skill, 0.06)))
    return Decimal(round(drawn * 100)) / 100


def weighted(random: Random, among: tuple[tuple[str, float], ...]) -> str:
    """One of these, by its share."""
    return random.choices([one for one, _ in among], [share for _, share in among])[0]
