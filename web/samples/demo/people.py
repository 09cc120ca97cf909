"""People of the demonstrations, and the rules of what they do: everyone is invented."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from pixflow.events.values import Role
from pixflow.tasks import Task
from web.samples import parameters, words
from web.samples.behaviours.campaigns import Offer
from web.samples.behaviours.parcours import LEVELS
from web.samples.parameters import Days, Share
from web.samples.simulation import Case
from web.samples.youth import Attempt, Young

NEVER = 1_000
"""Working days that outlast every demonstration."""
PUBLISHED_IN = 5
"""Working days until the outcome of a certification is known, whoever waits for it."""


@dataclass(frozen=True, slots=True)
class Company:
    """A structure, its staff, its campaigns.

    `addresses`: those of its sites. `room`: the place of the workshops. `referent`: who imports the exports.
    `lasts`: the time played.
    `slowness`: the most working days that each advisor lets pass before a task.
    `partners`: the partner for each proposal of the grid, "" for any other.
    `calls`: workshops where the assistant is called. `kept`: workshops left to be marked.
    """

    structure: str
    preset: str
    sites: tuple[str, ...]
    addresses: Mapping[str, str]
    room: str
    domain: str
    staff: Sequence[tuple[str, Role]]
    referent: str
    slowness: Mapping[str, int]
    partners: Mapping[str, str]
    offers: Sequence[Offer]
    lasts: timedelta
    calls: Sequence[str] = ()
    kept: Sequence[str] = ()


@dataclass(slots=True, eq=False, kw_only=True)
class ScriptedYoung(Young):
    """One young person of a script; `advisor_name` follows them from their arrival on.

    `manner`: what they do. `mastery`: a share of 1, drawn when None. `presence`: how they are at the workshop. `waits`:
    working days before a kind of task, NEVER for those that the tour must show. `prompt`: all other tasks are done the
    day they open. `eager`: takes the test within days. `sibling`: the number of the person whose test is first taken
    for theirs.
    """

    advisor_name: str = ""
    arrives: datetime
    manner: str
    mastery: Decimal | None = None
    presence: str = ""
    eager: bool = False
    prompt: bool = False
    waits: Mapping[str, int] = field(default_factory=dict)
    sibling: str = ""

    def __post_init__(self) -> None:
        """Sets their year of CEJ, and the group of their month, eight weeks long."""
        if self.programme == "CEJ":
            self.group = f"groupe de {self.arrives:%m/%Y}"
            self.collective_end = (self.arrives + timedelta(days=56)).date()
            self.programme_end = (self.arrives + timedelta(days=365)).date()

    def never(self, kind: str) -> bool:
        return self.waits.get(kind) == NEVER

    def patience(self, task: Task, slowness: Mapping[str, int]) -> int:
        """Returns the working days before their advisor does a task: the same each time it is asked."""
        if task.kind in self.waits:
            return self.waits[task.kind]
        if task.kind == "record-certification":
            return PUBLISHED_IN
        if self.prompt or (self.eager and task.kind in ("present-pix", "plan-diagnostic")):
            return 0
        drawn = Random(f"{self.number or self.name} {task.key.split(':')[0]} {task.chases}")  # noqa: S311
        return drawn.randrange(slowness.get(self.advisor_name, 0) + 1)

    def take_test(self, started: datetime, random: Random) -> None:
        """Takes the test from that moment on, as their manner says."""
        if self.manner in ("no-test", "declines", "comes-back"):
            return
        drawn = Decimal(random.choice((15, 25, 35, 40, 45, 55, 60, 65, 70, 80, 90, 100))) / 100
        mastery = drawn if self.mastery is None else self.mastery
        finished = None if self.manner == "starts-only" else started + timedelta(minutes=25 + random.randrange(30))
        shared = finished + timedelta(minutes=3) if finished and self.manner != "keeps" else None
        progress = Decimal(random.choice(("0.25", "0.5", "0.55", "0.8")))
        self.attempts.append(Attempt(started, finished, shared, mastery, progress))

    def take_complete(self, started: datetime, mastery: Decimal) -> None:
        """Takes the complete diagnostic in an hour and a half, then sends the profile."""
        finished = started + timedelta(minutes=95)
        self.complete.append(Attempt(started, finished, finished + timedelta(minutes=4), mastery, Decimal("0.5")))
        self.sent = finished + timedelta(minutes=15)


CHANCES: Mapping[Share, Callable[[ScriptedYoung, Case], bool]] = {
    parameters.CONCERNED: lambda young, case: young.manner != "no-need",
    parameters.DECLINES: lambda young, case: young.manner == "declines",
    parameters.MEDIATOR: lambda young, case: young.programme == "CEJ",
    parameters.MISSES_APPOINTMENT: lambda young, case: young.number.endswith("7"),
    parameters.APPOINTED: lambda young, case: (
        len(young.first_name) % 2 == 1 and not young.prompt and case.task.key not in case.state.appointments
    ),
    parameters.REACHED: lambda young, case: case.task.chases > 0,
    parameters.ADDED: lambda young, case: young.number.endswith("1"),
    parameters.STUDIES_FIRST: lambda young, case: len(young.first_name) % 2 == 1,
    parameters.SILENT: lambda young, case: young.manner == "silent",
    parameters.ABANDONS: lambda young, case: young.manner == "leaves",
    parameters.WANTED: lambda young, case: bool(young.project) and young.manner != "declines-certification",
    parameters.OBTAINS: lambda young, case: young.manner != "fails",
}
"""Chances that a manner decides; of the others, those of ALWAYS happen."""
ALWAYS = (
    parameters.IN_PERSON, parameters.SLOW_READER, parameters.BY_PHONE, parameters.RETAKES,
    parameters.CLOSES_WHEN_TRIED, parameters.CLOSES_WHEN_QUIET,
)  # fmt: skip

DELAYS: Mapping[Days, Callable[[ScriptedYoung], int]] = {
    parameters.PLANNED_IN: lambda young: 1 if young.eager or young.prompt else 2 + len(young.last_name) % 4,
    parameters.APPOINTMENT_IN: lambda young: 3,
    parameters.ALONE_LASTS: lambda young: 10,
    parameters.LASTS: lambda young: 8 if young.prompt else 15,
    parameters.ANSWERS_IN: lambda young: 2 if young.prompt else 4 + len(young.first_name),
    parameters.STUDIES_IN: lambda young: 1,
    parameters.BEGINS_IN: lambda young: 1 if young.prompt else max(1, 10 - len(young.first_name)),
    parameters.REGISTERED_IN: lambda young: 3,
    parameters.SESSION_IN: lambda young: 10 if young.never("record-certification") else 20,
    parameters.RETAKEN_IN: lambda young: 1,
}
"""Delays in working days."""

CHOICES: Mapping[tuple[Any, ...], Callable[[ScriptedYoung, Case], int]] = {
    words.CAUSES: lambda young, case: len(young.name),
    words.TUTORIALS: lambda young, case: len(young.name),
    words.WISHES: lambda young, case: len(young.first_name),
    parameters.HOURS: lambda young, case: 3,
    parameters.CHASE_CHANNELS: lambda young, case: case.task.chases > 0,
    parameters.STUDY: lambda young, case: not case.state.prescription.studies[case.subject].followed,
    LEVELS: lambda young, case: 1,
}
"""Index of the option chosen, modulo their number; the first one by default."""
