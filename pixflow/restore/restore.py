"""Restores a backup: its events replace the present ones, the keys of both are kept, and erased people stay erased.

Moves `structure.json` away first and back last. A structure is restored or absent, and the same command completes an
interrupted restore.
"""

from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC
from pathlib import Path

import msgspec
from msgspec import MsgspecError, Struct

from pixflow import erasing, structure_folder
from pixflow.backups import STAMP, BackupError, key_copies, manifest
from pixflow.backups.manifest import EVENTS, Manifest
from pixflow.engine import Engine
from pixflow.events.catalogue import sealed_topics
from pixflow.restore import key_merge
from pixflow.restore.targets import FolderTarget, SchemaTarget, Target
from pixflow.store.durable_files import write_new
from pixflow.store.postgres import copy as postgres_copy
from pixflow.store.postgres.database import Database
from pixflow.store.sqlite import copy as sqlite_copy
from pixflow.structure_folder import Clock, Document, OpenStructure, utc_now

_IDENTITY = "structure.json"
_ASIDE = "_aside_"


class RestoreReport(Struct, frozen=True):
    """Result of a restore: people erased again, and the place of the replaced data ("" when there were none)."""

    slug: str
    manifest: Manifest
    erased: int
    aside: str


def restore(
    data: Path,
    backup: Path,
    *,
    slug: str | None = None,
    replace: bool = False,
    rebuild: Callable[[OpenStructure], object],
    clock: Clock = utc_now,
    database: Database | None = None,
) -> RestoreReport:
    """Restores a backup into a data folder (and a database), as the structure `slug`, else as its original structure.

    `replace` moves the present structure aside and replaces it. `rebuild` rebuilds its read stores. Raises BackupError,
    AlreadyServed, and StoreBusy when another process uses the structure.
    """
    made, copy = manifest.verified(backup), key_copies.read(backup)
    name = slug or made.slug
    if structure_folder.slug_of(name) != name:
        raise BackupError("bad-name", slug=name)
    folder = data / name
    document = Document(made.structure, structure_folder.schema_of(folder.name) if database else None)
    stamp = f"{clock().astimezone(UTC):{STAMP}}"
    target = _target(folder, stamp, document, database)
    _check(data, folder, target, document, replace)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with target.alone():
        keys = key_merge.merge_keys(data / "keys", folder.name, target, made.structure, copy)
        try:
            key_copies.check_none_lost(keys, sqlite_copy.streams(backup / EVENTS, sealed_topics()))
            _take_away(folder, stamp)
            aside = target.put(backup / EVENTS)
            with closing(Engine(target.store(), keys, clock)) as engine:
                opened = OpenStructure(folder.name, folder, document.id, engine, document.schema, database)
                erased = erasing.forget_again(opened)
                rebuild(opened)
        finally:
            keys.close()
        write_new(folder / _IDENTITY, msgspec.json.encode(document))
    return RestoreReport(folder.name, made, len(erased), aside)


def set_aside(opened: OpenStructure) -> list[str]:
    """Returns the folders or schemas that earlier restores moved aside and that still exist.

    An erasure does not reach people who are only there. Deleting the folder or the schema does.
    """
    if opened.database and opened.schema:
        return postgres_copy.asides(opened.database, f"{opened.schema}{_ASIDE}")
    return sorted({str(path.parent) for path in (opened.folder / "replaced").glob("*/*.db")})


def _target(folder: Path, stamp: str, document: Document, database: Database | None) -> Target:
    if database and document.schema:
        return SchemaTarget(database, document.schema, f"{document.schema}{_ASIDE}{stamp.replace('-', '').lower()}")
    return FolderTarget(folder, _aside(folder, stamp))


def _check(data: Path, folder: Path, target: Target, document: Document, replace: bool) -> None:
    if not (key := data / "keys" / f"{folder.name}.key").exists():
        raise BackupError("no-structure-key", path=str(key))
    known = _known(folder)
    if known and known.id != document.id:
        raise BackupError("other-structure", slug=folder.name)
    if known and known.schema != document.schema:
        raise BackupError("kept-elsewhere", slug=folder.name)
    if not replace and ((folder / _IDENTITY).exists() or target.has_events()):
        raise BackupError("structure-there", slug=folder.name)


def _known(folder: Path) -> Document | None:
    """Returns the present document, None also when it cannot be read."""
    with suppress(FileNotFoundError, MsgspecError):
        return msgspec.json.decode((folder / _IDENTITY).read_bytes(), type=Document)
    return None


def _take_away(folder: Path, stamp: str) -> None:
    """Moves `structure.json` away: nobody can open the structure from now on."""
    aside = _aside(folder, stamp)
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        (folder / _IDENTITY).rename(aside / _IDENTITY)
    sqlite_copy.sync(folder)


def _aside(folder: Path, stamp: str) -> Path:
    return folder / "replaced" / stamp
