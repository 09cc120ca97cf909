"""The keys that seal personal data: one a stream, wrapped by the ring key, which the structure's key wraps.

    keys/<slug>.key     the structure's key, kept apart from everything else; whoever has it and the rest reads all
    keys/<slug>.ring    the ring key and the key of digests, wrapped by the structure's key: see `Ring`
    a vault             the streams' keys, wrapped by the ring key: keys.db, or a table beside the events

To destroy a stream's key is to leave its row empty and to wrap every other key anew with another ring key. What a
write-ahead log, a free page or an old copy still holds of it is then wrapped by a key that exists nowhere.
"""

import hmac
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pixflow.store import Damaged, KeysLost, StoreRefused
from pixflow.store.locks import FileLock

_NONCE = 12
_REMEMBERED = 50_000
_TRIES = 5
_LENGTH = 32
_UNREADABLE = (OSError, msgspec.MsgspecError, InvalidUnwrap, ValueError)


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


class _Document(msgspec.Struct):
    """keys/<slug>.ring: the ring keys by number (two while one takes over) and the key of digests, all wrapped."""

    rings: dict[str, bytes]
    digest: bytes


class Ring:
    """The ring key and the key of digests of one structure, as two files of `folder`.

    Raises StoreRefused when the structure's key is missing or does not open them.
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
        """Make both files; nothing is overwritten."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = secrets.token_bytes(_LENGTH)
        document = _Document(
            {"1": aes_key_wrap(key, secrets.token_bytes(_LENGTH))}, aes_key_wrap(key, secrets.token_bytes(_LENGTH))
        )
        write_new(folder / f"{slug}.key", key)
        write_new(folder / f"{slug}.ring", msgspec.json.encode(document))
        return Ring(folder, slug)

    @property
    def digest_key(self) -> bytes:
        return self._digest

    @property
    def latest(self) -> int:
        """The number of the latest ring key."""
        return max(self._rings)

    def key(self, number: int) -> bytes | None:
        """The ring key of that number, read again from the file when another process made it; None when it is gone."""
        if number not in self._rings:
            self._read()
        return self._rings.get(number)

    def keys_of(self, document: bytes) -> dict[int, bytes]:
        """The ring keys, by number, of a copy of the file. Raises StoreRefused when another key wrapped it."""
        try:
            rings = msgspec.json.decode(document, type=_Document).rings
            return {int(number): aes_key_unwrap(self._structure_key, wrapped) for number, wrapped in rings.items()}
        except (msgspec.MsgspecError, InvalidUnwrap):
            raise StoreRefused(f"{self.key_path} is not the key that wrapped this copy") from None

    @contextmanager
    def changing(self) -> Iterator[None]:
        """The only one who changes these files, among all processes; they are read again first."""
        with self._lock:
            self._read()
            yield

    def grow(self) -> tuple[int, bytes]:
        """A new ring key beside the present one, durable, and its number. Within `changing`."""
        number, key = self.latest + 1, secrets.token_bytes(_LENGTH)
        self._rings = {**self._rings, number: key}
        self._write(self._structure_key)
        return number, key

    def keep_only(self, number: int) -> None:
        """Every other ring key is gone for good. Within `changing`."""
        if set(self._rings) != {number}:
            self._rings = {number: self._rings[number]}
            self._write(self._structure_key)

    def change_structure_key(self) -> None:
        """Another structure key from now on; the old one opens nothing any more.

        What the crash of a machine leaves half done is finished by the next reading.
        """
        with self.changing():
            key = secrets.token_bytes(_LENGTH)
            discard(self._next)
            write_new(self._next, key)
            self._write(key)
            self._take_over()
            self._structure_key = key

    def _read(self) -> None:
        """Both files; what does not fit together is read again with the lock held: somebody may be changing them."""
        try:
            self._open(self.key_path)
        except _UNREADABLE:
            self._read_alone()

    def _read_alone(self) -> None:
        """The same, when nobody changes them; a change that was cut is finished."""
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
            raise StoreRefused(f"{self.key_path} is not the key that wrapped {self.path}") from None
        except _UNREADABLE as error:
            raise StoreRefused(f"the keys of this structure cannot be read: {error}") from None

    def _open(self, structure_key: Path) -> None:
        document = msgspec.json.decode(self.path.read_bytes(), type=_Document)
        key = structure_key.read_bytes()
        if len(key) != _LENGTH:
            raise InvalidUnwrap
        rings = {int(number): aes_key_unwrap(key, wrapped) for number, wrapped in document.rings.items()}
        self._rings, self._digest, self._structure_key = rings, aes_key_unwrap(key, document.digest), key

    def _write(self, structure_key: bytes) -> None:
        rings = {str(number): aes_key_wrap(structure_key, ring) for number, ring in self._rings.items()}
        replace(self.path, msgspec.json.encode(_Document(rings, aes_key_wrap(structure_key, self._digest))))

    def _take_over(self) -> None:
        _wipe_behind(self.key_path, lambda: self._next.replace(self.key_path))


class StreamKey:
    """Seals and opens what is told on one stream: a nonce, then the ciphertext and its tag."""

    __slots__ = ("_cipher", "_stream", "secret")

    def __init__(self, key: bytes, stream: bytes) -> None:
        self.secret = key
        self._cipher = AESGCM(key)
        self._stream = stream

    def seal(self, place: bytes, content: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, content, self._stream + place)

    def open(self, place: bytes, sealed: bytes) -> bytes:
        """Raises InvalidTag, or ValueError when it is too short."""
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._stream + place)


class Keys:
    """Seals and opens the personal fields of one structure's events (AES-256-GCM, one key a stream).

    `sealed` gives the streams that hold sealed data: a new vault is begun only where there are none. Raises KeysLost.
    """

    def __init__(self, structure: UUID, ring: Ring, vault: Vault, sealed: Callable[[], Iterable[UUID]] = tuple) -> None:
        self.structure = structure
        self.ring = ring
        self.vault = vault
        self._known: dict[int, StreamKey | None] = {}  # by UUID.int: a UUID compares in Python
        if not vault.ring():
            self._begin(sealed)

    @property
    def digest_key(self) -> bytes:
        return self.ring.digest_key

    def seal(self, stream: UUID, place: bytes, content: bytes) -> bytes:
        """The content sealed for one place of one stream. StoreRefused once its key is destroyed."""
        key = self._key(stream)
        if key is None:
            self.ensure([stream])
            key = self._key(stream)
        if key is None:
            raise StoreRefused(f"the key of stream {stream} is destroyed: nothing is sealed with it any more")
        return key.seal(place, content)

    def open(self, stream: UUID, place: bytes, sealed: bytes) -> bytes | None:
        """What was sealed there, None once the stream's key is destroyed.

        Raises Damaged when it was not sealed there, or when the vault has lost the key.
        """
        key = self._known.get(stream.int) or self._key(stream)
        if key is None:
            if stream.int in self._known:
                return None
            raise Damaged(f"the key of stream {stream} is not in the vault")
        try:
            return key.open(place, sealed)
        except (InvalidTag, ValueError):
            raise Damaged(f"what is sealed in stream {stream} was not sealed there") from None

    def digest(self, streams: Iterable[UUID], content: bytes) -> bytes | None:
        """A digest on which a guess is tested with all of these streams' keys; None once one of them is destroyed."""
        wanted = sorted(set(streams))
        self.load(wanted)
        made = hmac.new(self.digest_key, digestmod="sha256")
        for stream in wanted:
            if (key := self._key(stream)) is None:
                return None
            made.update(key.secret)
        made.update(content)
        return made.digest()

    def load(self, streams: Iterable[UUID]) -> None:
        """Have the keys of many streams at hand: one question instead of many."""
        asked = list(streams)
        wanted = {stream for stream in asked if stream.int not in self._known}
        if wanted and len(self._known) + len(wanted) > _REMEMBERED:
            self._known, wanted = {}, set(asked)
        self._fetch(wanted)

    def ensure(self, streams: Iterable[UUID]) -> None:
        """A key for each of these streams, durable before anything is sealed with it."""
        wanted = set(streams)
        self.load(wanted)
        while new := {stream for stream in wanted if stream.int not in self._known}:
            number = self.vault.ring()
            if ring := self.ring.key(number):
                made = {stream: aes_key_wrap(ring, secrets.token_bytes(_LENGTH)) for stream in new}
                with suppress(RingMoved):
                    self.vault.add(number, made)
            self._fetch(new)

    def destroy(self, streams: Iterable[UUID]) -> None:
        """The keys of these streams are gone for good, wherever a copy of the vault lies; others are wrapped anew."""
        gone = set(streams)
        with self.ring.changing():
            old = self._current()
            number, new = self.ring.grow()
            self.vault.renew(number, lambda wrapped: aes_key_wrap(new, aes_key_unwrap(old, wrapped)), gone)
            self.ring.keep_only(number)
        self._known |= dict.fromkeys(stream.int for stream in gone)

    def lost(self, sealed: Iterable[UUID]) -> set[UUID]:
        """Of the streams that hold sealed data, those whose key is neither in the vault nor destroyed."""
        return set(sealed) - self.vault.streams().keys()

    def settle(self) -> None:
        """What a crash left of a renewal: the ring keys that wrap nothing are gone."""
        with self.ring.changing():
            self._current()
            self.ring.keep_only(self.vault.ring())

    def forget(self, streams: Iterable[UUID]) -> None:
        """Ask the vault again: another process may have destroyed them."""
        for stream in streams:
            self._known.pop(stream.int, None)

    def close(self) -> None:
        self.vault.close()

    def _begin(self, sealed: Callable[[], Iterable[UUID]]) -> None:
        with self.ring.changing():
            if self.vault.ring():
                return  # another process was first
            if lost := self.lost(sealed()):
                raise KeysLost(f"the vault of {self.ring.path} is new, and {len(lost)} streams are sealed already")
            self.vault.renew(self.ring.latest, bytes)

    def _fetch(self, streams: set[UUID]) -> None:
        if streams:
            ring, found = self._read(streams)
            for stream, key in found.items():
                place = self.structure.bytes + stream.bytes
                self._known[stream.int] = StreamKey(aes_key_unwrap(ring, key), place) if key else None

    def _read(self, streams: set[UUID]) -> tuple[bytes, dict[UUID, bytes | None]]:
        """The ring key that wraps them, and the wrapped keys; again when both were renewed in between."""
        for _ in range(_TRIES):
            number, found = self.vault.read(streams)
            if ring := self.ring.key(number):
                return ring, found
        raise self._unopened()

    def _current(self) -> bytes:
        if key := self.ring.key(self.vault.ring()):
            return key
        raise self._unopened()

    def _unopened(self) -> StoreRefused:
        return StoreRefused(f"{self.ring.path} lacks the ring key that wraps the keys of the vault")

    def _key(self, stream: UUID) -> StreamKey | None:
        if (key := self._known.get(stream.int)) is None and stream.int not in self._known:
            self.load([stream])
            key = self._known.get(stream.int)
        return key


def write_new(path: Path, content: bytes) -> None:
    """A file that only its owner reads, durable; FileExistsError when there is one."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def replace(path: Path, content: bytes) -> None:
    """The same in place of another, at one instant; what the other held is overwritten."""
    written = path.with_name(f"{path.name}.new")
    discard(written)
    write_new(written, content)
    _wipe_behind(path, lambda: written.replace(path))


def discard(path: Path) -> None:
    """Delete a file, if it is there; what it held is overwritten first."""
    with suppress(FileNotFoundError), open(path, "r+b") as file:
        _wipe(file)
        path.unlink()


def _wipe_behind(path: Path, take_its_place: Callable[[], object]) -> None:
    with open(path, "r+b") as old:
        take_its_place()
        sync_folder(path.parent)
        _wipe(old)


def _wipe(file: BinaryIO) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    file.write(bytes(size))
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """The names in a folder are durable: a power cut takes none of them back."""
    found = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(found)
    finally:
        os.close(found)
