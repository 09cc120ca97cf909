"""Open one structure: its folder, its keys, its engine.

PIXFLOW_DATA/keys/<slug>.key       the structure's key, outside its folder
PIXFLOW_DATA/keys/<slug>.ring      what it wraps: the ring key, which wraps the streams' keys, and the key of digests
PIXFLOW_DATA/keys/<slug>.erased    who was erased, as ids: what a restored backup must forget again
PIXFLOW_DATA/keys/<slug>.head      how far events and keys had come: an older copy of them does not open
PIXFLOW_DATA/keys/<slug>.erasing   there as long as an erasure may have to be finished
PIXFLOW_DATA/demonstration         there when all structures of the folder are demonstrations
PIXFLOW_DATA/<slug>/structure.json its id, the format of its events, its schema on PostgreSQL, if it is a demonstration
PIXFLOW_DATA/<slug>/events.db      the event store
PIXFLOW_DATA/<slug>/keys.db        the streams' keys, which seal what is personal
PIXFLOW_DATA/<slug>/read/          the read stores, made from the events, never backed up; or in PIXFLOW_TABLES
PIXFLOW_DATA/<slug>/uploads/       exports being previewed

On PostgreSQL, events and keys are tables of the structure's schema. Read stores are files all the same.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import msgspec

from pixflow.actor import OPERATOR, Actor
from pixflow.documents.resource import ResourceDocument
from pixflow.engine import Engine, new_id
from pixflow.events.structure import BackupRestored
from pixflow.presets import Preset
from pixflow.protocol.publishing import publish_grille, publish_protocol
from pixflow.refused import Refused
from pixflow.resources.sharing import share_example
from pixflow.store import FormatRefused, RecordsLost, StoreBusy, StoreError, folders, replacement, watermark
from pixflow.store.durable_files import private_file, private_folder, sync, write_new
from pixflow.store.folders import slug_of as slug_of
from pixflow.store.folders import slugs as slugs
from pixflow.store.keys import Keys, Ring, Vault
from pixflow.store.postgres import tables
from pixflow.store.postgres.database import Database
from pixflow.store.postgres.recorder import PostgresFactory
from pixflow.store.postgres.vault import PostgresVault
from pixflow.store.sqlite.recorder import HardenedFactory
from pixflow.store.sqlite.vault import SqliteVault
from pixflow.store.watermark import LastBackup, Watermark
from pixflow.structure import open_structure
from pixflow.unit_of_work import Step

Clock = Callable[[], datetime]
DEMONSTRATION = "demonstration"
REAL = "*/structure.json", "keys/*", "backups/*"
"""Patterns of what a data folder holds once it is in use."""
_LONGEST_SLUG = 100
_LONGEST = 38


def utc_now() -> datetime:
    return datetime.now(UTC)


FORMAT = 2
"""Format of the stored events. 1 did not bind stamps and clear fields to the seal (docs/faults.md#f9)."""


class Document(msgspec.Struct, frozen=True):
    """structure.json. `schema` is None on SQLite.

    A `demonstration` may be served without passwords. Who only writes to the database cannot change it here.
    """

    id: UUID
    schema: str | None = None
    format: int = FORMAT
    demonstration: bool = False


class _EventFormat(msgspec.Struct):
    format: int = 1


class OpenStructure(msgspec.Struct, frozen=True):
    """An open structure: its folder, its id, its engine. On PostgreSQL, also its schema and database.

    `demonstration` is that of structure.json, `life` that of the watermark when it opened, `files` its databases then.
    """

    slug: str
    folder: Path
    id: UUID
    engine: Engine
    schema: str | None = None
    database: Database | None = None
    demonstration: bool = False
    life: UUID | None = None
    files: dict[str, tuple[int, int]] = {}

    def check_in_place(self, *, doubtful: bool = False) -> None:
        """Raises what `open_one` would when its folder or its databases are gone, closed to this user, or others.

        SQLite would write on in a file that nobody finds again. A server is asked only where its answers are doubtful.
        """
        folders.check_in_place(self.folder, self.files)
        if doubtful and self.database and self.schema:
            with suppress(StoreBusy):  # the server is away: what it holds may be there
                tables.make_tables(self.database, self.schema, tables.EVENTS | tables.KEYS, create=False)

    def stream(self, name: str) -> UUID:
        """Returns the id of one of the structure's own streams: structure, protocol, grille, indicators."""
        return uuid5(self.id, name)

    def note(self) -> None:
        """Notes how far events and keys have come, for the next opening to compare.

        Does nothing while another process opens or replaces the structure, nor after a restore has replaced it. A full
        disk does no harm: the watermark is behind then.
        """
        with suppress(StoreError, OSError), replacement.lock(self.folder, limit=0):
            mark = watermark.read(self.folder, self.id)
            if mark.life == self.life and (head := self.engine.head()) > mark.head:
                watermark.move(self.folder, mark, head, self.engine.keys.vault.count())


def create(
    data: Path,
    *,
    name: str,
    preset: Preset,
    sites: tuple[str, ...],
    zone: str = "Europe/Paris",
    calendar: str = "FR",
    on: date | None = None,
    demonstration: bool = False,
    clock: Clock = utc_now,
    database: Database | None = None,
    resources: Sequence[ResourceDocument] = (),
) -> OpenStructure:
    """Creates the folder and the keys, and records the structure, its protocol, its grid and its first resources.

    The structure is kept in the folder, or in a schema of `database`. Raises Refused("structure-exists") when the
    folder holds anything, or a key or a schema of that name exists: nothing is overwritten. On failure, everything
    created is removed. A demonstration has a data folder of its own: raises Refused("demonstration-folder") or
    Refused("real-folder") for the other kind.
    """
    slug = slug_of(name)
    if not slug:
        raise Refused("required", field="name")
    if len(slug) > _LONGEST_SLUG:
        raise Refused("long-name", longest=_LONGEST_SLUG)
    folder, schema = data / slug, schema_of(slug) if database else None
    there = slug in slugs(data) or (folder.exists() and any(folder.iterdir()))
    if there or (database and schema and tables.exist(database, schema)):
        raise Refused("structure-exists", slug=slug)
    if is_demonstration(data) and not demonstration:
        raise Refused("demonstration-folder", path=str(data))
    if demonstration and not is_demonstration(data):
        if any(next(data.glob(pattern), None) for pattern in REAL):
            raise Refused("real-folder", path=str(data))
        private_folder(data)
        private_file(data / DEMONSTRATION)
    Ring.create(data / "keys", slug)  # of two processes, the one that creates the key goes on
    try:
        for made in (folder, folder / "uploads"):
            made.mkdir(exist_ok=True, mode=0o700)
        sync(data)
        document = Document(uuid4(), schema, demonstration=demonstration)
        write_new(folder / "structure.json", msgspec.json.encode(document))
        opened = _open_with(folder, document, document.id, clock, database, create=True)
        try:
            about = {"name": name, "sites": sites, "zone": zone, "calendar": calendar, "demonstration": demonstration}
            _publish(opened, preset, resources, on, about)
        except BaseException:
            opened.engine.close()
            raise
        opened.note()
    except BaseException:
        _forget(data, slug)
        if database and schema:
            tables.remove(database, schema)
        raise
    return opened


def is_demonstration(data: Path) -> bool:
    """Tells if a data folder is for demonstrations only."""
    return (data / DEMONSTRATION).exists()


def must_be_demonstration(opened: OpenStructure) -> None:
    """Raises Refused("not-a-demonstration") unless both structure.json and the first event say that it is one."""
    if not (opened.demonstration and opened.engine.references().structure.demonstration):
        raise Refused("not-a-demonstration", slug=opened.slug)


def open_one(data: Path, slug: str, *, clock: Clock = utc_now, database: Database | None = None) -> OpenStructure:
    """Opens a structure of a data folder.

    Raises Refused: "unknown-structure", "structure-gone", "structure-gone-unsaved"; "not-owned" or "other-user" when
    this user cannot read it; "kept-on-postgresql" when no `database` is given, "kept-in-files" when one is. Raises
    FormatRefused when its events have another format, RecordsLost when a part of it is gone, emptied, damaged, an older
    copy or another structure's.
    """
    folder = data / slug
    with folders.access_in_words():
        folders.check_there(data, slug)
        with replacement.lock(folder):  # else a restore could replace what is being opened
            replacement.complete(folder, database)
            folders.check_databases(folder)
            document = _document(folder / "structure.json")
            mark = watermark.read(folder, document.id)  # before what it measures, as the backup
            if not mark.head:
                _check_alone(folder, document.id)
            backup = watermark.last_backup(folder, document.id)
            opened = _open_with(folder, document, mark.life, clock, database)
            try:
                _check(opened, mark, backup)
            except BaseException:
                opened.engine.close()
                raise
            return opened


def _check(opened: OpenStructure, mark: Watermark, backup: LastBackup | None) -> None:
    """Raises RecordsLost when the events are another structure's, or others saw more events or keys than are there.

    Notes what is there otherwise.
    """
    head, keys = opened.engine.head(), opened.engine.keys.vault.count()
    if any(row[0] != opened.stream("structure") for row in opened.engine.recorder.log(0, 1)):
        raise RecordsLost("identity", f"the events in {opened.folder} are of another structure than structure.json")
    watermark.check(mark, head, keys)
    if backup and head < backup.head:
        stream = opened.stream("structure")
        events = opened.engine.recorder.rows(stream)
        restores = [(version, state) for version, topic, state in events if topic == BackupRestored.TOPIC]
        watermark.check_backup(backup, head, stream, restores[-1] if restores else None)
    with suppress(OSError):
        watermark.move(opened.folder, mark, head, keys)


def _check_alone(folder: Path, id: UUID) -> None:
    """Raises RecordsLost when another folder has this id too: structure.json was copied here. No watermark knows it."""
    for slug in slugs(folder.parent):
        path, other_id = folder.parent / slug / replacement.IDENTITY, None
        with suppress(OSError, StoreError):
            other_id = _document(path).id
        if slug != folder.name and other_id == id:
            raise RecordsLost("twin", f"two folders have one id: {folder} has that of {slug}")


def _open_with(
    folder: Path, document: Document, life: UUID, clock: Clock, database: Database | None, *, create: bool = False
) -> OpenStructure:
    slug = folder.name
    if document.schema and not database:
        raise Refused("kept-on-postgresql", slug=slug)
    if database and not document.schema:
        raise Refused("kept-in-files", slug=slug)
    ring = Ring(folder.parent / "keys", slug)
    store: HardenedFactory | PostgresFactory
    vault: Vault
    if database and (schema := document.schema):
        store = PostgresFactory(database, schema, create=create)
        vault = PostgresVault(database, schema, create=create)
    else:
        store, vault = HardenedFactory(folder, create=create), SqliteVault(folder / "keys.db", create=create)
    try:
        engine = Engine(store, Keys(document.id, ring, vault, create=create), clock)
    except BaseException:
        vault.close()
        store.close()
        raise
    demonstration, files = document.demonstration, folders.databases(folder)
    return OpenStructure(slug, folder, document.id, engine, document.schema, database, demonstration, life, files)


def schema_of(slug: str) -> str:
    """Returns the schema of a structure on PostgreSQL, short enough for the suffix of a restore within 63 bytes."""
    name = f"pixflow_{slug.replace('-', '_')}"
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 9]}_{sha256(slug.encode()).hexdigest()[:8]}"


def _document(path: Path) -> Document:
    try:
        content = path.read_bytes()
        if (found := msgspec.json.decode(content, type=_EventFormat).format) != FORMAT:
            raise FormatRefused(path, found, FORMAT)
        return msgspec.json.decode(content, type=Document)
    except (msgspec.MsgspecError, IsADirectoryError):
        raise RecordsLost("identity", f"{path} is damaged") from None


def _publish(
    opened: OpenStructure, preset: Preset, resources: Sequence[ResourceDocument], on: date | None, about: dict[str, Any]
) -> None:
    day = {"on": on} if on else {}
    begins = {"from_day": on or opened.engine.today()}
    steps = [
        Step({"structure": opened.stream("structure")}, open_structure, {**about, **day}),
        Step({"protocol": opened.stream("protocol")}, publish_protocol, {"document": preset.protocol, **begins}),
        Step({"grille": opened.stream("grille")}, publish_grille, {"document": preset.grille, **begins}),
        *(
            Step({"resource": new_id(opened.id, f"example {n}")}, share_example, {"document": document, **day})
            for n, document in enumerate(resources, 1)
        ),
    ]
    command_id = new_id(opened.id, "open")
    opened.engine.execute_all(steps, "open", by=Actor(OPERATOR), command_id=command_id, via="cli")


def _forget(data: Path, slug: str) -> None:
    """Removes a structure that could not be opened."""
    folder = data / slug
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    if folder.exists():
        folder.rmdir()
    for path in (data / "keys").glob(f"{slug}.*"):
        path.unlink()
