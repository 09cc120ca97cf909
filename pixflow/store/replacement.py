"""Replaces a structure's records by others that stand ready beside them: all of them, or none.

<slug>/restoring/        what stands ready; on PostgreSQL, the schema `<schema>_next` too
<slug>/restoring.json    the order to replace, written once all of it is durable
<slug>/replaced/<time>/  what was replaced; on PostgreSQL, the schema `<schema>_aside_<time>`

Before the order is written, the old records serve. After it, each step can be repeated, and every opening of the
structure completes what a crash cut off.
"""

import shutil
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from pixflow.store import StoreRefused, watermark
from pixflow.store.durable_files import discard, sync, wipe_behind, write_new
from pixflow.store.locks import FileLock
from pixflow.store.postgres import copy as postgres_copy
from pixflow.store.postgres.database import Database

READY = "restoring"
ORDER = "restoring.json"
NEXT = "_next"
ASIDE = "_aside_"
IDENTITY = "structure.json"
INSPECTION = "inspection.json"
_EVENTS = tuple(f"events.db{ending}" for ending in ("", "-wal", "-shm", "-journal"))
_KEYS = tuple(f"keys.db{ending}" for ending in ("", "-wal", "-shm", "-journal"))


class Order(Struct, frozen=True):
    """An order to replace: the name of the folder and of the schema for the old records.

    `keeps_keys`: the old keys stay with the old records, because they could not be read.
    """

    stamp: str
    schema: str | None = None
    aside: str = ""
    keeps_keys: bool = False


def lock(folder: Path, limit: float = 10.0) -> FileLock:
    """Returns the lock of whoever opens or replaces the records. Entering it raises StoreBusy after `limit` seconds."""
    return FileLock(folder / "restore.lock", limit)


def folder_aside(folder: Path, stamp: str) -> Path:
    return folder / "replaced" / stamp


def schema_aside(schema: str, stamp: str) -> str:
    """Returns the name of the schema for what a restore of that time replaces."""
    return f"{schema}{ASIDE}{stamp.replace('-', '').lower()}"


def register_ready(folder: Path) -> Path:
    """Returns the path of the register of erasures that stands ready, beside the present one."""
    return _register(folder).with_suffix(".erased.next")


def watermark_ready(folder: Path) -> Path:
    """Returns the path of the watermark that stands ready, beside the present one."""
    return watermark.path_of(folder).with_suffix(".head.next")


def order(folder: Path, wanted: Order) -> None:
    """Writes the order: from now on the new records take the place of the old ones."""
    write_new(folder / ORDER, msgspec.json.encode(wanted))


def complete(folder: Path, database: Database | None) -> None:
    """Carries out an order, or removes what stands ready without one. To be called within `lock`."""
    if not (folder / ORDER).exists():
        if (folder / READY).exists():
            withdraw(folder, database)
        return
    try:
        wanted = msgspec.json.decode((folder / ORDER).read_bytes(), type=Order)
    except msgspec.MsgspecError:
        raise StoreRefused(f"{folder / ORDER} is damaged") from None
    if bool(wanted.schema) != bool(database):
        return
    for name in (IDENTITY, INSPECTION):
        _take(folder / READY / name, folder / name)
    if database and wanted.schema:
        postgres_copy.swap(database, wanted.schema, f"{wanted.schema}{NEXT}", wanted.aside, wanted.keeps_keys)
    else:
        _replace_files(folder, wanted)
    _take(register_ready(folder), _register(folder))
    _take(watermark_ready(folder), watermark.path_of(folder))
    sync(folder.parent / "keys")
    sync(folder)
    shutil.rmtree(folder / READY, ignore_errors=True)
    (folder / ORDER).unlink()


def withdraw(folder: Path, database: Database | None) -> None:
    """Removes what stands ready, and the order. The old records serve."""
    (folder / ORDER).unlink(missing_ok=True)
    for ready in (register_ready(folder), watermark_ready(folder)):
        ready.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        schema = (folder / READY / "schema").read_text()
        if database and schema:
            postgres_copy.drop(database, f"{schema}{NEXT}")
    shutil.rmtree(folder / READY, ignore_errors=True)


def mark(folder: Path, schema: str | None) -> Path:
    """Creates the folder of what is to stand ready. Returns it."""
    ready = folder / READY
    ready.mkdir(mode=0o700)
    if schema:
        write_new(ready / "schema", schema.encode())
    return ready


def _replace_files(folder: Path, wanted: Order) -> None:
    ready, aside = folder / READY, folder_aside(folder, wanted.stamp)
    if (ready / _EVENTS[0]).exists():
        _move(folder, aside, _EVENTS)
        _take(ready / "manifest.json", aside / "manifest.json")
        (ready / _EVENTS[0]).rename(folder / _EVENTS[0])
    if (ready / _KEYS[0]).exists():
        if wanted.keeps_keys:
            _move(folder, aside, _KEYS)
        for log in _KEYS[1:]:
            discard(folder / log)
        _take(ready / _KEYS[0], folder / _KEYS[0])
    sync(aside)


def _move(folder: Path, aside: Path, names: tuple[str, ...]) -> None:
    for name in names:
        with suppress(FileNotFoundError):
            (folder / name).rename(aside / name)


def _take(new: Path, old: Path) -> None:
    """Moves a file to its place, and overwrites the old one, unless that is done."""
    if new.exists():
        if old.exists():
            wipe_behind(old, lambda: new.replace(old))
        else:
            new.rename(old)


def _register(folder: Path) -> Path:
    return folder.parent / "keys" / f"{folder.name}.erased"
