"""Who is who in the demonstrations: everyone is invented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from pixflow.events.values import Role
from web.samples.attempts import Try

NEVER = 1_000  # working days


@dataclass(frozen=True, slots=True)
class Cast:
    """A structure and who works there: `referent` imports the exports, `direction` sees to the team.

    `slowness`: how many working days each advisor lets pass before acting, at most. `partners`: whom young people are
    referred to for each proposal of the grid, "" for any other. `lasts`: how long is played.
    """

    structure: str
    preset: str
    sites: tuple[str, ...]
    domain: str
    staff: Sequence[tuple[str, tuple[Role, ...]]]
    referent: str
    direction: str
    slowness: Mapping[str, int]
    partners: Mapping[str, str]
    lasts: timedelta


@dataclass(slots=True)
class Youth:
    """One invented young person; `typed` is what they type on Pix, which is not always their name.

    `manner`: what they do. `skill`: what they master, drawn when None. `presence`: how they are at the workshop.
    `waits`: how many working days some kinds of tasks are let pass, NEVER for those that the tour must show. `prompt`:
    all the others are done the day they open. `eager`: takes the test within days. `sibling`: the number of the one
    whose test is first taken for theirs. `tries`, `complete`, `sent`: their tests, initial and complete, and when they
    sent their profile.
    """

    number: str
    last_name: str
    first_name: str
    birth_date: date
    programme: str
    project: str
    site: str
    advisor: str | None
    arrives: datetime
    manner: str
    typed: tuple[str, str, str | None]
    group: str = ""
    collective_end: date | None = None
    skill: Decimal | None = None
    presence: str = ""
    tries: list[Try] = field(default_factory=list)
    complete: list[Try] = field(default_factory=list)
    sent: datetime | None = None
    eager: bool = False
    prompt: bool = False
    waits: Mapping[str, int] = field(default_factory=dict)
    sibling: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def never(self, kind: str) -> bool:
        """Whether nobody does that for them."""
        return self.waits.get(kind) == NEVER

    @property
    def key(self) -> str:
        """What names their dossier among all."""
        return self.number or self.name


def join(youth: Youth) -> None:
    """In CEJ: the group of the month they came, and eight weeks together."""
    if youth.programme == "CEJ":
        youth.group = youth.group or f"groupe de {youth.arrives:%m/%Y}"
        youth.collective_end = (youth.arrives + timedelta(days=56)).date()


def take_test(youth: Youth, started: datetime, random: Random) -> None:
    """What the young person does on Pix from that moment."""
    if youth.manner in ("no-test", "declines", "comes-back"):
        return
    drawn = Decimal(random.choice((15, 25, 35, 40, 45, 55, 60, 65, 70, 80, 90, 100))) / 100
    mastery = drawn if youth.skill is None else youth.skill
    finished = None if youth.manner == "starts-only" else started + timedelta(minutes=25 + random.randrange(30))
    shared = finished + timedelta(minutes=3) if finished and youth.manner != "keeps" else None
    progress = Decimal(random.choice(("0.25", "0.5", "0.55", "0.8")))
    youth.tries.append(Try(started, finished, shared, mastery, progress))


def take_complete(youth: Youth, started: datetime, mastery: Decimal) -> None:
    """The complete diagnostic, an hour and a half on the Mission locale's computers; then the profile is sent."""
    finished = started + timedelta(minutes=95)
    youth.complete.append(Try(started, finished, finished + timedelta(minutes=4), mastery, Decimal("0.5")))
    youth.sent = finished + timedelta(minutes=15)
