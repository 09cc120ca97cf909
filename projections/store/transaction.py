"""Transactions that write a batch of the read tables: their contract, rows remembered, many rows at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from operator import itemgetter, methodcaller
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import (
    JSON,
    Connection,
    Date,
    DateTime,
    Delete,
    Insert,
    Select,
    Table,
    Update,
    Uuid,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from projections.contract import Change, Row, folds, position, row_columns
from projections.store.folds import folds_of

Made = Iterable[tuple[Change, Sequence[Row]]]
"""The rows of one table that each change has made."""


class NeedsQueries(Exception):
    """The batch is not a plain one: it has to read tables, or to set a savepoint. Nothing of it is written."""


class WriteTransaction(Protocol):
    """Contract of a transaction that writes the rows, the states and the position of one batch."""

    @property
    def connection(self) -> Connection:
        """Connection of the transaction, for queries. Raises NeedsQueries when it has none."""
        ...

    def savepoint(self) -> AbstractContextManager[Any]: ...

    def states(self, streams: Sequence[UUID]) -> Mapping[UUID, Any]:
        """Returns the states of streams as the tables show them; unknown ones are left out."""
        ...

    def replace(self, table: Table, made: Made) -> None:
        """Writes the rows of each stream in place of those it has. A new stream has none."""
        ...

    def append(self, table: Table, rows: Sequence[Row]) -> None: ...

    def save(self, changes: Sequence[Change]) -> None:
        """Writes the state of each stream with new events."""
        ...

    def move(self, reached: int, needs_scrub: bool, day: int) -> None:
        """Writes the position that the tables will show, and its day: before the rows, whose triggers read it."""
        ...


class QueryingTransaction:
    """A `WriteTransaction` on a connection of SQLAlchemy, for any batch."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def savepoint(self) -> AbstractContextManager[Any]:
        return self.connection.begin_nested()

    def states(self, streams: Sequence[UUID]) -> Mapping[UUID, Any]:
        return folds_of(self.connection, streams)

    def replace(self, table: Table, made: Made) -> None:
        pairs = list(made)
        delete_streams(self.connection, table, [change.stream for change, _ in pairs if change.before is not None])
        insert_rows(self.connection, table, [row for _, rows in pairs for row in rows])

    def append(self, table: Table, rows: Sequence[Row]) -> None:
        insert_rows(self.connection, table, rows)

    def save(self, changes: Sequence[Change]) -> None:
        moved = [change for change in changes if change.events]
        delete_streams(self.connection, folds, [change.stream for change in moved if change.before is not None])
        rows = [
            {"stream": c.stream, "kind": c.kind, "version": c.events[-1].originator_version, "state": c.packed}
            for c in moved
        ]
        insert_rows(self.connection, folds, rows)

    def move(self, reached: int, needs_scrub: bool, day: int) -> None:
        row = {"position": reached, "stained": needs_scrub, "day": day}
        if not self.connection.execute(update(position), row).rowcount:
            self.connection.execute(insert(position), row)


# --- rows that were written last: only what differs from them is written again

_STREAMS = 1_000
"""Streams of tables: a dossier has rows in ten, 19 kB together."""
R = TypeVar("R")
Key = tuple[object, ...]


class RowDifference(Struct, Generic[R]):
    """Rows to write in a table. `whole`: streams that lose all rows first; `gone`: keys of rows to delete;
    `changed`: key, row before, row after.
    """

    whole: list[UUID] = []
    gone: list[Key] = []
    added: list[R] = []
    changed: list[tuple[Key, R, R]] = []


class RowCache(Generic[R]):
    """The rows of the last 1,000 streams of tables, by primary key. `clear` it when others may have written."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, UUID], dict[Key, R]] = {}

    def clear(self) -> None:
        self._rows.clear()

    def difference(
        self,
        table: Table,
        made: Iterable[tuple[UUID, bool, Sequence[R]]],
        key: Callable[[R], Key],
        *,
        remember: bool,
        stored: Callable[[UUID], Iterable[R]] | None = None,
    ) -> RowDifference[R]:
        """Returns the difference between the rows of streams and those they have. `made`: stream, is it new, its rows.

        `stored` reads the rows of a stream that are not remembered. Remembers all as written. Nothing is remembered of
        a stream without rows: figures get theirs in another transaction. Raises ValueError when two rows have one key.
        """
        if len(self._rows) > _STREAMS:
            self._rows.clear()
        difference: RowDifference[R] = RowDifference()  # RowDifference[R]() takes four times as long
        for stream, new, rows in made:
            after = {key(row): row for row in rows}
            if len(after) != len(rows):
                raise ValueError(f"two rows of {table.name} have one key")
            before = {} if new else self._rows.pop((table.name, stream), None)
            if before is None and after and stored:
                before = {key(row): row for row in stored(stream)}
            if remember and after:
                self._rows[table.name, stream] = after
            if before is None:
                difference.whole.append(stream)
                difference.added += after.values()
            elif before != after:
                _compare(before, after, difference)
        return difference


def _compare(before: dict[Key, R], after: dict[Key, R], difference: RowDifference[R]) -> None:
    difference.gone += before.keys() - after.keys()
    for key, row in after.items():
        if key not in before:
            difference.added.append(row)
        elif before[key] != row:
            difference.changed.append((key, before[key], row))


# --- many rows at once, without SQLAlchemy's work on each value

Convert = Callable[[Any], Any]

_ENCODE = msgspec.json.Encoder().encode
# As SQLAlchemy's own types write them, so that its queries read them back.
_CONVERTS: tuple[tuple[type, Convert], ...] = (
    (Uuid, lambda value: value.bytes.hex()),  # half of the time of `hex`
    (DateTime, lambda value: value.isoformat(" ", "microseconds")),
    (Date, methodcaller("isoformat")),
    (JSON, lambda value: _ENCODE(value).decode()),
)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts rows. Each has a value for every column of the table."""
    if not rows:
        return
    connection.exec_driver_sql(insertion(table), list(map(packer(table), rows)))


def delete_streams(connection: Connection, table: Table, streams: Iterable[UUID]) -> None:
    """Deletes the rows of these streams."""
    gone = list(streams)
    if gone:
        connection.exec_driver_sql(deletion(table), [(stream.hex,) for stream in gone])


@cache
def packer(table: Table) -> Callable[[Row], tuple[Any, ...]]:
    """Returns the function that makes of a row the values of its columns, as the driver takes them."""
    columns = row_columns(table)
    values_of = itemgetter(*(column.name for column in columns))
    converted = [
        (place, convert)
        for place, column in enumerate(columns)
        for kind, convert in _CONVERTS
        if isinstance(column.type, kind)
    ]

    def pack(row: Row) -> tuple[Any, ...]:
        values = list(values_of(row))
        for place, convert in converted:
            if (value := values[place]) is not None:
                values[place] = convert(value)
        return tuple(values)

    return pack


@cache
def insertion(table: Table) -> str:
    """Returns the statement that inserts one row.

    OR FAIL, here and in triggers (day_rows.py): whoever meets an error rolls back to a savepoint, or the transaction. A
    statement that could be undone alone keeps a journal of its own within a savepoint: 5,000 rows with their day rows
    took 45 s instead of one.
    """
    given = {column.name: "" for column in row_columns(table)}
    return positional(insert(table).prefix_with("OR FAIL").values(given))


@cache
def deletion(table: Table) -> str:
    """Returns the statement that deletes the rows of one stream."""
    return positional(delete(table).where(table.c.stream == ""))


@cache
def selection(table: Table) -> str:
    """Returns the statement that reads the rows of one stream."""
    return positional(select(*row_columns(table)).where(table.c.stream == ""))


def positional(statement: Insert | Delete | Update | Select[Any]) -> str:
    """Returns the text of a statement, with a question mark for each value."""
    return str(statement.compile(dialect=SQLiteDialect(paramstyle="qmark")))
