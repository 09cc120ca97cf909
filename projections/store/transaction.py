"""Contract of a transaction that writes a batch of the read tables, and of one that remembers its rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Table

from projections.contract import Change, Row
from projections.store.bulk_writes import delete_streams, insert_rows
from projections.store.folds import folds_of, move_position, save_folds

Made = Iterable[tuple[Change, Sequence[Row]]]
"""The rows of one table that each change has made."""


class NeedsQueries(Exception):
    """The batch is not a plain one: it has to read tables, or to set a savepoint. Nothing of it is written."""


class WriteTransaction(Protocol):
    """Contract of a transaction that writes the rows, the states and the position of one batch."""

    @property
    def connection(self) -> Connection:
        """Connection of the transaction, for queries. Raises NeedsQueries when it has none."""
        ...

    def savepoint(self) -> AbstractContextManager[Any]: ...

    def states(self, streams: Sequence[UUID]) -> Mapping[UUID, Any]:
        """Returns the states of streams as the tables show them; unknown ones are left out."""
        ...

    def replace(self, table: Table, made: Made) -> None:
        """Writes the rows of each stream in place of those it has. A new stream has none."""
        ...

    def append(self, table: Table, rows: Sequence[Row]) -> None: ...

    def save(self, changes: Sequence[Change]) -> None:
        """Writes the state of each stream with new events."""
        ...

    def move(self, reached: int, needs_scrub: bool) -> None:
        """Writes the position that the tables show."""
        ...


class PlainTransaction(WriteTransaction, AbstractContextManager[WriteTransaction], Protocol):
    """Contract of a `WriteTransaction` that writes plain batches only, and remembers the rows that it wrote.

    Raises NeedsQueries for any other batch. `with` begins one, then commits it, or rolls it back after an error.
    """

    ERRORS: tuple[type[Exception], ...]
    """Errors of its driver: the tables are damaged or busy, or another process has moved them."""
    LARGEST: int
    """Largest number of events of a batch."""

    def position(self) -> tuple[int, bool]:
        """Returns the position that the tables show, and whether they need a scrub."""
        ...

    def expect(self, position: int, needs_scrub: bool) -> None:
        """Refuses the transaction, now or at its end, when the tables are at another position."""
        ...

    def forget(self) -> None:
        """Forgets the rows: another transaction may have changed them."""
        ...

    def close(self) -> None: ...


class QueryingTransaction:
    """A `WriteTransaction` on a connection of SQLAlchemy, for any batch."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def savepoint(self) -> AbstractContextManager[Any]:
        return self.connection.begin_nested()

    def states(self, streams: Sequence[UUID]) -> Mapping[UUID, Any]:
        return folds_of(self.connection, streams)

    def replace(self, table: Table, made: Made) -> None:
        pairs = list(made)
        delete_streams(self.connection, table, [change.stream for change, _ in pairs if change.before is not None])
        insert_rows(self.connection, table, [row for _, rows in pairs for row in rows])

    def append(self, table: Table, rows: Sequence[Row]) -> None:
        insert_rows(self.connection, table, rows)

    def save(self, changes: Sequence[Change]) -> None:
        save_folds(self.connection, changes)

    def move(self, reached: int, needs_scrub: bool) -> None:
        move_position(self.connection, reached, needs_scrub)


# --- rows that were written last: only what differs from them is written again

_STREAMS = 1_000
"""Streams of tables: a dossier has rows in ten, 19 kB together."""
R = TypeVar("R")
Key = tuple[object, ...]


class RowDifference(Struct, Generic[R]):
    """Rows to write in a table. `whole`: streams that lose all rows first; `gone`: keys of rows to delete;
    `changed`: key, row before, row after.
    """

    whole: list[UUID] = []
    gone: list[Key] = []
    added: list[R] = []
    changed: list[tuple[Key, R, R]] = []


class RowCache(Generic[R]):
    """The rows of the last 1,000 streams of tables, by primary key. `clear` it when others may have written."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, UUID], dict[Key, R]] = {}

    def clear(self) -> None:
        self._rows.clear()

    def difference(
        self,
        table: Table,
        made: Iterable[tuple[UUID, bool, Sequence[R]]],
        key: Callable[[R], Key],
        *,
        remember: bool,
        stored: Callable[[UUID], Iterable[R]] | None = None,
    ) -> RowDifference[R]:
        """Returns the difference between the rows of streams and those they have. `made`: stream, is it new, its rows.

        `stored` reads the rows of a stream that are not remembered. Remembers all as written. Nothing is remembered of
        a stream without rows: figures get theirs in another transaction. Raises ValueError when two rows have one key.
        """
        if len(self._rows) > _STREAMS:
            self._rows.clear()
        found: RowDifference[R] = RowDifference()  # RowDifference[R]() takes four times as long
        for stream, new, rows in made:
            after = {key(row): row for row in rows}
            if len(after) != len(rows):
                raise ValueError(f"two rows of {table.name} have one key")
            before = {} if new else self._rows.pop((table.name, stream), None)
            if before is None and after and stored:
                before = {key(row): row for row in stored(stream)}
            if remember and after:
                self._rows[table.name, stream] = after
            if before is None:
                found.whole.append(stream)
                found.added += after.values()
            elif before != after:
                _compare(before, after, found)
        return found


def _compare(before: dict[Key, R], after: dict[Key, R], found: RowDifference[R]) -> None:
    found.gone += before.keys() - after.keys()
    for key, row in after.items():
        if key not in before:
            found.added.append(row)
        elif before[key] != row:
            found.changed.append((key, before[key], row))
