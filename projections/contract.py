"""Contract of a projection, and the change that it receives."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Table

from pixflow.events.base import Recorded
from pixflow.reference_data import References

Row = dict[str, Any]


class Change(Struct, frozen=True):
    """One stream with new events: its state before and after, and these events.

    `before` is None for a new stream. `events` is empty when only the reference data changed, for example a protocol.
    `forgets` is true when one of the events erases the person.
    """

    stream: UUID
    kind: str
    before: Any
    after: Any
    events: Sequence[Recorded]
    refs: References
    forgets: bool = False


class Projection(Protocol):
    """Contract of a module: the kinds of streams it reads, its tables with a column `stream`, the rows of a change.

    Unless APPENDS, the rows of a change replace the rows of its stream. For a kind in READS they do so only when the
    part of the state that it reads has changed.
    """

    NAME: str
    KINDS: frozenset[str]
    TABLES: tuple[Table, ...]
    APPENDS: bool
    READS: Mapping[str, Callable[[Any], Any]]

    def rows(self, change: Change) -> Mapping[Table, Sequence[Row]]: ...

    def forget(self, connection: Connection, streams: Sequence[UUID]) -> None:
        """Removes personal data from the rows of these streams, if the projection appends."""


class Source(Protocol):
    """Contract of what gives the events: the engine, or a list."""

    def head(self) -> int: ...
    def read(self, after: int, limit: int) -> Sequence[Recorded]: ...
    def history(self, stream: UUID) -> Sequence[Recorded]: ...
