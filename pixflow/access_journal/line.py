"""A line of the access journal, and the chain that binds it to the line before it."""

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
    route. `dossier` is the one that was opened; otherwise `people` counts those in lists, `fresh` those of them that
    were not shown to this member before, that day.
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


def following(head: ChainHead, line: Line) -> ChainHead:
    """Returns the head of a chain after a line: SHA-256 of the digest before, the number and the fields."""
    fields = b"".join(_written(value) for value in astuple(line))
    number = head.number + 1
    return ChainHead(head.chain, number, sha256(_CHAINED + head.digest + number.to_bytes(8) + fields).digest())


def micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _written(value: UUID | str | bytes | int | None) -> bytes:
    """Returns a field with its length before it."""
    if value is None:
        return _NONE
    content = _bytes(value)
    return len(content).to_bytes(4) + content


def _bytes(value: UUID | str | bytes | int) -> bytes:
    match value:
        case UUID():
            return value.bytes
        case str():
            return value.encode()
        case int():
            return value.to_bytes(8)
    return value
