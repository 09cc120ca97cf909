"""Writes many rows at once without SQLAlchemy's work on each value: executemany on SQLite, COPY on PostgreSQL."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter, methodcaller
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from sqlalchemy import (
    ARRAY,
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
    literal,
    select,
)
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.exc import DBAPIError

from projections.contract import Row

Convert = Callable[[Any], Any]

_ENCODE = msgspec.json.Encoder().encode
# As SQLAlchemy's own types write them to SQLite, so that its queries read them back; PostgreSQL reads all of these.
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
    values = map(packer(table), rows)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(insertion(table), list(values))
    else:
        _copy(connection, table, values)


def delete_streams(connection: Connection, table: Table, streams: Iterable[UUID]) -> None:
    """Deletes the rows of these streams."""
    gone = list(streams)
    if gone and connection.dialect.name == "sqlite":
        connection.exec_driver_sql(deletion(table), [(stream.hex,) for stream in gone])
    elif gone:
        connection.execute(delete(table).where(table.c.stream == literal(gone, ARRAY(Uuid)).any_()))


def _copy(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    statement = f"COPY {table.name} ({columns}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error) from error


@cache
def packer(table: Table) -> Callable[[Row], tuple[Any, ...]]:
    """Returns the function that makes of a row the values of all columns, as the driver takes them."""
    values_of = itemgetter(*(column.name for column in table.columns))
    converts = [(place, _convert(column.type)) for place, column in enumerate(table.columns)]
    converted = [(place, convert) for place, convert in converts if convert]

    def pack(row: Row) -> tuple[Any, ...]:
        values = list(values_of(row))
        for place, convert in converted:
            if (value := values[place]) is not None:
                values[place] = convert(value)
        return tuple(values)

    return pack


@cache
def insertion(table: Table) -> str:
    """Returns the statement that inserts one row on SQLite."""
    return positional(insert(table))


@cache
def deletion(table: Table) -> str:
    """Returns the statement that deletes the rows of one stream on SQLite."""
    return positional(delete(table).where(table.c.stream == ""))


@cache
def selection(table: Table) -> str:
    """Returns the statement that reads the rows of one stream on SQLite."""
    return positional(select(table).where(table.c.stream == ""))


def positional(statement: Insert | Delete | Update | Select[Any]) -> str:
    """Returns the text of a statement, with a question mark for each value."""
    return str(statement.compile(dialect=SQLiteDialect(paramstyle="qmark")))


def _convert(kind: Any) -> Convert | None:
    return next((convert for of, convert in _CONVERTS if isinstance(kind, of)), None)
