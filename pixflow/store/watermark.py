"""Watermark of a structure: how far its events and its keys had come when pixflow last looked.

keys/<slug>.head lies apart from what it measures, as the keys do: an older copy of the events, of the vault or of the
whole database does not bring it back. Every opening compares, and raises RecordsLost for what has come less far. A
restore brings back fewer events on purpose: it writes another watermark (pixflow/store/replacement.py).

The watermark may be behind, after a crash, and it may be lost. The last backup of the data folder counts too.
"""

from contextlib import suppress
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace as changed

from pixflow.store import RecordsLost, StoreError
from pixflow.store.durable_files import replace, write_new
from pixflow.store.sqlite import copy


class Watermark(Struct, frozen=True):
    """The last position of the events, and the number of streams in the vault. `life` changes with each restore."""

    structure: UUID
    life: UUID
    head: int = 0
    keys: int = 0


class LastBackup(Struct, frozen=True):
    """The last backup in the data folder, and the last position of its events."""

    path: Path
    head: int


class _Holding(Struct):
    head: int


class _Manifest(Struct):
    """The part of a manifest (pixflow/backups/manifest.py) that an opening needs."""

    structure: UUID
    holding: _Holding


def path_of(folder: Path) -> Path:
    """Returns the place of the watermark of the structure in a folder."""
    return folder.parent / "keys" / f"{folder.name}.head"


def read(folder: Path, structure: UUID) -> Watermark:
    """Returns the watermark of a structure, an empty one when it is gone, cannot be read, or is another structure's."""
    with suppress(OSError, msgspec.MsgspecError):
        found = msgspec.json.decode(path_of(folder).read_bytes(), type=Watermark)
        if found.structure == structure:
            return found
    return Watermark(structure, life=structure)


def write(path: Path, mark: Watermark) -> None:
    (replace if path.exists() else write_new)(path, msgspec.json.encode(mark))


def move(folder: Path, mark: Watermark, head: int, keys: int) -> None:
    """Writes the watermark of a structure again when events or keys have come further."""
    if (further := changed(mark, head=head, keys=keys)) != mark:
        write(path_of(folder), further)


def last_backup(folder: Path, structure: UUID) -> LastBackup | None:
    """Returns the last backup of this structure in the data folder: others may have had its name before.

    None where this user may not read `backups`: the commands tell that themselves (pixflow/store/folders.py).
    """
    with suppress(PermissionError):
        for path in sorted((folder.parent / "backups" / folder.name).glob("[!.]*/manifest.json"), reverse=True):
            with suppress(OSError, msgspec.MsgspecError):
                found = msgspec.json.decode(path.read_bytes(), type=_Manifest)
                if found.structure == structure:
                    return LastBackup(path.parent, found.holding.head)
    return None


def check(mark: Watermark, head: int, keys: int) -> None:
    """Raises RecordsLost when events or keys have come less far than a watermark that was read before them."""
    if not head:
        raise RecordsLost("events", "no event is there: not even that of the structure")
    if head < mark.head:
        raise RecordsLost("older-events", f"{head} events are there, and pixflow saw {mark.head}")
    if keys < mark.keys:
        raise RecordsLost("older-keys", f"{keys} keys are there, and pixflow saw {mark.keys}")


def check_backup(backup: LastBackup, head: int, stream: UUID, restored: tuple[int, bytes] | None) -> None:
    """Raises RecordsLost when a backup has more events, unless it was made before the last restore.

    `restored` is the version and the state of that restore's event in its stream: later backups have it.
    """
    with suppress(StoreError):
        if restored and not copy.has_event(backup.path / "events.db", stream, *restored):
            return
    raise RecordsLost("older-events", f"{head} events are there, and {backup.path} has {backup.head}")
