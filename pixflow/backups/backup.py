"""Takes a backup, in a folder with a temporary name first: the backup is complete or absent."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from pixflow import __version__, inspection
from pixflow.backups import STAMP, BackupError, key_copies, manifest
from pixflow.backups.manifest import EVENTS, Backup, Manifest
from pixflow.events.catalogue import sealed_topics
from pixflow.ledger.register import Register, RegisterClosed
from pixflow.store.durable_files import discard, private_file, private_folder, replace, sync, write_new
from pixflow.store.locks import FileLock
from pixflow.store.sqlite import copy
from pixflow.structure_folder import OpenStructure

_NOTE = "backup.json"


class ExternalBackup(Struct, frozen=True):
    """Path and time (UTC) of a backup outside the data folder."""

    path: str
    made: datetime


def folder_of(data: Path, slug: str) -> Path:
    """Returns the default folder of a structure's backups."""
    return data / "backups" / slug


def back_up(opened: OpenStructure, root: Path | None = None, register: Register | None = None) -> Backup:
    """Backs a structure up to `root`/<slug>, else to the data folder; others may write meanwhile.

    The backup names the last checkpoint of its `register`, and each event is compared with it: one that differs, or is
    gone, is damage.

    Raises BackupError: "backup-exists" within a second of another, "not-written", "keys-missing". Raises StoreFull and
    StoreBusy.
    """
    folder = root / opened.slug if root else folder_of(opened.folder.parent, opened.slug)
    at = opened.engine.clock().astimezone(UTC)
    name = f"{at:{STAMP}}"
    with _disk_in_words():
        for made in (folder.parent, folder):
            private_folder(made)
        sync(folder.parent)
        sync(folder.parent.parent)
    with FileLock(folder / ".lock"), _disk_in_words():
        for left in folder.glob(".*Z"):
            _discard(left)
        if (folder / name).exists():
            raise BackupError("backup-exists", path=str(folder / name))
        making = folder / f".{name}"
        making.mkdir(mode=0o700)
        try:
            last = ""
            with suppress(RegisterClosed, LookupError):  # a backup is made all the same
                last = register.note() if register else ""
            gone = register.count_gone(opened.engine) if register else 0
            compared = {"changed": register.compare(opened.engine)} if register else {}
            faults = inspection.inspect_all(opened.folder, opened.engine, **compared)
            damage = len(inspection.select_unopened(faults)), len(inspection.differing(faults)) + gone
            made_at = folder / (f"{name}-damaged" if any(damage) else name)
            backup = _make(opened, at, making, made_at, damage, last)
        except BaseException:
            _discard(making)
            raise
    if root and not backup.manifest.damaged:
        note = opened.folder / _NOTE
        content = msgspec.json.encode(ExternalBackup(str(backup.path.absolute()), backup.manifest.made))
        with suppress(OSError):  # a full disk here does not harm a backup elsewhere
            (replace if note.exists() else write_new)(note, content)
    return backup


def last_external_backup(folder: Path) -> ExternalBackup | None:
    """Returns the last backup of a structure outside its data folder, None also when the note cannot be read."""
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode((folder / _NOTE).read_bytes(), type=ExternalBackup)
    return None


def keep(folder: Path, number: int, now: datetime) -> list[Path]:
    """Deletes all backups of a folder but the latest ones. Returns those deleted.

    While there is a damaged one, none is deleted: the good ones may be the last. Those dated after `now` go first:
    the clock was ahead when they were made, or is behind.
    """
    with FileLock(folder / ".lock"):
        if manifest.damaged_of(folder):
            return []
        in_order = sorted(manifest.all_of(folder), key=lambda one: (one.manifest.made <= now, one.manifest.made))
        gone = [backup.path for backup in in_order[:-number]]
        for path in gone:
            _discard(path)
    return gone


def _make(
    opened: OpenStructure, at: datetime, making: Path, made: Path, damage: tuple[int, int], checkpoint: str
) -> Backup:
    """Copies keys after events, so that each event finds its key. Nobody can be erased before the folder is renamed."""
    unopened, differing = damage
    keys = opened.engine.keys
    private_file(making / EVENTS)
    opened.engine.recorder.copy_to(making / EVENTS)
    sync(making / EVENTS)
    described = Manifest(
        structure=opened.id,
        slug=opened.slug,
        made=at,
        pixflow=__version__,
        store=opened.engine.recorder.KIND,
        holding=copy.content_of(making / EVENTS),
        sha256={EVENTS: manifest.digest(making / EVENTS)},
        unopened=unopened,
        differing=differing,
        checkpoint=checkpoint,
        demonstration=opened.demonstration,
    )
    write_new(making / manifest.FILE, msgspec.json.format(msgspec.json.encode(described)))
    sealed = copy.streams(making / EVENTS, sealed_topics())
    with keys.ring.changing():
        key_copies.check_none_lost(keys, sealed)
        key_copies.check_none_emptied(opened)
        write_new(making / key_copies.FILE, key_copies.encoded(keys))
        making.rename(made)
        sync(made.parent)
    return Backup(made, described)


def _discard(backup: Path) -> None:
    """Deletes a backup and overwrites its keys."""
    for path in backup.glob(f"{key_copies.FILE}*"):
        discard(path)
    shutil.rmtree(backup)


@contextmanager
def _disk_in_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupError("not-written", why=error.strerror or type(error).__name__) from error
