"""SQLite finds the rows of a question by an index: one of few rows is used only where the question says so."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from projections import advisor_queue, audit_trail, piles, result_routing
from projections.piles import Lateness, WaitingFilter
from projections.store import sqlite
from projections.store.day_rows import TRIGGER
from projections.store.transaction import insertion

DAY, SOMEBODY = date(2026, 3, 16), [uuid4()]
BOTH = frozenset({"referent", "manager"})
LATE = Lateness((("0", DAY),))

Question = Callable[[Connection], object]


@pytest.mark.parametrize(
    ("question", "indexes"),
    [
        (lambda c: advisor_queue.page(c, SOMEBODY, DAY), {"queue_of_owner", "queue_of_colleague"}),
        (lambda c: advisor_queue.totals(c, SOMEBODY, DAY), {"queue_of_owner", "queue_of_colleague"}),
        (lambda c: advisor_queue.counts(c, SOMEBODY, DAY), {"queue_of_owner", "queue_of_colleague"}),
        (lambda c: advisor_queue.rest(c, SOMEBODY, DAY), {"queue_of_owner", "queue_of_colleague"}),
        (lambda c: piles.late_debriefs(c, DAY), {"queue_of_kind"}),
        (lambda c: piles.piles(c, BOTH, DAY, LATE), {"queue_of_role"}),
        (lambda c: piles.piles(c, {"manager"}, DAY, LATE), {"queue_of_role"}),
        (lambda c: piles.pile(c, BOTH, "dispatch", DAY, 50, 0), {"queue_of_role"}),
        (lambda c: piles.waiting_long_total(c, BOTH, SOMEBODY, DAY), {"queue_past_due"}),
        (lambda c: result_routing.left_out_totals(c), {"routing_left_out"}),
        (lambda c: piles.waiting_long_total(c, frozenset({"manager"}), SOMEBODY, DAY), {"queue_past_due"}),
        (lambda c: piles.waiting_long(c, BOTH, SOMEBODY, DAY, LATE, WaitingFilter(), 50, 0), {"queue_past_due"}),
    ],
)
def test_rows_of_the_queue_are_found_by_their_index(question: Question, indexes: set[str]) -> None:
    plan = planned(question)
    assert not [line for line in plan if line.startswith("SCAN advisor_queue")]
    assert {index for index in indexes if any(f" {index} " in f"{line} " for line in plan)} == indexes


def test_the_loads_of_everybody_are_read_in_one_index() -> None:
    assert (
        planned(lambda c: advisor_queue.workloads(c, DAY))[0]
        == "SCAN advisor_queue USING COVERING INDEX queue_of_owner"
    )


def test_late_rows_are_counted_by_the_index_alone_and_stand_in_its_order() -> None:
    late = "SEARCH advisor_queue USING {}INDEX queue_past_due (due<?)"
    counts = planned(lambda c: piles.waiting_long_counts(c, BOTH, SOMEBODY, DAY, LATE))
    assert counts[0] == late.format("COVERING ")
    listed = planned(lambda c: piles.waiting_long(c, BOTH, SOMEBODY, DAY, LATE, WaitingFilter(), 50, 0))
    assert listed == [late.format(""), "USE TEMP B-TREE FOR LAST 3 TERMS OF ORDER BY"]


def test_the_work_of_somebody_is_found_by_its_author_and_its_positions() -> None:
    since, until = (datetime(2026, 3, day, tzinfo=UTC) for day in (16, 23))
    for question in (audit_trail.list_recorded, audit_trail.recorded_totals):
        more = (50,) if question is audit_trail.list_recorded else ()
        plan = planned(lambda c: question(c, "somebody", since, until, *more))  # noqa: B023
        assert plan.count("SEARCH audit_trail USING INDEX trail_of_author (by=? AND position>? AND position<?)") == 2
        assert not [line for line in plan if line.startswith("SCAN audit_trail")]


def planned(question: Question) -> list[str]:
    """Returns the plan of the last statement of a question, a line for each step."""
    asked: list[str] = []
    with sqlite.database(None).connect() as connection:
        driver = connection.connection.driver_connection
        assert driver
        driver.set_trace_callback(asked.append)
        question(connection)
        driver.set_trace_callback(None)
        return [row[-1] for row in driver.execute(f"EXPLAIN QUERY PLAN {asked[-1]}")]


def test_no_statement_that_writes_rows_of_a_list_can_be_undone_alone() -> None:
    """Within a savepoint one that can keeps a journal, which thousands of them read from its start, each once more."""
    bodies = [one.partition(" BEGIN ")[2] for one in sqlite.creation() if one.lstrip().startswith(TRIGGER)]
    written = [words for body in bodies for words in re.findall(r"\b(?:INSERT|UPDATE)\b(?: OR FAIL)?", body)]
    assert set(written) == {"INSERT OR FAIL", "UPDATE OR FAIL"}
    assert insertion(advisor_queue.table).startswith("INSERT OR FAIL ")
