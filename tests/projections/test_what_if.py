"""Tasks of a period by a draft: what is in force gives back the kept rows; longer delays make none late sooner."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from pixflow.documents.protocol import Delays, ProtocolDocument
from pixflow.structure_folder import OpenStructure
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from projections.store.fill import Timeline, fill
from projections.store.what_if import DraftTimeline, TaskDays, computed_days, recorded_days, task_days
from tests.examples import few
from tests.projections.conftest import NOW, Tables
from tests.projections.test_build import PRESET

LAST = NOW.date()
FIRST = LAST - timedelta(90)
Played = tuple[ReadSide, list[UUID]]


def dossiers_of(opened: OpenStructure) -> list[UUID]:
    events = opened.engine.read(0, 10**6)
    return sorted({one.originator_id for one in events if one.event.TOPIC.startswith("dossier.")})


def filled(opened: OpenStructure, database: Engine) -> ReadSide:
    side = ReadSide(opened.engine, database)
    side.catch_up()
    while not fill(side, Timeline(opened.engine)):
        pass
    return side


@pytest.fixture(scope="module")
def kept(played: OpenStructure) -> Iterator[Played]:
    """A dozen dossiers of the demonstration, with their day rows."""
    side = filled(played, sqlite.database(None))
    yield side, dossiers_of(played)[:12]
    side.close()


def by_draft(kept: Played, document: ProtocolDocument, first: date = FIRST) -> list[TaskDays]:
    side, dossiers = kept
    with side.database.connect() as connection:
        timeline = DraftTimeline(Timeline(side.source), document, first)
        return computed_days(connection, side.source, [timeline], dossiers, first, LAST)[0]


def recorded(kept: Played, first: date = FIRST) -> list[TaskDays]:
    side, dossiers = kept
    with side.database.connect() as connection:
        return recorded_days(connection, dossiers, first, LAST)


def longer(document: ProtocolDocument, days: int, *names: str) -> ProtocolDocument:
    delays = {name: getattr(document.delays, name) + days for name in names}
    return replace(document, delays=replace(document.delays, **delays))


def test_the_protocols_of_each_day_give_back_the_rows_that_were_kept(played: OpenStructure, tables: Tables) -> None:
    side, dossiers = filled(played, tables()), dossiers_of(played)
    with side.database.connect() as connection:
        then = recorded_days(connection, dossiers, FIRST, LAST)
        assert len(then) > 50
        assert any(one.late for one in then)
        known = Timeline(side.source)
        timelines = known, DraftTimeline(known, PRESET.protocol, FIRST)
        assert computed_days(connection, side.source, timelines, dossiers, FIRST, LAST)[0] == then


def test_a_draft_equal_to_what_is_in_force_changes_nothing(kept: Played) -> None:
    assert by_draft(kept, kept[0].refs.protocol(LAST)) == recorded(kept)


def test_a_shorter_delay_makes_tasks_late_and_a_control_with_it_differs(kept: Played) -> None:
    shorter = {one.name: 0 for one in fields(Delays) if not one.name.endswith(("_opens", "_lapses"))}
    document = replace(PRESET.protocol, delays=replace(PRESET.protocol.delays, **shorter))
    then, now = (sum(one.late is not None for one in found) for found in (recorded(kept), by_draft(kept, document)))
    assert now > then


@settings(max_examples=few(0.1))
@given(st.lists(st.sampled_from([one.name for one in fields(Delays)]), min_size=1, max_size=4), st.integers(1, 30))
def test_a_longer_delay_makes_no_task_late_sooner(kept: Played, names: list[str], days: int) -> None:
    document = longer(kept[0].refs.protocol(LAST), days, *names)
    was = {(one.dossier, one.key): one for one in recorded(kept)}
    for one in by_draft(kept, document):
        if one.late:
            before = was[one.dossier, one.key]
            assert before.late is not None
            assert before.late[0] <= one.late[0]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, (10, 31, (16, 31), (20, 31), (26, 31))),
        ({"begun": 12, "ended": 18}, (12, 18, (16, 18), None, None)),
        ({"paused": 17}, (17, 31, (17, 31), (20, 31), (26, 31))),
        ({"lapses": 14}, (10, 14, None, None, None)),
        ({"due": 40, "to_referent": 45, "to_manager": 50}, (10, 31, None, None, None)),
        ({"begun": 31, "ended": 40}, None),
    ],
)
def test_a_row_is_owed_and_late_on_its_days_of_the_period(changed: dict[str, int], expected: object) -> None:
    def march(day: int) -> date:
        return date(2026, 2, 28) + timedelta(day)

    zero = march(0).toordinal()
    said = {"begun": 5, "ended": 60, "opens": 10, "lapses": None, "paused": None, "due": 15, "to_referent": 20}
    said |= {"to_manager": 26, **changed}
    row: dict[str, Any] = {name: march(day) if day is not None else None for name, day in said.items()}
    row |= {name: zero + said[name] for name in ("begun", "ended")}  # type: ignore[operator]
    found = task_days([{**row, "stream": UUID(int=1), "key": "k", "kind": "refer"}], march(1), march(30))
    if expected is None:
        assert found == []
        return
    (one,) = found
    spans = [tuple(day - zero for day in span) if span else None for span in (one.late, one.referent, one.manager)]
    assert (one.owed[0] - zero, one.owed[1] - zero, *spans) == expected
