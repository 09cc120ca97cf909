"""The demonstration played as one timeline: each day, in order, everyone does what they have to do."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from pixflow import staff, tasks
from pixflow.dossier import assignment
from pixflow.dossier.state import Dossier
from pixflow.engine import Done
from pixflow.people import OPERATOR, Actor
from pixflow.structures import Opened
from pixflow.tasks import Task
from pixflow.working_days import Calendar
from web.demo.people import SLOWNESS, STAFF, Try, Youth

PARIS = ZoneInfo("Europe/Paris")
MONTHS = timedelta(days=122)
NEVER = 1_000  # working days


class Clock:
    """The demonstration's clock: it only goes forward."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def go(self, to: datetime) -> None:
        self.now = max(self.now, to)


class World:
    """The structure being played: its engine, its people by name, its dossiers."""

    def __init__(self, opened: Opened, clock: Clock, random: Random) -> None:
        self.opened = opened
        self.engine = opened.engine
        self.clock = clock
        self.random = random
        self.staff: dict[str, UUID] = {}
        self.dossiers: dict[UUID, Youth] = {}
        self._commands = 0

    @property
    def calendar(self) -> Calendar:
        return self.engine.references().calendar

    @property
    def today(self) -> date:
        return self.engine.today()

    def command(self) -> UUID:
        self._commands += 1
        return uuid5(self.opened.id, f"demo {self._commands}")

    def actor(self, name: str) -> Actor:
        return Actor(str(self.staff[name]))

    def say(self, who: str, streams: dict[str, UUID], decide: Callable[..., Any], **arguments: Any) -> Done:
        """One command, by somebody, at the clock's time; `context` among the arguments is the program's."""
        by = self.actor(who) if who in self.staff else Actor(who)
        return self.engine.execute(streams, decide, by=by, command_id=self.command(), **arguments)

    def hire(self) -> None:
        for name, address, roles in STAFF:
            self.staff[name] = uuid5(self.opened.id, address)
            self.say(OPERATOR, {"staff": self.staff[name]}, staff.add, name=name, email=address, site=None, roles=roles)

    def open(self, youth: Youth, by: str) -> UUID:
        dossier = uuid5(self.opened.id, youth.number)
        end = (youth.arrives + timedelta(days=56)).date() if youth.programme == "CEJ" else None
        self.say(
            by, {"dossier": dossier}, assignment.open_dossier,
            last_name=youth.last_name, first_name=youth.first_name, birth_date=youth.birth_date,
            imilo_number=youth.number, site=youth.site, phone=f"06 00 34 56 {self.random.randrange(10, 99)}",
            programme=youth.programme, group=f"groupe de {youth.arrives:%m/%Y}" if end else None, collective_end=end,
            advisor=self.staff[youth.advisor] if youth.advisor else None,
            project=youth.project if "Pas encore" not in youth.project else "",
        )  # fmt: skip
        self.dossiers[dossier] = youth
        return dossier

    def owed(self, names: set[str]) -> Iterator[tuple[UUID, Youth, Dossier, Task]]:
        """Every visible task of the dossiers that these advisors follow."""
        mine = [id for id, youth in self.dossiers.items() if youth.advisor in names]
        for id, state in self.engine.states("dossier", mine).items():
            for task in tasks.of_dossier(state, self.engine.references()):
                if task.role == "advisor" and task.opens <= self.today:
                    yield id, self.dossiers[id], state, task

    def patience(self, youth: Youth, task: Task) -> int:
        """Working days that an advisor lets pass before doing this task: the same each time it is asked."""
        if youth.eager and task.kind in ("present-pix", "plan-diagnostic"):
            return 0
        if youth.left and task.kind in ("chase-diagnostic", "close-or-plan"):
            return NEVER
        most = SLOWNESS[youth.advisor or "Nadia Benali"]
        return Random(f"{youth.number} {task.key.split(':')[0]} {task.chases}").randrange(most + 1)  # noqa: S311


def working_days(start: date, end: date, calendar: Calendar) -> Iterator[date]:
    day = start
    while day <= end:
        if calendar.is_working(day):
            yield day
        day += timedelta(days=1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)


def take_test(youth: Youth, planned: date, random: Random) -> None:
    """What the young person does on Pix from the day planned for it."""
    if youth.manner in ("no-test", "declines", "comes-back"):
        return
    late = 0 if youth.eager else random.randrange(6)
    started = at(planned + timedelta(days=late), random.randrange(9, 18), random.randrange(60))
    mastery = Decimal(random.choice((15, 25, 35, 40, 45, 55, 60, 65, 70, 80, 90, 100))) / 100
    finished = None if youth.manner == "starts-only" else started + timedelta(minutes=25 + random.randrange(30))
    shared = finished + timedelta(minutes=3) if finished and youth.manner != "keeps" else None
    progress = Decimal(random.choice(("0.25", "0.5", "0.55", "0.8")))
    youth.tries.append(Try(started, finished, shared, mastery, progress))
