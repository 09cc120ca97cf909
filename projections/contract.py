"""Contract of a projection, the change that it receives, and the four tables that catch_up keeps for itself."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Boolean, Column, Connection, Index, Integer, LargeBinary, MetaData, String, Table, Uuid
from sqlalchemy.types import TypeEngine

from pixflow.events.base import Recorded
from pixflow.reference_data import References

Row = dict[str, Any]


class Change(Struct, frozen=True):
    """One stream with new events: its state before and after, and these events.

    `before` is None for a new stream. `events` is empty when only the reference data changed, for example a protocol.
    `forgets` is true when one of the events erases the person, `returns` when one stops that: `events` are then all of
    the stream. `ruled` is true when the protocol changed as well. `packed` is `after` as the tables store it; a change
    without events is not stored.
    """

    stream: UUID
    kind: str
    before: Any
    after: Any
    events: Sequence[Recorded]
    refs: References
    forgets: bool = False
    returns: bool = False
    ruled: bool = False
    packed: bytes = b""

    def filter_history(self, history: Sequence[Recorded]) -> Sequence[Recorded]:
        """Returns those events of the stream's history that the tables show, as the store has them."""
        shown = {one.originator_version for one in self.events}
        return [one for one in history if one.originator_version in shown] if self.forgets else history


class Projection(Protocol):
    """Contract of a module of read tables.

    - NAME: the name by which the table `stopped` stores a stream that cannot be shown. It never changes.
    - KINDS: the kinds of streams it reads.
    - TABLES: its tables. Each has a column `stream`.
    - APPENDS: true when `rows` adds to the rows of the stream. Where it is left out, they replace these.
    - KEPT: those of its tables whose rows are kept for each day (store/day_rows.py), but for a column with the info
      `kept` false.
    - READS: by kind, the part of a state that its rows show. Rows are written only when that part has changed;
      for a kind left out, after every change.
    - RULED: true when the rows show days of the protocol too: they are written again when another one is published.
    """

    NAME: str
    KINDS: frozenset[str]
    TABLES: tuple[Table, ...]

    def rows(self, change: Change) -> Mapping[Table, Sequence[Row]]:
        """Returns the rows of a stream after a change, by table. A table left out gets none."""

    def forget(self, connection: Connection, streams: Sequence[UUID]) -> None:
        """Removes personal data from the rows of these streams, if the projection appends."""


class Source(Protocol):
    """Contract of what gives the events: the engine, or a list."""

    def head(self) -> int: ...
    def read(self, after: int, limit: int) -> Sequence[Recorded]: ...
    def history(self, stream: UUID) -> Sequence[Recorded]: ...
    def at(self, positions: Iterable[int]) -> Sequence[Recorded]:
        """Returns the events at these positions. One that does not open is `Unopened`."""

    def by_stream(self, stop: int, size: int) -> Iterable[Mapping[UUID, Sequence[Recorded]]]:
        """Yields every stream up to a position once, about `size` events at a time, each whole and in order."""

    def references_at(self, position: int) -> References: ...
    def today(self) -> date:
        """Returns the structure's day."""


# --- the collection of read tables, and those that catch_up keeps for itself

metadata = MetaData()
Types = type[TypeEngine[Any]]


def keys(**types: Types) -> list[Column[Any]]:
    """Returns the columns of a primary key, by their names."""
    return [Column(name, kind, primary_key=True) for name, kind in types.items()]


def required(**types: Types) -> list[Column[Any]]:
    """Returns columns that have a value in every row."""
    return [Column(name, kind, nullable=False) for name, kind in types.items()]


def optional(**types: Types) -> list[Column[Any]]:
    """Returns columns that may be empty."""
    return [Column(name, kind) for name, kind in types.items()]


def row_columns(table: Table) -> list[Column[Any]]:
    """Returns the columns that a projection gives. One with a default is filled by the insertion."""
    return [column for column in table.columns if column.default is None]


position = Table(
    "position",
    metadata,
    *required(position=Integer, stained=Boolean),  # stained: the disk holds what was shown of an erased person: scrub
    *required(day=Integer),  # local day of the last event, as a number; never before that of an earlier event
)
folds = Table(
    "folds",
    metadata,
    *keys(stream=Uuid),
    *required(kind=String, version=Integer, state=LargeBinary),
    Index("folds_of_kind", "kind", "stream"),
)
filled = Table(
    "filled",
    metadata,
    *keys(stream=Uuid),  # one row: the last stream whose past has its day rows (store/fill.py)
)
stopped = Table("stopped", metadata, *keys(projection=String, stream=Uuid), *required(position=Integer, code=String))
