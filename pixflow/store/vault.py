"""Contract of a vault: the table that holds the wrapped keys of the streams."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol
from uuid import UUID


class RingMoved(Exception):
    """The vault's keys are wrapped by another ring key than this process knows: read the ring again."""


class Vault(Protocol):
    """Where the streams' wrapped keys are kept. None stands for a key that is destroyed; it never comes back."""

    def ring(self) -> int:
        """The number of the ring key that wraps them all, 0 as long as there is none."""
        ...

    def read(self, streams: Iterable[UUID]) -> tuple[int, dict[UUID, bytes | None]]:
        """The ring's number and the wrapped keys of these streams, from one snapshot; unknown ones are left out."""
        ...

    def add(self, ring: int, wrapped: Mapping[UUID, bytes]) -> None:
        """Keep them for streams that have none, durably. Raises RingMoved when another ring key wraps by now."""
        ...

    def renew(self, ring: int, rewrap: Callable[[bytes], bytes], destroyed: Iterable[UUID] = ()) -> None:
        """Leave the rows of `destroyed` empty and wrap all others anew, in one transaction.

        A stream without a row gets an empty one: its key never comes to be.
        """
        ...

    def streams(self) -> dict[UUID, bool]:
        """Every stream that has a row, and whether its key is still there."""
        ...

    def close(self) -> None: ...
