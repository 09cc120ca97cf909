"""The demonstrations: two invented Missions locales, each played day after day for some months."""

from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from pixflow import presets, structure_folder
from pixflow.identity import normalise
from pixflow.refused import Refused
from pixflow.structure_folder import OpenStructure
from web.hosting.settings import Settings
from web.samples.agenda import Agenda, CommandLog
from web.samples.clock import Clock, at, minute_of, working_days
from web.samples.demo import aigle, day, pyrenees
from web.samples.demo.aigle_scenes import EXPORTS
from web.samples.demo.cast import EVENING, ScriptedCast, ScriptedRoster
from web.samples.demo.people import ScriptedYoung
from web.samples.demo.pix_orga import ScriptedMatching, ScriptedPixOrga
from web.samples.demo.story import Story, TimedScene
from web.samples.demo.workshops import ScriptedWorkshops
from web.samples.roster import Member
from web.samples.simulation import Simulation
from web.samples.team import hire

__all__ = ["AIGLE", "EXPORTS", "PYRENEES", "SLUG", "STORIES", "build", "play", "slug"]

AIGLE, PYRENEES = aigle.STORY, pyrenees.STORY
STORIES = (AIGLE, PYRENEES)
REFERENT_DONE = (9, 5)  # a day is played once her morning is over
DAY_ENDS, MIDNIGHT = 17, 24 * 60
FRIDAY = 4


def slug(story: Story) -> str:
    return structure_folder.slug_of(story.company.structure)


SLUG = slug(AIGLE)


def build(data: Path, now: datetime) -> list[str]:
    """Plays in `data`, up to `now` (UTC), each structure that does not exist; returns their slugs."""
    made = []
    for story in STORIES:
        try:
            made.append(play(data, now, story))
        except Refused as refused:
            if refused.code != "structure-exists":
                raise
    return made


def play(data: Path, now: datetime, story: Story, *, seed: int = 61) -> str:
    """Opens one structure and plays it; returns its slug. Raises Refused("structure-exists")."""
    company = story.company
    first = now - company.lasts
    first -= timedelta(days=max(0, first.weekday() - FRIDAY))
    clock = Clock(first.replace(hour=7, minute=30, second=0, microsecond=0))
    opened = structure_folder.create(
        data,
        name=company.structure,
        preset=presets.load(company.preset),
        sites=company.sites,
        clock=clock,
        database=Settings().database(),
    )
    try:
        _play(opened, clock, Random(seed), story, now)  # noqa: S311 — a demonstration, the same each time
    finally:
        opened.engine.close()
    return opened.slug


def _play(opened: OpenStructure, clock: Clock, random: Random, story: Story, now: datetime) -> None:
    cast = _cast(opened, clock, random, story, now)
    sim, pix = cast.sim, cast.pix
    sim.execute(hire(cast.roster.members.values()))
    story.settle(cast)
    for offers in pix.seasons.values():
        sim.execute(pix.declare(offers[0], cast.actor(story.company.referent), None))
    pix.everyone = story.youths(cast)
    last_scenes = _plan_scenes(cast, story)
    for today in cast.days:
        whole = at(today, DAY_ENDS) < now
        day.plan(cast, today, story.morning, last_scenes.get(today, 0) if whole else None)
        sim.run((today, MIDNIGHT) if whole else min(minute_of(now), (today, EVENING - 1)))
    sim.log.go(minute_of(now))
    clock.go(now)
    story.end(cast)


def _cast(opened: OpenStructure, clock: Clock, random: Random, story: Story, now: datetime) -> ScriptedCast:
    log = CommandLog(opened.engine, clock, opened.id, strict=True)
    log.go(minute_of(clock.now))
    roster = ScriptedRoster(story.company.sites, random)
    for n, (name, role) in enumerate(story.company.staff):
        email = f"{normalise(name).replace(' ', '.')}@{story.company.domain}"
        phone = f"01 99 00 12 {n + 10}" if role == "advisor" else None
        roster.add(Member(log.new_id(), name, email, phone, role))
    sim = Simulation(opened.engine, log, Agenda(by_day=False), roster, random)
    today = sim.calendar.local_day(now)
    days = [day for day in working_days(sim.today, today, sim.calendar) if at(day, *REFERENT_DONE) <= now]
    matching = ScriptedMatching(sim)
    pix = ScriptedPixOrga(sim, matching.imported, story.offers)
    workshops = ScriptedWorkshops(sim, pix, story.calls, story.kept)
    cast = ScriptedCast(sim, opened, story.company, days, today, pix, workshops, matching, roster)
    sim.cast = cast
    return cast


def _plan_scenes(cast: ScriptedCast, story: Story) -> dict[date, int]:
    """Plans the arrivals and the scenes; returns the minute of the last one of each day."""
    arrivals: list[TimedScene] = [(young.arrives, partial(_arrive, story, young)) for young in cast.pix.everyone]
    last: dict[date, int] = {}
    for moment, scene in (*arrivals, *story.scenes(cast)):
        when = minute_of(moment)
        cast.plan(when, scene)
        last[when[0]] = max(when[1], last.get(when[0], 0))
    return last


def _arrive(story: Story, young: ScriptedYoung, cast: ScriptedCast) -> None:
    cast.welcome(young)
    story.arrived(cast, young)
