"""Many PostgreSQL statements in one round trip: prepared once a connection, binary, with a deadline."""

import select
import struct
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

Statement = tuple[bytes, Sequence[bytes | None]]

_ROLLBACK: Statement = (b"ROLLBACK", ())
_RESET: Statement = (b"RESET ALL", ())
_SOON = 5.0
_PREPARED = 300
_REFUSED = (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED)
_PREPARE, _EXECUTE, _FORGET = range(3)
_UUID, _INTEGER, _BIGINT, _TEXT, _BYTES = 2950, 23, 20, 25, 17  # object ids of types


class ConnectionLost(Exception):
    """The connection is gone, or did not answer in time. The outcome of the last statements is unknown."""


class PipelinedConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that sends statements in round trips, for one thread at a time."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.lender: Callable[[PipelinedConnection], None] | None = None
        self._names: OrderedDict[bytes, bytes] = OrderedDict()
        self._numbers = count(1)

    def round_trip(
        self, statements: Iterable[Statement], deadline: float, then: Sequence[Statement] = ()
    ) -> list[PGresult]:
        """Returns the answer to each statement, in one round trip. `deadline` is monotonic.

        Without BEGIN and COMMIT they are one transaction; those of `then` are another one, which begins after its
        commit. Raises psycopg.Error when one is refused: the following ones of its transaction are not executed.
        Raises ConnectionLost and closes the connection when the server does not answer.
        """
        pg = self.pgconn
        parts = [statements, then] if then else [statements]
        try:
            pg.enter_pipeline_mode()
            sent: list[tuple[int, bytes]] = []
            for part in parts:
                for sql, values in part:
                    sent += self._send(sql, values)
                pg.pipeline_sync()
            answers = [answer for _ in parts for answer in self._answers(deadline)]
            pg.exit_pipeline_mode()
        except psycopg.OperationalError as error:
            pg.finish()
            raise ConnectionLost(str(error).strip()) from None
        except BaseException:
            pg.finish()
            raise
        return self._check_answers(sent, answers)

    def close(self) -> None:
        """Returns the connection to its pool, if it has one, with its settings reset.

        psycopg's own method does not return a lost connection: the pool would count it as taken for ever.
        """
        if lender := self.lender:
            self.lender = None
            with suppress(ConnectionLost, psycopg.Error):
                self._clean()
            lender(self)
        else:
            super().close()

    def is_alive(self) -> bool:
        """Tells whether the server has sent nothing: it sends a message when it ends a connection."""
        return self.pgconn.status == ConnStatus.OK and not self._wait(select.POLLIN, 0)

    def _clean(self) -> None:
        idle = self.pgconn.transaction_status == TransactionStatus.IDLE
        self.round_trip([_RESET] if idle else [_ROLLBACK, _RESET], monotonic() + _SOON)
        self.isolation_level = self.read_only = None
        self.autocommit = False

    def _send(self, sql: bytes, values: Sequence[bytes | None]) -> Iterator[tuple[int, bytes]]:
        pg, names = self.pgconn, self._names
        if name := names.get(sql):
            names.move_to_end(sql)
        else:
            name = names[sql] = b"statement_%d" % next(self._numbers)
            pg.send_prepare(name, sql)
            yield _PREPARE, sql
        pg.send_query_prepared(name, values, [1] * len(values), result_format=1)
        yield _EXECUTE, sql
        if len(names) > _PREPARED:
            pg.send_query_params(b"DEALLOCATE " + names.popitem(last=False)[1], None)
            yield _FORGET, sql

    def _answers(self, deadline: float) -> list[PGresult]:
        answers = []
        while (answer := self._next(deadline)) is None or answer.status != ExecStatus.PIPELINE_SYNC:
            if answer is not None:
                answers.append(answer)
        return answers

    def _next(self, deadline: float) -> PGresult | None:
        pg = self.pgconn
        while (unsent := pg.flush()) or pg.is_busy():
            left = deadline - monotonic()
            if left <= 0 or not self._wait(select.POLLIN | (select.POLLOUT if unsent else 0), left):
                raise psycopg.OperationalError("PostgreSQL did not answer in time")
            pg.consume_input()
        if pg.status != ConnStatus.OK:
            raise psycopg.OperationalError("the connection to PostgreSQL is lost")
        return pg.get_result()

    def _check_answers(self, sent: list[tuple[int, bytes]], answers: list[PGresult]) -> list[PGresult]:
        pairs = [(kind, sql, answer) for (kind, sql), answer in zip(sent, answers, strict=True)]
        if refused := [pair for pair in pairs if pair[2].status in _REFUSED]:
            for kind, sql, _ in refused:
                if kind == _PREPARE:
                    self._names.pop(sql, None)
            error = error_from_result(refused[0][2], encoding="utf-8")
            if isinstance(error, errors.InvalidSqlStatementName):
                self.pgconn.finish()
                raise ConnectionLost("what was prepared on the connection to PostgreSQL is gone")
            raise error
        return [answer for kind, _, answer in pairs if kind == _EXECUTE]

    def _wait(self, events: int, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self.pgconn.socket, events)
        return bool(poll.poll(seconds * 1000))


def rows(answer: PGresult) -> list[tuple[Any, ...]]:
    """Returns the rows of an answer as Python values."""
    loading = Transformer()
    loading.set_pgresult(answer)
    return loading.load_rows(0, answer.ntuples, tuple)


def bigint(value: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)


def uuids(values: Iterable[UUID]) -> bytes:
    """Returns the binary uuid[] of these values. The functions below do the same for other types."""
    return _array(_UUID, [value.bytes for value in values])


def integers(values: Iterable[int]) -> bytes:
    return _array(_INTEGER, [value.to_bytes(4, "big", signed=True) for value in values])


def bigints(values: Iterable[int]) -> bytes:
    return _array(_BIGINT, map(bigint, values))


def texts(values: Iterable[str]) -> bytes:
    return _array(_TEXT, [value.encode() for value in values])


def byteas(values: Iterable[bytes | None]) -> bytes:
    return _array(_BYTES, values)


def _array(kind: int, values: Iterable[bytes | None]) -> bytes:
    items = [b"\xff\xff\xff\xff" if value is None else struct.pack(">i", len(value)) + value for value in values]
    head = struct.pack(">iiIii", 1, 1, kind, len(items), 1) if items else struct.pack(">iiI", 0, 0, kind)
    return head + b"".join(items)
