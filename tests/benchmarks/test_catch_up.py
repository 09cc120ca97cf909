"""Showing 100,000 events in the read tables: against the rows alone, a transaction an event, the library's runner."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.popo import POPOApplicationRecorder

from pixflow.engine import Engine
from projections import stores
from projections.catch_up import BATCH, PROJECTIONS, ReadSide
from projections.schema import metadata
from tests.benchmarks import runner
from tests.benchmarks.measure import Aim, Line, Report, interleaved, spent
from tests.benchmarks.population import House, fill, population, structure

EVENTS = 100_000
ONE_BY_ONE = 2_000
ROUNDS = 3

pytestmark = pytest.mark.benchmark


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = structure(tmp_path / "data")
    fill(opened.engine, population(House(), EVENTS - opened.engine.head()))
    yield opened.engine
    opened.engine.close()


def test_all_projections_catch_up(engine: Engine, tmp_path: Path, report: Report) -> None:
    assert engine.head() == EVENTS
    shown, early = tmp_path / "shown.db", tmp_path / "early.db"
    caught_up(engine, shown)
    caught_up(engine, early, EVENTS - ONE_BY_ONE)
    final = rows_of(shown)
    everything = engine.read(0, EVENTS)
    recorder, past = runner.in_memory(everything), runner.Past(everything[:-ONE_BY_ONE])
    seconds = interleaved(
        ROUNDS,
        {
            "batches": lambda: in_batches(engine, tmp_path / "batches.db"),
            "rows": lambda: rows_alone(final, tmp_path / "rows.db"),
            "each": lambda: one_by_one(engine, early, tmp_path / "each.db"),
            "runner": lambda: by_the_library(recorder, past, early, tmp_path / "runner.db"),
        },
    )
    assert rows_of(tmp_path / "each.db") == rows_of(tmp_path / "batches.db") == final
    assert shown_in(tmp_path / "runner.db") == shown_in(tmp_path / "batches.db")
    written = sum(len(rows) for rows in final.values())
    batches = Line(f"catch_up, batches of {BATCH:,}", seconds["batches"], EVENTS, "events")
    rows = Line(f"executemany of the {written:,} final rows, one transaction", seconds["rows"], EVENTS, "events")
    each = Line(f"catch_up, a transaction per event, the last {ONE_BY_ONE:,}", seconds["each"], ONE_BY_ONE, "events")
    library = Line(
        f"the library's ProjectionRunner, the last {ONE_BY_ONE:,}, told from memory",
        seconds["runner"],
        ONE_BY_ONE,
        "events",
    )
    aims = [
        Aim("catch_up", batches.rate, 20_000, " events/s", at_least=True),
        Aim("against a transaction per event", batches.rate / each.rate, 10, "×", at_least=True),
        Aim("against the library's ProjectionRunner", batches.rate / library.rate, 10, "×", at_least=True),
    ]
    names = ", ".join(projection.NAME for projection in PROJECTIONS)
    lines = [batches, rows, each, library]
    report.add("catch_up", lines, aims, [f"projections: {names}; events read from the event store"])


def in_batches(engine: Engine, path: Path) -> float:
    return spent(lambda: caught_up(engine, path))


def one_by_one(engine: Engine, early: Path, path: Path) -> float:
    shutil.copy(early, path)
    side = ReadSide(engine, stores.database(path))
    seconds = spent(lambda: side.catch_up(batch=1))
    side.database.dispose()
    return seconds


def by_the_library(recorder: POPOApplicationRecorder, past: runner.Past, early: Path, path: Path) -> float:
    shutil.copy(early, path)
    return runner.followed(recorder, past, EVENTS - ONE_BY_ONE, path)


def rows_alone(final: dict[str, list[Any]], path: Path) -> float:
    path.unlink(missing_ok=True)
    database = stores.database(path)
    metadata.create_all(database)
    raw = database.raw_connection()

    def write() -> None:
        raw.execute("BEGIN")
        for name, rows in final.items():
            raw.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        raw.commit()

    seconds = spent(write)
    raw.close()
    database.dispose()
    return seconds


def caught_up(engine: Engine, path: Path, limit: int | None = None) -> None:
    """A new read store, brought up to the head or by `limit` events."""
    path.unlink(missing_ok=True)
    side = ReadSide(engine, stores.database(path))
    side.catch_up(limit)
    assert side.stopped() == []
    side.database.dispose()


def shown_in(path: Path) -> dict[str, list[Any]]:
    """The rows of the projections; those of catch_up itself aside."""
    names = {table.name for projection in PROJECTIONS for table in projection.TABLES}
    return {name: rows for name, rows in rows_of(path).items() if name in names}


def rows_of(path: Path) -> dict[str, list[Any]]:
    """Every row of every table that holds any, as SQLite has it, in order."""
    database = stores.database(path)
    raw = database.raw_connection()
    names = [table.name for table in metadata.sorted_tables]
    rows = {name: sorted(raw.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}
    raw.close()
    database.dispose()
    return {name: found for name, found in rows.items() if found}
