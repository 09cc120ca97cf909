"""Digests of what is never stored itself: claimed values, what a person sent, private addresses."""

import hmac
from collections.abc import Iterable, Set
from uuid import UUID

from pixflow.store import Claim
from pixflow.store.keys import Keys

Held = Set[tuple[str, str]]


class Digests:
    """Digests by the keys of one structure."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def of(self, kind: str, value: bytes) -> bytes:
        """Returns the digest of a value of one kind."""
        return hmac.digest(self._keys.digest_key, kind.encode() + b"\x1f" + value, "sha256")

    def of_command(self, people: Iterable[UUID], sent: bytes) -> bytes | None:
        """Returns the digest of what a person sent about people; None once one of them is erased."""
        return self._keys.digest(people, b"command\x1f" + sent)

    def of_erasure(self, content: bytes) -> bytes:
        return self.of("erasure", self._keys.structure.bytes + content)

    def claims(self, changes: Iterable[tuple[UUID, Held, Held]]) -> tuple[list[Claim], list[Claim]]:
        """Returns the claims that streams take, and those that they release.

        `changes` gives each stream with the values that it held before, and those that it holds now.
        """
        claims, releases = [], []
        for stream, before, after in changes:
            claims += [self._claim(stream, *one) for one in after - before]
            releases += [self._claim(stream, *one) for one in before - after]
        return claims, releases

    def _claim(self, stream: UUID, kind: str, value: str) -> Claim:
        return Claim(kind, self.of(kind, value.encode()), stream)
