"""Keys of a restored structure: the present ones, and those of the backup that are missing.

A key does not return if it was destroyed in either, or if the register of erasures names its stream. The present vault
and the present register stay as they are: the new ones stand ready beside them.
"""

from collections.abc import Set
from pathlib import Path
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from msgspec import Struct

from pixflow.backups import BackupError
from pixflow.backups.erasure_register import Erasure, lines
from pixflow.backups.key_copies import FILE, KeysCopy
from pixflow.restore.targets import Target, WrappedKeys
from pixflow.store import StoreRefused
from pixflow.store.durable_files import write_new
from pixflow.store.keys import Keys
from pixflow.store.ring import Ring


class MergedKeys(Struct, frozen=True):
    """The keys that stand ready, the register of erasures, and the streams whose present key is destroyed by it."""

    keys: Keys
    register: list[Erasure]
    destroyed: Set[UUID]


def merge_keys(folder: Path, slug: str, place: Target, structure: UUID, copy: KeysCopy | None) -> MergedKeys:
    """Returns the keys of a structure whose ring is in `folder`. Without a `copy`, they are the present ones.

    Raises BackupError: "keys-not-opened" when another structure's key wraps them, "damaged".
    """
    ring = _ring(folder, slug, copy)
    register = _register(ring.path.with_suffix(".erased"), copy)
    number, there = place.keys(ring) or (ring.latest, {})
    gone = {stream for found in (there, copy.streams if copy else {}) for stream, key in found.items() if key is None}
    gone = gone.union(*(line.streams for line in register))
    kept = {stream: key for stream, key in there.items() if key and stream not in gone}
    if copy:
        kept |= _missing(ring, (number, there), copy, gone)
    vault = place.vault()
    try:
        vault.renew(number, bytes, gone)
        vault.add(number, kept)
        destroyed = {stream for stream in gone if there.get(stream)}
        return MergedKeys(Keys(structure, ring, vault), register, destroyed)
    except BaseException:
        vault.close()
        raise


def encoded(register: list[Erasure]) -> bytes:
    """Returns a register as the content of its file, each line once."""
    return b"".join(line + b"\n" for line in dict.fromkeys(map(msgspec.json.encode, register)))


def _ring(folder: Path, slug: str, copy: KeysCopy | None) -> Ring:
    """Returns the ring of this machine, else the ring of the backup."""
    path = folder / f"{slug}.ring"
    new = copy is not None and not path.exists()
    if new and copy:
        write_new(path, copy.ring)
    try:
        return Ring(folder, slug)
    except StoreRefused:
        if new:
            path.unlink()
        raise BackupError("keys-not-opened") from None


def _register(path: Path, copy: KeysCopy | None) -> list[Erasure]:
    """Returns the registers of this machine and of the backup, as one."""
    there = path.read_bytes() if path.exists() else b""
    try:
        return [*lines(there), *lines(copy.erased if copy else b"")]
    except msgspec.DecodeError:
        raise BackupError("damaged", file=path.name) from None


def _missing(ring: Ring, present: WrappedKeys, copy: KeysCopy, gone: Set[UUID]) -> dict[UUID, bytes]:
    """Returns the keys of the backup that are missing here, wrapped with the ring key of this machine."""
    number, there = present
    wanted = {s: key for s, key in copy.streams.items() if key and s not in there and s not in gone}
    if not wanted:
        return {}
    ours = ring.key(number)
    assert ours is not None  # `Target.keys` returns no other
    try:
        theirs = ring.keys_of(copy.ring)[copy.number]
        return {stream: aes_key_wrap(ours, aes_key_unwrap(theirs, wrapped)) for stream, wrapped in wanted.items()}
    except StoreRefused:
        raise BackupError("keys-not-opened") from None
    except (InvalidUnwrap, KeyError):
        raise BackupError("damaged", file=FILE) from None
