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
from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pixflow.store import Damaged, LossCode, RecordsLost, StoreRefused
from pixflow.store.ring import LENGTH, Ring
from pixflow.store.vault import RingMoved, Vault

_NONCE = 12
_SALT = 16
_REMEMBERED = 1_000
"""Keys in the cache: 2.8 kB each, most of it OpenSSL's."""
_TRIES = 5


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

    def seal(self, place: bytes, content: bytes) -> bytes:
        raise self._error()

    def open(self, place: bytes, sealed: bytes) -> bytes:
        raise self._error()

    def commit(self, place: bytes, content: bytes) -> bytes:
        raise self._error()

    def _error(self) -> Damaged:
        return Damaged(f"the key of stream {UUID(bytes=self._stream[-LENGTH // 2 :])} does not unwrap")


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
        self._fetch(self._unknown(wanted))

    def ensure(self, streams: Iterable[UUID]) -> None:
        """Creates a durable key for each of these streams that has none."""
        wanted = set(streams)
        self._make_room(wanted)
        number = self.ring.latest
        while new := self._unknown(wanted):
            if ring := self.ring.key(number):
                with suppress(RingMoved):
                    self._add(number, ring, new)
            if left := self._unknown(new):
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

    def _unknown(self, streams: Iterable[UUID]) -> set[UUID]:
        return {stream for stream in streams if stream.int not in self._known}

    def _make_room(self, streams: set[UUID]) -> None:
        """Empties the cache when it has no room for these streams."""
        if (new := self._unknown(streams)) and len(self._known) + len(new) > _REMEMBERED:
            self._known = {}

    def _add(self, number: int, ring: bytes, streams: set[UUID]) -> None:
        made = {stream: secrets.token_bytes(LENGTH) for stream in streams}
        for stream in self.vault.add(number, {one: aes_key_wrap(ring, key) for one, key in made.items()}):
            self._known[stream.int] = StreamKey(made[stream], self.structure.bytes + stream.bytes)

    def _fetch(self, streams: set[UUID]) -> dict[int, StreamKey | None]:
        """Reads keys, caches them, and returns them: another thread may empty the cache at once."""
        if not streams:
            return {}
        ring, found = self._read(streams)
        made = {one.int: self._stream_key(one, ring, key) if key else None for one, key in found.items()}
        self._known.update(made)
        return made

    def _stream_key(self, stream: UUID, ring: bytes, wrapped: bytes) -> StreamKey:
        place = self.structure.bytes + stream.bytes
        key = unwrapped(ring, wrapped)
        return StreamKey(key, place) if key else _DamagedKey(place)

    def _read(self, streams: Iterable[UUID]) -> tuple[bytes, dict[UUID, bytes | None]]:
        """Returns the ring key and the wrapped keys. Reads again when both were renewed in between."""
        number = 0
        for _ in range(_TRIES):
            number, found = self.vault.read(streams)
            if ring := self.ring.key(number):
                return ring, found
        raise self._unopened(number)

    def _current(self) -> bytes:
        """Returns the ring key that wraps the vault. Reads again when both were renewed in between."""
        number = 0
        for _ in range(_TRIES):
            number = self.vault.ring()
            if key := self.ring.key(number):
                return key
        raise self._unopened(number)

    def _unopened(self, number: int) -> RecordsLost:
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
