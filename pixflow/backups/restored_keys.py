"""The keys of a structure that is put back: those that are there, and what they lack of the backup's.

A key that was destroyed in either, or whose stream the register of erasures names, does not come back.
"""

from collections.abc import Set
from pathlib import Path
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pixflow.backups import SavingError
from pixflow.backups.erasure_register import Erasure, lines
from pixflow.backups.key_copies import FILE, KeysCopy
from pixflow.backups.targets import Place
from pixflow.store import StoreRefused
from pixflow.store.durable_files import replace, write_new
from pixflow.store.keys import Keys
from pixflow.store.ring import Ring


def merged(folder: Path, slug: str, place: Place, structure: UUID, copy: KeysCopy) -> Keys:
    """The keys of a structure whose ring is in `folder`.

    Raises SavingError: "keys-not-opened" when the structure's key is not the one that wraps them, "damaged".
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
    """The ring of this machine, else that of the backup."""
    path = folder / f"{slug}.ring"
    new = not path.exists()
    if new:
        write_new(path, copy.ring)
    try:
        return Ring(folder, slug)
    except StoreRefused:
        if new:
            path.unlink()
        raise SavingError("keys-not-opened") from None


def _register(path: Path, copy: KeysCopy) -> list[Erasure]:
    """Everybody who is in the register of this machine or in that of the backup; the first has them all from now on."""
    there = path.read_bytes() if path.exists() else b""
    try:
        found = [*lines(there), *lines(copy.erased)]
    except msgspec.DecodeError:
        raise SavingError("damaged", file=path.name) from None
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
    """By the ring key of this machine instead of the backup's."""
    ours = keys.ring.key(keys.vault.ring())
    assert ours is not None  # `Place.vault` gives no other
    try:
        theirs = keys.ring.keys_of(copy.ring)[copy.number]
        return {stream: aes_key_wrap(ours, aes_key_unwrap(theirs, wrapped)) for stream, wrapped in lacking.items()}
    except StoreRefused:
        raise SavingError("keys-not-opened") from None
    except (InvalidUnwrap, KeyError):
        raise SavingError("damaged", file=FILE) from None
