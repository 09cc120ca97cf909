"""A line of the access journal, and the store that keeps it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import astuple

What = Literal["shown", "refreshed", "counted", "stopped", "refused", "revealed", "signed-in", "failed", "factor"]
"""A page was shown, was drawn anew by itself, counts as a reading by `why`, was kept back because of mass reading, was
refused. An answer revealed that a dossier is there. Somebody signed in, failed to, changed a factor."""
Why = Literal["", "own", "deputy", "task", "role", "glass"]
"""The reason that lets a member read: their own dossiers, a colleague's in their absence, a task, a role, a glass."""
FAR = frozenset[Why]({"role", "glass"})
"""The reasons that count as mass reading."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHAINED = b"\x20"
_NONE = b"\xff\xff\xff\xff"


class Line(Struct, frozen=True):
    """A line. It holds ids alone: names are looked up when it is shown, so an erasure reaches it.

    `at` counts microseconds since 1970. `session` begins the digest of the session's token. `page` is a method and a
    route, with the day of a list of an earlier day. `dossier` is the one that was opened. `people` counts those in
    lists, or those read until a file was refused. `fresh` counts those of them that were not shown to this member
    before, that day. `listed` has the ids that are known of them, 16 bytes each, in their order.
    """

    at: int
    what: What
    page: str
    account: UUID | None = None
    member: UUID | None = None
    session: bytes | None = None
    dossier: UUID | None = None
    people: int = 0
    fresh: int = 0
    why: Why = ""
    listed: bytes = b""

    @property
    def ids(self) -> list[UUID]:
        """Returns the people of lists that are known, none for a line of before."""
        return [UUID(bytes=self.listed[at : at + 16]) for at in range(0, len(self.listed) - 15, 16)]


class ChainHead(Struct, frozen=True):
    """The last line of a chain: its number from 1, and its digest."""

    chain: UUID
    number: int
    digest: bytes

    def __str__(self) -> str:
        """Returns the head for an event. The digest is written as two ids: no part of it looks like a NIR."""
        halves = UUID(bytes=self.digest[:16]), UUID(bytes=self.digest[16:])
        return f"{self.chain} {self.number} {halves[0]} {halves[1]}"

    @staticmethod
    def read(text: str) -> "ChainHead":
        chain, number, *halves = text.split()
        return ChainHead(UUID(chain), int(number), b"".join(UUID(half).bytes for half in halves))


def first_of(chain: UUID) -> ChainHead:
    """Returns what stands before the first line of a chain."""
    return ChainHead(chain, 0, chain.bytes)


def next_head(head: ChainHead, line: Line) -> ChainHead:
    """Returns the head of a chain after a line: SHA-256 of the digest before, the number and the fields.

    `listed` is a field when it names somebody: lines of before have none.
    """
    *values, listed = astuple(line)
    fields = b"".join(_written(value) for value in ([*values, listed] if listed else values))
    number = head.number + 1
    return ChainHead(head.chain, number, sha256(_CHAINED + head.digest + number.to_bytes(8) + fields).digest())


def join_people(people: Iterable[UUID]) -> bytes:
    """Returns `listed` of a line: the ids of people, in their order."""
    return b"".join(sorted(one.bytes for one in people))


def micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _written(value: UUID | str | bytes | int | None) -> bytes:
    """Returns a field with its length before it."""
    match value:
        case None:
            return _NONE
        case UUID():
            content = value.bytes
        case str():
            content = value.encode()
        case int():
            content = value.to_bytes(8)
        case _:
            content = value
    return len(content).to_bytes(4) + content


# --- the store of an access journal, by month: a SQLite file each, or a partition each on PostgreSQL


INDEXES = (
    "CREATE INDEX IF NOT EXISTS by_dossier ON {lines} (dossier, at) WHERE dossier IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS by_reader ON {lines} (member, at, dossier, fresh) WHERE why IN ('role', 'glass')",
)
Value = UUID | int | str | bytes | None
Question = tuple[int, str, Value, Value]
"""A month, a statement that selects from it, and its two values."""


def values_of(month: int, head: ChainHead, line: Line) -> tuple[Value, ...]:
    """Returns the values of a row: month, chain, number, the fields of the line with the digest before the last one."""
    *fields, listed = astuple(line)
    return (month, head.chain, head.number, *fields, head.digest, listed)
