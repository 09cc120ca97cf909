"""Questions of the team: those that wait for an answer, and those that have one."""

from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, String, Table, Text, Uuid, select

from pixflow.resources.state import TeamQuestion
from projections.contract import Change, Row, keys, metadata, optional, required
from projections.statements import list_rows, question, row_of

NAME = "knowledge.questions"
KINDS = frozenset({"question"})

table = Table(
    "questions",
    metadata,
    *keys(stream=Uuid),
    *required(text=Text, task=String, by=String, asked=Date),
    *optional(ended=Date, answer=Uuid),
)
TABLES = (table,)


def rows(change: Change) -> dict[Table, list[Row]]:
    state: TeamQuestion = change.after
    if state.asked is None:
        return {table: []}
    ended = state.ended.stamp.on if state.ended else None
    return {table: [row_of(table, state, stream=change.stream, asked=state.asked.on, ended=ended)]}


@question(list_rows)
def list_waiting() -> Select[Any]:
    """Returns the questions without an answer, the oldest first."""
    return select(table).where(table.c.ended.is_(None)).order_by(table.c.asked, table.c.stream)


@question(list_rows)
def of_person(by: str, limit: int = 10) -> Select[Any]:
    """Returns what somebody asked, the latest first."""
    return select(table).where(table.c.by == by).order_by(table.c.asked.desc(), table.c.stream).limit(limit)


@question(list_rows)
def answered_by(resource: UUID) -> Select[Any]:
    """Returns the questions that a resource answers, the oldest first."""
    return select(table).where(table.c.answer == resource).order_by(table.c.asked, table.c.stream)
