"""Pix Orga: campaigns declared, tests taken, exports written and imported."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from pixflow.actor import Actor
from pixflow.events.base import Recorded
from pixflow.events.participation import ParticipationImported
from pixflow.events.values import Level, Purpose
from pixflow.folding import RETRACTIONS
from pixflow.participation import campaign as participation_campaign
from pixflow.participation.state import Participation, evolve
from pixflow.pix_orga import AssessmentRow, ExportCampaign, PartResult
from pixflow.pix_orga.export import ProfileRow, utc_moment
from pixflow.pix_orga.framework import COMPETENCES as FRAMEWORK
from pixflow.pix_orga.samples import ResultColumns, file_name, write_export, write_profiles
from pixflow.result_import import Answers, Importer
from projections.result_routing import KnownParticipation
from web.samples.agenda import PlannedCommand, at, command
from web.samples.simulation import Simulation
from web.samples.youth import Attempt, Young, take_test

ORGANISATION = "Mission Locale de Démonstration"
SLOW = timedelta(days=6)  # before an attempt that is never finished reaches its last progress
COMPETENCES = (
    ("Mener une recherche et une veille d’information", "Information et données", 6),
    ("Gérer des données", "Information et données", 4),
    ("Interagir", "Communication et collaboration", 5),
    ("Sécuriser l’environnement numérique", "Protection et sécurité", 5),
)
OF = {name: domain for name, domain, _ in COMPETENCES}
DOMAINS = tuple(dict.fromkeys(OF.values()))
PALIERS = 4
EARNED = Decimal("0.6")
PIX_A_LEVEL = 8


@dataclass(frozen=True, slots=True)
class Offer:
    """A campaign, its course, its badge. With `strangers`, a test account of the team stands among its rows."""

    campaign: ExportCampaign
    purpose: Purpose
    course: str
    badge: str = "Bases numériques pour l’emploi"
    strangers: bool = False


def export(offer: Offer, attempts: Iterable[tuple[Young, Attempt]], at: datetime, random: Random) -> tuple[str, bytes]:
    """Returns the name and the bytes of an export made at `at`: one row for each attempt begun by then."""
    rows = [_assessment(offer, *young.typed, one, at) for young, one in attempts if one.started <= at]
    nobodys = Attempt(at.replace(day=1, hour=9, minute=12, tzinfo=UTC), None, None, Decimal(0), Decimal("0.055"))
    if offer.strangers and nobodys.started <= at and len(rows) > 6:
        rows.append(_assessment(offer, "Compte", "Essai", None, nobodys, at))
    random.shuffle(rows)
    columns = ResultColumns(PALIERS, (offer.badge,), tuple(name for name, _, _ in COMPETENCES), DOMAINS)
    content = write_export(offer.campaign, rows, organisation=ORGANISATION, columns=columns, pix_course=offer.course)
    return file_name(offer.campaign, at), content


def profiles(offer: Offer, people: Iterable[Young], at: datetime) -> tuple[str, bytes]:
    """Returns the export of a profile collection: one row for each profile sent by then."""
    sent = [young for young in people if young.sent and young.sent <= at]
    rows = [_profile(*young.typed, young.complete[-1].mastery, young.sent) for young in sent]
    return file_name(offer.campaign, at), write_profiles(offer.campaign, rows, organisation=ORGANISATION)


def _assessment(
    offer: Offer, last: str, first: str, number: str | None, attempt: Attempt, at: datetime
) -> AssessmentRow:
    shared = attempt.shared is not None and attempt.shared <= at
    finished = attempt.finished is not None and attempt.finished <= at
    competences = _competences(attempt.mastery) if shared else ()
    begun = attempt.progress if at - attempt.started >= SLOW else attempt.progress / 2
    return AssessmentRow(
        line=0,
        last_name=last,
        first_name=first,
        external_id=number,
        imported=(),
        progress=Decimal(1) if finished else begun,
        started=utc_moment(attempt.started),
        shared=shared,
        shared_at=utc_moment(attempt.shared) if attempt.shared and shared else None,
        mastery=_join_parts("", competences).rate if shared else None,
        palier=int(attempt.mastery * PALIERS) if shared else None,
        paliers=PALIERS,
        badges=((offer.badge, attempt.mastery >= EARNED),) if shared else (),
        competences=competences,
        domains=tuple(
            _join_parts(domain, [part for part in competences if OF[part.name] == domain]) for domain in DOMAINS
        )
        if shared
        else (),
        skills=(),
    )


def _profile(last: str, first: str, number: str | None, mastery: Decimal, sent: datetime | None) -> ProfileRow:
    """Makes more than half of the competences certifiable when `mastery` is above EARNED."""
    competence_levels = [int(mastery * 5) if n % 3 or mastery > EARNED else 0 for n, _ in enumerate(FRAMEWORK)]
    levels = tuple(
        Level(name, level, level * PIX_A_LEVEL) for name, level in zip(FRAMEWORK, competence_levels, strict=True)
    )
    able = sum(level >= 1 for level in competence_levels)
    return ProfileRow(
        line=0,
        last_name=last,
        first_name=first,
        external_id=number,
        imported=(),
        shared=True,
        shared_at=utc_moment(sent) if sent else None,
        pix=sum(competence_levels) * PIX_A_LEVEL,
        certifiable=able >= 5,
        certifiable_competences=able,
        levels=levels,
    )


def _competences(mastery: Decimal) -> tuple[PartResult, ...]:
    parts = []
    for i, (name, _, targeted) in enumerate(COMPETENCES):
        mastered = min(targeted, max(0, round(targeted * mastery) + (1, 0, -1, 0)[i] * (0 < mastery < 1)))
        parts.append(_part(name, targeted, mastered))
    return tuple(parts)


def _join_parts(name: str, parts: Sequence[PartResult]) -> PartResult:
    return _part(name, sum(part.targeted for part in parts), sum(part.mastered for part in parts))


def _part(name: str, targeted: int, mastered: int) -> PartResult:
    return PartResult(name, (Decimal(mastered) / targeted).quantize(Decimal("0.01")), targeted, mastered)


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
        self.importer = Importer(sim.engine, sim.structure, self._list_participations)
        sim.listeners["participation"] = self.hear

    def season(self, purpose: Purpose, site: int) -> Season:
        """Returns the season in use at a site today."""
        return self.seasons_until_today(purpose, site)[-1]

    def campaign(self, purpose: Purpose, site: int) -> UUID:
        """Returns the last campaign that the structure knows at a site."""
        return [one.stream for one in self.seasons_until_today(purpose, site) if one.stream][-1]

    def seasons_until_today(self, purpose: Purpose, site: int) -> list[Season]:
        return [one for one in self.seasons[purpose, site] if one.opens <= self.sim.today]

    def takes(self, young: Young, purpose: Purpose, attempt: Attempt) -> None:
        self.season(purpose, young.site).add(young, attempt)
        if purpose == "complete" and young.sent:
            profiles = self.season("profile", young.site)
            profiles.rows.append((young, attempt))
            profiles.ahead.append(young.sent)

    def test(self, young: Young, day: date, hour: int | None = None) -> None:
        """Draws an initial diagnostic on that day."""
        random = self.sim.random
        began = at(day, hour or random.choice((9, 10, 11, 14, 15, 16, 18, 20, 21)), random.randrange(60))
        self.takes(young, "initial", take_test(young, began, random))

    def shares(self, young: Young, attempt: Attempt, shared: datetime) -> None:
        """Finishes and shares an attempt."""
        attempt.finished, attempt.shared = attempt.finished or shared, shared
        for season in self.seasons["initial", young.site]:
            if any(row is attempt for _, row in season.rows):
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
            self.follow_import(season)
        self._count(imported.done.recorded)
        if self.sim.refs.campaigns[imported.campaign].declared:
            self.imported(season)

    def follow_import(self, season: Season) -> None:
        """Follows the first import of an undeclared campaign."""

    def export(self, season: Season) -> tuple[str, bytes]:
        rows = self.rows(season)
        if season.offer.purpose == "profile":
            return profiles(season.offer, [young for young, _ in rows], self.sim.now)
        return export(season.offer, rows, self.sim.now, self.sim.random)

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

    def _list_participations(self, campaign: UUID) -> list[KnownParticipation]:
        season = self._of_campaign.get(campaign)
        return [_describe_participation(stream, one) for stream, one in season.known.items()] if season else []


SAME = [name for name in KnownParticipation.__struct_fields__ if name not in ("stream", "vanished")]
"""Fields that the read side knows as the state of a participation has them."""


def _describe_participation(stream: UUID, one: Participation) -> KnownParticipation:
    same = {name: getattr(one, name) for name in SAME}
    return KnownParticipation(stream=stream, vanished=one.vanished is not None, **same)
