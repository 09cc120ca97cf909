"""Files of a structure, by their SHA-256: a table beside its events, in every backup."""

from hashlib import sha256
from typing import Protocol

from pixflow.store import Damaged


class Files(Protocol):
    """Contract of the table of files. A file is written before the event that names it, and never changes."""

    def keep(self, content: bytes) -> str:
        """Stores a file, durably, and returns its digest. A file already there is not written again."""
        ...

    def read(self, digest: str) -> bytes | None:
        """Returns the content of a file, None when there is none. Raises Damaged when it is not its digest's."""
        ...


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def checked(digest: str, content: bytes | None) -> bytes | None:
    """Returns the content. Raises Damaged when it has another digest."""
    if content is not None and digest_of(content) != digest:
        raise Damaged(f"file {digest} has another content")
    return content
