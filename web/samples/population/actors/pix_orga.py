"""Pix Orga and the référents: campaigns declared, exports imported each week, participations matched."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta

from pixflow.events.base import Recorded
from pixflow.events.participation import ParticipationImported
from pixflow.events.values import Purpose
from pixflow.folding import RETRACTIONS
from pixflow.importing import Answers, Importer
from pixflow.participation import campaign as participation_campaign
from pixflow.participation.state import Participation, evolve
from pixflow.pix_orga import Campaign
from pixflow.unit_of_work import Step
from projections.result_routing import Known
from web.samples import pix_exports
from web.samples.attempts import Try
from web.samples.pix_exports import Offer
from web.samples.population import parameters
from web.samples.population.agenda import Errand, Said
from web.samples.population.simulation import Play
from web.samples.population.youth import Young, moments

MORNING = 8 * 60 + 20
COURSES: dict[Purpose, tuple[str, str, str]] = {
    "initial": ("Diagnostic initial Pix emploi", "Diagnostic initial Pix Emploi", "Bases numériques pour l’emploi"),
    "complete": ("Parcours Cléa numérique", "CléA numérique", "Prêt pour le CléA numérique"),
    "profile": ("Profils Pix", "", ""),
}
SHARE: dict[Purpose, float] = {"initial": 0.8, "complete": 0.4, "profile": 0.2}
"""How many rows a young person makes, about: it only sets how long a campaign is used."""


@dataclass(slots=True, eq=False)
class Season:
    """One campaign, of one site, for some months. `stream` is None as long as nobody here has met it."""

    offer: Offer
    site: int
    opens: date
    closes: date
    stream: UUID | None = None
    rows: list[tuple[Young, Try]] = field(default_factory=list)
    ahead: list[datetime] = field(default_factory=list)
    known: dict[UUID, Participation] = field(default_factory=dict)

    def add(self, young: Young, one: Try) -> None:
        self.rows.append((young, one))
        self.ahead += moments(one)

    def says_more(self, now: datetime) -> bool:
        """Whether an export made now would say something else than the last one."""
        news = [moment for moment in self.ahead if moment <= now]
        self.ahead = [moment for moment in self.ahead if moment > now]
        return bool(news)


class PixOrga:
    """Every season of the structure; hears of its participations. `imported` is told of each export recorded."""

    def __init__(
        self, play: Play, young_people: int, months: int, first: date, last: date, imported: Callable[[Season], object]
    ) -> None:
        self.play = play
        self.imported = imported
        self.first, self.last = first, last
        self._of_campaign: dict[UUID, Season] = {}
        self._of_participation: dict[UUID, Season] = {}
        self.importer = Importer(play.engine, self._known)
        self.seasons: dict[tuple[Purpose, int], list[Season]] = defaultdict(list)
        play.listeners["participation"] = self.hear
        for purpose, share in SHARE.items():
            rows_a_month = young_people / len(play.house.sites) / months * share
            length = next((n for n in (12, 6, 4, 3, 2) if rows_a_month * n <= parameters.ROWS_A_CAMPAIGN), 1)
            for site in range(len(play.house.sites)):
                self._open(purpose, site, length)

    def _open(self, purpose: Purpose, site: int, length: int) -> None:
        opens = self.first
        while opens <= self.last:
            until = opens + relativedelta(months=length)
            season = Season(self._offer(purpose, site, opens), site, opens, until)
            self.seasons[purpose, site].append(season)
            known = purpose == "initial" or not self.play.chance(parameters.UNDECLARED)
            self._plan(season, declared=known)
            opens = until

    def _offer(self, purpose: Purpose, site: int, opens: date) -> Offer:
        random, (name, course, badge) = self.play.random, COURSES[purpose]
        n = sum(map(len, self.seasons.values()))
        letters = "".join(random.choice("BCDFGHJKLMNPQRSTVWXZ") for _ in range(6))
        title = f"{name} {self.play.house.sites[site]} {opens:%m-%Y}"
        return Offer(Campaign(600_000 + 17 * n, f"{letters}{100 + n % 900}", title), purpose, course, badge)

    def _plan(self, season: Season, *, declared: bool) -> None:
        add, calendar = self.play.agenda.add, self.play.calendar
        if declared:
            add((calendar.add(season.opens, 0), MORNING), Errand((), partial(self._declare, season)))
        day = season.opens + timedelta(days=-season.opens.weekday() % 7 + season.site % 5)
        while day <= min(season.closes + timedelta(weeks=parameters.EXPORTED_WEEKS), self.last):
            if day > season.opens:
                add((calendar.add(day, 0), MORNING + 10), Errand((), partial(self._export, season)))
            day += timedelta(weeks=1 if day < season.closes else parameters.WEEKS_ONCE_OVER)
        if day <= self.last:
            add((calendar.add(day, 0), MORNING + 20), Errand((), partial(self._close, season)))

    # --- who takes what

    def season(self, purpose: Purpose, site: int) -> Season:
        """The one in use at a site today."""
        began = [one for one in self.seasons[purpose, site] if one.opens <= self.play.today]
        return began[-1]

    def takes(self, young: Young, purpose: Purpose, one: Try) -> None:
        season = self.season(purpose, young.site)
        season.add(young, one)
        if self.play.chance(parameters.WITHDRAWN):
            gone = self.play.in_days(parameters.SOMETIME)
            self.play.agenda.add((gone, MORNING), Errand((), partial(_withdraw, season, young, one)))
        if purpose == "complete" and young.sent:
            profiles = self.season("profile", young.site)
            profiles.rows.append((young, one))
            profiles.ahead.append(young.sent)

    def shares(self, young: Young, one: Try, shared: datetime) -> None:
        """Somebody finishes and shares after all."""
        one.finished, one.shared = one.finished or shared, shared
        for season in self.seasons["initial", young.site]:
            if any(row is one for _, row in season.rows):
                season.ahead.append(shared)

    # --- the référent

    def _declare(self, season: Season) -> Iterator[Said]:
        referent = self.play.house.referent(season.site, self.play.today)
        if referent is None:
            return self._tomorrow(partial(self._declare, season))
        campaign, site = season.offer.campaign, self.play.house.sites[season.site]
        said: dict[str, Any] = {
            "name": campaign.name,
            "code": campaign.code,
            "purpose": season.offer.purpose,
            "site": site,
        }
        if season.stream:
            done = self.importer.declare(season.stream, by=referent.actor, command_id=self.play.desk.id(), **said)
            self.play.desk.count(done.recorded)
            self.play.hear(done.recorded)
            self.imported(season)
            return iter(())
        stream = self.play.desk.id()
        self._meet(season, stream)
        step = Step({"campaign": stream}, participation_campaign.declare_campaign, said)
        return iter([Said(referent.actor, (step,))])

    def _meet(self, season: Season, stream: UUID) -> None:
        season.stream = stream
        self._of_campaign[stream] = season

    def _export(self, season: Season) -> Iterator[Said]:
        """This week's export, when it says anything more than the last one."""
        play, now = self.play, self.play.now
        referent = play.house.referent(season.site, play.today)
        if referent is None or not season.says_more(now):
            return iter(())
        name, data = self._file(season, now)
        answers = Answers(exported_at=now, accept_vanished=True, doubtful="leave")
        prepared = self.importer.prepare(data, name, answers)
        if prepared.plan is None or not prepared.export.entries:
            return iter(())
        imported = self.importer.record(prepared, by=referent.actor, command_id=play.desk.id())
        if season.stream is None:
            self._meet(season, imported.campaign)
            play.agenda.add((play.in_days(1), MORNING), Errand((), partial(self._declare, season)))
        play.desk.count(imported.done.recorded)
        play.hear(imported.done.recorded)
        if play.refs.campaigns[imported.campaign].declared:
            self.imported(season)
        return iter(())

    def _file(self, season: Season, now: datetime) -> tuple[str, bytes]:
        if season.offer.purpose == "profile":
            return pix_exports.profiles(season.offer, [young for young, _ in season.rows], now)
        return pix_exports.export(season.offer, season.rows, now, self.play.random)

    def _close(self, season: Season) -> Iterator[Said]:
        """Nobody exports it any more: the référent closes it, and it is forgotten here."""
        referent = self.play.house.referent(season.site, self.play.today)
        if referent is None:
            return self._tomorrow(partial(self._close, season))
        for stream in season.known:
            del self._of_participation[stream]
        season.rows, season.known, season.ahead = [], {}, []
        if season.stream is None or not self.play.refs.campaigns[season.stream].declared:
            return iter(())
        return iter([Said(referent.actor, (Step({"campaign": season.stream}, participation_campaign.close_campaign),))])

    def _tomorrow(self, run: "partial[Iterator[Said]]") -> Iterator[Said]:
        self.play.agenda.add((self.play.in_days(1), MORNING), Errand((), run))
        return iter(())

    # --- what was recorded

    def hear(self, recorded: Recorded) -> None:
        stream, event = recorded.originator_id, recorded.event
        if isinstance(event, ParticipationImported) and event.campaign in self._of_campaign:
            self._of_participation[stream] = self._of_campaign[event.campaign]
        season = self._of_participation.get(stream)
        if season and isinstance(event, RETRACTIONS):
            season.known[stream] = self.play.engine.state("participation", stream)
        elif season:
            season.known[stream] = evolve(season.known.get(stream, Participation()), recorded)

    def _known(self, campaign: UUID) -> list[Known]:
        season = self._of_campaign.get(campaign)
        return [_row(stream, one) for stream, one in season.known.items()] if season else []


def _row(stream: UUID, one: Participation) -> Known:
    return Known(
        stream,
        one.last_name,
        one.first_name,
        one.external_id,
        one.started,
        one.ordinal,
        one.progress,
        one.result,
        one.vanished is not None,
        one.dossier,
        one.seen,
        one.profile,
    )


def _withdraw(season: Season, young: Young, one: Try) -> Iterator[Said]:
    """The participation is deleted on Pix Orga."""
    season.rows = [row for row in season.rows if row != (young, one)]
    season.ahead.append(one.started)
    return iter(())
