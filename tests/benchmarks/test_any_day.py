"""Day rows: one event shown with them and without, what their tables weigh; a day of the past, by both ways."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
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
from projections.store.postgres import SCHEMA
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
    clock = time.process_time if store == "SQLite" else server_time(sides["without"].database)
    seconds = interleaved(ROUNDS, {name: shows(side, clock) for name, side in sides.items()})
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
    clock = time.process_time if store == "SQLite" else with_server(side.database)
    built = used(clock, lambda: side.build(beside=first_entries(today))) + used(clock, lambda: refresh(side, today))
    filled = used(clock, lambda: list(iter(lambda: past.fill(side, timeline), True)))
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
        Aim("the first page of a day", first, 0.5 if store == "SQLite" else 0.8, " s"),
    ]
    notes = [f"built in {built:.1f} s, filled in {filled:.1f} s"]
    report.add(f"a day of the past among {EVENTS:,} events, {store}", lines, aims, notes)


def tables_of(side: ReadSide, moment: Moment, memory: Memory | None) -> int:
    """Makes the tables of a moment. Returns the number of tasks in them."""
    with side.database.connect() as read, tables_at(read, side.source, moment, memory) as there:
        return int(there.execute(select(func.count()).select_from(advisor_queue.table)).scalar_one())


def processor(work: Callable[[], object]) -> float:
    return used(time.process_time, work)


def used(clock: Callable[[], float], work: Callable[[], object]) -> float:
    begun = clock()
    work()
    return clock() - begun


def with_server(database: Engine) -> Callable[[], float]:
    """Returns the clock of this process and its server: SQLite writes in this process, PostgreSQL in its own."""
    server = server_time(database)
    return lambda: time.process_time() + server()


def shows(side: ReadSide, clock: Callable[[], float]) -> Callable[[], float]:
    """Returns a round: the next events, one by one."""

    def shown() -> float:
        begun = clock()
        for _ in range(EACH):
            side.catch_up(limit=1)
        return clock() - begun

    return shown


def server_time(database: Engine) -> Callable[[], float]:
    """Returns the clock of the processor that all processes of the server have used, in seconds."""
    with database.execution_options(**{SCHEMA: None}).connect() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    server, tick = _stat(backend)[1:2], os.sysconf("SC_CLK_TCK")

    def used() -> float:
        every = (_stat(int(one.name)) for one in Path("/proc").iterdir() if one.name.isdigit())
        return sum(sum(map(int, stat[11:13])) for stat in every if stat[1:2] == server) / tick

    return used


def _stat(process: int) -> list[str]:
    """Returns the numbers of a process from its state on; none when it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return []


def without_triggers(database: Engine) -> None:
    with database.begin() as connection:
        for table in DAYS:
            if connection.dialect.name == "sqlite":
                for one in ("insert", "delete", "update"):
                    connection.exec_driver_sql(f"DROP TRIGGER keep_{table.name}_{one}")
    if SCHEMA in (options := database.get_execution_options()):
        with database.execution_options(**{SCHEMA: None}).begin() as connection:
            for table in DAYS:
                connection.exec_driver_sql(f"DROP TRIGGER keep_{table.name} ON {options[SCHEMA]}.{table.name}")


def weight(database: Engine) -> int:
    """Returns the bytes of a store, without pages that nothing uses."""
    if schema := database.get_execution_options().get(SCHEMA):
        with database.execution_options(**{SCHEMA: None}).connect() as connection:
            sizes = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
            return int(connection.exec_driver_sql(f"{sizes}'{schema}'::regnamespace").scalar_one())
    with database.connect() as connection:
        pages, free, size = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)
