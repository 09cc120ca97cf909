"""Rows of lists at the end of each local day: a table `<name>_days` beside each kept table, written by triggers.

A row was shown from the end of the day `begun` until the end of the day before `ended`: day numbers of
`date.toordinal`. Whoever writes, changes or deletes a row of a list, its day rows follow in the same transaction. The
day is that of `position`: without a position, as while tables are built, nothing is kept (fill.py makes it later).
"""

# ruff: noqa: S608  the statements are made of names of tables and columns

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import DDL, Column, Connection, Index, Integer, Table, event, literal, select

from projections.contract import metadata, position
from projections.store.transaction import delete_streams

OPEN = 4_000_000
"""Day number of the end of a row that is there today."""
_TODAY = select(position.c.day).scalar_subquery()
TRIGGER = "CREATE TRIGGER keep_"


def make_day_table(table: Table) -> Table:
    """Returns the table of the day rows of a list, and makes triggers that follow the list."""
    kept = [column for column in table.columns if column.info.get("kept", True)]
    days = Table(
        f"{table.name}_days",
        metadata,
        *(Column(column.name, column.type, nullable=column.nullable) for column in kept),
        Column("begun", Integer, nullable=False),
        Column("ended", Integer, nullable=False),
        Index(f"{table.name}_days_of", "stream", "ended"),
        Index(f"{table.name}_days_ended", "ended"),
    )
    for statement in _triggers(table, kept):
        event.listen(table, "after_create", DDL(statement))  # type: ignore[no-untyped-call]
    return days


def forget(connection: Connection, tables: dict[Table, Table], streams: Sequence[UUID]) -> None:
    """Deletes the day rows of streams, but those of today: nothing of someone erased is kept.

    `tables` are lists, each with its day rows. `position` has moved before: what the erasure deleted has ended today.
    """
    for table, days in tables.items():
        delete_streams(connection, days, streams)
        names = [column.name for column in days.columns][:-2]
        today = select(*(table.c[name] for name in names), _TODAY, literal(OPEN))
        rows = today.where(table.c.stream.in_(streams))
        connection.execute(days.insert().from_select([*names, "begun", "ended"], rows))


def _names(columns: Iterable[Column[object]], row: str = "") -> str:
    return ", ".join(f'{row}"{column.name}"' for column in columns)


def _open_row(table: Table) -> str:
    same = (f'"{column.name}" = OLD."{column.name}"' for column in table.columns if column.primary_key)
    by_stream = [] if table.c.stream.primary_key else ["stream = OLD.stream"]
    return " AND ".join([*by_stream, *same, f"ended = {OPEN}"])


def _triggers(table: Table, kept: Sequence[Column[object]]) -> list[str]:
    days, today = f"{table.name}_days", "(SELECT day FROM position)"
    add = f"INSERT OR FAIL INTO {days} SELECT {_names(kept, 'NEW.')}, day, {OPEN} FROM position;"
    end = (
        f"DELETE FROM {days} WHERE {_open_row(table)} AND begun = {today};"
        f"UPDATE OR FAIL {days} SET ended = {today} WHERE {_open_row(table)};"
    )
    same = " AND ".join(f'OLD."{column.name}" IS NEW."{column.name}"' for column in kept)
    change = f"UPDATE OF {_names(kept)} ON {table.name} WHEN NOT ({same})"
    when = {"insert": f"INSERT ON {table.name}", "delete": f"DELETE ON {table.name}", "update": change}
    does = {"insert": add, "delete": end, "update": end + add}
    return [f"{TRIGGER}{table.name}_{one} AFTER {when[one]} BEGIN {does[one]} END" for one in when]
