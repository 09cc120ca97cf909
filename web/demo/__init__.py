"""The demonstration: one invented Mission locale, about forty young people, four months played day after day."""

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from pixflow import presets, structures
from pixflow.dossier import assignment, orientation
from projections import stores
from projections.catch_up import ReadSide
from web.demo import advisors, pix, referent
from web.demo.people import SITES, SLOWNESS, STRUCTURE, Youth, invent, stage
from web.demo.world import MONTHS, Clock, World, at, take_test, working_days

YOUNG_PEOPLE = 46
EXPORTS = "exports-a-importer"
REFERENT_DONE = (9, 5)  # by then her morning is over; a day is played from there
SLUG = structures.slug_of(STRUCTURE)
EAGER = range(YOUNG_PEOPLE - 16, YOUNG_PEOPLE - 4)  # whose results come in with the last export


def build(data: Path, now: datetime, *, seed: int = 61) -> str:
    """Open the structure in `data` and play it up to `now` (UTC); returns its slug.

    Raises Refused("structure-exists").
    """
    random = Random(seed)  # noqa: S311 — a demonstration, the same each time
    clock = Clock((now - MONTHS).replace(hour=7, minute=30, second=0, microsecond=0))
    opened = structures.create(data, name=STRUCTURE, preset=presets.load("laigle-mortagne"), sites=SITES, clock=clock)
    try:
        _play(World(opened, clock, random), now)
    finally:
        opened.engine.close()
    return opened.slug


def _play(world: World, now: datetime) -> None:
    calendar = world.calendar
    today = calendar.local_day(now)
    days = [day for day in working_days(world.today, today, calendar) if at(day, *REFERENT_DONE) <= now]
    world.hire()
    referent.declare(world)
    arrivals = [at(day, 9 + i % 8, 5) for i, day in enumerate(_spread(days))]
    everyone = [*invent(world.random, YOUNG_PEOPLE, arrivals, EAGER), *stage(days, at)]
    read = ReadSide(world.engine, stores.database(None))
    coming = sorted(everyone, key=lambda youth: youth.arrives)
    for day in days:
        world.clock.go(at(day, 8, 30))
        referent.work(world, read, everyone, days[-1])
        while coming and calendar.local_day(coming[0].arrives) == day and coming[0].arrives <= now:
            _arrive(world, coming.pop(0))
        if at(day, 17) <= now:
            advisors.work(world)
            world.clock.go(at(day, 16, 30))
            advisors.partners(world)
            advisors.close_what_is_over(world)
            advisors.leave_and_come_back(world)
    read.database.dispose()
    world.clock.go(now)
    _leave_an_export(world, everyone)


def _leave_an_export(world: World, everyone: list[Youth]) -> None:
    """Today's export, not imported: for whoever tries the demonstration to drop on Résultats."""
    yesterday = world.calendar.local_day(world.clock.now) - timedelta(days=1)
    planned = [youth for youth in everyone if youth.manner == "shares" and not youth.tries]
    for youth in planned[:4]:
        youth.eager = True
        take_test(youth, yesterday, world.random)
    name, content = pix.export(everyone, world.clock.now, world.random)
    folder = world.opened.folder / EXPORTS
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)


def _spread(days: list[date]) -> list[date]:
    """Their arrivals: more of them lately, the first on the first day."""
    last = len(days) - 1
    spread = [days[round(last * (i / (YOUNG_PEOPLE - 1)) ** 0.62)] for i in range(YOUNG_PEOPLE)]
    return sorted(days[-8 + i % 4] if i in EAGER else day for i, day in enumerate(spread))


def _arrive(world: World, youth: Youth) -> None:
    world.clock.go(youth.arrives)
    by = youth.advisor or referent.NAME
    dossier = world.open(youth, by)
    if youth.number.endswith("3") and youth.advisor:
        _mistake(world, youth, dossier)


def _mistake(world: World, youth: Youth, dossier: UUID) -> None:
    """Pix presented, noted on the wrong day, taken back at once with its reason."""
    assert youth.advisor in SLOWNESS
    world.clock.go(world.clock.now + timedelta(minutes=10))
    done = world.say(
        youth.advisor, {"dossier": dossier}, orientation.present_pix, occasion="welcome",
        on=world.today - timedelta(days=1),
    )  # fmt: skip
    world.clock.go(world.clock.now + timedelta(minutes=5))
    world.say(
        youth.advisor, {"dossier": dossier}, assignment.retract,
        version=done.recorded[0].originator_version, reason="erreur de date",
    )  # fmt: skip
