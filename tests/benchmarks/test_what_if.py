"""A year by other rules: its results by another grid, its requests for seats, its tasks by another protocol."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from operator import itemgetter
from pathlib import Path

import pytest

from pixflow import presets
from pixflow.authorization import Scope
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from projections.store.catch_up import ReadSide
from projections.store.fill import Timeline, fill
from projections.store.stores import rebuild
from tests.benchmarks.measure import Aim, Line, Report, sized
from tests.benchmarks.population import FIRST, House, Life, structure
from tests.benchmarks.population import fill as record
from tests.benchmarks.test_any_day import DAWN
from web.hosting.read_tables import reads_of
from web.pages.protocol.delays_count import DelaysCount, parts_of
from web.pages.protocol.what_if import WhatIfQuestion, grid_answer
from web.pages.protocol.what_if_seats import seats_answer

DOSSIERS = sized(20, 2_500, 2_500)
ROUNDS = sized(1, 3, 5)
EVERYBODY = Scope("all")
PRESET = presets.load("laigle-mortagne")

pytestmark = pytest.mark.benchmark


@pytest.fixture
def opened(tmp_path: Path, database: Database | None) -> Iterator[OpenStructure]:
    made, house = structure(tmp_path / "data", DAWN, database), House(advisors=20)
    lives = [one for number in range(DOSSIERS) for one in Life(house, number, begins_within=300).told()]
    record(made.engine, [*house.told(), *sorted(lives, key=itemgetter(0))])
    yield made
    made.engine.close()


def test_a_year_by_other_rules(opened: OpenStructure, store: str, report: Report) -> None:
    engine, kept = opened.engine, reads_of(opened).stores
    side = ReadSide(engine, kept.open(rebuild(kept, engine)))
    timeline = Timeline(engine)
    while not fill(side, timeline):
        pass
    asked = WhatIfQuestion(FIRST, FIRST + timedelta(365), "", "", "")
    first, second, *others = PRESET.grille.bands
    grid = replace(PRESET.grille, bands=(replace(first, high=45), replace(second, low=46), *others))
    protocol = replace(PRESET.protocol, delays=replace(PRESET.protocol.delays, hold_debrief=3, refer=10))
    with side.database.connect() as read:
        scored = [len(grid_answer(read, engine, side.refs, grid, asked, EVERYBODY).readings)]
        grids = rounds(lambda: grid_answer(read, engine, side.refs, grid, asked, EVERYBODY))
        seats = rounds(lambda: seats_answer(read, engine, asked, 6, EVERYBODY))
        counted: list[DelaysCount] = []

        def count() -> None:
            counted.append(DelaysCount())
            counted[-1].add(parts_of(read, engine, (protocol, asked.first, asked.last)))

        delays = rounds(count)
    lines = [
        Line("another grid", grids, scored[0], "results"),
        Line("other seats", seats, DOSSIERS, "dossiers"),
        Line("another protocol, with its control", delays, DOSSIERS, "dossiers"),
    ]
    tasks = len(counted[-1].recorded)
    whole = min(grids) + min(seats) + min(delays)
    aims = [
        Aim("a grid over a year", min(grids), 1, "s"),
        Aim(f"all of what if for {DOSSIERS:,} dossiers", whole, 15, "s"),
        Aim("tasks that the control does not give back", len({*counted[-1].recorded} ^ {*counted[-1].control}), 1),
    ]
    report.add(f"what if, {engine.head():,} events, {tasks:,} tasks, {store}", lines, aims)


def rounds(does: Callable[[], object]) -> list[float]:
    """Returns the processor's time of each round."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        does()
        found.append(time.process_time() - start)
    return found
