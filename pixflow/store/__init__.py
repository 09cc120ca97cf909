"""The event store: SQLite, PostgreSQL, keys, locks.

docs/faults.md names the faults it closes; each has a test in tests/store/.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

DatabaseCode = Literal["url", "entry", "rights"]


@dataclass(frozen=True, slots=True)
class NewCommand:
    """The command that records the events of one transaction. `fingerprint` is an HMAC, never the content."""

    id: UUID
    actor: str
    fingerprint: bytes


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
    """The store says no, and has recorded nothing, where the error does not say otherwise."""


class StoreBusy(StoreError):
    """Somebody else has held a lock for longer than the limit: try again."""


class StoreUnreached(StoreBusy):
    """The server of the store does not answer."""


class StoreRefused(StoreError):
    """The file cannot be used as a durable store."""


class DatabaseRefused(StoreRefused):
    """What PIXFLOW_DATABASE_URL says cannot be used, nothing of which is told: it holds a password.

    `code`: "url" when it cannot be read, "entry" when the server does not let its user in, "rights" when that user may
    not do what is needed.
    """

    def __init__(self, code: DatabaseCode, said: str) -> None:
        super().__init__(said)
        self.code = code


class KeysLost(StoreRefused):
    """Personal data is sealed here, and the keys that open it are not."""


class AlreadyServed(StoreError):
    """Another process serves this structure."""


class StoreFull(StoreError):
    """The disk is full or failing.

    On a full disk nothing is recorded. When a commit's own fsync fails nothing is visible, yet a crash straight after
    may bring it back: ask for the command id before repeating (docs/faults.md#f5).
    """


class StoreLost(StoreError):
    """The connection was lost while a commit was on its way, and the server did not come back within the limit.

    Whether it is recorded will be known when it does: ask for the command id before repeating (docs/faults.md#f4).
    """


class ClaimTaken(StoreError):
    """`stream` holds this value already."""

    def __init__(self, kind: str, stream: UUID) -> None:
        super().__init__(f"{kind} is held by stream {stream}")
        self.kind = kind
        self.stream = stream


class CommandKnown(StoreError):
    """This command id is recorded already: look it up with `command(id)`."""

    def __init__(self, id: UUID) -> None:
        super().__init__(f"command {id} is recorded already")
        self.id = id


class UnknownTopic(MapperDeserialisationError):
    """A topic outside the allow-list; nothing was imported (docs/faults.md#f8)."""


class Damaged(MapperDeserialisationError):
    """A stored event that does not decode; names topic, stream and version, never content."""


class Unstorable(ValueError):
    """An event that would not read back equal to itself; names topic and place, never content."""
