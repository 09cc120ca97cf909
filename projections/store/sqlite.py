"""Databases of read tables: files of SQLite and databases in memory, and the transaction of plain batches."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import cache, lru_cache, partial
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from uuid import UUID
from weakref import finalize

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    PoolProxiedConnection,
    Table,
    Uuid,
    bindparam,
    create_engine,
    create_mock_engine,
    delete,
    event,
    update,
)
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool, StaticPool
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import LRUCache

from projections.contract import Change, Row, metadata, row_columns
from projections.store.day_rows import TRIGGER
from projections.store.folds import DECODERS
from projections.store.transaction import (
    Made,
    NeedsQueries,
    RowCache,
    deletion,
    insertion,
    packer,
    positional,
    selection,
)

LIMIT = 10_000
"""Longest wait for another connection, in milliseconds."""
SHORT = 200
"""Longest wait for readers, in milliseconds, where the work can be tried again."""
_AS_IT_STANDS = {"mode": "rw", "uri": "true"}
_COMPILED: LRUCache[Any, Any] = LRUCache(1_000)
"""Compiled statements, for every SQLite store of this process."""


@lru_cache(10_000)
def _uuid(text: str | None) -> UUID | None:
    """Returns an id. A page shows most of those of the page before."""
    return UUID(text) if text else None


class _Alike(SQLiteDialect_pysqlite):
    """SQLite's dialect. All of them are equal, so that one store runs what another one compiled."""

    supports_statement_cache = True

    def encoder(self, kind: TypeEngine[Any]) -> Callable[[Any], Any]:
        return kind.dialect_impl(self).bind_processor(self) or (lambda value: value)

    def decoder(self, kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
        if isinstance(kind, Uuid):
            return _uuid
        return kind.dialect_impl(self).result_processor(self, None)

    def fetch(self, connection: Connection, text: str, values: list[Any]) -> list[Any]:
        driver: Any = connection.connection.driver_connection
        try:
            return driver.execute(text, values).fetchall()  # type: ignore[no-any-return]
        except sqlite3.Error as error:
            raise DBAPIError.instance(text, None, error, sqlite3.Error, hide_parameters=True) from error

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))


registry.register("sqlite.alike", __name__, _Alike.__name__)


def engine(path: Path | None, **pool: Any) -> Engine:
    """Returns an engine on a file that is there, in memory without a path. It compiles a statement once a process.

    `pool` are SQLAlchemy's options of its pool.

    A connection to a file that was deleted meanwhile raises OperationalError, and makes no empty file of its name.
    A connection closes with the engine, even if nobody disposes of it.
    """
    made = create_engine(
        URL.create("sqlite+alike", database=path.absolute().as_uri(), query=_AS_IT_STANDS)
        if path
        else "sqlite+alike://",
        connect_args={"check_same_thread": False},
        execution_options={"compiled_cache": _COMPILED},
        hide_parameters=True,
        **pool,
    )
    event.listen(made, "connect", _close_with)
    return made


def _close_with(raw: Any, record: Any) -> None:
    """Closes a connection once its pool forgets it: sqlite3 warns of one that nobody closes, from Python 3.13 on."""
    finalize(record, raw.close).atexit = False


def database(path: Path | None) -> Engine:
    """Opens a SQLite read store, and creates its tables in a new file. In memory without a path."""
    new = path is None or not path.exists()
    if path is None:
        made = engine(None, poolclass=StaticPool)
    else:
        # A request holds one connection and may take another to catch up: the threads of the server are the limit.
        if new:
            with suppress(OSError):  # SQLite says in its own words that it cannot open the file
                path.touch(mode=0o600)
        made = engine(path, max_overflow=-1)

    @event.listens_for(made, "connect")
    def _settings(raw, _record) -> None:  # type: ignore[no-untyped-def]
        raw.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "wal_autocheckpoint=4000",  # pages, 1,000 by default: a page that changes often is moved less often
            "secure_delete=ON",
            "temp_store=MEMORY",  # its temporary files would be in clear, and elsewhere
            "cache_size=-500",  # kB: thirty people at once have thirty connections
            f"busy_timeout={LIMIT}",
        ):
            raw.execute(f"PRAGMA {pragma}")

    event.listen(made, "begin", begin)
    if new:
        with made.begin() as connection:
            for statement in creation():
                connection.exec_driver_sql(statement)
    return made


def begin(connection: Connection) -> None:
    """Begins a transaction of SQLAlchemy, where the driver would wait for the first row written."""
    connection.dialect.fetch(connection, "BEGIN", [])  # type: ignore[attr-defined]


def in_memory(tables: Sequence[Table], but: tuple[str, ...] = (), **pool: Any) -> Engine:
    """Returns an engine whose every connection is a database in memory with these tables, empty. It keeps no day rows.

    `but` are beginnings of statements that are left out, `pool` SQLAlchemy's options of its pool.
    """
    made = engine(None, **pool)
    event.listen(made, "begin", begin)

    @event.listens_for(made, "connect")
    def _create(raw, _record) -> None:  # type: ignore[no-untyped-def]
        raw.isolation_level = None
        for statement in creation(*tables):
            if not statement.lstrip().startswith((TRIGGER, *but)):
                raw.execute(statement)

    return made


def serialized(connection: Connection) -> bytes:
    """Returns a database in memory as bytes, once its transaction has ended."""
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    return driver.serialize()


def deserialized(content: bytes) -> Engine:
    """Returns an engine whose every connection is a copy of a database in memory."""
    made = engine(None, poolclass=NullPool)
    event.listen(made, "begin", begin)

    @event.listens_for(made, "connect")
    def _load(raw, _record) -> None:  # type: ignore[no-untyped-def]
        raw.isolation_level = None
        raw.deserialize(content)

    return made


@cache
def creation(*tables: Table) -> tuple[str, ...]:
    """Returns the statements that create these tables, all of them by default, for SQLite."""
    statements: list[str] = []
    mock = create_mock_engine("sqlite://", lambda made, *_: statements.append(str(made.compile(dialect=_Alike()))))
    metadata.create_all(mock, tables=tables or None, checkfirst=False)
    return tuple(statements)


def write_anew(database: Engine) -> bool:
    """Rewrites a store, so that deleted rows leave its files. Returns False when somebody was reading.

    `secure_delete` overwrites deleted rows where they stand. It misses the copies that SQLite leaves where it splits or
    balances pages: only VACUUM leaves none.
    """
    raw = database.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA busy_timeout={SHORT}")
        if not _empty_log(cursor):  # else each page during a long read would rewrite the store
            return False
        cursor.execute("VACUUM")
        return _empty_log(cursor)
    except sqlite3.OperationalError:
        return False
    finally:
        raw.cursor().execute(f"PRAGMA busy_timeout={LIMIT}")
        raw.close()


def _empty_log(cursor: Any) -> bool:
    """Moves the write-ahead log into the file. Returns False when somebody was reading."""
    return not cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


# --- plain batches through the driver: for a few rows, SQLAlchemy takes most of the time

Packed = tuple[Any, ...]

_POSITION = "SELECT position, stained FROM position"
_MOVE = "UPDATE position SET position = ?, stained = ?, day = ?"
_FIRST = "INSERT INTO position VALUES (?, ?, ?)"
_STATES = "SELECT stream, kind, state FROM folds WHERE stream IN (SELECT value FROM json_each(?))"
_SAVE = """INSERT INTO folds (stream, kind, version, state) VALUES (?, ?, ?, ?)
    ON CONFLICT (stream) DO UPDATE SET version = excluded.version, state = excluded.state"""
_MANY = 500
"""More streams than this are not remembered: a batch of a rebuild would push all others out."""


class SqliteTransaction:
    """A `WriteTransaction` that writes plain batches only, and remembers the rows that it wrote.

    It uses one connection of the driver, kept until `close`. Raises NeedsQueries for any other batch. `with` begins
    one, then commits it, or rolls it back after an error.
    """

    ERRORS: tuple[type[Exception], ...] = (sqlite3.Error, SQLAlchemyError)
    """Errors of the driver: the tables are damaged or busy."""
    LARGEST = 5_000
    """Events of a batch: a larger one seldom goes without queries. Its streams would be folded twice."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._proxy: PoolProxiedConnection | None = None
        self._connection: sqlite3.Connection | None = None
        self._rows = RowCache[Packed]()

    @property
    def connection(self) -> Connection:
        raise NeedsQueries

    def savepoint(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def forget(self) -> None:
        """Forgets the rows: another transaction may have changed them."""
        self._rows.clear()

    def position(self) -> tuple[int, bool]:
        """Returns the position that the tables show, and whether they need a scrub."""
        found = self._driver().execute(_POSITION).fetchone()
        return (found[0], bool(found[1])) if found else (0, False)

    def expect(self, position: int, needs_scrub: bool) -> None:
        """Raises NeedsQueries when the tables are at another position: another process has moved them."""
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

    def close(self) -> None:
        self.forget()
        if self._proxy is not None:
            self._proxy.close()
            self._proxy = self._connection = None

    def states(self, streams: Sequence[UUID]) -> Mapping[UUID, Any]:
        if not streams:
            return {}
        found = self._driver().execute(_STATES, (json.dumps([stream.hex for stream in streams]),))
        return {UUID(stream): DECODERS[kind].decode(state) for stream, kind, state in found}

    def replace(self, table: Table, made: Made) -> None:
        pack = packer(table)
        packed = [(change.stream, change.before is None, [pack(row) for row in rows]) for change, rows in made]
        few = len(packed) <= _MANY
        read = partial(self._driver().execute, selection(table))
        stored = (lambda stream: read((stream.hex,))) if few else None
        difference = self._rows.difference(table, packed, _key(table), remember=few, stored=stored)
        if difference.whole:
            self._driver().executemany(deletion(table), [(stream.hex,) for stream in difference.whole])
        if difference.gone:
            self._driver().executemany(_deletion_by_key(table), difference.gone)
        if difference.added:
            self._driver().executemany(insertion(table), difference.added)
        for key, before, after in difference.changed:
            places = tuple([place for place, value in enumerate(after) if value != before[place]])
            self._driver().execute(_change(table, places), (*(after[place] for place in places), *key))

    def append(self, table: Table, rows: Sequence[Row]) -> None:
        self._driver().executemany(insertion(table), map(packer(table), rows))

    def save(self, changes: Sequence[Change]) -> None:
        rows = ((c.stream.hex, c.kind, c.events[-1].originator_version, c.packed) for c in changes if c.events)
        self._driver().executemany(_SAVE, rows)

    def move(self, reached: int, needs_scrub: bool, day: int) -> None:
        row = (reached, needs_scrub, day)
        if not self._driver().execute(_MOVE, row).rowcount:
            self._driver().execute(_FIRST, row)

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
    columns = [row_columns(table)[place] for place in places]
    values: Any = {column: bindparam(f"new_value_{number}") for number, column in enumerate(columns)}
    return positional(update(table).where(*(column == "" for column in table.primary_key)).values(values))
