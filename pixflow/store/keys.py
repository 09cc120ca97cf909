"""The keys that seal personal data: one a stream, wrapped by the ring key, which the structure's key wraps.

    keys/<slug>.key     the structure's key, kept apart from everything else; whoever has it and the rest reads all
    keys/<slug>.ring    the ring key and the key of digests, wrapped by the structure's key: see `Ring`
    a vault             the streams' keys, wrapped by the ring key: keys.db, or a table beside the events

To destroy a stream's key is to leave its row empty and to wrap every other key anew with another ring key. What a
write-ahead log, a free page or an old copy still holds of it is then wrapped by a key that exists nowhere.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn, Protocol
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pixflow.store import Damaged, LossCode, RecordsLost, StoreRefused
from pixflow.store.durable_files import discard, private_folder, replace, wipe_behind, write_new
from pixflow.store.locks import FileLock

# --- the vault


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


LENGTH = 32
_UNREADABLE = (OSError, msgspec.MsgspecError, InvalidUnwrap, ValueError)


# --- the ring


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
            code: LossCode = "ring" if self.key_path.is_file() else "structure-key"
            raise RecordsLost(code, f"the keys of this structure cannot be read: {error}") from None

    def _open(self, structure_key: Path) -> None:
        document = msgspec.json.decode(self.path.read_bytes(), type=_Document)
        key = structure_key.read_bytes()
        if len(key) != LENGTH:
            raise InvalidUnwrap
        rings = {int(number): aes_key_unwrap(key, wrapped) for number, wrapped in document.rings.items()}
        self._rings, self.digest_key, self._structure_key = rings, aes_key_unwrap(key, document.digest), key

    def _write(self, structure_key: bytes) -> None:
        rings = {str(number): aes_key_wrap(structure_key, ring) for number, ring in self._rings.items()}
        replace(self.path, msgspec.json.encode(_Document(rings, aes_key_wrap(structure_key, self.digest_key))))

    def _take_over(self) -> None:
        wipe_behind(self.key_path, lambda: self._next.replace(self.key_path))


_NONCE = 12
_SALT = 16
_REMEMBERED = 1_000
"""Keys in the cache: 2.8 kB each, most of it OpenSSL's."""
_TRIES = 5


# --- the streams' keys


class StreamKey:
    """Encrypts and decrypts the personal data of one stream. The result is a nonce, then the ciphertext and its tag."""

    __slots__ = ("_cipher", "_extracted", "_stream", "secret")

    def __init__(self, key: bytes, stream: bytes) -> None:
        self.secret = key
        self._cipher = AESGCM(key)
        self._extracted = hmac.digest(bytes(LENGTH), key, "sha256")
        self._stream = stream

    def seal(self, place: bytes, content: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, content, self._stream + place)

    def open(self, place: bytes, sealed: bytes) -> bytes:
        """Returns the content sealed at a place. Raises Damaged when it was sealed elsewhere, or is too short."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._stream + place)
        except (InvalidTag, ValueError):
            raise Damaged("what is sealed was not sealed there") from None

    def salt(self, place: bytes) -> bytes:
        """Returns the salt of the commitment at a place: HKDF-SHA256 of this key, without a salt of its own."""
        return hmac.digest(self._extracted, b"commit" + self._stream + place + b"\x01", "sha256")[:_SALT]

    def commit(self, place: bytes, content: bytes) -> bytes:
        return hashlib.sha256(b"\x20" + self.salt(place) + content).digest()


class _DamagedKey(StreamKey):
    """Key of a stream whose row in the vault does not unwrap. It raises Damaged."""

    __slots__ = ()

    def __init__(self, stream: bytes) -> None:
        self._stream = stream

    def _refuse(self, place: bytes, content: bytes) -> NoReturn:
        raise Damaged(f"the key of stream {UUID(bytes=self._stream[-LENGTH // 2 :])} does not unwrap")

    seal = commit = _refuse
    open = _refuse  # type: ignore[assignment]


def unwrapped(ring: bytes, wrapped: bytes) -> bytes | None:
    """Returns the key that a ring key wraps, None when it does not unwrap."""
    try:
        return aes_key_unwrap(ring, wrapped)
    except (InvalidUnwrap, ValueError, TypeError):
        return None


def rewrapped(old: bytes, new: bytes, wrapped: bytes) -> bytes:
    """Wraps a key with another ring key. A damaged one stays as it is."""
    key = unwrapped(old, wrapped)
    return aes_key_wrap(new, key) if key else wrapped


class Keys:
    """Encrypts and decrypts the personal fields of one structure's events (AES-256-GCM, one key a stream).

    Only `create` starts a new vault. Raises RecordsLost for a vault that is empty, or that the ring does not open.
    """

    def __init__(self, structure: UUID, ring: Ring, vault: Vault, *, create: bool = False) -> None:
        self.structure = structure
        self.ring = ring
        self.vault = vault
        self._known: dict[int, StreamKey | None] = {}  # by UUID.int: a UUID compares in Python
        if create and not vault.ring():
            vault.renew(ring.latest, bytes)
        self._current()

    @property
    def digest_key(self) -> bytes:
        return self.ring.digest_key

    def seal(self, stream: UUID, place: bytes, content: bytes) -> bytes:
        """Returns the content sealed for one place of one stream. Raises StoreRefused when its key is destroyed."""
        return self._sealing(stream).seal(place, content)

    def commit(self, stream: UUID, place: bytes, content: bytes) -> bytes:
        """Returns a commitment to the content at one place of one stream, which only its key can check.

        Raises StoreRefused when the key is destroyed.
        """
        return self._sealing(stream).commit(place, content)

    def of(self, stream: UUID) -> StreamKey | None:
        """Returns the key of a stream, None when it is destroyed. Raises Damaged when the vault has lost it."""
        try:
            return self._at_hand(stream)
        except KeyError:
            raise Damaged(f"the key of stream {stream} is not in the vault") from None

    def digest(self, streams: Iterable[UUID], content: bytes) -> bytes | None:
        """Returns a digest that only the keys of all these streams can reproduce.

        None when one is destroyed or damaged.
        """
        wanted = sorted(set(streams))
        self.load(wanted)
        found = [self._key(stream) for stream in wanted]
        secret = [key.secret for key in found if key and not isinstance(key, _DamagedKey)]
        if len(secret) < len(wanted):
            return None
        return hmac.digest(self.digest_key, b"".join([*secret, content]), "sha256")

    def load(self, streams: Iterable[UUID]) -> None:
        """Reads the keys of many streams with one query and caches them."""
        wanted = set(streams)
        self._make_room(wanted)
        self._fetch(self._find_unknown(wanted))

    def ensure(self, streams: Iterable[UUID]) -> None:
        """Creates a durable key for each of these streams that has none."""
        wanted = set(streams)
        self._make_room(wanted)
        number = self.ring.latest
        while new := self._find_unknown(wanted):
            if ring := self.ring.key(number):
                made = {stream: secrets.token_bytes(LENGTH) for stream in new}
                wrapped = {stream: aes_key_wrap(ring, key) for stream, key in made.items()}
                with suppress(RingMoved):
                    for stream in self.vault.add(number, wrapped):
                        self._known[stream.int] = StreamKey(made[stream], self.structure.bytes + stream.bytes)
            if left := self._find_unknown(new):
                self._fetch(left)
                number = self.vault.ring()

    def destroy(self, streams: Iterable[UUID]) -> None:
        """Destroys the keys of these streams in every copy of the vault: a new ring key wraps all other keys.

        A damaged key stays as it is: a backup may hold it whole.
        """
        gone = set(streams)
        with self.ring.changing():
            old = self._current()
            number, new = self.ring.grow()
            self.vault.renew(number, lambda wrapped: rewrapped(old, new, wrapped), gone)
            self.ring.keep_only(number)
        self._known |= dict.fromkeys(stream.int for stream in gone)

    def lost(self, sealed: Iterable[UUID]) -> set[UUID]:
        """Returns the streams with sealed data whose key is neither in the vault nor destroyed."""
        return set(sealed) - self.vault.streams().keys()

    def damaged(self) -> set[UUID]:
        """Returns the streams whose key does not unwrap."""
        ring, found = self._read(self.vault.streams().keys())
        return {stream for stream, key in found.items() if key and unwrapped(ring, key) is None}

    def settle(self) -> None:
        """Deletes ring keys that wrap nothing: a crash may have interrupted a renewal."""
        with self.ring.changing():
            self._current()
            self.ring.keep_only(self.vault.ring())

    def forget(self, streams: Iterable[UUID]) -> None:
        """Removes streams from the cache: another process may have destroyed their keys."""
        for stream in streams:
            self._known.pop(stream.int, None)

    def close(self) -> None:
        self.vault.close()

    def _sealing(self, stream: UUID) -> StreamKey:
        """Returns the key of a stream, and creates it when there is none."""
        if known := self._known.get(stream.int):
            return known
        self.ensure([stream])
        if key := self._key(stream):
            return key
        raise StoreRefused(f"the key of stream {stream} is destroyed: nothing is sealed with it any more")

    def _find_unknown(self, streams: Iterable[UUID]) -> set[UUID]:
        return {stream for stream in streams if stream.int not in self._known}

    def _make_room(self, streams: set[UUID]) -> None:
        """Empties the cache when it has no room for these streams."""
        if (new := self._find_unknown(streams)) and len(self._known) + len(new) > _REMEMBERED:
            self._known = {}

    def _fetch(self, streams: set[UUID]) -> dict[int, StreamKey | None]:
        """Reads keys, caches them, and returns them: another thread may empty the cache at once."""
        if not streams:
            return {}
        ring, found = self._read(streams)
        made: dict[int, StreamKey | None] = {}
        for stream, wrapped in found.items():
            place, key = self.structure.bytes + stream.bytes, unwrapped(ring, wrapped) if wrapped else None
            known = StreamKey(key, place) if key else _DamagedKey(place)
            made[stream.int] = known if wrapped else None
        self._known.update(made)
        return made

    def _read(self, streams: Iterable[UUID]) -> tuple[bytes, dict[UUID, bytes | None]]:
        """Returns the ring key and the wrapped keys. Reads again when both were renewed in between."""
        number = 0
        for _ in range(_TRIES):
            number, found = self.vault.read(streams)
            if ring := self.ring.key(number):
                return ring, found
        raise self._explain_loss(number)

    def _current(self) -> bytes:
        """Returns the ring key that wraps the vault. Reads again when both were renewed in between."""
        number = 0
        for _ in range(_TRIES):
            number = self.vault.ring()
            if key := self.ring.key(number):
                return key
        raise self._explain_loss(number)

    def _explain_loss(self, number: int) -> RecordsLost:
        """Returns the reason why the ring does not open the vault: the one with the lower number is an older copy."""
        if not number:
            return RecordsLost("keys", f"the vault of {self.ring.path} is empty")
        older: LossCode = "older-keys" if number < self.ring.latest else "ring"
        return RecordsLost(older, f"{self.ring.path} lacks the ring key that wraps the keys of the vault")

    def _at_hand(self, stream: UUID) -> StreamKey | None:
        """Returns the key of a stream, None when it is destroyed. Raises KeyError when the vault has none."""
        with suppress(KeyError):
            return self._known[stream.int]
        self._make_room({stream})
        return self._fetch({stream})[stream.int]

    def _key(self, stream: UUID) -> StreamKey | None:
        """Returns the key of a stream, None when it is destroyed, or when there is none."""
        try:
            return self._at_hand(stream)
        except KeyError:
            return None
