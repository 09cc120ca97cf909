"""A population of any size, on believable paths: the same for the same seed.

    opened, totals = build(data, name="…", preset=presets.load("laigle-mortagne"), young_people=300, seed=1)

Every number of the drawn paths stands in `web.samples.parameters`.
"""

from collections import Counter
from collections.abc import Callable, Mapping
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
from web.samples.agenda import OPENS, Agenda, Clock, CommandLog, at, working_days
from web.samples.behaviours.matching import Matching
from web.samples.population import team
from web.samples.population.cast import Crowd, DrawnCast
from web.samples.population.seasons import Seasons
from web.samples.population.team import DrawnRoster, sites_of
from web.samples.population.weekly import WeeklyWorkshops
from web.samples.roster import hire
from web.samples.simulation import Simulation

__all__ = ["Progress", "Totals", "build", "play", "prepare"]

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
    progress: Progress = lambda *_: None,
    database: Database | None = None,
) -> tuple[OpenStructure, Totals]:
    """Creates a structure, in a folder of `data` or a schema of `database`, and plays so many young people in it.

    Plays from `start`, or so many months until yesterday; never beyond yesterday. With `batch`, the commands of one
    person in a day are one command in its evening: much faster. The engine's clock is the real one afterwards. Raises
    Refused: "structure-exists"; "future" when there is no week between `start` and today.
    """
    first, last = _span(start, months)
    clock = Clock(at(first, *divmod(FIRST_MORNING, 60)))
    sites = tuple(sites_of(young_people))
    opened = structure_folder.create(
        data, name=name, preset=preset, sites=sites, demonstration=True, clock=clock, database=database
    )
    try:
        sim = prepare(
            opened, clock, young_people=young_people, seed=seed, months=months, span=(first, last), batch=batch
        )
        play(sim, (first, last), progress)
    except BaseException:
        opened.engine.close()
        raise
    opened.engine.clock = structure_folder.utc_now
    log = sim.log
    refused = dict(log.refused)
    return opened, Totals(young_people, len(sim.roster.members), first, last, log.commands, log.events, refused)


def prepare(
    opened: OpenStructure,
    clock: Clock,
    *,
    young_people: int,
    seed: int,
    months: int,
    span: tuple[date, date],
    batch: bool = False,
) -> Simulation:
    """Hires the staff of a new structure, and plans who arrives on which day. Records through `opened.engine`."""
    sites, first = tuple(sites_of(young_people)), span[0]
    random = Random(f"{seed} {young_people} {months} {first}")  # noqa: S311
    root = uuid5(NAMESPACE_OID, f"pixflow simulation {random.random()}")
    log = CommandLog(opened.engine, clock, root, at_once=batch)
    roster = DrawnRoster(sites, young_people, random, log.new_id)
    sim = Simulation(opened, log, Agenda(by_day=batch), roster, random)
    days = list(working_days(*span, sim.calendar))
    sim.log.go((days[0], FIRST_MORNING))
    sim.execute(hire(roster.members.values()))
    sim.execute(team.settle(sim))
    matching = Matching(sim)
    seasons = Seasons(sim, young_people, months, span, matching.imported)
    cast = DrawnCast(sim, seasons, WeeklyWorkshops(sim, seasons, young_people, span[1]), matching)
    sim.cast = cast
    team.departures(sim, roster, *span)
    team.holidays(sim, *span)
    crowd = Crowd(sim.random, len(roster.sites))
    weights = [parameters.ARRIVALS[day.month - 1] for day in days]
    for day, count in Counter(sim.random.choices(days, weights, k=young_people)).items():
        sim.plan((day, OPENS - 10), partial(cast.come, crowd, count))
    return sim


def play(sim: Simulation, span: tuple[date, date], progress: Progress = lambda *_: None) -> None:
    """Runs what is planned, one working day after the other."""
    days = list(working_days(*span, sim.calendar))
    for played, day in enumerate(days, 1):
        sim.run((day, MIDNIGHT))
        progress(day, played, len(days), sim.log.events)


def _span(start: date | None, months: int) -> tuple[date, date]:
    """Returns the first and the last day. Raises Refused("future") when there is no week to play before today."""
    today = structure_folder.utc_now().date()
    first = start or today - relativedelta(months=months)
    last = min(first + relativedelta(months=months), today) - timedelta(days=1)
    if last - first < timedelta(days=7):
        raise Refused("future", field="start", on=first)
    return first, last
