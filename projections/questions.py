"""Questions of the team: those that wait for an answer, and those that have one."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Connection, Date, String, Table, Text, Uuid, select

from pixflow.resources.state import TeamQuestion
from projections.contract import Change, Row, metadata

NAME = "knowledge.questions"
KINDS = frozenset({"question"})
APPENDS = False
READS: dict[str, Callable[[Any], Any]] = {}

table = Table(
    "questions",
    metadata,
    Column("stream", Uuid, primary_key=True),
    Column("text", Text, nullable=False),
    Column("task", String, nullable=False),
    Column("by", String, nullable=False),
    Column("asked", Date, nullable=False),
    Column("ended", Date),
    Column("answer", Uuid),
)
TABLES = (table,)


def rows(change: Change) -> dict[Table, list[Row]]:
    state: TeamQuestion = change.after
    if state.asked is None:
        return {table: []}
    row = {
        "stream": change.stream,
        "text": state.text,
        "task": state.task,
        "by": state.by,
        "asked": state.asked.on,
        "ended": state.ended.stamp.on if state.ended else None,
        "answer": state.answer,
    }
    return {table: [row]}


# --- the questions


def waiting(connection: Connection) -> list[Any]:
    """Returns the questions without an answer, the oldest first."""
    query = select(table).where(table.c.ended.is_(None)).order_by(table.c.asked, table.c.stream)
    return list(connection.execute(query))


def of_person(connection: Connection, by: str, limit: int = 10) -> list[Any]:
    """Returns what somebody asked, the latest first."""
    query = select(table).where(table.c.by == by).order_by(table.c.asked.desc(), table.c.stream).limit(limit)
    return list(connection.execute(query))


def answered_by(connection: Connection, resource: Any) -> list[Any]:
    """Returns the questions that a resource answers, the oldest first."""
    query = select(table).where(table.c.answer == resource).order_by(table.c.asked, table.c.stream)
    return list(connection.execute(query))
