"""Put a backup back: its events in place of what is there, the keys of both, and nobody who was erased.

`structure.json` is taken away first and comes back last: a structure is restored, or not there, and the same command
goes on from where another one stopped.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC
from pathlib import Path

import msgspec
from msgspec import MsgspecError, Struct

from pixflow import erasing, structure_folder
from pixflow.backups import STAMP, SavingError, key_copies, manifest, restored_keys
from pixflow.backups.manifest import EVENTS, Manifest
from pixflow.backups.targets import Folder, Place, Schema
from pixflow.engine import Engine
from pixflow.events.catalogue import sealed_topics
from pixflow.store.durable_files import write_new
from pixflow.store.postgres import copy as postgres_copy
from pixflow.store.postgres.database import Database
from pixflow.store.sqlite import copy as sqlite_copy
from pixflow.structure_folder import Clock, Document, OpenStructure, utc_now

_IDENTITY = "structure.json"
_ASIDE = "_aside_"


class Restored(Struct, frozen=True):
    """What was put back, how many were erased again, and where what was there is now ("" when nothing was)."""

    slug: str
    manifest: Manifest
    erased: int
    aside: str


def restore(
    data: Path,
    backup: Path,
    *,
    slug: str | None = None,
    over: bool = False,
    rebuild: Callable[[OpenStructure], object],
    clock: Clock = utc_now,
    database: Database | None = None,
) -> Restored:
    """Put a backup back into a data folder (and a database), as the structure `slug`, else the one it was taken of.

    `over`: in place of what is there, which is moved aside. `rebuild` makes its read stores anew. Raises SavingError,
    AlreadyServed, StoreBusy when another process uses the structure.
    """
    made, copy = manifest.verified(backup), key_copies.read(backup)
    name = slug or made.slug
    if structure_folder.slug_of(name) != name:
        raise SavingError("bad-name", slug=name)
    folder = data / name
    document = Document(made.structure, structure_folder.schema_of(folder.name) if database else None)
    stamp = f"{clock().astimezone(UTC):{STAMP}}"
    place = _place(folder, stamp, document, database)
    _check(data, folder, place, document, over)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.alone():
        keys = restored_keys.merged(data / "keys", folder.name, place, made.structure, copy)
        try:
            key_copies.check_none_lost(keys, sqlite_copy.streams(backup / EVENTS, sealed_topics()))
            _take_away(folder, stamp)
            aside = place.put(backup / EVENTS)
            engine = Engine(place.store(), keys, clock)
            opened = OpenStructure(folder.name, folder, document.id, engine, document.schema, database)
            erased = erasing.forget_again(opened)
            rebuild(opened)
            engine.close()
        finally:
            keys.close()
        write_new(folder / _IDENTITY, msgspec.json.encode(document))
    return Restored(folder.name, made, len(erased), aside)


def set_aside(opened: OpenStructure) -> list[str]:
    """What restores have moved aside and is still there: folders, or schemas.

    Whoever is in it alone is in no dossier any more: erasing does not reach them, deleting it does.
    """
    if opened.database and opened.schema:
        return postgres_copy.asides(opened.database, f"{opened.schema}{_ASIDE}")
    return sorted({str(path.parent) for path in (opened.folder / "replaced").glob("*/*.db")})


def _place(folder: Path, stamp: str, document: Document, database: Database | None) -> Place:
    if database and document.schema:
        return Schema(database, document.schema, f"{document.schema}{_ASIDE}{stamp.replace('-', '').lower()}")
    return Folder(folder, _aside(folder, stamp))


def _check(data: Path, folder: Path, place: Place, document: Document, over: bool) -> None:
    if not (key := data / "keys" / f"{folder.name}.key").exists():
        raise SavingError("no-structure-key", path=str(key))
    known = _known(folder)
    if known and known.id != document.id:
        raise SavingError("other-structure", slug=folder.name)
    if known and known.schema != document.schema:
        raise SavingError("kept-elsewhere", slug=folder.name)
    if not over and ((folder / _IDENTITY).exists() or place.holds()):
        raise SavingError("structure-there", slug=folder.name)


def _known(folder: Path) -> Document | None:
    """What is there; None also when that cannot be read."""
    with suppress(FileNotFoundError, MsgspecError):
        return msgspec.json.decode((folder / _IDENTITY).read_bytes(), type=Document)
    return None


def _take_away(folder: Path, stamp: str) -> None:
    """From now on nobody opens the structure."""
    aside = _aside(folder, stamp)
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        (folder / _IDENTITY).rename(aside / _IDENTITY)
    sqlite_copy.sync(folder)


def _aside(folder: Path, stamp: str) -> Path:
    return folder / "replaced" / stamp
