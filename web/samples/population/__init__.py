"""A population of any size: believable paths, played day after day through the engine, the same for the same seed.

    opened, played = build(data, name="…", preset=presets.load("laigle-mortagne"), young_people=300, seed=1)
    played = populate(opened, young_people=300, seed=1, months=12)     # in an empty structure that stands already

Every number that says how paths are drawn stands in `figures`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from uuid import NAMESPACE_OID, uuid5

from dateutil.relativedelta import relativedelta
from msgspec import Struct

from pixflow import structure_folder
from pixflow.presets import Preset
from pixflow.refused import Refused
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from web.samples.clock import Clock, at, working_days
from web.samples.population import incidents, parameters
from web.samples.population.actors import advisors, parcours, referent, team
from web.samples.population.actors.matching import Matching
from web.samples.population.actors.pix_orga import PixOrga
from web.samples.population.actors.postponing import or_later
from web.samples.population.actors.workshops import Workshops
from web.samples.population.agenda import OPENS, Agenda, Desk, Errand
from web.samples.population.roster import House, sites_of
from web.samples.population.simulation import Play
from web.samples.population.youth import Crowd

__all__ = ["Played", "Progress", "build", "populate"]

MONTHS = 12
FIRST_MORNING = 7 * 60 + 30
THEIRS = {kind: or_later(deed) for kind, deed in {**advisors.DEEDS, **parcours.DEEDS}.items()}
DEEDS = {**THEIRS, **referent.DEEDS}

Progress = Callable[[date, int, int, int], None]
"""Told after each day: the day, how many are played of how many, the events so far."""


class Played(Struct, frozen=True):
    """What was played: who came, what was said, what was refused, by code."""

    young_people: int
    staff: int
    first: date
    last: date
    commands: int
    events: int
    refused: Mapping[str, int]


def build(
    data: Path,
    *,
    name: str,
    preset: Preset,
    young_people: int,
    seed: int = 1,
    months: int = MONTHS,
    start: date | None = None,
    batch: bool = False,
    progress: Progress | None = None,
    database: Database | None = None,
) -> tuple[OpenStructure, Played]:
    """Open a structure on the first day, in a folder of `data` or in a schema of `database`, and populate it.

    What is given back is open, its clock the real one. Raises Refused: "structure-exists"; "future" when there is no
    week between `start` and today.
    """
    start, _ = _span(start, months)
    clock = Clock(at(start, *divmod(FIRST_MORNING, 60)))
    sites = tuple(sites_of(young_people))
    opened = structure_folder.create(data, name=name, preset=preset, sites=sites, clock=clock, database=database)
    try:
        return opened, populate(
            opened, young_people=young_people, seed=seed, months=months, start=start, batch=batch, progress=progress
        )
    except BaseException:
        opened.engine.close()
        raise


def populate(
    opened: OpenStructure,
    *,
    young_people: int,
    seed: int = 1,
    months: int = MONTHS,
    start: date | None = None,
    batch: bool = False,
    progress: Progress | None = None,
) -> Played:
    """Staff, campaigns, workshops and the paths of so many young people, from `start` on, never beyond yesterday.

    Without a `start`, so many months until yesterday. `batch`: what one person says in a day is one command, at the
    end of that day: many times faster. The engine's clock is the simulation's meanwhile, and the real one after.
    """
    start, last = _span(start, months)
    clock = Clock(at(start, *divmod(FIRST_MORNING, 60)))
    opened.engine.clock = clock
    try:
        play = _prepare(opened, clock, Random(f"{seed} {young_people} {months} {start}"), young_people, batch)  # noqa: S311
        return _play(play, young_people, months, start, last, progress or _quiet)
    finally:
        opened.engine.clock = structure_folder.utc_now


def _prepare(opened: OpenStructure, clock: Clock, random: Random, young_people: int, batch: bool) -> Play:
    root = uuid5(NAMESPACE_OID, f"pixflow simulation {random.random()}")
    desk = Desk(opened.engine, clock, root, at_once=batch)
    house = House(opened.engine.references().structure.sites, young_people, random, desk.id)
    return Play(opened.engine, desk, Agenda(by_day=batch), house, random, DEEDS)


def _play(play: Play, young_people: int, months: int, first: date, last: date, progress: Progress) -> Played:
    days = list(working_days(first, last, play.calendar))
    play.desk.go((days[0], FIRST_MORNING))
    play.hear(play.desk.say([*team.hired(play.house.members.values())]))
    play.hear(play.desk.say([*team.settled(play)]))
    play.matching = Matching(play)
    play.pix = PixOrga(play, young_people, months, first, last, play.matching.imported)
    play.workshops = Workshops(play, young_people, last)
    team.leavings(play, first, last)
    team.holidays(play, first, last)
    crowd = Crowd(play.random, len(play.house.sites))
    for day, count in _arrivals(play.random, days, young_people).items():
        play.agenda.add((day, OPENS - 10), Errand((), partial(incidents.come, play, crowd, count)))
    for played, day in enumerate(days, 1):
        while (moment := play.agenda.first()) and moment[0] <= day:
            play.go_on()
        progress(day, played, len(days), play.desk.events)
    told = play.desk
    return Played(young_people, len(play.house.members), first, last, told.commands, told.events, dict(told.refused))


def _arrivals(random: Random, days: Sequence[date], young_people: int) -> Counter[date]:
    """How many come each day."""
    return Counter(random.choices(days, [parameters.ARRIVALS[day.month - 1] for day in days], k=young_people))


def _span(start: date | None, months: int) -> tuple[date, date]:
    """The first and the last day. Raises Refused("future") when there is no week to play before today."""
    today = structure_folder.utc_now().date()
    first = start or today - relativedelta(months=months)
    last = min(first + relativedelta(months=months), today) - timedelta(days=1)
    if last - first < timedelta(days=7):
        raise Refused("future", field="start", on=first)
    return first, last


def _quiet(day: date, played: int, days: int, events: int) -> None:
    """Nobody watches."""
