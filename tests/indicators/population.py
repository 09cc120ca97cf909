"""Some months of a simulated structure, and its read tables, for figures."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from pixflow.events.base import Recorded
from pixflow.reference_data import References
from projections.figures.refresh import basis_of, refresh
from projections.figures.tallies import Counting
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from tests.web.samples.test_simulate import built

DAYS = (date(2025, 9, 30), date(2025, 10, 31), date(2025, 11, 30))


class Population(Struct):
    """A structure: its facts by kind and stream, and its tables."""

    streams: dict[str, dict[UUID, list[Recorded]]]
    side: ReadSide
    refs: References


def counting(connection: Connection, refs: References, day: date) -> Counting:
    return Counting(connection, refs, basis_of(refs, day), day, dict)


@contextmanager
def played(folder: Path) -> Iterator[Population]:
    opened, _ = built(folder, young_people=60)
    try:
        side = ReadSide(opened.engine, sqlite.database(folder / "tables.db"))
        side.catch_up()
        refresh(side, date(2025, 12, 31))
        yield Population(by_kind(opened.engine.read(0, 1_000_000)), side, opened.engine.references())
    finally:
        opened.engine.close()


def by_kind(events: Sequence[Recorded]) -> dict[str, dict[UUID, list[Recorded]]]:
    kinds: dict[str, dict[UUID, list[Recorded]]] = {}
    for one in events:
        streams = kinds.setdefault(one.event.TOPIC.partition(".")[0], {})
        streams.setdefault(one.originator_id, []).append(one)
    return kinds
