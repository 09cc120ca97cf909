"""Restores a backup: its events replace the present ones, the keys of both are kept, and erased people stay erased.

The new records, their keys and their read tables stand ready beside the present ones (pixflow/store/replacement.py).
Only then does anything change: an error before leaves the present structure.

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


class Job(Struct, frozen=True):
    """One restore: what is restored, and where. `erased`: see `merge_keys`."""

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
    """Makes everything ready, then orders the replacement. An error before the order leaves the present records."""
    schema = job.document.schema
    stamp = _free_stamp(job)
    order = Order(stamp, schema, replacement.schema_aside(schema, stamp) if schema else "")
    aside = replacement.folder_aside(job.folder, stamp)
    ready = replacement.mark(job.folder, schema)
    try:
        done = prepare(job, ready, rebuild)
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


# --- the keys that stand ready


class MergedKeys(Struct, frozen=True):
    """The keys that stand ready, the register of erasures, and the streams whose present key is destroyed by it."""

    keys: Keys
    register: list[Erasure]
    destroyed: Set[UUID]


def merge_keys(
    folder: Path, slug: str, place: Target, structure: UUID, copy: KeysCopy | None, erased: list[Erasure] | None
) -> MergedKeys:
    """Returns the keys of a structure whose ring is in `folder`. Without a `copy`, they are the present ones.

    `erased` are the erasures of the present events whose keys are destroyed. None: the events could not be read, and
    each empty key counts as destroyed. Raises BackupError: "keys-not-opened" when another structure's key wraps them,
    "damaged".
    """
    ring = _ring(folder, slug, place, copy)
    register = [*_register(ring.path.with_suffix(".erased"), copy), *(erased or ())]
    number, there = place.keys(ring.key) or (ring.latest, {})
    empty = {stream for found in (there, copy.streams if copy else {}) for stream, key in found.items() if key is None}
    gone: set[UUID] = set().union(*(line.streams for line in register), empty if erased is None else ())
    whole = {stream for stream, key in there.items() if key and unwrapped(_key(ring, number), key)}
    kept = {stream: key for stream, key in there.items() if key and stream not in gone}
    if copy:
        kept |= _missing(ring, number, copy, gone | whole)
    vault = place.vault()
    try:
        vault.renew(number, bytes, gone | (empty - kept.keys()))
        vault.add(number, kept)
        destroyed = {stream for stream in gone if there.get(stream)}
        return MergedKeys(Keys(structure, ring, vault), register, destroyed)
    except BaseException:
        vault.close()
        raise


def encoded(register: list[Erasure]) -> bytes:
    """Returns a register as the content of its file, each line once."""
    return b"".join(line + b"\n" for line in dict.fromkeys(map(msgspec.json.encode, register)))


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


def _register(path: Path, copy: KeysCopy | None) -> list[Erasure]:
    """Returns the registers of this machine and of the backup, as one."""
    there = path.read_bytes() if path.exists() else b""
    try:
        return [*lines(there), *lines(copy.erased if copy else b"")]
    except msgspec.DecodeError:
        raise BackupError("damaged", file=path.name) from None


def _missing(ring: Ring, number: int, copy: KeysCopy, present: Set[UUID]) -> dict[UUID, bytes]:
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


def prepare(job: Job, ready: Path, rebuild: Callable[[OpenStructure], object]) -> Prepared:
    """Makes everything ready and durable. Raises BackupError: "unopened", "keys-missing", and those of the keys."""
    folder = job.folder
    keys_copy = None if job.made.keys_apart else key_copies.read(job.backup)
    job.target.put(job.backup / EVENTS)
    keys, id = folder.parent / "keys", job.made.structure
    merged = merge_keys(keys, folder.name, job.target, id, keys_copy, job.erased)
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
    write_new(replacement.register_ready(job.folder), encoded(merged.register))
    watermark.write(replacement.watermark_ready(job.folder), mark)
    write_new(ready / IDENTITY, msgspec.json.encode(job.document))
    if not job.document.schema and job.target.has_events():
        described = ready / manifest.FILE
        sources.describe(job.folder / EVENTS, described, job.document, job.folder.name, job.clock())
    for path in (*ready.rglob("*"), ready):
        sync(path)


def _open_all(job: Job, engine: Engine, ready: Path) -> list[Fault]:
    """Opens every event, and notes this whole pass.

    Raises BackupError("unopened") with the first event that does not open, unless it is accepted.
    """
    found = inspection.unopened(inspection.whole(ready, engine))
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
