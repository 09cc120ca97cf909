"""Contract of a transaction that writes a batch of the read tables, and the one that can do everything."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol
from uuid import UUID

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
