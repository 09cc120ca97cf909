"""Many rows at once: SQLAlchemy's statements, without its work on each value of each row."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import JSON, Connection, Date, DateTime, Delete, Dialect, Insert, Table, Uuid, delete, insert

from projections.change import Row

Convert = Callable[[Any], Any]

# As SQLAlchemy's own types write them, so that its queries read them back.
_SQLITE: tuple[tuple[type, Convert], ...] = (
    (Uuid, lambda value: value.hex),
    (DateTime, lambda value: value.isoformat(" ", "microseconds")),
    (Date, lambda value: value.isoformat()),
)
_ENCODE = msgspec.json.Encoder().encode


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows, each a value for every column of the table."""
    if rows:
        statement, values_of, converts = _plan(connection.dialect, table)
        connection.exec_driver_sql(statement, [_converted(values_of(row), converts) for row in rows])


def delete_streams(connection: Connection, table: Table, streams: Iterable[Any]) -> None:
    """Delete the rows of these streams."""
    statement, convert = _deletion(connection.dialect, table)
    gone = [(convert(stream),) for stream in streams]
    if gone:
        connection.exec_driver_sql(statement, gone)


def _converted(values: Sequence[Any], converts: Sequence[tuple[int, Convert]]) -> tuple[Any, ...]:
    row = list(values)
    for index, convert in converts:
        if row[index] is not None:
            row[index] = convert(row[index])
    return tuple(row)


@cache
def _plan(dialect: Dialect, table: Table) -> tuple[str, Callable[[Row], Sequence[Any]], list[tuple[int, Convert]]]:
    names = [column.name for column in table.columns]
    values_of: Callable[[Row], Sequence[Any]] = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    converts = [(i, convert) for i, column in enumerate(table.columns) if (convert := _convert(dialect, column.type))]
    return _positional(dialect, insert(table)), values_of, converts


@cache
def _deletion(dialect: Dialect, table: Table) -> tuple[str, Convert]:
    column = table.c.stream
    return _positional(dialect, delete(table).where(column == "")), _convert(dialect, column.type) or (
        lambda value: value
    )


def _positional(dialect: Dialect, statement: Insert | Delete) -> str:
    return str(statement.compile(dialect=_of_kind(dialect)))


def _of_kind(dialect: Dialect) -> Dialect:
    paramstyle = "qmark" if dialect.name == "sqlite" else "format"
    made: Dialect = type(dialect)(paramstyle=paramstyle)  # type: ignore[call-arg]
    return made


def _convert(dialect: Dialect, kind: Any) -> Convert | None:
    if isinstance(kind, JSON):
        return lambda value: _ENCODE(value).decode()
    if dialect.name == "sqlite":
        return next((convert for of, convert in _SQLITE if isinstance(kind, of)), None)
    return None
