"""A year by other rules: its results by another grid, its requests for seats, its tasks by another protocol."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from operator import itemgetter
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any
from urllib.request import Request, urlopen
from uuid import UUID, uuid4

import pytest

from pixflow import presets
from pixflow.actor import Actor
from pixflow.authorization import Scope
from pixflow.protocol.drafting import draft_protocol
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from projections.store.catch_up import ReadSide
from projections.store.fill import Timeline, fill, try_to_fill
from projections.store.stores import rebuild
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized
from tests.benchmarks.population import FIRST, House, Life, structure
from tests.benchmarks.population import fill as record
from tests.benchmarks.test_any_day import DAWN
from tests.browser.house import listening
from web.app import create_app
from web.desk.dependencies import COOKIE
from web.hosting.host import open_host
from web.hosting.read_tables import reads_of
from web.pages.protocol.delays_count import DelaysCount, parts_of
from web.pages.protocol.what_if import WhatIfQuestion
from web.pages.protocol.what_if_delays import WhatIfDelays
from web.pages.protocol.what_if_grid import grid_answer
from web.pages.protocol.what_if_seats import seats_answer

DOSSIERS = sized(20, 2_500, 2_500)
ROUNDS = sized(1, 3, 5)
PEOPLE, SECONDS = 10, sized(2, 12, 20)
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
    asked = WhatIfQuestion(FIRST, FIRST + timedelta(365))
    first, second, *others = PRESET.grille.bands
    grid = replace(PRESET.grille, bands=(replace(first, high=45), replace(second, low=46), *others))
    protocol = replace(PRESET.protocol, delays=replace(PRESET.protocol.delays, hold_debrief=3, refer=10))
    with side.database.connect() as read:
        scored = [len(grid_answer(read, engine, side.refs, grid, asked, EVERYBODY).rows)]
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
    tasks = [one for some in counted[-1].tasks.values() for one in some]
    whole = min(grids) + min(seats) + min(delays)
    aims = [
        Aim("a grid over a year", min(grids), 1, "s"),
        Aim(f"all of what if for {DOSSIERS:,} dossiers", whole, 15, "s"),
        Aim("tasks that the control does not give back", sum(one.recorded != one.control for one in tasks), 1),
    ]
    report.add(f"what if, {engine.head():,} events, {len(tasks):,} tasks, {store}", lines, aims)


def test_ten_people_beside_a_count(opened: OpenStructure, store: str, report: Report) -> None:
    protocol = replace(PRESET.protocol, delays=replace(PRESET.protocol.delays, hold_debrief=3, refer=10))
    with open_host(opened.folder.parent, demo=True) as host, listening(create_app(host)) as url:
        served = host.structures[opened.slug]
        while not try_to_fill(served.read()):
            pass
        people = [id for id, one in served.refs.team.items() if "advisor" in one.roles][:PEOPLE]
        (referent, *_) = (id for id, one in served.refs.team.items() if "referent" in one.roles)
        draft: dict[str, Any] = {"document": protocol, "note": "", "replaces": 0}
        streams = {"protocol": opened.stream("protocol")}
        served.engine.execute(streams, draft_protocol, by=Actor(str(referent)), command_id=uuid4(), **draft)
        visits = Visits(url, opened.slug)
        for person in people:  # what a server makes once is made
            visits.ask(person, "/boite")
        seconds = interleaved(
            ROUNDS,
            {
                "alone": lambda: visits.slowest(people),
                "beside a count": lambda: visits.slowest(people, beside=referent),
            },
        )
    lines = [Line(name, found, 1, "page") for name, found in seconds.items()]
    ratio = median(beside / alone for alone, beside in zip(*seconds.values(), strict=True))
    aims = [Aim(f"p95 of {PEOPLE} people, beside a count against without", ratio, 1.2, "×")]
    report.add(f"{PEOPLE} people at work, {DOSSIERS:,} dossiers, {store}", lines, aims, [f"{visits.counts} counts"])


class Visits:
    """Pages of a server, each asked by somebody. `counts` are those that were done."""

    def __init__(self, url: str, slug: str) -> None:
        self.url, self.slug, self.counts = url, slug, 0
        self._last = FIRST + timedelta(365)

    def ask(self, by: UUID, path: str) -> tuple[float, str]:
        """Returns the seconds of an answer, and the page."""
        begun = time.perf_counter()
        with urlopen(Request(f"{self.url}{path}", headers={"Cookie": f"{COOKIE}={self.slug}/{by}"})) as answer:
            page = answer.read().decode()
        return time.perf_counter() - begun, page

    def slowest(self, people: Sequence[UUID], beside: UUID | None = None) -> float:
        """Returns the p95 of their box while people work, beside counts that somebody asks for one after the other."""
        until, times = time.monotonic() + SECONDS, list[float]()

        def works(person: UUID, chance: Random) -> None:
            while time.monotonic() < until:
                times.append(self.ask(person, "/boite")[0])
                time.sleep(chance.uniform(0.5, 1.5))

        def counts(person: UUID) -> None:
            while time.monotonic() < until:
                if "Le calcul avance" not in self.ask(person, f"{WhatIfDelays.path}?au={self._last}")[1]:
                    self.counts, self._last = self.counts + 1, self._last - timedelta(1)
                time.sleep(0.7)

        with ThreadPoolExecutor(PEOPLE + 1) as pool:
            if beside:
                pool.submit(counts, beside)
            for number, person in enumerate(people):
                pool.submit(works, person, Random(number))
        return quantiles(times, n=20)[-1]


def rounds(does: Callable[[], object]) -> list[float]:
    """Returns the processor's time of each round."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        does()
        found.append(time.process_time() - start)
    return found
