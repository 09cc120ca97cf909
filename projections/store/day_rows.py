"""Rows of lists at the end of each local day: a kept list has those of today, `<name>_days` those that ended.

A row was shown from the end of the day `begun` until the end of the day before `ended`: day numbers of
`date.toordinal`. When a row of an earlier day changes or goes, a trigger copies it; nothing is copied of a row that
began today. The day is that of `position`: without one, as while tables are built, a row begins on day 0, and fill.py
finds its day later.
"""

# ruff: noqa: S608  the statements are made of names of tables and columns

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import (
    DDL,
    Column,
    Connection,
    Index,
    Integer,
    Subquery,
    Table,
    event,
    func,
    literal,
    literal_column,
    select,
    union_all,
    update,
)

from projections.contract import metadata, position
from projections.store.transaction import delete_streams

OPEN = 4_000_000
"""Day number of the end of a row that is there today, and of the beginning of one that no day shows."""
_TODAY = select(position.c.day).scalar_subquery()
TRIGGER = "CREATE TRIGGER keep_"


def make_day_table(table: Table) -> Table:
    """Returns the table of the rows of a list that ended, and adds to the list the day when a row began."""
    columns = [column for column in table.columns if column.info.get("kept", True)]
    table.append_column(Column("begun", Integer, nullable=False, default=func.coalesce(_TODAY, literal_column("0"))))
    days = Table(
        f"{table.name}_days",
        metadata,
        *(Column(column.name, column.type, nullable=column.nullable) for column in columns),
        Column("begun", Integer, nullable=False),
        Column("ended", Integer, nullable=False),
        Index(f"{table.name}_days_of", "stream", "ended"),
        Index(f"{table.name}_days_ended", "ended"),
    )
    for statement in _triggers(table, columns):
        event.listen(table, "after_create", DDL(statement))  # type: ignore[no-untyped-call]
    return days


def of_all_days(table: Table, days: Table) -> Subquery:
    """Returns the rows of a list that ended, and those of today."""
    columns = [table.c[column.name] for column in days.columns if column.name != "ended"]
    return union_all(select(days), select(*columns, literal(OPEN))).subquery()


def set_begun(connection: Connection, table: Table, streams: Sequence[UUID], begun: object) -> None:
    """Sets the day when the rows of these streams began."""
    connection.execute(update(table).where(table.c.stream.in_(streams)).values(begun=begun))


def forget(connection: Connection, tables: dict[Table, Table], streams: Sequence[UUID]) -> None:
    """Deletes the day rows of streams, and lets those of today begin today: nothing of someone erased is kept.

    `tables` are lists, each with its day rows. `position` has moved before: what the erasure deleted has ended today.
    """
    for table, days in tables.items():
        delete_streams(connection, days, streams)
        set_begun(connection, table, streams, _TODAY)


def _names(columns: Iterable[Column[object]], row: str = "") -> str:
    return ", ".join(f'{row}"{column.name}"' for column in columns)


def _triggers(table: Table, columns: Sequence[Column[object]]) -> list[str]:
    today = "(SELECT day FROM position)"
    copy = f"INSERT OR FAIL INTO {table.name}_days VALUES ({_names(columns, 'OLD.')}, OLD.begun, {today});"
    key = " AND ".join(f'"{column.name}" = NEW."{column.name}"' for column in table.primary_key)
    begin = f"UPDATE OR FAIL {table.name} SET begun = {today} WHERE {key};"
    same = " AND ".join(f'OLD."{column.name}" IS NEW."{column.name}"' for column in columns)
    change, earlier = f"UPDATE OF {_names(columns)} ON {table.name}", f"WHEN OLD.begun < {today}"
    return [
        f"{TRIGGER}{table.name}_delete AFTER DELETE ON {table.name} {earlier} BEGIN {copy} END",
        f"{TRIGGER}{table.name}_update AFTER {change} {earlier} AND NOT ({same}) BEGIN {copy} {begin} END",
    ]
