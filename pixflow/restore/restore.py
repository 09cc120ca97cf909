"""Restores a backup: its events replace the present ones, the keys of both are kept, and erased people stay erased.

The new records and their keys stand ready beside the present ones (pixflow/store/replacement.py), and so do their read
tables, those of another life. Only then does anything change: an error before leaves the present structure.

A key does not return if an erasure destroyed it: the registers or the present events name its stream. A key that is
empty or damaged without an erasure returns. The present vault and the present register stay as they are.
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

from pixflow import erasing, inspection, structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.backups import BackupError, erasure_log, key_copies, manifest
from pixflow.backups.erasure_log import Erasure, lines
from pixflow.backups.key_copies import FILE, KeysCopy
from pixflow.backups.manifest import EVENTS, Manifest
from pixflow.engine import Engine, new_id
from pixflow.events.catalogue import sealed_topics
from pixflow.events.structure import Motive
from pixflow.inspection import Fault
from pixflow.ledger.register import Register, RegisterClosed
from pixflow.restore import sources
from pixflow.restore.sources import FolderTarget, SchemaTarget, Target, common
from pixflow.store import StoreError, StoreRefused, replacement, watermark
from pixflow.store.durable_files import private_folder, replace, sync, write_new
from pixflow.store.keys import Keys, Ring, rewrapped, unwrapped
from pixflow.store.postgres import tables
from pixflow.store.postgres.database import Database
from pixflow.store.replacement import IDENTITY, Order
from pixflow.store.sqlite import copy
from pixflow.store.watermark import Watermark
from pixflow.structure import record_restore
from pixflow.structure_folder import Clock, Document, OpenStructure, utc_now

_log = logging.getLogger(__name__)
RegisterOf = Callable[[OpenStructure], Register | None]
"""Returns the register of a structure's events, if it has one."""


class RestoreReport(Struct, frozen=True):
    """Result of a restore: people erased again, events kept and lost, and the place of the replaced data.

    `heard` is False where the register could not note it: it begins no epoch then, the operator does.
    `lost` is None when the present events could not be counted. `aside` is "" when there were none. `unopened` are the
    events of the backup that do not open, `differing` counts those that are not what the register has read.
    """

    slug: str
    manifest: Manifest
    erased: int
    aside: str
    kept: int
    lost: int | None
    unopened: list[Fault]
    differing: int
    heard: bool


class Job(Struct, frozen=True):
    """One restore: what is restored, and where. `erased`: see `merge_keys`."""

    backup: Path
    made: Manifest
    folder: Path
    document: Document
    target: Target
    motive: Motive
    damaged: bool
    register: RegisterOf
    clock: Clock
    database: Database | None
    erased: list[Erasure] | None


class Prepared(Struct, frozen=True):
    """Result of the preparation. `keeps_keys`: the present keys cannot be read.

    `destroyed` are the streams whose present key has to go.
    """

    report: RestoreReport
    destroyed: Set[UUID]
    keeps_keys: bool


def restore(
    data: Path,
    backup: Path,
    *,
    motive: Motive,
    slug: str | None = None,
    replace: bool = False,
    damaged: bool = False,
    rebuild: Callable[[OpenStructure], object],
    register: RegisterOf = lambda opened: None,
    clock: Clock = utc_now,
    database: Database | None = None,
) -> RestoreReport:
    """Restores a backup into a data folder (and a database), as the structure `slug`, else as its original structure.

    `backup` may be what an earlier restore set aside: its folder, or the name of its schema. `replace` moves the
    present structure aside and replaces it. `damaged` accepts events that do not open, whose streams stay closed, and
    those that the `register` has read otherwise. `rebuild` builds read stores. Raises BackupError, AlreadyServed, and
    StoreBusy when another process uses the structure: nothing has changed then.
    """
    with sources.folder_of(data, backup, database) as backup_folder:
        made = manifest.verified(backup_folder)
        name = slug or made.slug
        if structure_folder.slug_of(name) != name:
            raise BackupError("bad-name", slug=name)
        folder = data / name
        schema = structure_folder.schema_of(name) if database else None
        document = Document(made.structure, schema, demonstration=made.demonstration)
        target = SchemaTarget(database, document.schema) if database and document.schema else FolderTarget(folder)
        _check(data, folder, target, document, replace)
        erased = None  # where the present events cannot be read
        with suppress(Exception):
            present = structure_folder.open_one(data, name, clock=clock, database=database)
            with closing(present.engine):
                erased = erasure_log.destroyed(present)
        private_folder(folder)
        with replacement.lock(folder, limit=1), target.hold_alone():
            replacement.complete(folder, database)
            job = Job(backup_folder, made, folder, document, target, motive, damaged, register, clock, database, erased)
            done = _replace(job, rebuild)
    try:
        opened = structure_folder.open_one(data, name, clock=clock, database=database)
        with closing(opened.engine):
            if done.destroyed:
                opened.engine.keys.destroy(done.destroyed)
            erasing.settle(opened, most=None)
    except Exception:  # the next tick does it
        _log.exception("an erasure is not finished")
    return done.report


def _check(data: Path, folder: Path, target: Target, document: Document, replace: bool) -> None:
    if not (key := data / "keys" / f"{folder.name}.key").exists():
        raise BackupError("no-structure-key", path=str(key))
    with suppress(FileNotFoundError, MsgspecError):  # one that cannot be read is replaced
        present_document = msgspec.json.decode((folder / IDENTITY).read_bytes(), type=Document)
        if present_document.id != document.id:
            raise BackupError("other-structure", slug=folder.name)
        if present_document.schema != document.schema:
            raise BackupError("kept-elsewhere", slug=folder.name)
    if not replace and ((folder / IDENTITY).exists() or target.has_events()):
        raise BackupError("structure-there", slug=folder.name)


def _replace(job: Job, rebuild: Callable[[OpenStructure], object]) -> Prepared:
    """Makes everything ready, then orders the replacement. An error before the order leaves the present records."""
    schema, at = job.document.schema, job.clock()
    while job.target.has_aside(stamp := sources.stamp_of(at)):  # another restore has taken this name
        at += timedelta(seconds=1)
    order = Order(stamp, schema, replacement.schema_aside(schema, stamp) if schema else "")
    aside = replacement.folder_aside(job.folder, stamp)
    ready = replacement.mark(job.folder, schema)
    try:
        done = prepare(job, ready, order.aside or str(aside), rebuild)
        if not schema:
            private_folder(aside)
        replacement.order(job.folder, changed(order, keeps_keys=done.keeps_keys))
    except BaseException:
        replacement.withdraw(job.folder, job.database)
        with suppress(OSError):
            aside.rmdir()
        raise
    try:
        replacement.complete(job.folder, job.database)
    except Exception:  # where PostgreSQL refuses to, the present records serve on
        if job.database and tables.exist(job.database, f"{schema}{replacement.NEXT}"):
            replacement.withdraw(job.folder, job.database)
        raise
    return done


# --- the keys that stand ready


def merge_keys(
    folder: Path, slug: str, place: Target, structure: UUID, copy: KeysCopy | None, erased: list[Erasure] | None
) -> tuple[Keys, list[Erasure], Set[UUID]]:
    """Returns the keys of a structure whose ring is in `folder`. Without a `copy`, they are the present ones.

    Returns the register of erasures too, and the streams whose present key is destroyed by it.

    `erased` are the erasures of the present events whose keys are destroyed. None: the events could not be read, and
    each empty key counts as destroyed. Raises BackupError: "keys-not-opened" when another structure's key wraps them,
    "damaged".
    """
    ring = _ring(folder, slug, place, copy)
    path = ring.path.with_suffix(".erased")
    try:
        written = path.read_bytes() if path.exists() else b""
        register = [*lines(written), *lines(copy.erased if copy else b""), *(erased or ())]
    except msgspec.DecodeError:
        raise BackupError("damaged", file=path.name) from None
    number, there = place.keys(ring.key) or (ring.latest, {})
    empty = {stream for found in (there, copy.streams if copy else {}) for stream, key in found.items() if key is None}
    gone: set[UUID] = set().union(*(line.streams for line in register), empty if erased is None else ())
    whole = {stream for stream, key in there.items() if key and unwrapped(_key(ring, number), key)}
    keys_by_stream = {stream: key for stream, key in there.items() if key and stream not in gone}
    if copy:
        keys_by_stream |= _find_missing(ring, number, copy, gone | whole)
    vault = place.vault()
    try:
        vault.renew(number, bytes, gone | (empty - keys_by_stream.keys()))
        vault.add(number, keys_by_stream)
        return Keys(structure, ring, vault), register, {stream for stream in gone if there.get(stream)}
    except BaseException:
        vault.close()
        raise


def _ring(folder: Path, slug: str, place: Target, copy: KeysCopy | None) -> Ring:
    """Returns the ring of this machine. Where it is gone, damaged or an older copy, that of the backup replaces it."""
    path, ours = folder / f"{slug}.ring", None
    with suppress(StoreRefused):
        ours = Ring(folder, slug)
        if copy is None or not _is_older(ours, copy, place):
            return ours
    was = path.read_bytes() if path.exists() else None
    try:
        if copy:
            write_new(path, copy.ring) if was is None else replace(path, copy.ring)
            return Ring(folder, slug)
    except StoreRefused:
        path.unlink() if was is None else replace(path, was)
    raise BackupError("keys-not-opened")


def _is_older(ours: Ring, copy: KeysCopy, place: Target) -> bool:
    """Tells if the backup's ring opens the present keys, and the ring of this machine does not."""
    theirs: dict[int, bytes] = {}
    with suppress(StoreRefused):
        theirs = ours.keys_of(copy.ring)
    return place.has_keys() and place.keys(ours.key) is None and place.keys(theirs.get) is not None


def _find_missing(ring: Ring, number: int, copy: KeysCopy, present: Set[UUID]) -> dict[UUID, bytes]:
    """Returns the keys of the backup that are not present, wrapped with the ring key of this machine.

    A damaged one stays as it is: its events do not open.
    """
    wanted = {stream: key for stream, key in copy.streams.items() if key and stream not in present}
    if not wanted:
        return {}
    try:
        theirs = ring.keys_of(copy.ring)[copy.number]
    except StoreRefused:
        raise BackupError("keys-not-opened") from None
    except KeyError:
        raise BackupError("damaged", file=FILE) from None
    ours = _key(ring, number)
    return {stream: rewrapped(theirs, ours, wrapped) for stream, wrapped in wanted.items()}


def _key(ring: Ring, number: int) -> bytes:
    key = ring.key(number)
    assert key is not None  # `Target.keys` returns no other
    return key


# --- makes a backup ready to take the place of a structure's records: events, keys, register of erasures, read tables


def prepare(job: Job, ready: Path, aside: str, rebuild: Callable[[OpenStructure], object]) -> Prepared:
    """Makes everything ready and durable.

    Raises BackupError: "unopened", "changed", "keys-missing", and those of the keys. `aside` is
    the place of the present events. "unopened" names the first event that does not open.
    """
    folder, id = job.folder, job.made.structure
    keys_copy = None if job.made.keys_apart else key_copies.read(job.backup)
    job.target.put(job.backup / EVENTS)
    keys, forgotten, destroyed = merge_keys(folder.parent / "keys", folder.name, job.target, id, keys_copy, job.erased)
    with closing(keys):
        key_copies.check_none_lost(keys, copy.streams(job.backup / EVENTS, sealed_topics()))
        keeps_keys = job.target.has_keys() and job.target.keys(keys.ring.key) is None
        with closing(Engine(job.target.store(), keys, job.clock)) as engine:
            schema = job.document.schema and f"{job.document.schema}{replacement.NEXT}"
            opened = OpenStructure(folder.name, ready, id, engine, schema, job.database)
            register = job.register(changed(opened, folder=folder))
            faults = inspection.inspect_all(
                ready, engine, register.find_unknown if register else inspection.compare_nothing
            )
            bad, unlike = inspection.select_unopened(faults), inspection.differing(faults)
            differing = max(len(unlike), job.made.differing)
            if differing and not job.damaged:
                raise BackupError("changed", count=differing)
            if bad and not job.damaged:
                first, stream = bad[0], str(bad[0].stream)
                raise BackupError("unopened", position=first.position, stream=stream, topic=first.topic, count=len(bad))
            kept_count, lost = _count_kept(job)
            kept_count = min(kept_count, *(one.position - 1 for one in unlike), kept_count)
            life = new_id(id, f"restore {engine.head()} {job.clock().isoformat()}")
            engine.execute(
                {"structure": opened.stream("structure")},
                record_restore,
                by=Actor(OPERATOR),
                command_id=life,
                via="cli",
                kept=kept_count,
                lost=lost,
                backup=sources.stamp_of(job.made.made),
                made=job.made.made,
                motive=job.motive,
            )
            heard = _is_heard(register, engine, life)
            erasing.stop_restored(opened, forgotten)
            erased = erasing.forget_again(opened, forgotten)
            if erased or destroyed:
                erasing.owe(changed(opened, folder=folder))
            rebuild(changed(opened, folder=folder, life=life))
            mark = Watermark(id, life, engine.head(), keys.vault.count())
    _write_files(job, ready, forgotten, mark)
    aside = aside if job.target.has_events() else ""
    report = RestoreReport(folder.name, job.made, len(erased), aside, kept_count, lost, bad, differing, heard)
    return Prepared(report, destroyed, keeps_keys)


def _is_heard(register: Register | None, engine: Engine, restore: UUID) -> bool:
    """Tells a register of a restore. Returns if it could note it: one that is away stops no restore."""
    try:
        if register:
            register.hear(engine, restore)
    except (RegisterClosed, OSError):
        return False
    return True


def _write_files(job: Job, ready: Path, register: list[Erasure], mark: Watermark) -> None:
    """Writes the small files, and makes all files durable. The register has each line once."""
    written = b"".join(line + b"\n" for line in dict.fromkeys(map(msgspec.json.encode, register)))
    write_new(replacement.register_ready(job.folder), written)
    watermark.write(replacement.watermark_ready(job.folder), mark)
    write_new(ready / IDENTITY, msgspec.json.encode(job.document))
    if not job.document.schema and job.target.has_events():
        described = ready / manifest.FILE
        sources.describe(job.folder / EVENTS, described, job.document, job.folder.name, job.clock())
    for path in (*ready.rglob("*"), ready):
        sync(path)


def _count_kept(job: Job) -> tuple[int, int | None]:
    """Returns how many present events stand in the backup too, and how many do not (None: they cannot be read)."""
    try:
        present = job.target.commands()
    except StoreError:
        return job.made.holding.head, None
    kept = common(present, copy.commands(job.backup / EVENTS)) if present else job.made.holding.head
    return kept, present[-1][2] - kept if present else 0
