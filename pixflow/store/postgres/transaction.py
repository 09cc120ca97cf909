"""PostgreSQL transactions under a lock between processes: of one round trip, or of two."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from time import monotonic, sleep

import psycopg
from psycopg.pq.abc import PGresult

from pixflow.store import StoreBusy
from pixflow.store.postgres.database import Database, in_words
from pixflow.store.postgres.pipeline import ConnectionLost, PipelinedConnection, Statement, rows

_BEGIN: Statement = (b"BEGIN", ())
_COMMIT: Statement = (b"COMMIT", ())
_ROLLBACK: Statement = (b"ROLLBACK", ())
_PAUSE = 0.05


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
