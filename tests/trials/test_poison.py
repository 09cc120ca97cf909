"""Facts that some table cannot show: their stream stops there, all else goes on; the program, mended, shows it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from pixflow.actor import Actor
from pixflow.dossier.follow_up import take_note
from pixflow.streams import KINDS
from projections import audit_trail
from projections.contract import Change, position
from projections.figures.refresh import refresh
from projections.store import stores
from projections.store.catch_up import PROJECTIONS, ReadSide, RowWriter, write_rows
from projections.store.folds import FOLD
from projections.store.transaction import WriteTransaction
from tests.projections.conftest import TABLES
from tests.trials.mission import Mission, found, numbered_dossier
from tests.trials.report import TrialReport
from tests.trials.scale import SEED, many
from tests.trials.verdict import from_scratch, must_show
from web.hosting.served_structure import ServedStructure, serve_one

SHOWING = {projection.NAME: projection for projection in PROJECTIONS if "dossier" in projection.KINDS}
PLACES = (FOLD, *SHOWING)
LOST = dict.fromkeys((FOLD, audit_trail.NAME), (audit_trail.NAME,))
"""Projections that miss an event: append-only ones until a rebuild, others until the next event."""
DOSSIER = KINDS["dossier"]


class Poison(Exception):
    """The error of a program on an unexpected event."""


@contextmanager
def poisoned(place: str, stream: UUID) -> Iterator[None]:
    """One dossier cannot be folded, or one projection makes no rows of it."""

    def fatal(work: Callable[..., Any], streams: Callable[..., Iterable[UUID]]) -> Callable[..., Any]:
        def poisoned_work(*arguments: Any) -> Any:
            if stream in streams(*arguments):
                raise Poison
            return work(*arguments)

        return poisoned_work

    with pytest.MonkeyPatch.context() as patch:
        if place == FOLD:
            evolve = fatal(DOSSIER.evolve, lambda state, recorded: [recorded.originator_id])
            patch.setitem(KINDS, "dossier", replace(DOSSIER, evolve=evolve))
        else:
            rows = fatal(SHOWING[place].rows, lambda change: [change.stream])
            patch.setattr(SHOWING[place], "rows", rows)
        yield


def without(side: ReadSide, stream: UUID) -> dict[str, list[str]]:
    """Every row of other streams, but those of the past."""
    tables = [table for table in TABLES if "stream" in table.c and table.name != "stopped"]
    with side.database.connect() as connection:
        found = {table.name: connection.execute(select(table)) for table in tables}
        return {name: sorted(repr(tuple(row)) for row in rows if row.stream != stream) for name, rows in found.items()}


@contextmanager
def structure(data: Path, url: str) -> Iterator[tuple[ServedStructure, Mission]]:
    mission = found(data, url)
    with mission.opened() as opened, closing(serve_one(opened)) as served:
        yield served, mission


@pytest.mark.parametrize(
    ("store", "poisons"),
    [
        ("sqlite", len(PLACES)),
        pytest.param("sqlite", many("poisons", 35), marks=pytest.mark.trial),
        pytest.param("postgres", many("poisons", 35), marks=[pytest.mark.trial, pytest.mark.postgres]),
    ],
)
def test_a_poisoned_stream_stops_alone_until_the_program_is_mended(
    store: str, poisons: int, url: str, tmp_path: Path, trial_report: TrialReport
) -> None:
    chance, met = Random(SEED), dict.fromkeys(PLACES, 0)
    with structure(tmp_path, url) as (served, mission):
        side = served.read()
        for number in range(poisons):
            place = PLACES[number % len(PLACES)]
            _, bad, _ = (numbered_dossier(served.engine, mission.advisor) for _ in range(3))
            with poisoned(place, bad):
                side.catch_up(batch=chance.choice((1, 2, 40)))
            assert {(row.projection, row.stream, row.code) for row in side.stopped()} == {
                (name, bad, "Poison") for name in (place, *LOST.get(place, ()))
            }
            assert side.position == served.engine.head()
            refresh(side, served.today())
            assert without(side, bad) == without(from_scratch(served.engine), bad)
            met[place] += 1
            served.engine.execute(
                {"dossier": bad}, take_note, by=Actor(str(mission.advisor)), command_id=uuid4(), text="mended"
            )
            side.catch_up()
            assert [row.projection for row in side.stopped()] == list(LOST.get(place, ()))
            if side.blocked:
                stores.rebuild(served.reads.stores, served.engine)
                side = served.read()
            must_show(side, served.engine)
    trial_report.add(
        f"poisoned facts, {store}",
        f"{poisons} dossiers, each unknown to one place: {met}",
        "each stopped alone; all shown once the program was mended",
    )


@pytest.mark.parametrize("store", ["sqlite"])
def test_control_without_the_guard_a_poisoned_stream_stops_everybody(
    url: str, tmp_path: Path, trial_report: TrialReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unguarded(self: RowWriter, batch: WriteTransaction, changes: list[Change], *_: Any) -> None:
        for projection in PROJECTIONS:
            write_rows(batch, projection, [change for change in changes if change.kind in projection.KINDS])

    monkeypatch.setattr(RowWriter, "write", unguarded)
    with structure(tmp_path, url) as (served, mission):
        side = served.read()
        for place in SHOWING:
            shown = side.position
            bad, _ = (numbered_dossier(served.engine, mission.advisor) for _ in range(2))
            with poisoned(place, bad), pytest.raises(Poison):
                side.catch_up()
            with side.database.connect() as connection:
                assert connection.execute(select(position.c.position)).scalar_one() == shown
            side.catch_up()
    trial_report.add("control: no guard around a projection", f"{len(SHOWING)} dossiers", "each stopped every table")
