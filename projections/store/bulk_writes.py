"""Writes many rows at once without SQLAlchemy's work on each value: executemany on SQLite, COPY on PostgreSQL."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from operator import attrgetter, itemgetter, methodcaller
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from sqlalchemy import ARRAY, JSON, Connection, Date, DateTime, Delete, Insert, Table, Uuid, delete, insert, literal
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.exc import DBAPIError

from projections.contract import Row

Convert = Callable[[Any], Any]

_ENCODE = msgspec.json.Encoder().encode
# As SQLAlchemy's own types write them to SQLite, so that its queries read them back; PostgreSQL reads all of these.
_CONVERTS: tuple[tuple[type, Convert], ...] = (
    (Uuid, attrgetter("hex")),
    (DateTime, lambda value: value.isoformat(" ", "microseconds")),
    (Date, methodcaller("isoformat")),
    (JSON, lambda value: _ENCODE(value).decode()),
)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts rows. Each has a value for every column of the table."""
    if not rows:
        return
    values = zip(*_columns(table, rows), strict=True)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_insertion(table), list(values))
    else:
        _copy(connection, table, values)


def delete_streams(connection: Connection, table: Table, streams: Iterable[UUID]) -> None:
    """Deletes the rows of these streams."""
    gone = list(streams)
    if gone and connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_deletion(table), [(stream.hex,) for stream in gone])
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


def _columns(table: Table, rows: Sequence[Row]) -> Iterator[Iterable[Any]]:
    """Yields the values of each column as the driver takes them."""
    for name, convert in _plan(table):
        values = map(itemgetter(name), rows)
        yield [None if value is None else convert(value) for value in values] if convert else values


@cache
def _plan(table: Table) -> list[tuple[str, Convert | None]]:
    return [(column.name, _convert(column.type)) for column in table.columns]


@cache
def _insertion(table: Table) -> str:
    return _positional(insert(table))


@cache
def _deletion(table: Table) -> str:
    return _positional(delete(table).where(table.c.stream == ""))


def _positional(statement: Insert | Delete) -> str:
    return str(statement.compile(dialect=SQLiteDialect(paramstyle="qmark")))


def _convert(kind: Any) -> Convert | None:
    return next((convert for of, convert in _CONVERTS if isinstance(kind, of)), None)
