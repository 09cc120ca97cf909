"""A transaction of two round trips on PostgreSQL, under a lock between all processes."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from time import monotonic, sleep

import psycopg
from psycopg.pq.abc import PGresult

from pixflow.store import StoreBusy
from pixflow.store.postgres.database import Database, in_words
from pixflow.store.postgres.pipeline import Link, Lost, Question, rows

_BEGIN: Question = (b"BEGIN", ())
_COMMIT: Question = (b"COMMIT", ())
_ROLLBACK: Question = (b"ROLLBACK", ())
_PAUSE = 0.05


class Turn:
    """One thread's turn to write something: the first trip takes its lock, the commit lets it go.

    `opening` takes the lock, then asks for one number, which is `head` from then on.
    """

    def __init__(self, database: Database, opening: Sequence[Question], deadline: float) -> None:
        self._database = database
        self._opening = [_BEGIN, *opening]
        self._deadline = deadline
        self._link: Link | None = None
        self.head = 0

    def begin(self) -> None:
        """Have the lock, if it is not had yet."""
        if self._link is None:
            self._begin(())

    def ask(self, *questions: Question) -> list[PGresult]:
        """Answers under the lock. StoreBusy when it is not to be had by the deadline, or was lost since."""
        if self._link is None:
            return self._begin(questions)
        try:
            return self._link.trip(questions, self._soon())
        except Lost as error:
            self._let_go()
            raise StoreBusy(f"the lock was lost: {error}") from error
        except psycopg.Error as error:
            self.end()
            raise in_words(error) from error

    def commit(self, questions: Iterable[Question]) -> None:
        """psycopg.Error when nothing of it is recorded, Lost when that is unknown; the lock is gone in any case."""
        assert self._link is not None
        last = [*questions, _COMMIT]
        try:
            self._link.trip(last, self._soon())
        except psycopg.Error:
            self.end()
            raise
        finally:
            self._let_go()

    def end(self) -> None:
        """The lock is let go; what was not committed is gone."""
        if self._link is not None:
            with suppress(Lost):
                self._link.trip([_ROLLBACK], self._soon())
            self._let_go()

    def _begin(self, questions: Sequence[Question]) -> list[PGresult]:
        deadline, self._deadline = self._deadline or self._soon(), 0.0
        while True:
            try:
                return self._try_to_begin(questions, deadline)
            except StoreBusy:
                if monotonic() + 1.5 * self._database.lock_limit >= deadline:
                    raise
            sleep(_PAUSE)

    def _try_to_begin(self, questions: Sequence[Question], deadline: float) -> list[PGresult]:
        self._link = self._database.take(deadline)
        try:
            answers = self._link.trip([*self._opening, *questions], deadline)
        except Lost as error:
            self._let_go()
            raise StoreBusy(str(error)) from error
        except psycopg.Error as error:
            self.end()
            raise in_words(error) from error
        opened = len(self._opening)
        ((self.head,),) = rows(answers[opened - 1])
        return answers[opened:]

    def _let_go(self) -> None:
        if self._link is not None:
            self._database.give_back(self._link)
            self._link = None

    def _soon(self) -> float:
        return monotonic() + self._database.limit
