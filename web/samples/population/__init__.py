"""A population of any size, on believable paths: the same for the same seed.

    opened, totals = build(data, name="…", preset=presets.load("laigle-mortagne"), young_people=300, seed=1)
    totals = populate(opened, young_people=300, seed=1, months=12)     # in an empty structure that exists

Every number of the drawn paths stands in `web.samples.parameters`.
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
from web.samples import parameters
from web.samples.agenda import OPENS, Agenda, CommandLog
from web.samples.behaviours.matching import Matching
from web.samples.clock import Clock, at, working_days
from web.samples.population import team
from web.samples.population.cast import DrawnCast
from web.samples.population.crowd import Crowd
from web.samples.population.seasons import Seasons
from web.samples.population.staffing import DrawnRoster, sites_of
from web.samples.population.weekly import WeeklyWorkshops
from web.samples.simulation import Simulation
from web.samples.team import hire

__all__ = ["Progress", "Totals", "build", "populate"]

MONTHS = 12
FIRST_MORNING = 7 * 60 + 30
MIDNIGHT = 24 * 60

Progress = Callable[[date, int, int, int], None]
"""Called after each day with the day, the number of days played, of days in all, of events so far."""


class Totals(Struct, frozen=True):
    """Totals of a simulation; `refused` counts refused commands by code."""

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
) -> tuple[OpenStructure, Totals]:
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
) -> Totals:
    """Staff, campaigns, workshops and the paths of so many young people, from `start` on, never beyond yesterday.

    Without a `start`, so many months until yesterday. `batch`: what one person says in a day is one command, at the
    end of that day: many times faster. The engine's clock is the simulation's meanwhile, and the real one after.
    """
    start, last = _span(start, months)
    clock = Clock(at(start, *divmod(FIRST_MORNING, 60)))
    opened.engine.clock = clock
    random = Random(f"{seed} {young_people} {months} {start}")  # noqa: S311
    root = uuid5(NAMESPACE_OID, f"pixflow simulation {random.random()}")
    log = CommandLog(opened.engine, clock, root, at_once=batch)
    try:
        return _play(log, random, Agenda(by_day=batch), young_people, months, start, last, progress or _quiet)
    finally:
        opened.engine.clock = structure_folder.utc_now


def _play(
    log: CommandLog,
    random: Random,
    agenda: Agenda,
    young_people: int,
    months: int,
    first: date,
    last: date,
    progress: Progress,
) -> Totals:
    roster = DrawnRoster(log.engine.references().structure.sites, young_people, random, log.new_id)
    sim = Simulation(log.engine, log, agenda, roster, random)
    days = list(working_days(first, last, sim.calendar))
    log.go((days[0], FIRST_MORNING))
    sim.execute(hire(roster.members.values()))
    sim.execute(team.settle(sim))
    matching = Matching(sim)
    seasons = Seasons(sim, young_people, months, first, last, matching.imported)
    cast = DrawnCast(sim, seasons, WeeklyWorkshops(sim, seasons, young_people, last), matching)
    sim.cast = cast
    team.departures(sim, roster, first, last)
    team.holidays(sim, first, last)
    crowd = Crowd(random, len(roster.sites))
    for day, count in _arrivals(random, days, young_people).items():
        sim.plan((day, OPENS - 10), partial(cast.come, crowd, count))
    for played, day in enumerate(days, 1):
        sim.run((day, MIDNIGHT))
        progress(day, played, len(days), log.events)
    return Totals(young_people, len(roster.members), first, last, log.commands, log.events, dict(log.refused))


def _arrivals(random: Random, days: Sequence[date], young_people: int) -> Counter[date]:
    """Draws how many young people come each day."""
    return Counter(random.choices(days, [parameters.ARRIVALS[day.month - 1] for day in days], k=young_people))


def _span(start: date | None, months: int) -> tuple[date, date]:
    """Returns the first and the last day. Raises Refused("future") when there is no week to sim before today."""
    today = structure_folder.utc_now().date()
    first = start or today - relativedelta(months=months)
    last = min(first + relativedelta(months=months), today) - timedelta(days=1)
    if last - first < timedelta(days=7):
        raise Refused("future", field="start", on=first)
    return first, last


def _quiet(day: date, played: int, days: int, events: int) -> None:
    """Reports nothing."""
