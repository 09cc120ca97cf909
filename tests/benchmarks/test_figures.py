"""All 24 indicators of a year, and one page of a list, from the tables kept by difference."""

from collections.abc import Iterator
from datetime import date, timedelta
from operator import itemgetter
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from pixflow.engine import Engine
from projections import advisor_queue
from projections.figures.lists import lines
from projections.figures.questions import figures
from projections.figures.refresh import basis_of, refresh
from projections.figures.selection import FigureQuestion
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized, spent
from tests.benchmarks.population import SITES, House, Life, fill, structure

DOSSIERS = sized(50, 2_500, 25_000)
SECONDS = 1.0 if DOSSIERS > 2_500 else 0.3
ROUNDS = sized(1, 7, 7)
DAY = date(2026, 6, 30)

pytestmark = pytest.mark.benchmark


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened, house = structure(tmp_path), House(advisors=max(2, DOSSIERS // 125))
    lives = [one for number in range(DOSSIERS) for one in Life(house, number, begins_within=540).told()]
    fill(opened.engine, [*house.told(), *sorted(lives, key=itemgetter(0))])
    yield opened.engine
    opened.engine.close()


def test_figures(engine: Engine, report: Report, tmp_path: Path) -> None:
    side = ReadSide(engine, sqlite.database(tmp_path / "tables.db"))
    side.build()
    made = spent(lambda: refresh(side, DAY))
    asked, basis, refs = FigureQuestion(DAY - timedelta(364), DAY, DAY), basis_of(side.refs, DAY), side.refs
    of_a_site = replace(asked, cut="site", value=SITES[0])
    with side.database.connect() as read:
        owner: UUID = sorted(advisor_queue.workloads(read, DAY))[0]
        seconds = interleaved(
            ROUNDS,
            {
                "all": lambda: spent(lambda: figures(read, asked, basis, refs)),
                "site": lambda: spent(lambda: figures(read, of_a_site, basis, refs)),
                "list": lambda: spent(lambda: lines(read, asked, basis, refs, "I5", "among", 50)),
                "queue": lambda: spent(lambda: advisor_queue.page(read, [owner], DAY)),
            },
        )
    all_of_them = Line("all 24 indicators over a year", seconds["all"], DOSSIERS, "dossiers")
    rows = [
        all_of_them,
        Line("those of one site", seconds["site"], DOSSIERS, "dossiers"),
        Line("one page of one list", seconds["list"], 50, "lines"),
        Line("one page of Ma boîte", seconds["queue"], 50, "rows"),
        Line("the entries of all dossiers made, once", [made], DOSSIERS, "dossiers"),
    ]
    aims = [
        Aim(f"24 indicators of {DOSSIERS:,} dossiers", all_of_them.median, SECONDS, " s"),
        Aim(f"those of one site among {DOSSIERS:,} dossiers", rows[1].median, SECONDS, " s"),
        Aim("one page of one list, against Ma boîte", rows[2].median / rows[3].median, 2, "×"),
    ]
    report.add("figures", rows, aims)
