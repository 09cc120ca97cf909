"""Somebody erased: they stay in the counts by day, leave the other numbers, and nobody else's line moves."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Connection, select

from pixflow.folding import Clock, Moment
from pixflow.indicators.catalogue import INDICATORS
from pixflow.structure_folder import OpenStructure
from projections.figures.lists import FigureLine, lines
from projections.figures.paths import paths
from projections.figures.questions import count_figures, values
from projections.figures.refresh import basis_of, refresh
from projections.figures.tallies import FigureCounts, FigureQuestion, count_entries
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from projections.store.past_tables import figures_at
from tests.erasures import erase, request
from tests.indicators.population import counting
from tests.web.samples.test_simulate import built

DAY = date(2025, 11, 30)
ASKED = FigureQuestion(date(2025, 1, 1), DAY, DAY)
Lists = dict[tuple[str, str], list[FigureLine]]
KEPT = {("I1", "counted"), ("I16", "counted"), ("I16", "among")}
"""The numbers where an erased person stays, by day."""


@pytest.fixture(scope="module")
def structure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OpenStructure, ReadSide]]:
    folder = tmp_path_factory.mktemp("erased")
    opened, _ = built(folder, young_people=40)
    side = ReadSide(opened.engine, sqlite.database(folder / "tables.db"))
    side.catch_up()
    refresh(side, DAY)
    request(opened, people(side)[0])  # whoever asks joins the team here
    yield opened, side
    opened.engine.close()


def people(side: ReadSide) -> list[UUID]:
    """Returns the young people who count, nobody erased."""
    with side.database.connect() as connection:
        return list(connection.execute(select(paths.c.stream).where(paths.c.counts).order_by(paths.c.stream)).scalars())


def today(side: ReadSide) -> Lists:
    """Returns the list of each number of each figure, as the tables have them."""
    side.catch_up()
    refresh(side, DAY)
    with side.database.connect() as connection:
        return lists(connection, side, ASKED)


def known(side: ReadSide, day: date, clock: Clock) -> Lists:
    """Returns these lists as of a day."""
    side.catch_up()
    basis = basis_of(side.refs, day)
    with side.database.connect() as read, figures_at(read, side.source, side.refs, basis, Moment(day, clock)) as there:
        return lists(there, side, replace(ASKED, last=day, day=day))


def lists(connection: Connection, side: ReadSide, asked: FigureQuestion) -> Lists:
    tables = counting(connection, side.refs, asked.day)
    counted = count_entries(tables, asked)
    found = {
        (one.id, name): _whole(connection, asked, counted, one.id, name) for one in INDICATORS for name in one.cells
    }
    shown = count_figures(tables, asked)
    assert {one.id: len(found[one.id, "among"]) for one in INDICATORS} == {
        one.id: shown[one.id].among for one in INDICATORS
    }
    return found


def _whole(
    connection: Connection, asked: FigureQuestion, counted: FigureCounts, id: str, name: str
) -> list[FigureLine]:
    """Returns a list, which is that of its pages."""
    found = lines(connection, asked, counted, id, name, 10_000)
    assert lines(connection, asked, counted, id, name, 9, 4) == found[4:13], (id, name)
    return found


def compare(before: Lists, after: Lists, gone: UUID) -> None:
    """Fails unless the lines of the erased person alone have gone, where they do not stay.

    Where one stays, its state has changed: it may stand elsewhere in its day. Other lines keep their order.
    """
    for (id, name), found in before.items():
        if id == "I16" and name in ("absent", "excused", "trouble", "ease"):
            continue  # one no longer knows which of the absent was excused, nor who was in difficulty
        others = [[_key(line) for line in some if line.stream != gone] for some in (found, after[id, name])]
        assert others[0] == others[1], (id, name)
        stays = _of(gone, found) if (id, name) in KEPT else []
        assert sorted(map(_key, _of(gone, after[id, name]))) == sorted(map(_key, stays)), (id, name)


def test_an_erased_person_changes_only_the_cells_that_say_so(structure: tuple[OpenStructure, ReadSide]) -> None:
    opened, side = structure
    before = today(side)
    furthest = max(people(side), key=lambda one: len(_of(one, before["I24", "among"])))
    erase(opened, furthest)
    after = today(side)
    compare(before, after, furthest)
    with side.database.connect() as connection:
        tables = counting(connection, side.refs, DAY)
        cells = [replace(ASKED, cut="site", value=value) for value, _ in values(connection)["site"]]
        there = sum(count_figures(tables, cell, ["I1"])["I1"].counted for cell in cells)
    assert there == len(after["I1", "counted"]) - 1, "in no cell of a cut"


@settings(max_examples=3, deadline=None)
@example(who=2, day=date(2025, 10, 27), clock="known")  # somebody else joined on the same day
@given(
    who=st.integers(0, 39), day=st.dates(date(2025, 9, 1), date(2025, 12, 31)), clock=st.sampled_from(("known", "true"))
)
def test_whoever_is_erased_the_past_changes_as_today_does_by_both_clocks(
    structure: tuple[OpenStructure, ReadSide], who: int, day: date, clock: Clock
) -> None:
    opened, side = structure
    side.catch_up()
    refresh(side, DAY)
    known_people = people(side)
    gone, before = known_people[who % len(known_people)], known(side, day, clock)
    erase(opened, gone)
    compare(before, known(side, day, clock), gone)


def _of(stream: UUID, found: list[FigureLine]) -> list[FigureLine]:
    return [line for line in found if line.stream == stream]


def _key(line: FigureLine) -> tuple[UUID, date, int, str]:
    return line.stream, line.on, line.version, line.part
