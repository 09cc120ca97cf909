"""Writes plain batches on SQLite through the driver: for a few rows, SQLAlchemy takes most of the time."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache, partial
from operator import itemgetter
from types import TracebackType
from typing import Any, Self, cast
from uuid import UUID

from sqlalchemy import Connection, Engine, PoolProxiedConnection, Table, bindparam, delete, update
from sqlalchemy.exc import SQLAlchemyError

from projections.contract import Change, Row
from projections.store.bulk_writes import deletion, insertion, packer, positional, selection
from projections.store.folds import DECODERS
from projections.store.transaction import Made, NeedsQueries, RowCache

Packed = tuple[Any, ...]

_POSITION = "SELECT position, stained FROM position"
_MOVE = "UPDATE position SET position = ?, stained = ?"
_FIRST = "INSERT INTO position VALUES (?, ?)"
_STATES = "SELECT stream, kind, state FROM folds WHERE stream IN (SELECT value FROM json_each(?))"
_SAVE = """INSERT INTO folds (stream, kind, version, state) VALUES (?, ?, ?, ?)
    ON CONFLICT (stream) DO UPDATE SET version = excluded.version, state = excluded.state"""
_MANY = 500
"""More streams than this are not remembered: a batch of a rebuild would push all others out."""


class SqliteTransaction:
    """A `WriteTransaction` on one connection of the driver, kept until `close`. `with` begins and commits one."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._proxy: PoolProxiedConnection | None = None
        self._connection: sqlite3.Connection | None = None
        self._cache = RowCache[Packed]()

    @property
    def connection(self) -> Connection:
        raise NeedsQueries

    ERRORS: tuple[type[Exception], ...] = (sqlite3.Error, SQLAlchemyError)
    LARGEST = 5_000
    """Events of a batch: a larger one seldom goes without queries. Its streams would be folded twice."""

    def position(self) -> tuple[int, bool]:
        found = self._driver().execute(_POSITION).fetchone()
        return (found[0], bool(found[1])) if found else (0, False)

    def expect(self, position: int, needs_scrub: bool) -> None:
        if self.position() != (position, needs_scrub):
            raise NeedsQueries

    def __enter__(self) -> Self:
        self._driver().execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        driver = self._driver()
        try:
            if error is None:
                driver.commit()
        finally:  # a commit that fails leaves the transaction open, with its lock
            if driver.in_transaction or error is not None:
                driver.rollback()
                self.forget()

    def forget(self) -> None:
        self._cache.clear()

    def close(self) -> None:
        self.forget()
        if self._proxy is not None:
            self._proxy.close()
            self._proxy = self._connection = None

    def savepoint(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def states(self, streams: Sequence[UUID]) -> Mapping[UUID, Any]:
        if not streams:
            return {}
        found = self._driver().execute(_STATES, (json.dumps([stream.hex for stream in streams]),))
        return {UUID(stream): DECODERS[kind].decode(state) for stream, kind, state in found}

    def replace(self, table: Table, made: Made) -> None:
        pack = packer(table)
        packed = [(change.stream, change.before is None, [pack(row) for row in rows]) for change, rows in made]
        few = len(packed) <= _MANY
        stored = partial(self._stored, selection(table)) if few else None
        found = self._cache.difference(table, packed, _key(table), remember=few, stored=stored)
        if found.whole:
            self._driver().executemany(deletion(table), [(stream.hex,) for stream in found.whole])
        if found.gone:
            self._driver().executemany(_deletion_by_key(table), found.gone)
        if found.added:
            self._driver().executemany(insertion(table), found.added)
        for key, before, after in found.changed:
            places = tuple([place for place, value in enumerate(after) if value != before[place]])
            self._driver().execute(_change(table, places), (*(after[place] for place in places), *key))

    def append(self, table: Table, rows: Sequence[Row]) -> None:
        self._driver().executemany(insertion(table), map(packer(table), rows))

    def save(self, changes: Sequence[Change]) -> None:
        rows = ((c.stream.hex, c.kind, c.events[-1].originator_version, c.packed) for c in changes if c.events)
        self._driver().executemany(_SAVE, rows)

    def move(self, reached: int, needs_scrub: bool) -> None:
        if not self._driver().execute(_MOVE, (reached, needs_scrub)).rowcount:
            self._driver().execute(_FIRST, (reached, needs_scrub))

    def _stored(self, statement: str, stream: UUID) -> Iterable[Packed]:
        return self._driver().execute(statement, (stream.hex,))

    def _driver(self) -> sqlite3.Connection:
        if self._connection is None:
            self._proxy = self._database.raw_connection()
            self._connection = cast(sqlite3.Connection, self._proxy.driver_connection)
        return self._connection


@cache
def _key(table: Table) -> Callable[[Packed], tuple[object, ...]]:
    places = [place for place, column in enumerate(table.columns) if column.primary_key]
    return itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)


@cache
def _deletion_by_key(table: Table) -> str:
    return positional(delete(table).where(*(column == "" for column in table.primary_key)))


@cache
def _change(table: Table, places: tuple[int, ...]) -> str:
    """Returns the statement that changes columns of one row. SQLite writes only the indexes of columns it names."""
    columns = [list(table.columns)[place] for place in places]
    values: Any = {column: bindparam(f"value_{number}") for number, column in enumerate(columns)}
    return positional(update(table).where(*(column == "" for column in table.primary_key)).values(values))
