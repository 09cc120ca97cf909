"""One person erased: they stay in the counts by day, leave the other numbers, and nobody else's line moves."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from pixflow.indicators.catalogue import INDICATORS
from projections.figures.lists import FigureLine, lines
from projections.figures.questions import figures, values
from projections.figures.refresh import basis_of, refresh
from projections.figures.selection import FigureQuestion
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from tests.erasures import erase, request
from tests.web.samples.test_simulate import built

DAY = date(2025, 11, 30)
ASKED = FigureQuestion(date(2025, 1, 1), DAY, DAY)
Lists = dict[tuple[str, str], list[FigureLine]]


def lists(side: ReadSide) -> Lists:
    """The list of each number of each figure."""
    side.catch_up()
    refresh(side, DAY)
    basis = basis_of(side.refs, DAY)
    with side.database.connect() as connection:
        found: dict[tuple[str, str], Any] = {
            (one.id, name): lines(connection, ASKED, basis, side.refs, one.id, name, 10_000)[0]
            for one in INDICATORS
            for name in one.cells
        }
        shown = figures(connection, ASKED, basis, side.refs)
    assert {id: len(found[id, "among"]) for id in shown if id != "funnel"} == {
        id: one.among for id, one in shown.items() if id != "funnel"
    }
    return found


def test_an_erased_person_changes_only_the_cells_that_say_so(tmp_path: Path) -> None:
    opened, _ = built(tmp_path, young_people=40)
    side = ReadSide(opened.engine, sqlite.database(tmp_path / "tables.db"))
    first = lists(side)
    furthest = max({line.stream for line in first["I2", "among"]}, key=lambda one: len(_of(one, first["I24", "among"])))
    other = next(line.stream for line in first["I2", "among"] if line.stream != furthest)
    request(opened, other)  # whoever asks joins the team here
    before = lists(side)
    erase(opened, furthest)
    after = lists(side)
    with side.database.connect() as connection:
        basis = basis_of(side.refs, DAY)
        cells = [replace(ASKED, cut="site", value=value) for value, _ in values(connection)["site"]]
        there = sum(figures(connection, cell, basis, side.refs, ["I1"])["I1"].counted for cell in cells)
    assert there == len(after["I1", "counted"]) - 1, "in no cell of a cut"
    opened.engine.close()
    for (id, name), found in before.items():
        if id == "I16" and name not in ("counted", "among"):
            continue  # of the absent one no longer knows who was excused, nor who was in difficulty
        kept = {("I1", "counted"), ("I16", "counted"), ("I16", "among")}
        expected = found if (id, name) in kept else [line for line in found if line.stream != furthest]
        assert [_key(line) for line in after[id, name]] == [_key(line) for line in expected], (id, name)


def _of(stream: UUID, found: list[FigureLine]) -> list[FigureLine]:
    return [line for line in found if line.stream == stream]


def _key(line: FigureLine) -> tuple[UUID, date, int, str]:
    return line.stream, line.on, line.version, line.part
