"""Keys of a restored structure: the present ones, and those of the backup that are missing.

A key does not return if it was destroyed in either, or if the register of erasures names its stream.
"""

from collections.abc import Set
from pathlib import Path
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pixflow.backups import BackupError
from pixflow.backups.erasure_register import Erasure, lines
from pixflow.backups.key_copies import FILE, KeysCopy
from pixflow.restore.targets import Target
from pixflow.store import StoreRefused
from pixflow.store.durable_files import replace, write_new
from pixflow.store.keys import Keys
from pixflow.store.ring import Ring


def merge_keys(folder: Path, slug: str, place: Target, structure: UUID, copy: KeysCopy) -> Keys:
    """Returns the keys of a structure whose ring is in `folder`.

    Raises BackupError: "keys-not-opened" when another structure's key wraps them, "damaged".
    """
    ring = _ring(folder, slug, copy)
    register = _register(ring.path.with_suffix(".erased"), copy)
    keys = Keys(structure, ring, place.vault(ring))
    try:
        destroyed = {stream for stream, key in copy.streams.items() if key is None}
        _adopt(keys, copy, destroyed.union(*(line.streams for line in register)))
    except BaseException:
        keys.close()
        raise
    return keys


def _ring(folder: Path, slug: str, copy: KeysCopy) -> Ring:
    """Returns the ring of this machine, else the ring of the backup."""
    path = folder / f"{slug}.ring"
    new = not path.exists()
    if new:
        write_new(path, copy.ring)
    try:
        return Ring(folder, slug)
    except StoreRefused:
        if new:
            path.unlink()
        raise BackupError("keys-not-opened") from None


def _register(path: Path, copy: KeysCopy) -> list[Erasure]:
    """Merges the registers of this machine and of the backup, and writes the result to this machine."""
    there = path.read_bytes() if path.exists() else b""
    try:
        found = [*lines(there), *lines(copy.erased)]
    except msgspec.DecodeError:
        raise BackupError("damaged", file=path.name) from None
    content = b"".join(line + b"\n" for line in dict.fromkeys(map(msgspec.json.encode, found)))
    if content != there:
        (replace if path.exists() else write_new)(path, content)
    return found


def _adopt(keys: Keys, copy: KeysCopy, gone: Set[UUID]) -> None:
    there = keys.vault.streams()
    lacking = {
        stream: wrapped
        for stream, wrapped in copy.streams.items()
        if wrapped and stream not in there and stream not in gone
    }
    if lacking:
        with keys.ring.changing():
            keys.vault.add(keys.vault.ring(), _rewrapped(lacking, copy, keys))
    if gone - {stream for stream, alive in there.items() if not alive}:
        keys.destroy(gone)


def _rewrapped(lacking: dict[UUID, bytes], copy: KeysCopy, keys: Keys) -> dict[UUID, bytes]:
    """Wraps the keys with the ring key of this machine instead of the backup's."""
    ours = keys.ring.key(keys.vault.ring())
    assert ours is not None  # `Target.vault` returns no other
    try:
        theirs = keys.ring.keys_of(copy.ring)[copy.number]
        return {stream: aes_key_wrap(ours, aes_key_unwrap(theirs, wrapped)) for stream, wrapped in lacking.items()}
    except StoreRefused:
        raise BackupError("keys-not-opened") from None
    except (InvalidUnwrap, KeyError):
        raise BackupError("damaged", file=FILE) from None
