"""What a projection is given, and what it is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, Table

from pixflow.events.base import Recorded
from pixflow.reference_data import References

Row = dict[str, Any]


class Change(Struct, frozen=True):
    """One stream that moved: its state before and after, and the events in between.

    `before` is None for a new stream; `events` is empty when only the references moved (a protocol was published).
    `forgets` when one of them erases the person.
    """

    stream: UUID
    kind: str
    before: Any
    after: Any
    events: Sequence[Recorded]
    refs: References
    forgets: bool = False


class Projection(Protocol):
    """A module: the kinds of streams it reads, its tables keyed by `stream`, and the rows a change makes.

    Unless APPENDS, the rows of a stream are replaced by those of its change; for a kind in READS, only when what it
    takes of the state has changed.
    """

    NAME: str
    KINDS: frozenset[str]
    TABLES: tuple[Table, ...]
    APPENDS: bool
    READS: Mapping[str, Callable[[Any], Any]]

    def rows(self, change: Change) -> Mapping[Table, Sequence[Row]]: ...

    def forget(self, connection: Connection, streams: Sequence[UUID]) -> None:
        """Where rows are appended: what those of these streams tell of a person goes."""


class Source(Protocol):
    """Where events come from: the engine, or a list."""

    def head(self) -> int: ...
    def read(self, after: int, limit: int) -> Sequence[Recorded]: ...
    def history(self, stream: UUID) -> Sequence[Recorded]: ...
