"""Showing many events in the read tables: against few of them, and the library's runner."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection
from sqlalchemy import Engine as Tables

from pixflow.engine import Engine
from pixflow.events.base import Recorded
from pixflow.reference_data import References
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from projections.contract import Source, metadata
from projections.store import stores
from projections.store.catch_up import BATCH, PROJECTIONS, ReadSide
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized, spent
from tests.benchmarks.population import House, fill, population, structure
from tests.benchmarks.runner import Followed
from web.hosting.read_tables import reads_of

EVENTS = sized(5_000, 100_000, 1_000_000)
ONE_BY_ONE = sized(100, 1_000, 2_000)
"""Number of events in a round with one transaction an event."""
FEW = sized(1_000, 60_000, 60_000)
"""Number of events whose cost each is compared with that of all."""
ROUNDS = sized(1, 3, 2)
CHUNK = 10_000

pytestmark = pytest.mark.benchmark


@pytest.fixture
def opened(tmp_path: Path, database: Database | None) -> Iterator[OpenStructure]:
    opened = structure(tmp_path / "data", database=database)
    fill(opened.engine, population(House(), EVENTS - opened.engine.head()))
    yield opened
    opened.engine.close()


def test_all_projections_catch_up(opened: OpenStructure, store: str, report: Report) -> None:
    engine, kept, first = opened.engine, reads_of(opened).stores, EVENTS - ROUNDS * ONE_BY_ONE
    assert engine.head() == EVENTS
    final = rows_of(built(engine, kept))
    theirs = built(Early(engine, first), kept)
    followed = Followed(everything(engine), first, theirs, opened.database)
    contenders = {
        "build": lambda: spent(lambda: built(engine, kept)),
        "few": lambda: spent(lambda: built(Early(engine, FEW), kept)),
        "batches": lambda: spent(lambda: caught_up(engine, kept)),
        "runner": lambda: followed(ONE_BY_ONE),
    }
    seconds = interleaved(ROUNDS, contenders)
    assert of_projections(rows_of(theirs)) == of_projections(final)
    lines = {
        "build": Line("all projections, built anew: stream after stream", seconds["build"], EVENTS, "events"),
        "few": Line(f"the first {FEW:,} of them built anew", seconds["few"], FEW, "events"),
        "batches": Line(f"all projections, caught up by batches of {BATCH:,}", seconds["batches"], EVENTS, "events"),
        "runner": Line("the library's ProjectionRunner, told from memory", seconds["runner"], ONE_BY_ONE, "events"),
    }
    rebuild, few, batches, library = (lines[one].rate for one in ("build", "few", "batches", "runner"))
    aims = [
        Aim("a rebuild against the library's ProjectionRunner", rebuild / library, 40, "×", at_least=True, slack=8),
        Aim(f"a rebuild, cost of an event against that among {FEW:,}", few / rebuild, 1.1, "×"),
        Aim("catch_up against the library's ProjectionRunner", batches / library, 10, "×", at_least=True),
    ]
    if not opened.database:
        aims.append(Aim("rebuild", rebuild, 20_000, " events/s", at_least=True, slack=4))
        aims.append(Aim("catch_up", batches, 20_000, " events/s", at_least=True, slack=4))
    names = ", ".join(projection.NAME for projection in PROJECTIONS)
    report.add(f"catch_up of {EVENTS:,} events, {store}", list(lines.values()), aims, [f"projections: {names}"])


class Early:
    """The events up to a position, as a source."""

    def __init__(self, engine: Engine, last: int) -> None:
        self.engine, self.last = engine, last

    def head(self) -> int:
        return self.last

    def read(self, after: int, limit: int) -> list[Recorded]:
        return self.engine.read(after, min(limit, self.last - after))

    def history(self, stream: UUID) -> list[Recorded]:
        return self.engine.history(stream)

    def at(self, positions: Iterable[int]) -> list[Recorded]:
        return self.engine.at(positions)

    def by_stream(self, stop: int, size: int) -> Iterator[Mapping[UUID, Sequence[Recorded]]]:
        return self.engine.by_stream(stop, size)

    def references_at(self, position: int) -> References:
        return self.engine.references_at(position)

    def today(self) -> date:
        return self.engine.today()


def built(source: Source, kept: stores.Stores) -> Tables:
    """A new read store, as `serve` and `pixflow rebuild` make it."""
    side = ReadSide(source, kept.open(kept.make()))
    side.build()
    assert side.stopped() == []
    return side.database


def caught_up(engine: Engine, kept: stores.Stores) -> Tables:
    """A new read store, brought up to the head as a live one is."""
    side = ReadSide(engine, kept.open(kept.make()))
    side.catch_up()
    assert side.stopped() == []
    return side.database


def everything(engine: Engine) -> list[Recorded]:
    return [one for start in range(0, EVENTS, CHUNK) for one in engine.read(start, CHUNK)]


Rows = dict[str, list[tuple[Any, ...]]]


def rows_of(tables: Tables) -> Rows:
    """Every row of every table that holds any, in order."""
    with tables.connect() as connection:
        found = {one.name: _all(connection, one.name) for one in metadata.sorted_tables}
    return {name: rows for name, rows in found.items() if rows}


def _all(connection: Connection, name: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")), key=repr)


def of_projections(rows: Rows) -> Rows:
    """Those of catch_up itself aside."""
    names = {table.name for projection in PROJECTIONS for table in projection.TABLES}
    return {name: found for name, found in rows.items() if name in names}
