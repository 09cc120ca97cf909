"""Where everything is said: in order of time, through the engine, one thing at a time or a person's day at once."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple
from uuid import UUID, uuid5

from pixflow.actor import Actor
from pixflow.engine import Engine
from pixflow.events.base import Recorded
from pixflow.refused import Refused
from pixflow.unit_of_work import Step
from web.samples.clock import Clock, at

Moment = tuple[date, int]
"""A day and a minute of it, where the structure is."""

OPENS, SHUTS = 9 * 60, 17 * 60 + 30
EVENING = 17 * 60


class Said(NamedTuple):
    """What somebody says as one command."""

    by: Actor
    steps: tuple[Step, ...]


class Errand(NamedTuple):
    """Something to do at a moment; `about` are the streams it looks at, which nothing else changes at that moment."""

    about: tuple[UUID, ...]
    run: Callable[[], Iterable[Said]]


class Agenda:
    """What is to come, in order. `by_day`: all that is done in the working hours of a day is done in its evening."""

    def __init__(self, *, by_day: bool) -> None:
        self._by_day = by_day
        self._ahead: list[tuple[date, int, int, Errand]] = []
        self._order = count()

    def add(self, moment: Moment, errand: Errand) -> None:
        day, minute = moment
        if self._by_day and minute >= OPENS:
            minute = EVENING
        heappush(self._ahead, (day, minute, next(self._order), errand))

    def first(self) -> Moment | None:
        return self._ahead[0][:2] if self._ahead else None

    def take(self) -> list[Errand]:
        """The next errand; with `by_day`, all those of its moment."""
        day, minute, _, errand = heappop(self._ahead)
        taken = [errand]
        while self._by_day and self.first() == (day, minute):
            taken.append(heappop(self._ahead)[3])
        return taken


class Desk:
    """Says commands at the clock's time; its ids follow from `root` and their order.

    What is refused is counted by code, and left: it happens to people too. `at_once`: what one person says at one
    moment is one command.
    """

    def __init__(self, engine: Engine, clock: Clock, root: UUID, *, at_once: bool) -> None:
        self.engine = engine
        self.clock = clock
        self.moment: Moment = (date.min, 0)
        self.commands = self.events = 0
        self.refused = Counter[str]()
        self._root = root
        self._at_once = at_once
        self._ids = count()

    def go(self, moment: Moment) -> None:
        self.moment = max(self.moment, moment)
        self.clock.go(at(moment[0], *divmod(moment[1], 60)))

    def id(self) -> UUID:
        """A new id, the same in every run."""
        return uuid5(self._root, str(next(self._ids)))

    def say(self, said: Sequence[Said]) -> list[Recorded]:
        if not self._at_once:
            return [recorded for one in said for recorded in self._say(one.by, one.steps)]
        told: dict[Actor, list[Said]] = {}
        for one in said:
            told.setdefault(one.by, []).append(one)
        return [recorded for by, mine in told.items() for recorded in self._all(by, mine)]

    def count(self, recorded: Sequence[Recorded]) -> None:
        self.commands += bool(recorded)
        self.events += len(recorded)

    def _all(self, by: Actor, mine: Sequence[Said]) -> list[Recorded]:
        """As one command; one by one when something in it is refused."""
        try:
            return self._command(by, [step for one in mine for step in one.steps])
        except Refused:
            return [recorded for one in mine for recorded in self._say(by, one.steps)]

    def _say(self, by: Actor, steps: Sequence[Step]) -> list[Recorded]:
        try:
            return self._command(by, steps)
        except Refused as refused:
            self.refused[refused.code] += 1
            return []

    def _command(self, by: Actor, steps: Sequence[Step]) -> list[Recorded]:
        command = self.id()
        recorded = self.engine.execute_all(steps, str(command), by=by, command_id=command, via="web").recorded
        self.count(recorded)
        return list(recorded)
