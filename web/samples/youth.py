"""Young people and their attempts at Pix tests: everyone is invented."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from pixflow.tasks import Task
from web.samples import parameters

Typed = tuple[str, str, str | None]
"""Last name, first name and number, as typed on Pix."""


@dataclass(slots=True)
class Attempt:
    """One attempt at a test, as Pix reports it. `progress` is a share of 1, of a test that is not finished."""

    started: datetime
    finished: datetime | None
    shared: datetime | None
    mastery: Decimal
    progress: Decimal

    def moments(self) -> Iterator[datetime]:
        """Yields the instants from which an export reports something new of this attempt."""
        return (moment for moment in (self.started, self.finished, self.shared) if moment)


@dataclass(slots=True, eq=False)
class Young:
    """One young person. `typed` differs from their name when they mistype it.

    `skill` (mastery) and `zeal` (reliability) are shares of 1. `attempts` are initial diagnostics, `complete` complete
    ones; `sent` is when they sent their profile. `advisor`, `open` and `owed` (tasks by key) cache their dossier.
    """

    dossier: UUID
    number: str
    last_name: str
    first_name: str
    birth_date: date | None
    programme: str
    project: str
    site: int
    typed: Typed
    phone: str = ""
    email: str | None = None
    group: str | None = None
    collective_end: date | None = None
    commune: str = ""
    programme_end: date | None = None
    skill: float = 0.5
    zeal: float = 1.0
    attempts: list[Attempt] = field(default_factory=list)
    complete: list[Attempt] = field(default_factory=list)
    sent: datetime | None = None
    advisor: UUID | None = None
    open: bool = True
    owed: dict[str, Task] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


def type_name(young: Young, how: str) -> Typed:
    """Returns a name as people type it: capitals, no-number, formula…"""
    last, first, number = young.last_name, young.first_name, young.number or None
    ways: dict[str, Typed] = {
        "capitals": (last.upper(), first.upper(), number),
        "swapped": (first, last, number),
        "swapped-capitals": (first.upper(), last.upper(), number),
        "no-number": (last, first, None),
        "initial": (last, first[0] + ".", number.lstrip("0") if number else None),
        "letter-lost": (last, first[:-1] or first, None),
        "formula": (f"={last}", first, number),
        "spaces": (f"{last} ", first.lower(), number),
    }
    return ways.get(how, (last, first, number))


def take_test(young: Young, began: datetime, random: Random) -> Attempt:
    """Draws an initial diagnostic begun at that moment."""
    finished = began + timedelta(minutes=25 + random.randrange(35)) if random.random() < parameters.FINISHES else None
    shared = _draw_sharing(finished, random)
    one = Attempt(began, finished, shared, _mastery(young.skill, random), Decimal(random.randrange(5, 95)) / 100)
    young.attempts.append(one)
    return one


def take_complete(young: Young, began: datetime, random: Random) -> Attempt:
    """Draws a complete diagnostic; some then send their profile."""
    finished = began + timedelta(minutes=random.randint(*parameters.COMPLETE_MINUTES))
    shared = _draw_sharing(finished, random)
    attempt = Attempt(began, finished, shared, _mastery(young.skill, random), Decimal("0.5"))
    young.complete.append(attempt)
    if random.random() < parameters.SENDS_PROFILE:
        young.sent = finished + timedelta(minutes=10)
    return attempt


def _draw_sharing(finished: datetime | None, random: Random) -> datetime | None:
    """Draws when they share: at once, some days later, or never."""
    if finished is None:
        return None
    if random.random() < parameters.SHARES:
        return finished + timedelta(minutes=2 + random.randrange(5))
    return finished + timedelta(days=3 + random.randrange(18)) if random.random() < parameters.SHARES_LATER else None


def _mastery(skill: float, random: Random) -> Decimal:
    drawn = min(1.0, max(0.02, random.gauss(skill, 0.06)))
    return Decimal(round(drawn * 100)) / 100
