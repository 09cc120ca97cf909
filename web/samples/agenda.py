"""Time of a simulation: its clock, the agenda of its actions, the log of its commands."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from pixflow.actor import CLOCK, PARTNER, Actor
from pixflow.decision import Decision
from pixflow.engine import Engine
from pixflow.events.base import Recorded
from pixflow.refused import Refused
from pixflow.unit_of_work import Step
from pixflow.working_days import Calendar
from web.french.typography import typeset

PARIS = ZoneInfo("Europe/Paris")


class Clock:
    """A clock that only goes forward."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def go(self, to: datetime) -> None:
        self.now = max(self.now, to)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Returns an instant (UTC) from the time in Paris."""
    return datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)


def minute_of(instant: datetime) -> tuple[date, int]:
    """Returns the day and the minute of it, in Paris."""
    local = instant.astimezone(PARIS)
    return local.date(), local.hour * 60 + local.minute


def working_days(start: date, end: date, calendar: Calendar) -> Iterator[date]:
    day = start
    while day <= end:
        if calendar.is_working(day):
            yield day
        day += timedelta(days=1)


AgendaTime = tuple[date, int]
"""A day and a minute of it, in the structure's time zone."""

OPENS, SHUTS = 9 * 60, 17 * 60 + 30
EVENING = 17 * 60


class PlannedCommand(NamedTuple):
    """Steps that one person will take as one command."""

    by: Actor
    steps: tuple[Step, ...]


def command(
    by: Actor,
    streams: Mapping[str, UUID],
    decide: Decision[..., Any],
    context: Mapping[str, Any] | None = None,
    **sent: Any,
) -> PlannedCommand:
    """Returns a command of one decision, its texts typeset; `context` holds the arguments that the program adds."""
    written = {name: _written(value) for name, value in sent.items()}
    return PlannedCommand(by, (Step(streams, decide, written, context or {}),))


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_written, value))
    return typeset(value) if isinstance(value, str) else value


ScheduledAction = tuple[tuple[UUID, ...], Callable[[], Iterable[PlannedCommand]]]
"""The streams that an action reads and writes, and what it runs."""


class Agenda:
    """Queue of actions by moment. With `by_day`, the actions of a day's working hours run in its evening, together."""

    def __init__(self, *, by_day: bool) -> None:
        self._by_day = by_day
        self._ahead: list[tuple[date, int, int, ScheduledAction]] = []
        self._order = count()

    def add(self, moment: AgendaTime, action: ScheduledAction) -> None:
        day, minute = moment
        if self._by_day and minute >= OPENS:
            minute = EVENING
        heappush(self._ahead, (day, minute, next(self._order), action))

    def first(self) -> AgendaTime | None:
        return self._ahead[0][:2] if self._ahead else None

    def take(self) -> list[ScheduledAction]:
        """Removes and returns the next action; with `by_day`, all those of its moment."""
        day, minute, _, action = heappop(self._ahead)
        taken = [action]
        while self._by_day and self.first() == (day, minute):
            taken.append(heappop(self._ahead)[3])
        return taken


class CommandLog:
    """Executes commands at the clock's time. Their ids derive from `root` and their order.

    With `at_once`, the commands of one person at one moment become one. A refused command is counted by code and
    dropped, unless `strict`: then Refused is raised.
    """

    def __init__(
        self, engine: Engine, clock: Clock, root: UUID, *, at_once: bool = False, strict: bool = False
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.moment: AgendaTime = (date.min, 0)
        self.commands = self.events = 0
        self.refused = Counter[str]()
        self._root = root
        self._at_once = at_once
        self._strict = strict
        self._ids = count()

    def go(self, moment: AgendaTime) -> None:
        self.moment = max(self.moment, moment)
        self.clock.go(at(moment[0], *divmod(moment[1], 60)))

    def wait(self, minutes: int) -> None:
        day, minute = self.moment
        self.go((day, minute + minutes))

    def new_id(self) -> UUID:
        """Returns an id that is the same in every run."""
        return uuid5(self._root, str(next(self._ids)))

    def execute(self, planned: Sequence[PlannedCommand]) -> list[Recorded]:
        groups: dict[object, list[PlannedCommand]] = {}
        for order, one in enumerate(planned):
            groups.setdefault(one.by if self._at_once else order, []).append(one)
        return [recorded for mine in groups.values() for recorded in self._execute_together(mine)]

    def count(self, recorded: Sequence[Recorded]) -> None:
        self.commands += bool(recorded)
        self.events += len(recorded)

    def _execute_together(self, planned: Sequence[PlannedCommand]) -> list[Recorded]:
        """Executes one command, or each one alone when a step is refused."""
        by, steps, id = planned[0].by, [step for one in planned for step in one.steps], self.new_id()
        via = "cli" if by.id == CLOCK else "link" if by.id.startswith(PARTNER) else "web"
        try:
            recorded = self.engine.execute_all(steps, str(id), by=by, command_id=id, via=via).recorded
        except Refused as refused:
            if len(planned) > 1:
                return [recorded for one in planned for recorded in self._execute_together([one])]
            if self._strict:
                raise
            self.refused[refused.code] += 1
            return []
        self.count(recorded)
        return list(recorded)
