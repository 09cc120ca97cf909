"""SQLAlchemy on the connections of the pool of a PostgreSQL database: the accounts ask through it."""

from typing import Any

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection, Engine, NullPool, PoolProxiedConnection, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError

from pixflow.store.postgres.database import Database


class _Shared(PGDialect_psycopg):
    """Dialect for connections that belong to the event store: it leaves their settings and prepared statements alone.

    psycopg forgets every prepared statement, the event store's too, after a ROLLBACK of its own.
    """

    supports_statement_cache = True

    def on_connect(self) -> None:
        return None

    def do_rollback(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Leaves it to whoever comes next: `begin`, or the connection that goes back to the pool, in one round trip."""

    def do_rollback_to_savepoint(self, connection: Connection, name: str) -> None:
        _send(connection, f"ROLLBACK TO SAVEPOINT {name}")


registry.register("postgresql.shared", __name__, _Shared.__name__)


def engine(database: Database, begin: str) -> Engine:
    """Returns an engine on the connections of the pool of a database. `begin` are the statements of a beginning.

    Raises OperationalError, as on SQLite, when the server does not answer in time.
    """

    def connect() -> Any:
        connection = database.connect()
        connection.autocommit = True
        return connection

    made = create_engine(
        "postgresql+shared://", creator=connect, poolclass=NullPool, use_native_hstore=False, hide_parameters=True
    )

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        if _driver(connection).pgconn.transaction_status != TransactionStatus.IDLE:
            _send(connection, "ROLLBACK")
        _send(connection, begin)

    return made


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _send(connection: Connection, statement: str) -> None:
    """Sends statements without rows in one round trip. Raises the errors of SQLAlchemy."""
    try:
        result = _driver(connection).pgconn.exec_(statement.encode())
        if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            refused = error_from_result(result, encoding="utf-8")
            raise refused if refused.sqlstate else psycopg.OperationalError(str(refused))
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error) from error
