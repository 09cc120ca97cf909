"""Contract of a vault: the table that holds the wrapped keys of the streams."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol
from uuid import UUID


class RingMoved(Exception):
    """Another ring key wraps the keys of the vault than this process knows: read the ring again."""


class Vault(Protocol):
    """Contract of the store of the streams' wrapped keys. None stands for a destroyed key, which never returns."""

    def ring(self) -> int:
        """Returns the number of the ring key that wraps all keys, 0 while there is none."""
        ...

    def read(self, streams: Iterable[UUID]) -> tuple[int, dict[UUID, bytes | None]]:
        """Returns the number of the ring and the keys of these streams from one snapshot, without unknown ones."""
        ...

    def add(self, ring: int, wrapped: Mapping[UUID, bytes]) -> set[UUID]:
        """Stores keys for streams that have none, durably. Returns the streams whose key it stored.

        After a lost connection it may store a key and not return its stream. Raises RingMoved when another ring
        key wraps meanwhile.
        """
        ...

    def renew(self, ring: int, rewrap: Callable[[bytes], bytes], destroyed: Iterable[UUID] = ()) -> None:
        """Empties the rows of `destroyed` and wraps all other keys again, in one transaction.

        A stream without a row gets an empty one, so that it never gets a key.
        """
        ...

    def streams(self) -> dict[UUID, bool]:
        """Returns every stream that has a row, and whether its key still exists."""
        ...

    def count(self) -> int:
        """Returns the number of streams that have a row. It never goes down."""
        ...

    def close(self) -> None: ...
