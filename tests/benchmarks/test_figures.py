"""All 24 indicators of a year, and one page of a list, from the tables kept by difference, on both stores."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import cycle
from operator import itemgetter
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine as Tables
from sqlalchemy import select

from pixflow.engine import Engine
from pixflow.events.base import Recorded
from pixflow.events.dossier import NoteTaken
from pixflow.store.postgres.database import Database
from projections import advisor_queue, dossier_sheet
from projections.figures.lists import lines
from projections.figures.questions import count_figures
from projections.figures.refresh import refresh
from projections.figures.tallies import FigureQuestion, count_entries
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized, spent
from tests.benchmarks.population import SITES, House, Life, fill, put, structure
from tests.indicators.population import counting

DOSSIERS = sized(50, 2_500, 25_000)
SECONDS = 1.0 if DOSSIERS > 2_500 else 0.3
ROUNDS = sized(1, 7, 7)
DAY = date(2026, 6, 30)

pytestmark = pytest.mark.benchmark


@pytest.fixture
def engine(tmp_path: Path, database: Database | None) -> Iterator[Engine]:
    opened, house = structure(tmp_path, database=database), House(advisors=max(2, DOSSIERS // 125))
    lives = [one for number in range(DOSSIERS) for one in Life(house, number, begins_within=540).told()]
    fill(opened.engine, [*house.told(), *sorted(lives, key=itemgetter(0))])
    yield opened.engine
    opened.engine.close()


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return sqlite.database(tmp_path / "tables.db")


def test_figures(engine: Engine, tables: Tables, store: str, report: Report) -> None:
    side = ReadSide(engine, tables)
    side.build()
    made = spent(lambda: refresh(side, DAY))
    asked = FigureQuestion(DAY - timedelta(364), DAY, DAY)
    of_a_site = replace(asked, cut="site", value=SITES[0])
    with side.database.connect() as read:
        owner: UUID = sorted(filter(None, advisor_queue.workloads(read, DAY)))[0]
        dossiers = cycle(read.execute(select(dossier_sheet.table.c.stream).limit(2 * ROUNDS)).scalars().all())

        there = counting(read, side.refs, DAY)
        counted = count_entries(there, asked)

        def one_list(id: str) -> float:
            return spent(lambda: lines(read, asked, counted, id, "among", 50))

        seconds = interleaved(
            ROUNDS,
            {
                "all": lambda: spent(lambda: count_figures(there, asked)),
                "site": lambda: spent(lambda: count_figures(there, of_a_site)),
                **{id: partial(one_list, id) for id in ("I5", "I13", "I19")},
                "queue": lambda: spent(lambda: advisor_queue.page(read, [owner], DAY)),
            },
        )
    seconds["again"] = [made_again(engine, side, next(dossiers)) for _ in range(ROUNDS)]
    all_of_them = Line("all 24 indicators over a year", seconds["all"], DOSSIERS, "dossiers")
    rows = [
        all_of_them,
        Line("those of one site", seconds["site"], DOSSIERS, "dossiers"),
        Line("one page of the list of I5", seconds["I5"], 50, "lines"),
        Line("one page of Ma boîte", seconds["queue"], 50, "rows"),
        Line("one page of the list of I13, nine delays", seconds["I13"], 50, "lines"),
        Line("one page of the list of I19, the tasks", seconds["I19"], 50, "lines"),
        Line("the entries of one dossier made again, after a note", seconds["again"], 1, "dossier"),
        Line("the entries of all dossiers made, once", [made], DOSSIERS, "dossiers"),
    ]
    aims = [
        Aim(f"24 indicators of {DOSSIERS:,} dossiers", all_of_them.median, SECONDS, " s"),
        Aim(f"those of one site among {DOSSIERS:,} dossiers", rows[1].median, SECONDS, " s"),
        Aim("one page of one list, against Ma boîte", rows[2].median / rows[3].median, 2, "×"),
    ]
    report.add(f"figures, {store}", rows, aims)


def made_again(engine: Engine, side: ReadSide, dossier: UUID) -> float:
    """Returns the seconds to make the entries that a note has left behind."""
    last = engine.history(dossier)[-1]
    note = NoteTaken(text="Vu", on=DAY)
    version = last.originator_version + 1
    put(engine, [Recorded(dossier, version, note, last.at, last.by, None, "web", uuid4())])
    side.catch_up()
    return spent(lambda: refresh(side, DAY))
