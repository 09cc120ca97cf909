"""Manifest of a backup, and the check of a backup against it."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import MsgspecError, Struct

from pixflow.backups import BackupError
from pixflow.store import StoreError, folders
from pixflow.store.sqlite import copy
from pixflow.store.sqlite.copy import CopyContent

FILE = folders.MANIFEST
EVENTS = "events.db"
FORMAT = 2
"""Format of a backup. 1 held events of format 1 (pixflow/structure_folder.py)."""


class Manifest(Struct, frozen=True):
    """Description of a backup: `made` in UTC, the version of `pixflow` that made it, and the `store` it comes from.

    `unopened` events do not open, `differing` ones are not those that the register has read, or are gone: such a
    backup is kept apart, and replaces no other.
    `keys_apart`: the structure itself has the keys of these events, which a restore replaced.
    `demonstration` is that of structure.json, `checkpoint` the last one of the register, "" without.
    `sha256` has the digest of each file that never changes. keys.json changes: the key that wraps it identifies it.
    """

    structure: UUID
    slug: str
    made: datetime
    pixflow: str
    store: str
    holding: CopyContent
    sha256: dict[str, str]
    keys_apart: bool = False
    demonstration: bool = False
    unopened: int = 0
    differing: int = 0
    checkpoint: str = ""
    format: int = FORMAT

    @property
    def damaged(self) -> bool:
        return bool(self.unopened or self.differing)


class Backup(Struct, frozen=True):
    """An existing backup: its folder and its manifest."""

    path: Path
    manifest: Manifest


def all_of(folder: Path) -> list[Backup]:
    """Returns the backups in a folder that hold no damage, oldest first. Skips other folders.

    Raises Refused: "not-owned" or "other-user" for one that this user cannot read.
    """
    return sorted((one for one in _find_backups(folder) if not one.manifest.damaged), key=lambda one: one.manifest.made)


def damaged_of(folder: Path) -> list[Backup]:
    """Returns the backups in a folder that hold damage. Raises Refused, as `all_of`."""
    return [one for one in _find_backups(folder) if one.manifest.damaged]


def unread_of(folder: Path) -> list[Path]:
    """Returns the folders in a folder that hold a backup without a manifest that reads. Raises Refused, as `all_of`."""
    unread = []
    for path in sorted({*folders.backups(folder), *folders.holding(folder, EVENTS)}):
        try:
            read(path)
        except BackupError as error:
            unread += [path] if error.code == "not-a-backup" and not path.name.startswith(".") else []
    return unread


def _find_backups(folder: Path) -> Iterator[Backup]:
    for path in folders.backups(folder):
        try:
            yield Backup(path, read(path))
        except BackupError:
            continue


def read(backup: Path) -> Manifest:
    """Returns the manifest.

    Raises BackupError: "not-a-backup", "newer-format" or "older-format" when another pixflow made it. Raises Refused:
    "not-owned" or "other-user" when this user cannot read it.
    """
    try:
        with folders.access_in_words():
            content = (backup / FILE).read_bytes()
        made = msgspec.json.decode(content, type=_Format).format
        if made > FORMAT:
            raise BackupError("newer-format", found=made, known=FORMAT)
        if made < FORMAT:
            raise BackupError("older-format", found=made, known=FORMAT)
        return msgspec.json.decode(content, type=Manifest)
    except (OSError, MsgspecError):
        raise BackupError("not-a-backup", path=str(backup)) from None


class _Format(Struct):
    format: int


def verified(backup: Path) -> Manifest:
    """Returns the manifest of a complete backup. Raises BackupError: the codes of `read`, or "damaged"."""
    manifest = read(backup)
    for name, wanted in manifest.sha256.items():
        if not (backup / name).is_file() or digest(backup / name) != wanted:
            raise BackupError("damaged", file=name)
    try:
        copy.check(backup / EVENTS)
        if copy.content_of(backup / EVENTS) == manifest.holding:
            return manifest
    except StoreError:
        pass
    raise BackupError("damaged", file=EVENTS)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
