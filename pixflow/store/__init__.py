"""Event store: SQLite, PostgreSQL, keys and locks.

docs/faults.md names the faults that it prevents. Each has a test in tests/store/.
"""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

DatabaseCode = Literal["url", "entry", "rights"]
SiteCode = Literal["key", "store", "older", "backup", "occupied", "gone"]
LossCode = Literal[
    "events", "older-events", "keys", "older-keys", "ring", "structure-key", "damaged", "identity", "twin"
]


@dataclass(frozen=True, slots=True)
class NewCommand:
    """The command that records the events of one transaction. `fingerprint` is an HMAC, never the content."""

    id: UUID
    actor: str
    fingerprint: bytes


Row = tuple[int, str, bytes]
"""A row of one stream: its version, topic and state."""
EventRow = tuple[UUID, int, str, bytes, int]
"""A stored event: its stream, version, topic, state and position."""
LAST_STREAM = UUID(int=2**128 - 1)
"""The last id that a stream may have."""


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command as recorded; its events stand at first_position to last_position, both included."""

    id: UUID
    actor: str
    fingerprint: bytes
    first_position: int
    last_position: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One value held by one stream. `digest` is an HMAC of the normalised value, never the value."""

    kind: str
    digest: bytes
    stream: UUID


class StoreError(Exception):
    """Error of the store. Nothing was recorded, unless the class says otherwise."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Returns what makes it anew in another process, with its words and its details, without calling `__init__`."""
        return type(self).__new__, (type(self), *self.args), vars(self)


class StoreBusy(StoreError):
    """Another writer has held a lock for longer than the limit: try again."""


class StoreUnreached(StoreBusy):
    """The server of the store does not answer."""


class StoreRefused(StoreError):
    """The file cannot be used as a durable store."""


class DatabaseRefused(StoreRefused):
    """PIXFLOW_DATABASE_URL cannot be used. The error shows no part of it, because it holds a password.

    `code`: "url" when it cannot be read, "entry" when the server refuses its user, "rights" when the user lacks a
    privilege.
    """

    def __init__(self, code: DatabaseCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class SiteRefused(StoreRefused):
    """The accounts of the site cannot be used.

    `code`: "key" when their key does not fit, "store" when their database is gone, emptied or damaged, "older" when a
    backup knows more than it, "backup" when a file is no backup of them, "occupied" when a backup would replace others,
    "gone" when they belong to a structure that nothing else knows.
    """

    def __init__(self, code: SiteCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class RecordsLost(StoreRefused):
    """A part of a structure is gone, emptied, damaged, or an older copy. Nothing was changed, nor made in its place.

    `code` names the part: "events", "keys" (the vault), "ring" and "structure-key" (files of keys/). "older-events" and
    "older-keys" have less than pixflow saw before (pixflow/store/watermark.py). "damaged" is a database. "identity" is
    a structure.json that does not read, or is not that of the events; "twin" is that of another folder. `backup` is the
    path of the one to restore, "" when the data folder has none.
    """

    backup = ""

    def __init__(self, code: LossCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class FormatRefused(StoreRefused):
    """The events have another format than this version of pixflow writes. Nothing was changed."""

    def __init__(self, place: object, found: int, known: int) -> None:
        super().__init__(f"{place} has format {found}, and this version of pixflow reads format {known}")
        self.found, self.known = found, known


class AlreadyServed(StoreError):
    """Another process serves this structure."""


class BuildLost(StoreError):
    """The process that makes read tables was killed. The next start makes them."""


class StoreFull(StoreError):
    """The disk is full or failing.

    On a full disk nothing is recorded. When the fsync of a commit fails, nothing is visible, but a crash right after
    may bring the commit back: look for the command id before repeating (docs/faults.md#f5).
    """


class StoreLost(StoreError):
    """The connection was lost during a commit, and the server did not return within the limit.

    Look for the command id before repeating, once the server returns (docs/faults.md#f4).
    """


class ClaimTaken(StoreError):
    """`stream` holds this value already."""

    def __init__(self, kind: str, stream: UUID) -> None:
        super().__init__(f"{kind} is held by stream {stream}")
        self.kind = kind
        self.stream = stream


class CommandKnown(StoreError):
    """This command id is already recorded: look it up with `command(id)`."""

    def __init__(self, id: UUID) -> None:
        super().__init__(f"command {id} is recorded already")
        self.id = id


class UnknownTopic(MapperDeserialisationError):
    """A topic that is not in the allow-list. Nothing was imported (docs/faults.md#f8)."""


class Damaged(MapperDeserialisationError):
    """A stored event that does not decode; names topic, stream and version, never content."""


UNOPENED = (Damaged, UnknownTopic)
"""Errors of a stored event that does not open."""


class Unstorable(ValueError):
    """An event that would not read back equal to itself; names topic and place, never content."""
