"""The demonstrations: two invented Missions locales, each played day after day for some months."""

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import merge
from pathlib import Path
from random import Random

from pixflow import presets, structure_folder
from pixflow.refused import Refused
from projections.store import stores
from projections.store.catch_up import ReadSide
from web.hosting import clock_jobs
from web.hosting.settings import Settings
from web.samples.clock import Clock, at, working_days
from web.samples.demo import advisors, aigle, parcours, pyrenees, referent, workshops
from web.samples.demo.aigle_scenes import EXPORTS
from web.samples.demo.people import Youth
from web.samples.demo.story import Scene, Story
from web.samples.demo.world import World

__all__ = ["AIGLE", "EXPORTS", "PYRENEES", "SLUG", "STORIES", "build", "play", "slug"]

AIGLE, PYRENEES = aigle.STORY, pyrenees.STORY
STORIES = (AIGLE, PYRENEES)
REFERENT_DONE = (9, 5)  # by then her morning is over; a day is played from there
EVENING = 17
FRIDAY = 4
DEEDS = {**advisors.DEEDS, **parcours.DEEDS}


def slug(story: Story) -> str:
    return structure_folder.slug_of(story.cast.structure)


SLUG = slug(AIGLE)


def build(data: Path, now: datetime) -> list[str]:
    """Play in `data`, up to `now` (UTC), each structure that is not there yet; returns their slugs."""
    made = []
    for story in STORIES:
        try:
            made.append(play(data, now, story))
        except Refused as refused:
            if refused.code != "structure-exists":
                raise
    return made


def play(data: Path, now: datetime, story: Story, *, seed: int = 61) -> str:
    """Open one structure and play it; returns its slug. Raises Refused("structure-exists")."""
    cast = story.cast
    first = now - cast.lasts
    first -= timedelta(days=max(0, first.weekday() - FRIDAY))
    clock = Clock(first.replace(hour=7, minute=30, second=0, microsecond=0))
    opened = structure_folder.create(
        data,
        name=cast.structure,
        preset=presets.load(cast.preset),
        sites=cast.sites,
        clock=clock,
        database=Settings().database(),
    )
    try:
        calendar = opened.engine.references().calendar
        played = working_days(calendar.local_day(clock.now), calendar.local_day(now), calendar)
        days = [day for day in played if at(day, *REFERENT_DONE) <= now]
        random = Random(seed)  # noqa: S311 — a demonstration, the same each time
        _play(World(opened, clock, random, cast, days, now), story, now)
    finally:
        opened.engine.close()
    return opened.slug


def _play(world: World, story: Story, now: datetime) -> None:
    world.hire()
    story.settle(world)
    referent.declare(world, story.offers)
    everyone = story.youths(world)
    coming: list[Scene] = [(youth.arrives, _arriving(story, youth)) for youth in everyone]
    ahead = list(merge(*(sorted(one, key=_when) for one in (coming, list(story.scenes(world)))), key=_when))
    read = ReadSide(world.engine, stores.database(None))
    for day in world.days:
        world.clock.go(at(day, 8, 30))
        _morning(world, story, read, everyone)
        end = min(at(day, EVENING), now)
        while ahead and ahead[0][0] <= end:
            moment, scene = ahead.pop(0)
            world.clock.go(moment)
            scene(world)
        if end < now:
            _afternoon(world, story)
    read.database.dispose()
    world.clock.go(now)
    story.end(world, everyone)


def _when(scene: Scene) -> datetime:
    return scene[0]


def _arriving(story: Story, youth: Youth) -> Callable[[World], None]:
    def arrive(world: World) -> None:
        dossier = world.open(youth, youth.advisor or world.cast.referent)
        story.arrived(world, youth, dossier)

    return arrive


def _morning(world: World, story: Story, read: ReadSide, everyone: list[Youth]) -> None:
    """What time does by itself, then the référent with the exports."""
    read.catch_up()
    clock_jobs.expire_seat_offers(world.engine, read)
    clock_jobs.return_lent_dossiers(world.engine, read)
    referent.work(world, read, everyone, story.offers)
    story.morning(world, read, everyone)


def _afternoon(world: World, story: Story) -> None:
    """What everyone does of what they have to do, once who came in was welcomed."""
    advisors.judge(world)
    advisors.work(world, DEEDS)
    workshops.hold(world, story.calls, story.kept)
    world.clock.go(at(world.today, 16, 30))
    parcours.partners(world)
    parcours.certify(world)
    parcours.close_what_is_over(world)
    parcours.leave_and_come_back(world)
