"""Base of the demonstrations: plays the young people, the scenes and the days of a script."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial

from web.samples.clock import at, minute_of
from web.samples.demo import day
from web.samples.demo.cast import EVENING
from web.samples.demo.partners import PartnerScenes
from web.samples.demo.people import ScriptedYoung
from web.samples.roster import hire

Scene = tuple[datetime, Callable[[], object]]
"""An act that happens once, at its moment."""
DAY_ENDS, MIDNIGHT = 17, 24 * 60


class Story(PartnerScenes):
    """One demonstration; its class holds its `company`."""

    def youths(self) -> list[ScriptedYoung]:
        """Returns everybody who will come."""
        raise NotImplementedError

    def scenes(self) -> Iterator[Scene]:
        raise NotImplementedError

    def settle(self) -> None:
        """Plays the first morning."""
        raise NotImplementedError

    def arrived(self, young: ScriptedYoung) -> None:
        """Follows an arrival."""

    def conclude(self, now: datetime) -> None:
        """Plays the moment when the demonstration is opened."""
        self.sim.log.go(minute_of(now))
        self.sim.log.clock.go(now)

    def play(self, now: datetime) -> None:
        sim, pix = self.sim, self.pix
        sim.execute(hire(self.roster.members.values()))
        self.settle()
        for seasons in pix.seasons.values():
            sim.execute(pix.declare(seasons[0], self.actor(self.company.referent), None))
        pix.everyone = self.youths()
        last_scenes = self._plan_scenes()
        for today in self.days:
            whole = at(today, DAY_ENDS) < now
            day.plan(self, today, last_scenes.get(today, 0) if whole else None)
            sim.run((today, MIDNIGHT) if whole else min(minute_of(now), (today, EVENING - 1)))
        self.conclude(now)

    def _plan_scenes(self) -> dict[date, int]:
        """Plans the arrivals and the scenes; returns the minute of the last one of each day."""
        last: dict[date, int] = {}
        arrivals: list[Scene] = [(young.arrives, partial(self._arrive, young)) for young in self.pix.everyone]
        for moment, scene in (*arrivals, *self.scenes()):
            today, minute = minute_of(moment)
            self.plan((today, minute), scene)
            last[today] = max(minute, last.get(today, 0))
        return last

    def _arrive(self, young: ScriptedYoung) -> None:
        self.welcome(young)
        self.arrived(young)
