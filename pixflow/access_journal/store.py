"""The store of an access journal, by month: a SQLite file each, or a partition each on PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from msgspec.structs import astuple

from pixflow.access_journal.line import ChainHead, Line

INDEXES = (
    "CREATE INDEX IF NOT EXISTS by_dossier ON {lines} (dossier, at) WHERE dossier IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS by_reader ON {lines} (member, at, dossier, fresh) WHERE why IN ('role', 'glass')",
)
Value = UUID | int | str | bytes | None
Question = tuple[int, str, Value, Value]
"""A month, a statement that selects from it, and its two values."""


class JournalStore(Protocol):
    """Lines by month (202611). A statement names the table `lines` and its values $1, $2 …

    `SELECT *` returns rows as `values_of` does. In a month of before they have no `listed`, until a line is added.
    """

    def add(self, month: int, values: tuple[Value, ...], questions: Sequence[Question] = ()) -> list[tuple[Any, ...]]:
        """Inserts a line, then returns the rows of questions that are asked once everybody sees the line.

        Raises StoreBusy, StoreFull or StoreRefused: it is not written, or nobody knows.
        """

    def select(self, month: int, statement: str, *values: Value) -> list[tuple[Any, ...]]:
        """Returns the rows of a month; none when the month is not there."""

    def months(self) -> list[int]:
        """Returns the months that are there, in order."""

    def drop(self, month: int) -> None:
        """Deletes a month."""

    def close(self) -> None: ...


def values_of(month: int, head: ChainHead, line: Line) -> tuple[Value, ...]:
    """Returns the values of a row: month, chain, number, the fields of the line with the digest before the last one."""
    *fields, listed = astuple(line)
    return (month, head.chain, head.number, *fields, head.digest, listed or None)
