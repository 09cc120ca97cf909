"""A structure of 2,500 dossiers as it stood on an earlier day: all its read tables, made anew in memory."""

from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

import pytest

from pixflow.engine import Engine
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized, spent
from tests.benchmarks.population import House, Life, fill, structure

DOSSIERS = sized(50, 2_500, 2_500)
ROUNDS = sized(1, 5, 5)

pytestmark = pytest.mark.benchmark


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened, house = structure(tmp_path), House(advisors=20)
    lives = [one for number in range(DOSSIERS) for one in Life(house, number, begins_within=540).told()]
    fill(opened.engine, [*house.told(), *sorted(lives, key=itemgetter(0))])
    yield opened.engine
    opened.engine.close()


def test_as_of(engine: Engine, report: Report) -> None:
    then = engine.head() * 9 // 10
    seconds = interleaved(ROUNDS, {"all": lambda: as_of(engine, then), "read": lambda: read(engine, then)})
    lines = [
        Line("all tables in memory, in one batch", seconds["all"], then, "events"),
        Line("of which the events read", seconds["read"], then, "events"),
    ]
    aim = Aim(f"a structure of {DOSSIERS:,} dossiers as it stood", lines[0].median, 2, " s", slack=4)
    report.add("as of an earlier day", lines, [aim])


def as_of(engine: Engine, position: int) -> float:
    def run() -> None:
        side = ReadSide(engine, sqlite.database(None))
        assert side.catch_up(limit=position, batch=position) == position
        side.database.dispose()

    return spent(run)


def read(engine: Engine, position: int) -> float:
    return spent(lambda: engine.read(0, position))
