"""Writes plain batches on PostgreSQL in one round trip: statements are collected, then sent as one transaction."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import cache
from operator import itemgetter
from time import monotonic
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import msgspec
import psycopg
from eventsourcing.persistence import PersistenceError
from sqlalchemy import Connection, Table

from pixflow.store.postgres.database import Database
from pixflow.store.postgres.pipeline import ConnectionLost, Statement, bigint, byteas, integers, rows, texts, uuids
from projections.contract import Change, Row
from projections.store.folds import DECODERS
from projections.store.transaction import Made, NeedsQueries, RowCache

_JSON = msgspec.json.Encoder().encode
_BEGIN: Statement = (b"BEGIN", ())
_COMMIT: Statement = (b"COMMIT", ())
_ROLLBACK: Statement = (b"ROLLBACK", ())

_POSITION = "SELECT position, stained FROM {0}.position"
# Locks the row: other writers wait for it. A division by zero refuses the transaction when the tables are not at the
# position that the batch follows.
_MOVE = """WITH moved AS (UPDATE {0}.position SET position = $2::bigint, stained = $3
    WHERE position = $1::bigint RETURNING position) SELECT 1 / count(*) FROM moved"""
_STATES = "SELECT stream, kind, state FROM {0}.folds WHERE stream = ANY($1)"
# The inner SELECTs hide the number of streams: if PostgreSQL knew it, it would plan each time.
_SAVE = """INSERT INTO {0}.folds (stream, kind, version, state)
    SELECT * FROM unnest((SELECT $1::uuid[]), (SELECT $2::text[]), (SELECT $3::integer[]), (SELECT $4::bytea[]))
    ON CONFLICT (stream) DO UPDATE SET version = excluded.version, state = excluded.state"""
_FROM_JSON = "SELECT {columns} FROM json_populate_recordset(NULL::{table}, $1::json)"
_INSERT = f"INSERT INTO {{table}} ({{columns}}) {_FROM_JSON}"
_UPSERT = f"{_INSERT} ON CONFLICT ({{key}}) DO {{update}}"
_DELETE = "DELETE FROM {table} WHERE stream = ANY((SELECT $1::uuid[])::uuid[])"
# Each row is looked up by its key: a join would read the whole table for the hundred keys that PostgreSQL expects.
_DELETE_KEYS = """DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT (SELECT old.ctid FROM {table} AS old WHERE {same})
    FROM json_populate_recordset(NULL::{table}, $1::json) AS gone))"""


class PostgresTransaction:
    """A `WriteTransaction` in a schema. `with` collects the statements of a batch and sends them at its end.

    Raises psycopg.Error or ConnectionLost when the batch is not written, or perhaps not.
    """

    ERRORS: tuple[type[Exception], ...] = (psycopg.Error, ConnectionLost, PersistenceError)
    LARGEST = 200
    """Events of a batch: for more, COPY is faster."""

    def __init__(self, database: Database, schema: str) -> None:
        self._database = database
        self._schema = schema
        self._cache = RowCache[Row]()
        self._expected = 0
        self._statements: list[Statement] = []

    @property
    def connection(self) -> Connection:
        raise NeedsQueries

    def position(self) -> tuple[int, bool]:
        (answer,) = self._database.execute(self._statement(_POSITION))
        return next(iter(rows(answer)), (0, False))

    def expect(self, position: int, _needs_scrub: bool) -> None:
        self._expected = position

    def __enter__(self) -> Self:
        self._statements = []
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            return self.forget()
        deadline = monotonic() + self._database.limit
        connection = self._database.take(deadline)
        try:
            connection.round_trip([_BEGIN, *self._statements, _COMMIT], deadline)
        except BaseException:
            self.forget()
            with suppress(psycopg.Error, ConnectionLost):
                connection.round_trip([_ROLLBACK], deadline)
            raise
        finally:
            self._database.give_back(connection)

    def forget(self) -> None:
        self._cache.clear()

    def close(self) -> None:
        self.forget()

    def savepoint(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def states(self, streams: Sequence[UUID]) -> Mapping[UUID, Any]:
        if not streams:
            return {}
        (answer,) = self._database.execute(self._statement(_STATES, uuids(streams)))
        return {stream: DECODERS[kind].decode(state) for stream, kind, state in rows(answer)}

    def replace(self, table: Table, made: Made) -> None:
        written = ((change.stream, change.before is None, found) for change, found in made)
        difference = self._cache.difference(table, written, _key(table), remember=True)
        if difference.whole:
            self._collect(_DELETE, table, uuids(difference.whole))
        if difference.gone:
            names = [column.name for column in table.primary_key]
            keys = [dict(zip(names, key, strict=True)) for key in difference.gone]
            self._collect(_DELETE_KEYS, table, _JSON(keys))
        if new := difference.added + [row for _, _, row in difference.changed]:
            self._collect(_UPSERT, table, _JSON(new))

    def append(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            self._collect(_INSERT, table, _JSON(rows))

    def save(self, changes: Sequence[Change]) -> None:
        if moved := [change for change in changes if change.events]:
            values = (
                uuids(change.stream for change in moved),
                texts(change.kind for change in moved),
                integers(change.events[-1].originator_version for change in moved),
                byteas(change.packed for change in moved),
            )
            self._statements.append(self._statement(_SAVE, *values))

    def move(self, reached: int, needs_scrub: bool) -> None:
        values = bigint(self._expected), bigint(reached), bytes([needs_scrub])
        self._statements.insert(0, self._statement(_MOVE, *values))

    def _collect(self, pattern: str, table: Table, value: bytes) -> None:
        self._statements.append((_of_table(pattern, self._schema, table), (value,)))

    def _statement(self, pattern: str, *values: bytes) -> Statement:
        return _of_schema(pattern, self._schema), values


@cache
def _key(table: Table) -> Callable[[Row], tuple[object, ...]]:
    names = [column.name for column in table.primary_key]
    return itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)


@cache
def _of_schema(pattern: str, schema: str) -> bytes:
    return pattern.format(schema).encode()


@cache
def _of_table(pattern: str, schema: str, table: Table) -> bytes:
    key = [f'"{column.name}"' for column in table.primary_key]
    others = [f'"{column.name}"' for column in table.columns if not column.primary_key]
    return pattern.format(
        table=f'{schema}."{table.name}"',
        columns=", ".join(f'"{column.name}"' for column in table.columns),
        key=", ".join(key),
        update=f"UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in others)}" if others else "NOTHING",
        same=" AND ".join(f"old.{name} = gone.{name}" for name in key),
    ).encode()
