"""Draws the campaigns of each site, and plans when référents declare, export and close them."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from dateutil.relativedelta import relativedelta

from pixflow.actor import Actor
from pixflow.events.values import Purpose
from pixflow.participation import campaign as participation_campaign
from pixflow.pix_orga import ExportCampaign
from web.samples import parameters
from web.samples.agenda import PlannedCommand, command
from web.samples.behaviours.campaigns import Offer, PixOrga, Season
from web.samples.simulation import Simulation
from web.samples.youth import Attempt, Young

MORNING = 8 * 60 + 20
COURSES: dict[Purpose, tuple[str, str, str]] = {
    "initial": ("Diagnostic initial Pix emploi", "Diagnostic initial Pix Emploi", "Bases numériques pour l’emploi"),
    "complete": ("Parcours Cléa numérique", "CléA numérique", "Prêt pour le CléA numérique"),
    "profile": ("Profils Pix", "", ""),
}
SHARE: dict[Purpose, float] = {"initial": 0.8, "complete": 0.4, "profile": 0.2}
"""Rows that one young person makes, about. It only sets the length of a season."""
Duty = Callable[[Season, Actor], Iterator[PlannedCommand]]
"""Commands of a référent about a season."""


class Seasons(PixOrga):
    """Seasons that follow each other from `first` to `last`."""

    def __init__(
        self,
        sim: Simulation,
        young_people: int,
        months: int,
        span: tuple[date, date],
        imported: Callable[[Season], object],
    ) -> None:
        super().__init__(sim, imported)
        self.first, self.last = span
        for purpose, share in SHARE.items():
            rows_a_month = young_people / len(sim.roster.sites) / months * share
            length = next((n for n in (12, 6, 4, 3, 2) if rows_a_month * n <= parameters.ROWS_A_CAMPAIGN), 1)
            for site in range(len(sim.roster.sites)):
                self._open(purpose, site, length)

    def _open(self, purpose: Purpose, site: int, length: int) -> None:
        opens = self.first
        while opens <= self.last:
            until = opens + relativedelta(months=length)
            season = Season(self._offer(purpose, site, opens), site, opens, until)
            self.seasons[purpose, site].append(season)
            if purpose == "initial" or not self.sim.chance(parameters.UNDECLARED):
                self._plan(season, opens, MORNING, self._declare)
            self._plan_exports(season)
            opens = until

    def _offer(self, purpose: Purpose, site: int, opens: date) -> Offer:
        random, (name, course, badge) = self.sim.random, COURSES[purpose]
        n = sum(map(len, self.seasons.values()))
        letters = "".join(random.choice("BCDFGHJKLMNPQRSTVWXZ") for _ in range(6))
        title = f"{name} {self.sim.roster.sites[site]} {opens:%m-%Y}"
        return Offer(ExportCampaign(600_000 + 17 * n, f"{letters}{100 + n % 900}", title), purpose, course, badge)

    def _plan_exports(self, season: Season) -> None:
        day = season.opens + timedelta(days=-season.opens.weekday() % 7 + season.site % 5)
        while day <= min(season.closes + timedelta(weeks=parameters.EXPORTED_WEEKS), self.last):
            if day > season.opens:
                self._plan(season, day, MORNING + 10, self._import, or_tomorrow=False)
            day += timedelta(weeks=1 if day < season.closes else parameters.WEEKS_ONCE_OVER)
        if day <= self.last:
            self._plan(season, day, MORNING + 20, self._close)

    def _plan(self, season: Season, day: date, minute: int, duty: Duty, *, or_tomorrow: bool = True) -> None:
        moment = (self.sim.calendar.add(day, 0), minute)
        self.sim.plan(moment, partial(self._by_referent, season, duty, or_tomorrow=or_tomorrow))

    def _by_referent(self, season: Season, duty: Duty, *, or_tomorrow: bool) -> Iterator[PlannedCommand]:
        referent = self.sim.roster.referent(season.site, self.sim.today)
        if referent:
            yield from duty(season, referent.actor)
        elif or_tomorrow:
            self._plan(season, self.sim.in_days(1), MORNING, duty)

    def _declare(self, season: Season, by: Actor) -> Iterator[PlannedCommand]:
        yield from self.declare(season, by, self.sim.roster.sites[season.site])

    def follow_import(self, season: Season) -> None:
        self._plan(season, self.sim.in_days(1), MORNING, self._declare)

    def _import(self, season: Season, by: Actor) -> Iterator[PlannedCommand]:
        """Imports the week's export when it differs from the last one."""
        if season.says_more(self.sim.now):
            self.bring_in(season, by)
        yield from ()

    def _close(self, season: Season, by: Actor) -> Iterator[PlannedCommand]:
        """Closes a campaign that nobody exports any more, and drops its rows."""
        for stream in season.known:
            del self.of_participation[stream]
        season.rows, season.known, season.ahead = [], {}, []
        if season.stream and self.sim.refs.campaigns[season.stream].declared:
            yield command(by, {"campaign": season.stream}, participation_campaign.close_campaign)

    def takes(self, young: Young, purpose: Purpose, attempt: Attempt) -> None:
        super().takes(young, purpose, attempt)
        if self.sim.chance(parameters.WITHDRAWN):
            gone = self.sim.in_days(parameters.SOMETIME)
            self.sim.plan((gone, MORNING), partial(_withdraw, self.season(purpose, young.site), young, attempt))


def _withdraw(season: Season, young: Young, one: Attempt) -> Iterator[PlannedCommand]:
    season.rows = [row for row in season.rows if row != (young, one)]
    season.ahead.append(one.started)
    return iter(())
