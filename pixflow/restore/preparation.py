"""Makes a backup ready to take the place of a structure's records: events, keys, register of erasures, read tables."""

from collections.abc import Callable, Set
from contextlib import closing
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from pixflow import erasing
from pixflow.actor import OPERATOR, Actor
from pixflow.backups import BackupError, key_copies, manifest
from pixflow.backups.erasure_register import Erasure
from pixflow.backups.manifest import EVENTS, Manifest
from pixflow.engine import Engine, new_id
from pixflow.events.catalogue import sealed_topics
from pixflow.events.structure import Motive
from pixflow.inspection import event_pass, faults
from pixflow.inspection.faults import Fault
from pixflow.restore import key_merge, sources
from pixflow.restore.key_merge import MergedKeys
from pixflow.restore.targets import Target, common
from pixflow.store import StoreError, replacement, watermark
from pixflow.store.durable_files import write_new
from pixflow.store.postgres.database import Database
from pixflow.store.replacement import IDENTITY
from pixflow.store.sqlite import copy
from pixflow.store.watermark import Watermark
from pixflow.structure import record_restore
from pixflow.structure_folder import Clock, Document, OpenStructure


class Job(Struct, frozen=True):
    """One restore: what is restored, and where. `erased`: see key_merge.merge_keys."""

    backup: Path
    made: Manifest
    folder: Path
    document: Document
    target: Target
    motive: Motive
    damaged: bool
    clock: Clock
    database: Database | None
    erased: list[Erasure] | None


class Prepared(Struct, frozen=True):
    """Result of the preparation. `replaces`: there are present events. `keeps_keys`: the present keys cannot be read.

    `destroyed` are the streams whose present key has to go. `aside` is the place of the present events.
    """

    erased: int
    kept: int
    lost: int | None
    unopened: list[Fault]
    destroyed: Set[UUID]
    replaces: bool
    keeps_keys: bool
    aside: str = ""


def prepare(job: Job, ready: Path, rebuild: Callable[[OpenStructure], object]) -> Prepared:
    """Makes everything ready and durable. Raises BackupError: "unopened", "keys-missing", and those of the keys."""
    folder = job.folder
    keys_copy = None if job.made.keys_apart else key_copies.read(job.backup)
    job.target.put(job.backup / EVENTS)
    keys, id = folder.parent / "keys", job.made.structure
    merged = key_merge.merge_keys(keys, folder.name, job.target, id, keys_copy, job.erased)
    with closing(merged.keys):
        key_copies.check_none_lost(merged.keys, copy.streams(job.backup / EVENTS, sealed_topics()))
        keeps_keys = job.target.has_keys() and job.target.keys(merged.keys.ring.key) is None
        with closing(Engine(job.target.store(), merged.keys, job.clock)) as engine:
            schema = job.document.schema and f"{job.document.schema}{replacement.NEXT}"
            opened = OpenStructure(folder.name, ready, job.document.id, engine, schema, job.database)
            bad = _open_all(job, engine, ready)
            kept, lost = _kept(job)
            life = _record(job, opened, kept, lost)
            erased = erasing.forget_again(opened, merged.register)
            if erased or merged.destroyed:
                erasing.owe(msgspec.structs.replace(opened, folder=folder))
            rebuild(opened)
            mark = Watermark(id, life, engine.head(), merged.keys.vault.count())
    _write_files(job, ready, merged, mark)
    replaces = job.target.has_events()
    return Prepared(len(erased), kept, lost, bad, merged.destroyed, replaces, keeps_keys)


def _write_files(job: Job, ready: Path, merged: MergedKeys, mark: Watermark) -> None:
    """Writes the small files, and makes all files durable."""
    write_new(replacement.register_ready(job.folder), key_merge.encoded(merged.register))
    watermark.write(replacement.watermark_ready(job.folder), mark)
    write_new(ready / IDENTITY, msgspec.json.encode(job.document))
    if not job.document.schema and job.target.has_events():
        described = ready / manifest.FILE
        sources.describe(job.folder / EVENTS, described, job.document, job.folder.name, job.clock())
    for path in (*ready.rglob("*"), ready):
        copy.sync(path)


def _open_all(job: Job, engine: Engine, ready: Path) -> list[Fault]:
    """Opens every event, and notes this whole pass.

    Raises BackupError("unopened") with the first event that does not open, unless it is accepted.
    """
    found = faults.unopened(event_pass.whole(ready, engine))
    if found and not job.damaged:
        first = found[0]
        raise BackupError(
            "unopened", position=first.position, stream=str(first.stream), topic=first.topic, count=len(found)
        )
    return found


def _kept(job: Job) -> tuple[int, int | None]:
    """Returns how many present events stand in the backup too, and how many do not (None: they cannot be read)."""
    try:
        present = job.target.commands()
    except StoreError:
        return job.made.holding.head, None
    kept = common(present, copy.commands(job.backup / EVENTS)) if present else job.made.holding.head
    return kept, present[-1][2] - kept if present else 0


def _record(job: Job, opened: OpenStructure, kept: int, lost: int | None) -> UUID:
    """Records the restore. Returns the id of its command."""
    command_id = new_id(opened.id, f"restore {opened.engine.head()} {job.clock().isoformat()}")
    opened.engine.execute(
        {"structure": opened.stream("structure")},
        record_restore,
        by=Actor(OPERATOR),
        command_id=command_id,
        via="cli",
        kept=kept,
        lost=lost,
        backup=sources.stamp_of(job.made.made),
        made=job.made.made,
        motive=job.motive,
    )
    return command_id
