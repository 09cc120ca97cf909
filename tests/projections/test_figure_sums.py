"""The sums that triggers keep are those of the entries, whoever writes, changes or deletes them, on both stores."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, select, update

from pixflow.dossier.follow_up import take_note
from pixflow.dossier.stages.orientation import present_pix
from pixflow.structure_folder import OpenStructure
from pixflow.team.membership import add_member
from projections.figures.entries import entries, sums, value_sums
from projections.figures.refresh import refresh
from projections.store import sqlite
from projections.store.catch_up import ReadSide
from projections.store.transaction import delete_streams, insert_rows
from tests.erasures import erase
from tests.examples import few
from tests.projections.conftest import Tables
from tests.projections.test_figures_meanwhile import opened, opened_dossier, record

__all__ = ("opened",)

STREAMS = [UUID(int=number) for number in range(1, 4)]
FIRST = date(2026, 1, 30)
DAYS = st.integers(0, 3).map(lambda days: FIRST + timedelta(days))
ROWS = st.fixed_dictionaries(
    {
        "stream": st.sampled_from(STREAMS),
        "cell": st.just(7),
        "indicator": st.sampled_from(("I1", "I13", "I18", "I21")),
        "part": st.sampled_from(("", "concerned-presented")),
        "on": DAYS,
        "version": st.integers(1, 3),
        "state": st.sampled_from(("done", "past", "out", "open")),
        "due": st.none() | DAYS,
        "ended_on": st.none() | DAYS,
        "ended": st.none() | st.integers(1, 9),
        "reason": st.just(""),
        "partner": st.sampled_from(("", "Médiathèque")),
        "subject": st.none() | st.sampled_from(STREAMS),
        "value": st.none() | st.integers(-2, 2),
    }
)
STEPS = st.one_of(
    st.tuples(st.just("insert"), st.lists(ROWS, max_size=6)),
    st.tuples(st.just("delete"), st.sampled_from(STREAMS)),
    st.tuples(st.just("judge"), st.tuples(st.sampled_from(("I1", "I13")), st.sampled_from(("done", "open")))),
)


@pytest.fixture
def database(tables: Tables) -> Engine:
    return tables()


def summed(connection: Connection) -> list[Counter[tuple[Any, ...]]]:
    """Counts the entries by what the sums tell apart, from the rows themselves: by due day, and by value."""
    by_due, by_value = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for row in connection.execute(select(entries)):
        alike = (row.indicator, row.part, row.state, row.on)
        by_due[*alike, row.due if row.state == "open" and row.due else date.max] += 1
        if row.indicator in ("I13", "I21"):
            by_value[*alike, row.value or 0] += 1
    return [by_due, by_value]


def kept(connection: Connection) -> list[Counter[tuple[Any, ...]]]:
    found = [list(connection.execute(select(table))) for table in (sums, value_sums)]
    assert all(row.n > 0 for rows in found for row in rows)
    return [Counter({tuple(row)[:-1]: row.n for row in rows}) for rows in found]


@settings(max_examples=few(0.5), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(STEPS, max_size=8))
def test_the_sums_follow_the_entries(database: Engine, steps: list[tuple[str, Any]]) -> None:
    with database.begin() as connection:
        connection.execute(delete(entries))
        for name, what in steps:
            if name == "insert":
                insert_rows(connection, entries, what)
            elif name == "delete":
                delete_streams(connection, entries, [what])
            else:
                indicator, state = what
                connection.execute(update(entries).where(entries.c.indicator == indicator).values(state=state))
            assert kept(connection) == summed(connection)


def test_a_change_writes_only_the_entries_that_differ(opened: OpenStructure) -> None:
    advisor, today = uuid4(), opened.engine.today()
    joins: dict[str, Any] = {"name": "Nadia", "email": "nadia@example.org", "site": None, "roles": ("advisor",)}
    record(opened, {"staff": advisor}, add_member, **joins)
    dossier = opened_dossier(opened, advisor)
    side = ReadSide(opened.engine, sqlite.database(None))
    side.catch_up()
    refresh(side, today)
    with side.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE written (indicator)")
        into = "INSERT INTO written VALUES (new.indicator)"
        connection.exec_driver_sql(f"CREATE TRIGGER noted AFTER INSERT ON figure_entries BEGIN {into}; END")
    steps: tuple[tuple[Any, dict[str, Any]], ...] = (
        (take_note, {"text": "Vu"}),
        (present_pix, {"occasion": "welcome"}),
    )
    written = []
    for step, sent in steps:
        record(opened, {"dossier": dossier}, step, str(advisor), **sent)
        side.catch_up()
        refresh(side, today)
        with side.writing() as connection:
            written.append(set(connection.exec_driver_sql("SELECT indicator FROM written").scalars()))
            connection.exec_driver_sql("DELETE FROM written")
            assert kept(connection) == summed(connection)
    assert written == [set(), {"I2", "I3", "I13", "funnel", "steps"}]


def test_an_erasure_deletes_the_entries_at_once(opened: OpenStructure, tables: Tables) -> None:
    """Before the next question: the disk is wiped after the batch that shows the erasure."""
    gone, stays = opened_dossier(opened), opened_dossier(opened)
    side = ReadSide(opened.engine, tables())
    side.catch_up()
    refresh(side, opened.engine.today())
    erase(opened, gone)
    side.catch_up()
    with side.database.connect() as connection:
        assert set(connection.execute(select(entries.c.stream)).scalars()) == {stays}
        assert kept(connection) == summed(connection)
