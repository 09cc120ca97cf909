"""Pix Orga: campaigns declared, tests taken, exports imported."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pixflow.actor import Actor
from pixflow.events.base import Recorded
from pixflow.events.participation import ParticipationImported
from pixflow.events.values import Purpose
from pixflow.folding import RETRACTIONS
from pixflow.importing import Answers, Importer
from pixflow.participation import campaign as participation_campaign
from pixflow.participation.state import Participation, evolve
from projections.result_routing import KnownParticipation
from web.samples import pix_exports
from web.samples.agenda import PlannedCommand, command
from web.samples.clock import at
from web.samples.pix_exports import Offer
from web.samples.simulation import Simulation
from web.samples.youth import Attempt, Young, take_test


@dataclass(slots=True, eq=False)
class Season:
    """One campaign of one site, for some months. `stream` is None until the structure knows it."""

    offer: Offer
    site: int
    opens: date
    closes: date
    stream: UUID | None = None
    rows: list[tuple[Young, Attempt]] = field(default_factory=list)
    ahead: list[datetime] = field(default_factory=list)
    known: dict[UUID, Participation] = field(default_factory=dict)

    def add(self, young: Young, one: Attempt) -> None:
        self.rows.append((young, one))
        self.ahead += one.moments()

    def says_more(self, now: datetime) -> bool:
        """Returns whether an export made now differs from the last one."""
        news = [moment for moment in self.ahead if moment <= now]
        self.ahead = [moment for moment in self.ahead if moment > now]
        return bool(news)


class PixOrga:
    """Seasons by purpose and site. `imported` is called after each import of a declared campaign."""

    def __init__(self, sim: Simulation, imported: Callable[[Season], object]) -> None:
        self.sim = sim
        self.imported = imported
        self.seasons: dict[tuple[Purpose, int], list[Season]] = defaultdict(list)
        self.of_participation: dict[UUID, Season] = {}
        self._of_campaign: dict[UUID, Season] = {}
        self.importer = Importer(sim.engine, sim.structure, self._known)
        sim.listeners["participation"] = self.hear

    def season(self, purpose: Purpose, site: int) -> Season:
        """Returns the season in use at a site today."""
        return self.seasons_until_today(purpose, site)[-1]

    def campaign(self, purpose: Purpose, site: int) -> UUID:
        """Returns the last campaign that the structure knows at a site."""
        return [one.stream for one in self.seasons_until_today(purpose, site) if one.stream][-1]

    def seasons_until_today(self, purpose: Purpose, site: int) -> list[Season]:
        return [one for one in self.seasons[purpose, site] if one.opens <= self.sim.today]

    def takes(self, young: Young, purpose: Purpose, one: Attempt) -> None:
        self.season(purpose, young.site).add(young, one)
        if purpose == "complete" and young.sent:
            profiles = self.season("profile", young.site)
            profiles.rows.append((young, one))
            profiles.ahead.append(young.sent)

    def test(self, young: Young, day: date, hour: int | None = None) -> None:
        """Draws an initial diagnostic on that day."""
        random = self.sim.random
        began = at(day, hour or random.choice((9, 10, 11, 14, 15, 16, 18, 20, 21)), random.randrange(60))
        self.takes(young, "initial", take_test(young, began, random))

    def shares(self, young: Young, one: Attempt, shared: datetime) -> None:
        """Finishes and shares an attempt."""
        one.finished, one.shared = one.finished or shared, shared
        for season in self.seasons["initial", young.site]:
            if any(row is one for _, row in season.rows):
                season.ahead.append(shared)

    # --- the référent

    def declare(self, season: Season, by: Actor, site: str | None) -> list[PlannedCommand]:
        said: dict[str, Any] = {"name": season.offer.campaign.name, "code": season.offer.campaign.code}
        said |= {"purpose": season.offer.purpose, "site": site}
        id = self.sim.log.new_id()
        if season.stream is None:
            self._meet(season, id)
            return [command(by, {"campaign": id}, participation_campaign.declare_campaign, **said)]
        done = self.importer.declare(season.stream, by=by, command_id=id, **said)
        self._count(done.recorded)
        self.imported(season)
        return []

    def _meet(self, season: Season, stream: UUID) -> None:
        season.stream = stream
        self._of_campaign[stream] = season

    def _count(self, recorded: Sequence[Recorded]) -> None:
        self.sim.log.count(recorded)
        self.sim.hear(recorded)

    def bring_in(self, season: Season, by: Actor) -> None:
        """Imports an export made now, unless it is empty."""
        name, data = self.export(season)
        answers = Answers(exported_at=self.sim.now, accept_vanished=True, doubtful="leave")
        prepared = self.importer.prepare(data, name, answers)
        if prepared.plan is None or not prepared.export.entries:
            return
        imported = self.importer.record(prepared, by=by, command_id=self.sim.log.new_id())
        if season.stream is None:
            self._meet(season, imported.campaign)
            self.found(season)
        self._count(imported.done.recorded)
        if self.sim.refs.campaigns[imported.campaign].declared:
            self.imported(season)

    def found(self, season: Season) -> None:
        """Follows the first import of an undeclared campaign."""

    def export(self, season: Season) -> tuple[str, bytes]:
        rows = self.rows(season)
        if season.offer.purpose == "profile":
            return pix_exports.profiles(season.offer, [young for young, _ in rows], self.sim.now)
        return pix_exports.export(season.offer, rows, self.sim.now, self.sim.random)

    def rows(self, season: Season) -> list[tuple[Young, Attempt]]:
        return season.rows

    # --- events

    def hear(self, recorded: Recorded) -> None:
        stream, event = recorded.originator_id, recorded.event
        if isinstance(event, ParticipationImported) and event.campaign in self._of_campaign:
            self.of_participation[stream] = self._of_campaign[event.campaign]
        season = self.of_participation.get(stream)
        if season and isinstance(event, RETRACTIONS):
            season.known[stream] = self.sim.engine.state("participation", stream)
        elif season:
            season.known[stream] = evolve(season.known.get(stream, Participation()), recorded)

    def _known(self, campaign: UUID) -> list[KnownParticipation]:
        season = self._of_campaign.get(campaign)
        return [_row(stream, one) for stream, one in season.known.items()] if season else []


def _row(stream: UUID, one: Participation) -> KnownParticipation:
    return KnownParticipation(
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
