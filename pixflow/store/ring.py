"""The ring key and the key of digests of one structure: two files that the structure's key opens."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pixflow.store import LossCode, RecordsLost, StoreRefused
from pixflow.store.durable_files import discard, private_folder, replace, wipe_behind, write_new
from pixflow.store.locks import FileLock

LENGTH = 32
_UNREADABLE = (OSError, msgspec.MsgspecError, InvalidUnwrap, ValueError)


class _Document(msgspec.Struct):
    """Content of keys/<slug>.ring, wrapped: the ring keys by number (two during a renewal), the key of digests."""

    rings: dict[str, bytes]
    digest: bytes


class Ring:
    """The ring key and the key of digests of one structure, as two files of `folder`.

    Raises StoreRefused when the structure's key is missing or does not open them, PermissionError when this user may
    not read it.
    """

    def __init__(self, folder: Path, slug: str) -> None:
        self.key_path = folder / f"{slug}.key"
        self.path = folder / f"{slug}.ring"
        self._next = folder / f"{slug}.key.next"
        self._lock = FileLock(folder / f"{slug}.lock")
        self._rings: dict[int, bytes] = {}
        self._read()

    @staticmethod
    def create(folder: Path, slug: str) -> "Ring":
        """Creates both files. Overwrites nothing."""
        private_folder(folder)
        key = secrets.token_bytes(LENGTH)
        document = _Document(
            {"1": aes_key_wrap(key, secrets.token_bytes(LENGTH))}, aes_key_wrap(key, secrets.token_bytes(LENGTH))
        )
        write_new(folder / f"{slug}.key", key)
        write_new(folder / f"{slug}.ring", msgspec.json.encode(document))
        return Ring(folder, slug)

    @property
    def digest_key(self) -> bytes:
        return self._digest

    @property
    def latest(self) -> int:
        """Number of the latest ring key."""
        return max(self._rings)

    def key(self, number: int) -> bytes | None:
        """Returns the ring key of that number, None when it is gone. Reads the file again for an unknown number."""
        if number not in self._rings:
            self._read()
        return self._rings.get(number)

    def keys_of(self, document: bytes) -> dict[int, bytes]:
        """Returns the ring keys, by number, of a copy of the file. Raises StoreRefused when another key wrapped it."""
        try:
            rings = msgspec.json.decode(document, type=_Document).rings
            return {int(number): aes_key_unwrap(self._structure_key, wrapped) for number, wrapped in rings.items()}
        except (msgspec.MsgspecError, InvalidUnwrap):
            raise StoreRefused(f"{self.key_path} is not the key that wrapped this copy") from None

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Locks these files against all processes, and reads them again first."""
        with self._lock:
            self._read()
            yield

    def grow(self) -> tuple[int, bytes]:
        """Adds a durable ring key. Returns its number and the key. To be called within `changing`."""
        number, key = self.latest + 1, secrets.token_bytes(LENGTH)
        self._rings = {**self._rings, number: key}
        self._write(self._structure_key)
        return number, key

    def keep_only(self, number: int) -> None:
        """Deletes every other ring key for good. To be called within `changing`."""
        if set(self._rings) != {number}:
            self._rings = {number: self._rings[number]}
            self._write(self._structure_key)

    def change_structure_key(self) -> None:
        """Replaces the structure's key: the old one opens nothing any more.

        The next reading completes a change that a crash interrupted.
        """
        with self.changing():
            key = secrets.token_bytes(LENGTH)
            discard(self._next)
            write_new(self._next, key)
            self._write(key)
            self._take_over()
            self._structure_key = key

    def _read(self) -> None:
        """Reads both files, and again under the lock if they do not match: another process may be changing them."""
        try:
            self._open(self.key_path)
        except _UNREADABLE:
            self._read_alone()

    def _read_alone(self) -> None:
        """Reads both files under the lock, and completes an interrupted change."""
        try:
            with self._lock:
                try:
                    self._open(self.key_path)
                except InvalidUnwrap:
                    if not self._next.exists():
                        raise
                    self._open(self._next)
                    self._take_over()
        except InvalidUnwrap:
            raise RecordsLost("structure-key", f"{self.key_path} is not the key that wrapped {self.path}") from None
        except PermissionError:
            raise
        except _UNREADABLE as error:
            code: LossCode = "ring" if self.key_path.exists() else "structure-key"
            raise RecordsLost(code, f"the keys of this structure cannot be read: {error}") from None

    def _open(self, structure_key: Path) -> None:
        document = msgspec.json.decode(self.path.read_bytes(), type=_Document)
        key = structure_key.read_bytes()
        if len(key) != LENGTH:
            raise InvalidUnwrap
        rings = {int(number): aes_key_unwrap(key, wrapped) for number, wrapped in document.rings.items()}
        self._rings, self._digest, self._structure_key = rings, aes_key_unwrap(key, document.digest), key

    def _write(self, structure_key: bytes) -> None:
        rings = {str(number): aes_key_wrap(structure_key, ring) for number, ring in self._rings.items()}
        replace(self.path, msgspec.json.encode(_Document(rings, aes_key_wrap(structure_key, self._digest))))

    def _take_over(self) -> None:
        wipe_behind(self.key_path, lambda: self._next.replace(self.key_path))
