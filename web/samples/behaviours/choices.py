"""Base of the behaviours: their parts and their choices."""

from datetime import date
from typing import TypeVar

from web.samples.behaviours.campaigns import PixOrga
from web.samples.behaviours.matching import Matching
from web.samples.behaviours.workshops import Workshops
from web.samples.parameters import Days, Share, weighted
from web.samples.simulation import Case, FollowUp, Simulation

T = TypeVar("T")


class Choices:
    """Choices by parameter, drawn at random. A cast may answer them by rule."""

    def __init__(self, sim: Simulation, pix: PixOrga, workshops: Workshops, matching: Matching) -> None:
        self.sim = sim
        self.random = sim.random
        self.pix = pix
        self.workshops = workshops
        self.matching = matching

    def chance(self, share: Share, case: Case, factor: float = 1.0) -> bool:
        return self.sim.chance(share.of * factor)

    def in_days(self, days: Days, case: Case) -> date:
        return self.sim.in_days(days)

    def later(self, case: Case, days: Days, follow_up: FollowUp) -> None:
        self.sim.later(case.young, days, follow_up)

    def choose(self, options: tuple[T, ...], case: Case) -> T:
        return self.random.choice(options)

    def weigh(self, shares: tuple[tuple[T, float], ...], case: Case) -> T:
        return weighted(self.random, shares)

    def again(self, case: Case) -> None:
        """Plans one more try at a task that cannot be done today."""
        self.sim.again(case.young, case.task)

    def site(self, case: Case) -> str:
        return self.sim.roster.sites[case.young.site]
