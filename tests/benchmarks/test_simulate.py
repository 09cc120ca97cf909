"""`pixflow simulate`: months of invented paths, every step through `engine.execute`, in order of time."""

from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from pixflow import presets
from pixflow.store.postgres.database import Database
from tests.benchmarks.measure import Line, Report, interleaved, sized, spent
from web.samples import population
from web.samples.population import Totals

YOUNG_PEOPLE = sized(5, 250, 1_000)
ROUNDS = sized(1, 3, 3)
START = date(2025, 1, 6)
HOW = {"one command at a time": False, "--batch: what each person does in a day at once": True}

pytestmark = pytest.mark.benchmark


def test_simulate(tmp_path: Path, database: Database | None, store: str, report: Report) -> None:
    numbers, played = count(1), dict[str, Totals]()

    def play(how: str) -> None:
        opened, played[how] = population.build(
            tmp_path,
            name=f"Exemple {next(numbers)}",
            preset=presets.load("laigle-mortagne"),
            young_people=YOUNG_PEOPLE,
            start=START,
            batch=HOW[how],
            database=database,
        )
        opened.engine.close()

    def contender(how: str) -> Callable[[], float]:
        return lambda: spent(lambda: play(how))

    seconds = interleaved(ROUNDS, {how: contender(how) for how in HOW})
    lines = [Line(how, seconds[how], played[how].events, "events") for how in HOW]
    notes = [f"{how}: {done.commands:,} commands, {done.staff} people at work" for how, done in played.items()]
    report.add(f"simulate, {store}", lines, [], [f"{YOUNG_PEOPLE:,} young people, {population.MONTHS} months", *notes])
