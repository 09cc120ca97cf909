"""What a backup says of itself, and whether it is what it says."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import MsgspecError, Struct

from pixflow.backups import SavingError
from pixflow.store import StoreError
from pixflow.store.sqlite import copy
from pixflow.store.sqlite.copy import Holding

FILE = "manifest.json"
EVENTS = "events.db"
FORMAT = 1


class Manifest(Struct, frozen=True):
    """`made` in UTC; `pixflow` is the version that made it, `store` where it was taken from.

    `sha256` names each file that never changes; keys.json does, and is known by the key that wraps it.
    """

    structure: UUID
    slug: str
    made: datetime
    pixflow: str
    store: str
    holding: Holding
    sha256: dict[str, str]
    format: int = FORMAT


class Backup(Struct, frozen=True):
    """A backup that is there: its folder and its manifest."""

    path: Path
    manifest: Manifest


def all_of(folder: Path) -> list[Backup]:
    """The backups in a folder, oldest first; what is none is passed over."""
    return sorted(_found(folder), key=lambda backup: backup.manifest.made)


def _found(folder: Path) -> Iterator[Backup]:
    for path in folder.glob(f"[!.]*/{FILE}"):
        try:
            yield Backup(path.parent, read(path.parent))
        except SavingError:
            continue


def read(backup: Path) -> Manifest:
    """Raises SavingError: "not-a-backup", or "newer-format" when a later pixflow made it."""
    try:
        content = (backup / FILE).read_bytes()
        made = msgspec.json.decode(content, type=_Format).format
        if made > FORMAT:
            raise SavingError("newer-format", found=made, known=FORMAT)
        return msgspec.json.decode(content, type=Manifest)
    except (OSError, MsgspecError):
        raise SavingError("not-a-backup", path=str(backup)) from None


class _Format(Struct):
    format: int


def verified(backup: Path) -> Manifest:
    """The manifest of a backup whose events are all there. Raises SavingError: those of `read`, or "damaged"."""
    manifest = read(backup)
    for name, wanted in manifest.sha256.items():
        if not (backup / name).is_file() or digest(backup / name) != wanted:
            raise SavingError("damaged", file=name)
    try:
        copy.check(backup / EVENTS)
        if copy.holding(backup / EVENTS) == manifest.holding:
            return manifest
    except StoreError:
        pass
    raise SavingError("damaged", file=EVENTS)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
