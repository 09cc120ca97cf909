"""Day rows: one event shown with them and without, what their tables weigh; a day of the past, by both ways."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import Engine, func, select

from pixflow.folding import Moment
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from projections import advisor_queue
from projections.figures.refresh import first_entries, refresh
from projections.store import fill as past
from projections.store import sqlite
from projections.store.catch_up import DAYS, Memory, ReadSide
from projections.store.past_tables import fold_events, tables_at
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized
from tests.benchmarks.population import FIRST, House, fill, population, structure
from tests.benchmarks.test_catch_up import Early
from web.hosting.read_tables import reads_of

EVENTS = sized(3_000, 30_000, 125_000)
EACH = sized(20, 300, 500)
"""Number of events in a round, each in a transaction of its own."""
ROUNDS = sized(1, 7, 9)
DAWN = datetime(FIRST.year, FIRST.month, FIRST.day, 5, tzinfo=UTC)
"""The structure opens on the day of its first event: else all that happened before would stand on one day."""

pytestmark = pytest.mark.benchmark


@pytest.fixture
def opened(tmp_path: Path, database: Database | None) -> Iterator[OpenStructure]:
    made = structure(tmp_path / "data", DAWN, database)
    fill(made.engine, population(House(), EVENTS - made.engine.head()))
    yield made
    made.engine.close()


def test_one_event_and_its_day_rows(opened: OpenStructure, store: str, report: Report) -> None:
    kept, first = reads_of(opened).stores, EVENTS - ROUNDS * EACH
    source = Early(opened.engine, first)
    sides = {name: ReadSide(source, kept.open(kept.make())) for name in ("with day rows", "without")}
    without_triggers(sides["without"].database)
    for side in sides.values():
        side.catch_up(limit=1)
        side.catch_up()
        side.source = opened.engine
    weights = {name: weight(side.database) for name, side in sides.items()}
    seconds = interleaved(ROUNDS, {name: shows(side) for name, side in sides.items()})
    lines = [Line(name, seconds[name], EACH, "events") for name in ("without", "with day rows")]
    pairs = zip(seconds["with day rows"], seconds["without"], strict=True)
    ratio = median(kept / bare for kept, bare in pairs)
    bytes_ = weights["with day rows"] / weights["without"]
    aims = [Aim("one event shown, with day rows against without", ratio, 1.25, "×", slack=1.6)]
    aims.append(Aim("weight of the tables, with day rows against without", bytes_, 1.7, "×", slack=1.2))
    megabytes = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in weights.items())
    report.add(f"day rows of {EVENTS:,} events, {store}", lines, aims, [f"weight: {megabytes}"])


def test_a_day_of_the_past(opened: OpenStructure, store: str, report: Report) -> None:
    source, kept = opened.engine, reads_of(opened).stores
    side, timeline, today = ReadSide(source, kept.open(kept.make())), past.Timeline(source), source.today()
    built = processor(lambda: side.build(beside=first_entries(today))) + processor(lambda: refresh(side, today))
    filled = processor(lambda: list(iter(lambda: past.fill(side, timeline), True)))
    day = side.refs.calendar.local_day(source.at([EVENTS * 9 // 10])[0].at)
    assert tables_of(side, Moment(day), None) == tables_of(side, Moment(day), side.memory) > 0

    def from_events() -> float:
        with side.database.connect() as read, sqlite.database(None).connect() as made:
            return processor(lambda: fold_events(made, read, source, Moment(day)))

    contenders: dict[str, Callable[[], float]] = {
        "from all events": from_events,
        "its first page": lambda: processor(lambda: tables_of(side, Moment(day), None)),
        "the next page": lambda: processor(lambda: tables_of(side, Moment(day), side.memory)),
        "the first page, true clock": lambda: processor(lambda: tables_of(side, Moment(day, "true"), None)),
    }
    seconds = interleaved(ROUNDS, contenders)
    lines = [Line(name, seconds[name], 1, "day") for name in contenders]
    first, every = lines[1].median, lines[0].median
    aims = [
        Aim("the past filled, against tables built", filled / built, 2, "×"),
        Aim("a day from day rows, against all events", first / every, 0.25, "×"),
        Aim("the next page of a day, against the first", lines[2].median / first, 0.25, "×"),
        Aim("the first page of a day", first, 0.5, " s"),
    ]
    notes = [f"built in {built:.1f} s, filled in {filled:.1f} s"]
    report.add(f"a day of the past among {EVENTS:,} events, {store}", lines, aims, notes)


def tables_of(side: ReadSide, moment: Moment, memory: Memory | None) -> int:
    """Makes the tables of a moment. Returns the number of tasks in them."""
    with side.database.connect() as read, tables_at(read, side.source, moment, memory) as there:
        return int(there.execute(select(func.count()).select_from(advisor_queue.table)).scalar_one())


def processor(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def shows(side: ReadSide) -> Callable[[], float]:
    """Returns a round: the next events, one by one."""
    return lambda: processor(lambda: [side.catch_up(limit=1) for _ in range(EACH)])


def without_triggers(database: Engine) -> None:
    with database.begin() as connection:
        for table in DAYS:
            for one in ("delete", "update"):
                connection.exec_driver_sql(f"DROP TRIGGER keep_{table.name}_{one}")


def weight(database: Engine) -> int:
    """Returns the bytes of a store, without pages that nothing uses."""
    with database.connect() as connection:
        pages, free, size = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)
