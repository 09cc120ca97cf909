"""Ma boîte: its questions that read all tasks read an index alone."""

from typing import Any

from sqlalchemy import event

from projections import advisor_queue
from projections.store import sqlite
from tests.projections.conftest import NOW


def test_the_load_of_colleagues_is_counted_without_reading_a_row() -> None:
    found: list[str] = []

    def explain(connection: Any, cursor: Any, text: str, values: Any, *_: Any) -> None:
        found.extend(row[-1] for row in cursor.execute(f"EXPLAIN QUERY PLAN {text}", values))

    with sqlite.database(None).connect() as connection:
        event.listen(connection, "before_cursor_execute", explain)
        advisor_queue.workloads(connection, NOW.date())
    assert any("USING COVERING INDEX queue_of_owner" in step for step in found), found
