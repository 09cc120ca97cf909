"""Restores a backup: its events replace the present ones, the keys of both are kept, and erased people stay erased.

The new records, their keys and their read tables stand ready beside the present ones (pixflow/store/replacement.py).
Only then does anything change: what fails before leaves the present structure.
"""

import logging
from collections.abc import Callable, Set
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import MsgspecError, Struct
from msgspec.structs import replace as changed

from pixflow import erasing, structure_folder
from pixflow.backups import BackupError, erasure_log, manifest
from pixflow.backups.erasure_log import Erasure
from pixflow.backups.manifest import Manifest
from pixflow.events.structure import Motive
from pixflow.inspection import Fault
from pixflow.restore import preparation, sources
from pixflow.restore.preparation import Job, Prepared
from pixflow.restore.sources import FolderTarget, SchemaTarget, Target
from pixflow.store import replacement
from pixflow.store.durable_files import private_folder
from pixflow.store.postgres import tables
from pixflow.store.postgres.database import Database
from pixflow.store.replacement import IDENTITY, Order
from pixflow.structure_folder import Clock, Document, OpenStructure, utc_now

_log = logging.getLogger(__name__)


class RestoreReport(Struct, frozen=True):
    """Result of a restore: people erased again, events kept and lost, and the place of the replaced data.

    `lost` is None when the present events could not be counted. `aside` is "" when there were none. `unopened` are the
    events of the backup that do not open.
    """

    slug: str
    manifest: Manifest
    erased: int
    aside: str
    kept: int
    lost: int | None
    unopened: list[Fault]


def restore(
    data: Path,
    backup: Path,
    *,
    motive: Motive,
    slug: str | None = None,
    replace: bool = False,
    damaged: bool = False,
    rebuild: Callable[[OpenStructure], object],
    clock: Clock = utc_now,
    database: Database | None = None,
) -> RestoreReport:
    """Restores a backup into a data folder (and a database), as the structure `slug`, else as its original structure.

    `backup` may be what an earlier restore set aside: its folder, or the name of its schema. `replace` moves the
    present structure aside and replaces it. `damaged` accepts events that do not open: their streams stay closed.
    `rebuild` builds read stores. Raises BackupError, AlreadyServed, and StoreBusy when another process uses the
    structure: nothing has changed then.
    """
    with sources.folder_of(data, backup, database) as found:
        made = manifest.verified(found)
        name = slug or made.slug
        if structure_folder.slug_of(name) != name:
            raise BackupError("bad-name", slug=name)
        folder = data / name
        schema = structure_folder.schema_of(name) if database else None
        document = Document(made.structure, schema, demonstration=made.demonstration)
        target = SchemaTarget(database, document.schema) if database and document.schema else FolderTarget(folder)
        _check(data, folder, target, document, replace)
        erased = _erased(data, name, clock, database)
        private_folder(folder)
        with replacement.lock(folder, limit=1), target.alone():
            replacement.complete(folder, database)
            job = Job(found, made, folder, document, target, motive, damaged, clock, database, erased)
            done = _replace(job, rebuild)
    _settle(data, name, done.destroyed, clock, database)
    return RestoreReport(name, made, done.erased, done.aside, done.kept, done.lost, done.unopened)


def _check(data: Path, folder: Path, target: Target, document: Document, replace: bool) -> None:
    if not (key := data / "keys" / f"{folder.name}.key").exists():
        raise BackupError("no-structure-key", path=str(key))
    known = _known(folder)
    if known and known.id != document.id:
        raise BackupError("other-structure", slug=folder.name)
    if known and known.schema != document.schema:
        raise BackupError("kept-elsewhere", slug=folder.name)
    if not replace and ((folder / IDENTITY).exists() or target.has_events()):
        raise BackupError("structure-there", slug=folder.name)


def _known(folder: Path) -> Document | None:
    """Returns the present document, None also when it cannot be read."""
    with suppress(FileNotFoundError, MsgspecError):
        return msgspec.json.decode((folder / IDENTITY).read_bytes(), type=Document)
    return None


def _erased(data: Path, slug: str, clock: Clock, database: Database | None) -> list[Erasure] | None:
    """Returns the present erasures whose keys are destroyed, None when the present events cannot be read."""
    with suppress(Exception):
        opened = structure_folder.open_one(data, slug, clock=clock, database=database)
        with closing(opened.engine):
            return erasure_log.destroyed(opened)
    return None


def _replace(job: Job, rebuild: Callable[[OpenStructure], object]) -> Prepared:
    """Makes everything ready, then orders the replacement. What fails before the order leaves the present records."""
    schema = job.document.schema
    stamp = _free_stamp(job)
    order = Order(stamp, schema, replacement.schema_aside(schema, stamp) if schema else "")
    aside = replacement.folder_aside(job.folder, stamp)
    ready = replacement.mark(job.folder, schema)
    try:
        done = preparation.prepare(job, ready, rebuild)
        if done.replaces:
            done = changed(done, aside=order.aside or str(aside))
        if not schema:
            private_folder(aside)
        replacement.order(job.folder, changed(order, keeps_keys=done.keeps_keys))
    except BaseException:
        replacement.withdraw(job.folder, job.database)
        with suppress(OSError):
            aside.rmdir()
        raise
    _carry_out(job)
    return done


def _carry_out(job: Job) -> None:
    """Carries out the order. If PostgreSQL refuses to, the present records serve on."""
    try:
        replacement.complete(job.folder, job.database)
    except Exception:
        if job.database and tables.exist(job.database, f"{job.document.schema}{replacement.NEXT}"):
            replacement.withdraw(job.folder, job.database)
        raise


def _free_stamp(job: Job) -> str:
    """Returns the time of the restore, a second later for each restore that has taken its name."""
    at = job.clock()
    while job.target.has_aside(stamp := sources.stamp_of(at)):
        at += timedelta(seconds=1)
    return stamp


def _settle(data: Path, slug: str, destroyed: Set[UUID], clock: Clock, database: Database | None) -> None:
    """Finishes the erasures of the structure that is now present. What fails is done by the next tick."""
    try:
        opened = structure_folder.open_one(data, slug, clock=clock, database=database)
        with closing(opened.engine):
            if destroyed:
                opened.engine.keys.destroy(destroyed)
            erasing.settle(opened, most=None)
    except Exception:
        _log.exception("an erasure is not finished")
