"""Checks that a store must pass after any trial."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pixflow.engine import Engine
from pixflow.events.base import Recorded
from projections.contract import folds, position, row_columns
from projections.figures.refresh import refresh
from projections.store import sqlite
from projections.store.catch_up import DAYS, PROJECTIONS, ReadSide
from projections.store.day_rows import of_all_days
from projections.store.fill import Timeline, fill

EVERYTHING = 10**9


def must_be_sound(engine: Engine) -> list[Recorded]:
    """Positions and versions without a gap, every event under the one command that recorded it; all events."""
    events = engine.read(0, EVERYTHING)
    assert [recorded.position for recorded in events] == list(range(1, engine.head() + 1))
    versions: Counter[UUID] = Counter()
    for recorded in events:
        versions[recorded.originator_id] += 1
        assert recorded.originator_version == versions[recorded.originator_id]
    for command, count in Counter(recorded.command for recorded in events).items():
        assert len(engine.events_of_command(command)) == count
    return events


def times_recorded(events: Sequence[Recorded], said: Mapping[UUID, str]) -> Counter[int]:
    """Counts commands by how often their words are in the events: {1: n} if each is there once."""
    told = Counter(words for recorded in events if (words := words_of(recorded)))
    return Counter(told[words] for words in said.values())


def repeated(events: Sequence[Recorded]) -> int:
    """Counts commands recorded more than once."""
    told = Counter(words for recorded in events if (words := words_of(recorded)))
    return sum(count > 1 for count in told.values())


def words_of(recorded: Recorded) -> str | None:
    """Returns the words that identify a command: the text of a note, the first name of a new dossier."""
    return getattr(recorded.event, "text", None) or getattr(recorded.event, "first_name", None)


def must_show(side: ReadSide, engine: Engine) -> None:
    """The tables, brought up to date, are those that a fold from scratch makes; no stream is stopped."""
    side.catch_up()
    anew = from_scratch(engine)
    assert side.position == anew.position == engine.head()
    assert side.stopped() == anew.stopped() == []
    refresh(side, engine.today())
    assert every_row(side) == every_row(anew)
    anew.database.dispose()


def from_scratch(engine: Engine) -> ReadSide:
    """Every event shown on tables made in memory."""
    side = ReadSide(engine, sqlite.database(None))
    side.catch_up()
    refresh(side, engine.today())
    return side


def every_row(side: ReadSide) -> dict[str, list[str]]:
    """Every row of every table, and when each row of a list stood, in an order of its own."""
    timeline = Timeline(side.source)
    while not fill(side, timeline):
        pass
    tables: list[Any] = [table for projection in PROJECTIONS for table in projection.TABLES] + [folds, position]
    with side.database.connect() as connection:
        rows = {
            table.name: [repr(tuple(row)) for row in connection.execute(select(*row_columns(table)))]
            for table in tables
        }
        rows |= {
            days.name: _spans(connection.execute(select(of_all_days(table, days)))) for table, days in DAYS.items()
        }
    return {name: sorted(told) for name, told in rows.items()}


def _spans(rows: Iterable[Sequence[Any]]) -> list[str]:
    """Returns rows with the days when each stood: one that ends and begins again the same day went on."""
    begun: dict[tuple[str, int], int] = {}  # by values and end
    for *values, first, end in sorted(rows, key=lambda row: row[-2]):
        begun[repr(values), end] = begun.pop((repr(values), first), first)
    return [f"{values}, {first} to {end}" for (values, end), first in begun.items()]
