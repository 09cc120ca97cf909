"""Put a backup back: its events in place of what is there, the keys of both, and nobody who was erased.

`structure.json` is taken away first and comes back last: a structure is restored, or not there, and the same command
goes on from where another one stopped.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow import erasing
from pixflow.engine import Engine
from pixflow.events import catalogue, personal_fields
from pixflow.saving import STAMP, SavingError, keys_back, keys_copy, manifest
from pixflow.saving.manifest import EVENTS, Manifest
from pixflow.store import copies
from pixflow.store.keys import Keys, write_new
from pixflow.store.locks import ServeLock
from pixflow.store.sqlite import factory
from pixflow.structures import Clock, Opened, utc_now

SEALED = tuple(event.TOPIC for event in catalogue() if personal_fields(event))
_IDENTITY = "structure.json"


class Restored(Struct, frozen=True):
    """What was put back, who was erased again, and where what was there is now (None when nothing was)."""

    slug: str
    manifest: Manifest
    erased: int
    aside: Path | None


def restore(
    data: Path,
    backup: Path,
    *,
    slug: str | None = None,
    over: bool = False,
    drop_views: Callable[[Opened], None],
    clock: Clock = utc_now,
) -> Restored:
    """Put a backup back into a data folder, as the structure `slug` (else the one it was taken of).

    `over`: in place of the structure that is there, which is moved aside. `drop_views` forgets its read stores. Raises
    SavingError, AlreadyServed, StoreBusy when another process uses the structure.
    """
    made, copy = manifest.verified(backup), keys_copy.read(backup)
    place = data / (slug or made.slug)
    _check_place(data, place, made, over)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = place / "replaced" / f"{clock().astimezone(UTC):{STAMP}}"
    with ServeLock(place):
        keys = keys_back.merged(data, place, made.structure, copy, aside)
        try:
            _check_keys(backup, keys)
            there = (place / EVENTS).exists()
            with copies.alone(place / EVENTS):
                _take_away(place, aside)
                copies.put(backup / EVENTS, place / EVENTS, aside)
            opened = Opened(place.name, place, made.structure, Engine(factory(place), keys, clock))
            drop_views(opened)
            erased = erasing.forget_again(opened)
            keys_copy.refresh_keys(opened)
            opened.engine.close()
        finally:
            keys.close()
        write_new(place / _IDENTITY, msgspec.json.encode({"id": made.structure}))
    return Restored(place.name, made, len(erased), aside if there else None)


class _Identity(Struct):
    id: UUID


def _check_place(data: Path, place: Path, made: Manifest, over: bool) -> None:
    if not (key := data / "keys" / f"{place.name}.key").exists():
        raise SavingError("no-structure-key", path=str(key))
    if (place / _IDENTITY).exists():
        if not over:
            raise SavingError("structure-there", slug=place.name)
        if msgspec.json.decode((place / _IDENTITY).read_bytes(), type=_Identity).id != made.structure:
            raise SavingError("other-structure", slug=place.name)


def _check_keys(backup: Path, keys: Keys) -> None:
    """Each stream that holds personal data has its key, or had it destroyed."""
    if lost := copies.streams(backup / EVENTS, SEALED) - keys.vault.streams().keys():
        raise SavingError("keys-missing", count=len(lost))


def _take_away(place: Path, aside: Path) -> None:
    """From now on nobody opens the structure."""
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        (place / _IDENTITY).rename(aside / _IDENTITY)
    copies.sync(place)
