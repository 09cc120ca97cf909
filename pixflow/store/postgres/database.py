"""The PostgreSQL database of a process: one pool of connections for all its structures (docs/faults.md#f1, #f10, #f11).

Connections of the pool take the role `<user>_writer`, which may insert and select events, and not change them. The
user of the URL owns what is made. Where it may not make roles, an administrator can, once:

    CREATE ROLE pixflow_writer; GRANT pixflow_writer TO pixflow; GRANT CREATE ON DATABASE pixflow TO pixflow_writer

Transactions under a lock between processes take one round trip, or two.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from threading import BoundedSemaphore
from time import monotonic, sleep
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
from eventsourcing import persistence
from eventsourcing.persistence import PersistenceError
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq.abc import PGresult
from psycopg.sql import SQL, Identifier
from psycopg_pool import ConnectionPool, PoolTimeout

from pixflow.store import DatabaseRefused, StoreBusy, StoreError, StoreFull, StoreRefused, StoreUnreached
from pixflow.store.postgres.pipeline import ConnectionLost, PipelinedConnection, Statement, rows

CONNECT = 5
"""Seconds to reach the server."""
APPLICATION = "pixflow-"
"""Prefix of the application name. The rest is the same for all connections of one process."""

# The server drops a client that is gone after 10 s, and one that holds a lock in
# silence after 60 s.
_SESSION = {
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "5",
    "tcp_user_timeout": "10s",
    "default_transaction_isolation": "read committed",
    "search_path": "pg_catalog",
}
# The client's settings for the same limits: seconds, and milliseconds for the last.
_CLIENT: dict[str, str | int] = {
    "connect_timeout": CONNECT,
    "keepalives_idle": 5,
    "keepalives_interval": 1,
    "keepalives_count": 5,
    "tcp_user_timeout": 10_000,
    "client_encoding": "UTF8",
}
_ROLE: tuple[LiteralString, ...] = (
    "CREATE ROLE {role}",
    "GRANT {role} TO {user}",
    "GRANT CREATE ON DATABASE {database} TO {role}",
)
_AWAY = ("08", "53", "57")  # classes of SQLSTATE: connections, resources, an operator
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
Owner = psycopg.Connection[tuple[Any, ...]]

# Answers of a server that starts, stops, or has no free connection.
_LATER = re.compile("starting up|shutting down|recovery|not yet accepting|terminating|too many|slots", re.IGNORECASE)

_PAUSE = 0.05
_SLICE = 0.5

_REFUSALS: dict[type[psycopg.Error], tuple[Callable[[str], StoreError], str]] = {
    errors.DiskFull: (StoreFull, "the disk is full"),
    errors.IoError: (StoreFull, "the disk does not answer"),
    errors.LockNotAvailable: (StoreBusy, "the database is locked by another"),
    errors.DeadlockDetected: (StoreBusy, "the database is locked by another"),
    errors.QueryCanceled: (StoreBusy, "the database was stopped in its work"),
    errors.ReadOnlySqlTransaction: (StoreRefused, "the database is read-only"),
    errors.InsufficientPrivilege: (partial(DatabaseRefused, "rights"), "the database does not let this user"),
    errors.DataCorrupted: (StoreRefused, "the database is damaged"),
    errors.IndexCorrupted: (StoreRefused, "the database is damaged"),
}


class Database:
    """`Database(url)`: at most `size` connections, one kept when idle. `limit` is the longest wait, in seconds.

    Waits for a lock last a fifth of the limit at a time. At most half of the connections hold the lock of a structure,
    so that a holder finds another one for reading. Raises StoreUnreached, DatabaseRefused, and StoreRefused when the
    server could lose confirmed data. No error shows a part of the URL.
    """

    def __init__(self, url: str, *, size: int = 10, limit: float = 10.0) -> None:
        self.url = url
        self._given = read_url(url)
        self.limit = limit
        self._name = f"{APPLICATION}{uuid4().hex[:12]}"
        self.lock_limit = limit / 5
        self.writers = BoundedSemaphore(size // 2)
        with self.owner() as owner:
            self.check_durable(owner)
            self.role = _take_role(owner)
        self.pool = ConnectionPool(
            self._conninfo(self.lock_limit, **{"role": self.role} if self.role else {}),
            connection_class=PipelinedConnection,
            min_size=1,
            max_size=size,
            timeout=limit,
            reconnect_timeout=_SLICE,
            close_returns=True,
            open=True,
        )

    @contextmanager
    def owner(self) -> Iterator[Owner]:
        """Opens a connection of its own as the user of the URL, to create and drop tables. Each statement commits."""
        try:
            connection = psycopg.connect(self._conninfo(self.limit), autocommit=True)
        except psycopg.Error as error:
            raise _explain_failure(error) from None
        try:
            with connection:
                yield connection
        except psycopg.Error as error:
            raise in_words(error) from error

    def check_durable(self, connection: Owner) -> None:
        """Raises StoreRefused when a confirmed command could be lost in a power cut (docs/faults.md#f1)."""
        found = {name: connection.execute(SQL("SHOW {}").format(Identifier(name))).fetchone() for name in _DURABLE}
        given = ", ".join(f"{name}={value[0]}" for name, value in found.items() if value and value[0] == "off")
        if given:
            raise StoreRefused(f"a confirmed command could be lost in a power cut: PostgreSQL gives {given}")

    def take(self, deadline: float) -> PipelinedConnection:
        """Takes a live connection, to be returned with `give_back`. Raises StoreBusy at the deadline (monotonic)."""
        while True:
            try:
                connection = self.pool.getconn(max(0.001, min(_SLICE, deadline - monotonic())))
            except PoolTimeout as error:
                if monotonic() >= deadline:
                    raise StoreBusy(f"no connection to PostgreSQL in {self.limit:g} s") from error
                continue
            if connection.is_alive():
                return connection
            connection.pgconn.finish()
            self.give_back(connection)

    def give_back(self, connection: PipelinedConnection) -> None:
        self.pool.putconn(connection)

    def connect(self) -> PipelinedConnection:
        """Returns a connection for SQLAlchemy. Closing it gives it back to the pool. Its queries have no deadline."""
        connection = self.take(monotonic() + self.limit)
        connection.lender = self.give_back
        return connection

    def execute(self, *statements: Statement, then: Sequence[Statement] = ()) -> list[PGresult]:
        """Returns the answers to statements that may run twice: they do when a connection is lost.

        They are one transaction, and those of `then` the next one; each sees what was committed before it. Raises
        StoreBusy at the limit.
        """
        deadline = monotonic() + self.limit
        while True:
            connection = self.take(deadline)
            try:
                return connection.round_trip(statements, deadline, then)
            except ConnectionLost as error:
                if monotonic() >= deadline:
                    raise StoreBusy(str(error)) from error
                sleep(_PAUSE)
            except psycopg.Error as error:
                raise in_words(error) from error
            finally:
                self.give_back(connection)

    def close(self) -> None:
        self.pool.close()

    def _conninfo(self, lock_limit: float, **session: str) -> str:
        settings = {**_SESSION, "application_name": self._name, "lock_timeout": f"{lock_limit * 1000:.0f}", **session}
        escaped = {name: value.replace("\\", "\\\\").replace(" ", "\\ ") for name, value in settings.items()}
        options = [f"-c {name}={value}" for name, value in escaped.items()]
        given = str(self._given.get("options") or "")
        return make_conninfo("", **{**self._given, **_CLIENT, "options": " ".join([given, *options])})


class Locks:
    """Locks between processes, one after the other, on one connection of its own: it is made for the first of them.

    Whoever holds one does not ask for it again: the server would give it twice.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = ExitStack()
        self._owner: Owner | None = None

    @contextmanager
    def try_lock(self, name: str) -> Iterator[bool]:
        """Yields True if no other process holds the lock of `name`, and holds it until the end. Never waits."""
        number = [lock_number(name)]
        try:
            owner, mine = self._try(number)
        except psycopg.OperationalError:  # the server has ended the connection meanwhile
            owner, mine = self._try(number)
        try:
            yield mine
        finally:
            with suppress(psycopg.OperationalError):  # the lock went with the connection
                if mine:
                    owner.execute("SELECT pg_advisory_unlock(%s)", number)

    def _try(self, number: list[int]) -> tuple[Owner, bool]:
        if self._owner is None or self._owner.closed:
            self.close()
            self._owner = self._connection.enter_context(self._database.owner())
        found = self._owner.execute("SELECT pg_try_advisory_lock(%s)", number).fetchone()
        return self._owner, found == (True,)

    def close(self) -> None:
        self._connection.close()


def read_url(url: str) -> dict[str, Any]:
    """Returns the connection parameters. Raises DatabaseRefused("url"), also if the host contains a password."""
    try:
        given = conninfo_to_dict(url)
    except (psycopg.Error, ValueError):
        raise DatabaseRefused("url", "PIXFLOW_DATABASE_URL cannot be read") from None
    place, ports = f"{given.get('host')}{given.get('dbname')}", str(given.get("port") or "")
    if "@" in place or not all(port.isdigit() for port in ports.split(",") if port):
        raise DatabaseRefused("url", "PIXFLOW_DATABASE_URL has a character to be written as %XX")
    return given


def _explain_failure(error: psycopg.Error) -> StoreError:
    """Returns the reason of a failed connection. libpq gives no code, and quotes parts of the URL in its message."""
    message = re.sub('"[^"]*"', "", str(error))
    asked = error.pgconn is not None and error.pgconn.needs_password
    if "FATAL" not in message and not asked:
        return StoreUnreached("PostgreSQL does not answer where PIXFLOW_DATABASE_URL says")
    if _LATER.search(message):
        return StoreBusy("PostgreSQL lets nobody in for now")
    return DatabaseRefused("entry", "PostgreSQL does not let in whom PIXFLOW_DATABASE_URL says")


def in_words(error: psycopg.Error) -> Exception:
    """Returns the error of the store or of the library for an error of PostgreSQL."""
    for kind in type(error).__mro__:
        if kind in _REFUSALS:
            refusal, words = _REFUSALS[kind]
            return refusal(f"{words}: {error}")
    if error.sqlstate is None or error.sqlstate[:2] in _AWAY:
        return StoreBusy(f"PostgreSQL does not answer: {error}")
    names = (kind.__name__ for kind in type(error).__mro__)
    return next((getattr(persistence, name) for name in names if hasattr(persistence, name)), PersistenceError)(error)


def lock_number(name: str) -> int:
    """Returns the number of the advisory lock for a name, as a signed bigint."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def _take_role(owner: Owner) -> str | None:
    """Returns the role of the pool's connections, created if necessary; None when this user may not have it."""
    role = f"{owner.info.user}_writer"
    if _may_take(owner, role):
        return role
    names = {"role": Identifier(role), "user": Identifier(owner.info.user), "database": Identifier(owner.info.dbname)}
    owner.execute("SELECT pg_advisory_lock(%s)", [lock_number("pixflow roles")])
    for statement in _ROLE:
        with suppress(psycopg.DatabaseError):
            owner.execute(SQL(statement).format(**names))
    owner.execute("SELECT pg_advisory_unlock_all()")
    return role if _may_take(owner, role) else None


def _may_take(owner: Owner, role: str) -> bool:
    try:
        owner.execute(SQL("SET ROLE {}").format(Identifier(role)))
    except (errors.InsufficientPrivilege, errors.InvalidParameterValue):
        return False
    row = owner.execute("SELECT has_database_privilege(current_database(), 'CREATE')").fetchone()
    owner.execute("RESET ROLE")
    return row == (True,)


# --- transactions under a lock between processes

_BEGIN: Statement = (b"BEGIN", ())
_COMMIT: Statement = (b"COMMIT", ())
_ROLLBACK: Statement = (b"ROLLBACK", ())


def at_once(database: Database, statements: Iterable[Statement], deadline: float) -> list[PGresult]:
    """Returns the answers to the statements of one transaction, in one round trip.

    Raises psycopg.Error when nothing was recorded, ConnectionLost when the outcome is unknown.
    """
    connection = database.take(deadline)
    try:
        return connection.round_trip([_BEGIN, *statements, _COMMIT], deadline)[1:-1]
    except psycopg.Error:
        with suppress(psycopg.Error, ConnectionLost):
            connection.round_trip([_ROLLBACK], deadline)
        raise
    finally:
        database.give_back(connection)


class Transaction:
    """Write transaction of one thread: the first round trip takes the lock, the commit releases it.

    `opening` takes the lock, then selects one number, which becomes `head`.
    """

    def __init__(self, database: Database, opening: Sequence[Statement], deadline: float) -> None:
        self._database = database
        self._opening = [_BEGIN, *opening]
        self._deadline = deadline
        self._connection: PipelinedConnection | None = None
        self.head = 0

    def begin(self) -> None:
        """Takes the lock, unless it is held."""
        if self._connection is None:
            self._begin(())

    def execute(self, *statements: Statement) -> list[PGresult]:
        """Returns the answers under the lock. Raises StoreBusy when the lock is not free in time, or was lost."""
        if self._connection is None:
            return self._begin(statements)
        try:
            return self._connection.round_trip(statements, self._soon())
        except ConnectionLost as error:
            self._let_go()
            raise StoreBusy(f"the lock was lost: {error}") from error
        except psycopg.Error as error:
            self.end()
            raise in_words(error) from error

    def commit(self, statements: Iterable[Statement]) -> None:
        """Commits and releases the lock.

        Raises psycopg.Error when nothing was recorded, ConnectionLost when the outcome is unknown.
        """
        assert self._connection is not None
        last = [*statements, _COMMIT]
        try:
            self._connection.round_trip(last, self._soon())
        except psycopg.Error:
            self.end()
            raise
        finally:
            self._let_go()

    def end(self) -> None:
        """Rolls back and releases the lock."""
        if self._connection is not None:
            with suppress(ConnectionLost):
                self._connection.round_trip([_ROLLBACK], self._soon())
            self._let_go()

    def _begin(self, statements: Sequence[Statement]) -> list[PGresult]:
        deadline, self._deadline = self._deadline or self._soon(), 0.0
        while True:
            try:
                return self._try_to_begin(statements, deadline)
            except StoreBusy:
                if monotonic() + 1.5 * self._database.lock_limit >= deadline:
                    raise
            sleep(_PAUSE)

    def _try_to_begin(self, statements: Sequence[Statement], deadline: float) -> list[PGresult]:
        self._connection = self._database.take(deadline)
        try:
            answers = self._connection.round_trip([*self._opening, *statements], deadline)
        except ConnectionLost as error:
            self._let_go()
            raise StoreBusy(str(error)) from error
        except psycopg.Error as error:
            self.end()
            raise in_words(error) from error
        opened = len(self._opening)
        ((self.head,),) = rows(answers[opened - 1])
        return answers[opened:]

    def _let_go(self) -> None:
        if self._connection is not None:
            self._database.give_back(self._connection)
            self._connection = None

    def _soon(self) -> float:
        return monotonic() + self._database.limit
