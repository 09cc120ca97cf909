"""Cost of encryption: events written, read and shown in read tables, compared with plain events."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pixflow.events.base import Recorded, personal_fields
from pixflow.events.catalogue import catalogue
from pixflow.store.mapper import TypedMapper
from pixflow.store.sqlite.factory import factory
from pixflow.structure_folder import OpenStructure
from projections.contract import Source
from projections.store import sqlite, stores
from projections.store.catch_up import ReadSide
from tests.benchmarks.measure import Line, Report, interleaved, sized, spent
from tests.benchmarks.population import House, fill, population, structure
from tests.listed import ListedEvents

EVENTS = sized(2_000, 40_000, 100_000)
ROUNDS = sized(1, 5, 9)

pytestmark = pytest.mark.benchmark


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenStructure]:
    """A structure in files, with so many events, all of its own."""
    opened = structure(tmp_path / "data")
    fill(opened.engine, population(House(), EVENTS - opened.engine.head()))
    yield opened
    opened.engine.close()


class InClear(ListedEvents):
    """Source of events in clear, for projections."""

    def __init__(self, folder: Path, events: Sequence[Recorded]) -> None:
        super().__init__(events)
        folder.mkdir()
        self.factory = factory(folder, create=True)
        self._recorder = self.factory.application_recorder()
        self.mapper = TypedMapper(catalogue())
        self._recorder.insert_events([self.mapper.to_stored_event(one) for one in events])

    def head(self) -> int:
        return self._recorder.max_notification_id()

    def read(self, after: int, limit: int) -> list[Recorded]:
        return [self.mapper.recorded(*row) for row in self._recorder.log(after, limit)]

    def history(self, stream: UUID) -> list[Recorded]:
        return [self.mapper.recorded(stream, *row) for row in self._recorder.rows(stream)]


def test_sealing(opened: OpenStructure, tmp_path: Path, report: Report) -> None:
    events = opened.engine.read(0, EVENTS)
    clear = InClear(tmp_path / "clear", events)
    reads, written = (
        sqlite.SqliteStores(tmp_path / "read"),
        sum(bool(personal_fields(type(one.event))) for one in events),
    )
    contenders: dict[str, Callable[[], float]] = {}
    for how, source, mapper in (("in clear", clear, clear.mapper), ("sealed", opened.engine, opened.engine.mapper)):
        stored = [mapper.to_stored_event(one) for one in events]
        contenders[f"encoded, {how}"] = partial(each, mapper.to_stored_event, events)
        contenders[f"decoded, {how}"] = partial(each, mapper.to_domain_event, stored)
        contenders[f"shown by all projections, {how}"] = partial(shown, reads, source)
    with closing(clear.factory):
        seconds = interleaved(ROUNDS, contenders)
    lines = [Line(what, seconds[what], EVENTS, "events") for what in sorted(contenders)]
    pairs = zip(lines[::2], lines[1::2], strict=True)
    costs = [f"{sealed.what}: {sealed.median / plain.median:.2f}× the time in clear" for plain, sealed in pairs]
    share = f"{written / EVENTS:.0%} of these events have something personal"
    report.add("sealing", lines, [], [*costs, share])


def each(work: Callable[[Any], object], items: Sequence[Any]) -> float:
    return spent(lambda: [work(item) for item in items])


def shown(reads: stores.Stores, source: Source) -> float:
    """The seconds to bring a new read store to the head."""

    def run() -> None:
        side = ReadSide(source, reads.open(reads.make()))
        side.catch_up()
        side.database.dispose()

    return spent(run)
