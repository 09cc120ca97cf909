"""Keys of a restored structure: the present ones, and those of the backup that are missing.

A key does not return if an erasure destroyed it: the registers or the present events name its stream. A key that is
empty or damaged without an erasure returns. The present vault and the present register stay as they are: the new ones
stand ready beside them.
"""

from collections.abc import Set
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow.backups import BackupError
from pixflow.backups.erasure_register import Erasure, lines
from pixflow.backups.key_copies import FILE, KeysCopy
from pixflow.restore.targets import Target
from pixflow.store import StoreRefused
from pixflow.store.durable_files import replace, write_new
from pixflow.store.keys import Keys, rewrapped, unwrapped
from pixflow.store.ring import Ring


class MergedKeys(Struct, frozen=True):
    """The keys that stand ready, the register of erasures, and the streams whose present key is destroyed by it."""

    keys: Keys
    register: list[Erasure]
    destroyed: Set[UUID]


def merge_keys(
    folder: Path, slug: str, place: Target, structure: UUID, copy: KeysCopy | None, erased: list[Erasure] | None
) -> MergedKeys:
    """Returns the keys of a structure whose ring is in `folder`. Without a `copy`, they are the present ones.

    `erased` are the erasures of the present events whose keys are destroyed. None: the events could not be read, and
    each empty key counts as destroyed. Raises BackupError: "keys-not-opened" when another structure's key wraps them,
    "damaged".
    """
    ring = _ring(folder, slug, place, copy)
    register = [*_register(ring.path.with_suffix(".erased"), copy), *(erased or ())]
    number, there = place.keys(ring.key) or (ring.latest, {})
    empty = {stream for found in (there, copy.streams if copy else {}) for stream, key in found.items() if key is None}
    gone: set[UUID] = set().union(*(line.streams for line in register), empty if erased is None else ())
    whole = {stream for stream, key in there.items() if key and unwrapped(_key(ring, number), key)}
    kept = {stream: key for stream, key in there.items() if key and stream not in gone}
    if copy:
        kept |= _missing(ring, number, copy, gone | whole)
    vault = place.vault()
    try:
        vault.renew(number, bytes, gone | (empty - kept.keys()))
        vault.add(number, kept)
        destroyed = {stream for stream in gone if there.get(stream)}
        return MergedKeys(Keys(structure, ring, vault), register, destroyed)
    except BaseException:
        vault.close()
        raise


def encoded(register: list[Erasure]) -> bytes:
    """Returns a register as the content of its file, each line once."""
    return b"".join(line + b"\n" for line in dict.fromkeys(map(msgspec.json.encode, register)))


def _ring(folder: Path, slug: str, place: Target, copy: KeysCopy | None) -> Ring:
    """Returns the ring of this machine. Where it is gone, damaged or an older copy, that of the backup replaces it."""
    path, ours = folder / f"{slug}.ring", None
    with suppress(StoreRefused):
        ours = Ring(folder, slug)
        if copy is None or not _is_older(ours, copy, place):
            return ours
    was = path.read_bytes() if path.exists() else None
    try:
        if copy:
            write_new(path, copy.ring) if was is None else replace(path, copy.ring)
            return Ring(folder, slug)
    except StoreRefused:
        path.unlink() if was is None else replace(path, was)
    raise BackupError("keys-not-opened")


def _is_older(ours: Ring, copy: KeysCopy, place: Target) -> bool:
    """Tells if the backup's ring opens the present keys, and the ring of this machine does not."""
    theirs: dict[int, bytes] = {}
    with suppress(StoreRefused):
        theirs = ours.keys_of(copy.ring)
    return place.has_keys() and place.keys(ours.key) is None and place.keys(theirs.get) is not None


def _register(path: Path, copy: KeysCopy | None) -> list[Erasure]:
    """Returns the registers of this machine and of the backup, as one."""
    there = path.read_bytes() if path.exists() else b""
    try:
        return [*lines(there), *lines(copy.erased if copy else b"")]
    except msgspec.DecodeError:
        raise BackupError("damaged", file=path.name) from None


def _missing(ring: Ring, number: int, copy: KeysCopy, present: Set[UUID]) -> dict[UUID, bytes]:
    """Returns the keys of the backup that are not present, wrapped with the ring key of this machine.

    A damaged one stays as it is: its events do not open.
    """
    wanted = {stream: key for stream, key in copy.streams.items() if key and stream not in present}
    if not wanted:
        return {}
    try:
        theirs = ring.keys_of(copy.ring)[copy.number]
    except StoreRefused:
        raise BackupError("keys-not-opened") from None
    except KeyError:
        raise BackupError("damaged", file=FILE) from None
    ours = _key(ring, number)
    return {stream: rewrapped(theirs, ours, wrapped) for stream, wrapped in wanted.items()}


def _key(ring: Ring, number: int) -> bytes:
    key = ring.key(number)
    assert key is not None  # `Target.keys` returns no other
    return key
