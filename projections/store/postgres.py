"""Read stores on PostgreSQL: each is a schema of unlogged tables, on the connections of the pool of the process."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import date, datetime
from functools import cache
from operator import attrgetter, itemgetter
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self
from uuid import UUID

import msgspec
import psycopg
from eventsourcing.persistence import PersistenceError
from eventsourcing.persistence import ProgrammingError as UndefinedList
from psycopg.errors import DataCorrupted, IndexCorrupted, InvalidSchemaName, UndefinedTable, error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.sql import Literal
from psycopg.types.bool import BoolBinaryDumper
from psycopg.types.datetime import DateBinaryDumper, DatetimeNoTzBinaryDumper
from psycopg.types.numeric import Int4BinaryDumper
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Engine,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    NullPool,
    PoolProxiedConnection,
    String,
    Table,
    Uuid,
    create_engine,
    delete,
    event,
    false,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.schema import CreateSchema
from sqlalchemy.types import TypeEngine

from pixflow.store.postgres.database import Database
from pixflow.store.postgres.pipeline import ConnectionLost, Statement, bigint, byteas, integers, rows, texts, uuids
from projections.contract import WRITING, Change, Row, Source, metadata
from projections.store.fingerprint import fingerprint
from projections.store.folds import DECODERS
from projections.store.transaction import Made, PlainTransaction, RowCache

LIMIT: Final = "10s"
"""Longest wait for another writer, and for the last readers of a store that is dropped."""
SHORT: Final = "200ms"
"""Longest wait for readers where the work can be tried again: new readers wait too."""
LONG: Final = "600s"
"""Longest wait for a store that another process builds, and longest pause of a batch between two statements."""
_LONGEST = 600.0  # for an answer, in seconds
SCHEMA: Final = "schema"
BEGIN: Final = "begin"
DATABASE: Final = "database"

# A reader locks `position`, so that its store is not dropped meanwhile. A writer locks out other writers, and takes its
# snapshot only after it has waited.
_READ = """BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path TO {};
    LOCK TABLE position IN ACCESS SHARE MODE"""
_WRITE = """BEGIN; SET LOCAL search_path TO {}; SET LOCAL lock_timeout TO '{}';
    SET LOCAL idle_in_transaction_session_timeout TO '{}'; LOCK TABLE position IN EXCLUSIVE MODE"""
_ALONE = f"BEGIN; SET LOCAL lock_timeout TO '{LONG}'; SET LOCAL idle_in_transaction_session_timeout TO 0"
_STANDING = """SELECT (SELECT COALESCE(max(position), 0) FROM {}), position, stained FROM {}.position
    WHERE EXISTS ({})"""
_CHANGE = f"BEGIN; SET LOCAL lock_timeout TO '{LIMIT}'"

_DAMAGE = (UndefinedTable, InvalidSchemaName, DataCorrupted, IndexCorrupted)


class _Shared(PGDialect_psycopg):
    """Dialect for connections that belong to the event store: it leaves their settings and prepared statements alone.

    psycopg forgets every prepared statement, the event store's too, after a ROLLBACK, a DROP or an ALTER of its own.
    """

    supports_statement_cache = True
    PARAMETERS = "numeric_dollar"

    def encoder(self, kind: TypeEngine[Any]) -> Callable[[Any], Any]:
        return _ENCODERS[kind.python_type]

    def decoder(self, kind: TypeEngine[Any]) -> None:
        return None

    def fetch(self, connection: Connection, text: str, values: Sequence[bytes]) -> list[tuple[Any, ...]]:
        try:
            (answer,) = _driver(connection).round_trip([(text.encode(), values)], monotonic() + _LONGEST)
        except ConnectionLost as error:
            raise OperationalError(text, None, error) from error
        except psycopg.Error as error:
            raise DBAPIError.instance(text, None, error, psycopg.Error) from error
        return rows(answer)

    def on_connect(self) -> None:
        return None

    def do_rollback(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Leaves it to whoever comes next: `begin`, or the connection that goes back to the pool, in one round trip."""

    def do_rollback_to_savepoint(self, connection: Connection, name: str) -> None:
        _send(_driver(connection), f"ROLLBACK TO SAVEPOINT {name}")


_ENCODERS: dict[type, Callable[[Any], Any]] = {
    UUID: attrgetter("bytes"),
    date: DateBinaryDumper(date).dump,
    datetime: DatetimeNoTzBinaryDumper(datetime).dump,
    int: Int4BinaryDumper(int).dump,
    str: str.encode,
    bool: BoolBinaryDumper(bool).dump,
}
"""Functions that turn a value of a type into a binary parameter."""

registry.register("postgresql.shared", __name__, _Shared.__name__)


def engine(database: Database) -> Engine:
    """Returns an engine on the connections of the pool of a database.

    Without a chosen schema, each statement is a transaction of its own. Raises OperationalError, as on SQLite, when the
    server does not answer in time.
    """

    def taken() -> Any:
        connection = database.connect()
        connection.autocommit = True
        return connection

    made = create_engine(
        "postgresql+shared://", creator=taken, poolclass=NullPool, use_native_hstore=False, hide_parameters=True
    )

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        if _driver(connection).pgconn.transaction_status != TransactionStatus.IDLE:
            _send(_driver(connection), "ROLLBACK")
        options = connection.get_execution_options()
        statement = options.get(BEGIN)
        if schema := options.get(SCHEMA):
            statement = _WRITE.format(schema, LIMIT, LONG) if options.get(WRITING) else _READ.format(schema)
        if statement:
            try:
                _send(_driver(connection), statement)
            except ProgrammingError as error:  # the schema is gone: its tables were made anew
                raise OperationalError(statement, None, error) from error

    return made.execution_options(**{DATABASE: database})


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _send(driver: Any, statement: str) -> None:
    """Sends statements without rows in one round trip. Raises the errors of SQLAlchemy."""
    try:
        result = driver.pgconn.exec_(statement.encode())
        if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            refused = error_from_result(result, encoding="utf-8")
            raise refused if refused.sqlstate else psycopg.OperationalError(str(refused))
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error) from error


class PostgresStores:
    """Read stores as schemas `<schema>_read_<n>`; the table `<schema>_read.stores` says which one is live."""

    def __init__(self, database: Engine, schema: str) -> None:
        self._database = database
        self._prefix = f"{schema}_read"
        self._list = Table(
            "stores",
            MetaData(schema=self._prefix),
            Column("number", Integer, Identity(), primary_key=True),
            Column("fingerprint", String, nullable=False),
            Column("live", Boolean, nullable=False, server_default=false()),
        )
        self._usable = f"SELECT number FROM {_quoted(self._prefix)}.stores WHERE live AND fingerprint = $1"  # noqa: S608
        self._events = f"{_quoted(schema)}.stored_events"
        self._listed = False  # an existing list is not looked for again

    def live(self) -> str | None:
        if not self._listed:
            with self._database.connect() as connection:
                self._listed = self._is_listed(connection)
        return next((self._name(row[0]) for row in self._of_live(self._usable)), None) if self._listed else None

    def standing(self, name: str, database: Engine, source: Source) -> tuple[int, int, bool] | None:
        usable = f"{self._usable} AND number = {self._number(name)}"
        return next(iter(self._of_live(_STANDING.format(self._events, _quoted(name), usable))), None)

    def _of_live(self, statement: str) -> list[Any]:
        """Returns rows of the list for this code; none when it is gone."""
        database: Database = self._database.get_execution_options()[DATABASE]
        try:
            (answer,) = database.execute((statement.encode(), (fingerprint().encode(),)))
        except UndefinedList:
            return []
        return rows(answer)

    def other(self) -> bool:
        with self._database.connect() as connection:
            live = select(self._list.c.fingerprint).where(self._list.c.live)
            made = self._is_listed(connection) and connection.execute(live).scalar()
        return made not in (False, None, fingerprint())

    def damaged(self, error: BaseException | None) -> bool:
        while isinstance(error, DBAPIError):
            error = error.orig
        return isinstance(error, _DAMAGE)

    def discard(self, name: str) -> None:
        with self._begin(_CHANGE) as connection:
            connection.execute(update(self._list).where(self._list.c.number == self._number(name)).values(live=False))

    def _is_listed(self, connection: Connection) -> bool:
        """Tells whether the list exists, without an error in the log of the server."""
        found = func.to_regclass(f"{_quoted(self._prefix)}.{self._list.name}")
        return bool(connection.execute(select(found.is_not(None))).scalar())

    @contextmanager
    def making(self) -> Iterator[None]:
        """Lets one process at a time build a store. Raises OperationalError when another takes over ten minutes."""
        lock = f"SELECT pg_advisory_xact_lock(hashtextextended({Literal(self._prefix).as_string()}, 0))"
        with self._begin(f"{_ALONE}; {lock}"):  # a prepared one keeps its snapshot: VACUUM would wait for it
            yield

    def make(self) -> str:
        with self._begin(_CHANGE) as connection:
            connection.execute(CreateSchema(self._prefix, if_not_exists=True))
            self._list.create(connection, checkfirst=True)
            added = insert(self._list).values(fingerprint=fingerprint()).returning(self._list.c.number)
            name = self._name(connection.execute(added).scalar_one())
            connection.execute(CreateSchema(name))
            _send(_driver(connection), f"SET LOCAL search_path TO {_quoted(name)}")
            metadata.create_all(connection, checkfirst=False)
            _send(_driver(connection), "; ".join(map(_as_read, metadata.sorted_tables)))
        return name

    def open(self, name: str) -> Engine:
        return self._database.execution_options(**{SCHEMA: _quoted(name)})

    def point(self, name: str) -> None:
        with self._begin(_CHANGE) as connection:
            connection.execute(update(self._list).values(live=self._list.c.number == self._number(name)))

    def tidy(self) -> None:
        left = select(self._list.c.number).where(~self._list.c.live)
        with self._database.connect() as connection:
            others = connection.execute(left).scalars().all() if self._is_listed(connection) else ()
        for other in others:
            with suppress(OperationalError):  # its readers do not go: another time
                self._drop(other)

    def _drop(self, number: int) -> None:
        """Drops a store after its last readers have left."""
        schema = _quoted(self._name(number))
        with self._begin(_CHANGE) as connection:
            if connection.execute(select(func.to_regclass(f"{schema}.position"))).scalar():
                _send(_driver(connection), f"LOCK TABLE {schema}.position")
            _send(_driver(connection), f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            connection.execute(delete(self._list).where(self._list.c.number == number))

    def _begin(self, statement: str) -> AbstractContextManager[Connection]:
        return self._database.execution_options(**{BEGIN: statement}).begin()

    def _number(self, name: str) -> int:
        return int(name.removeprefix(f"{self._prefix}_"))

    def _name(self, number: int) -> str:
        return f"{self._prefix}_{number}"


_OF_NO_PERSON = ("position", "version", "day", "begun", "ended")


def _as_read(table: Table) -> str:
    """Returns the statement that adapts a new table.

    Unlogged, so that rows in clear stay out of the log. Text sorts by its bytes, as on SQLite. Personal data stay
    out of the statistics of the planner, which are logged and outlive the row.
    """
    changes = ["SET UNLOGGED"]
    for column in table.columns:
        name = _quoted(column.name)
        if isinstance(column.type, String):
            changes.append(f'ALTER {name} TYPE varchar COLLATE "C"')
        if not (isinstance(column.type, (Uuid, Boolean)) or column.name in _OF_NO_PERSON):
            changes.append(f"ALTER {name} SET STATISTICS 0")
    return f"ALTER TABLE {_quoted(table.name)} {', '.join(changes)}"


def write_anew(database: Engine) -> bool:
    """Rewrites the tables of a store, so that deleted rows leave the files. Returns False when somebody was reading."""
    schema = database.get_execution_options()[SCHEMA]
    words = (String, JSON, LargeBinary)
    tables = (one for one in metadata.sorted_tables if any(isinstance(column.type, words) for column in one.columns))
    with database.execution_options(**{SCHEMA: None}).connect() as connection:
        _send(_driver(connection), f"SET lock_timeout TO '{SHORT}'")
        try:
            for table in tables:
                _send(_driver(connection), f"VACUUM FULL {schema}.{_quoted(table.name)}")
        except OperationalError:
            return False
        finally:
            _send(_driver(connection), "RESET lock_timeout")
    return True


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# --- plain batches in one round trip: statements are collected, then sent as one transaction

_JSON = msgspec.json.Encoder().encode
_BEGIN: Statement = (b"BEGIN", ())
_COMMIT: Statement = (b"COMMIT", ())
_ROLLBACK: Statement = (b"ROLLBACK", ())

_POSITION = "SELECT position, stained FROM {0}.position"
# Locks the row: other writers wait for it. A division by zero refuses the transaction when the tables are not at the
# position that the batch follows.
_MOVE = """WITH moved AS (UPDATE {0}.position SET position = $2::bigint, stained = $3, day = $4
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


class PostgresTransaction(PlainTransaction):
    """Writes plain batches in a schema. `with` collects the statements of a batch and sends them at its end.

    Raises psycopg.Error or ConnectionLost when the batch is not written, or perhaps not.
    """

    ERRORS: tuple[type[Exception], ...] = (psycopg.Error, ConnectionLost, PersistenceError)
    LARGEST = 200
    """Events of a batch: for more, COPY is faster."""

    def __init__(self, database: Database, schema: str) -> None:
        self._database = database
        self._schema = schema
        self._rows = RowCache[Row]()
        self._expected = 0
        self._statements: list[Statement] = []

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

    def states(self, streams: Sequence[UUID]) -> Mapping[UUID, Any]:
        if not streams:
            return {}
        (answer,) = self._database.execute(self._statement(_STATES, uuids(streams)))
        return {stream: DECODERS[kind].decode(state) for stream, kind, state in rows(answer)}

    def replace(self, table: Table, made: Made) -> None:
        written = ((change.stream, change.before is None, found) for change, found in made)
        difference = self._rows.difference(table, written, _key(table), remember=True)
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

    def move(self, reached: int, needs_scrub: bool, day: int) -> None:
        values = bigint(self._expected), bigint(reached), bytes([needs_scrub]), day.to_bytes(4)
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
