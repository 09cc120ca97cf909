"""The source and the target of a restore."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import msgspec
from msgspec import MsgspecError

from pixflow import __version__, structure_folder
from pixflow.backups import STAMP, BackupError, manifest
from pixflow.backups.manifest import EVENTS, Manifest
from pixflow.store import RecordsLost, StoreError, StoreRefused, replacement
from pixflow.store.durable_files import write_new
from pixflow.store.keys import Vault
from pixflow.store.locks import ServeLock
from pixflow.store.postgres import copy as postgres_copy
from pixflow.store.postgres import tables
from pixflow.store.postgres.database import Database
from pixflow.store.postgres.recorder import PostgresFactory
from pixflow.store.postgres.vault import PostgresVault
from pixflow.store.replacement import ASIDE, NEXT, READY, folder_aside, schema_aside
from pixflow.store.sqlite import copy as sqlite_copy
from pixflow.store.sqlite.recorder import HardenedFactory
from pixflow.store.sqlite.vault import SqliteVault
from pixflow.structure_folder import Document, OpenStructure

_SCHEMA_STAMP = "%Y%m%dt%H%M%Sz"


def set_aside(opened: OpenStructure) -> list[str]:
    """Returns the folders or schemas that earlier restores moved aside and that still exist.

    An erasure does not reach people who are only there. Deleting the folder or the schema does.
    """
    if opened.database and opened.schema:
        return postgres_copy.asides(opened.database, f"{opened.schema}{ASIDE}")
    return sorted({str(path.parent) for path in (opened.folder / "replaced").glob("*/*.db")})


@contextmanager
def folder_of(data: Path, backup: Path, database: Database | None) -> Iterator[Path]:
    """Yields the folder of a backup. Records of a schema set aside are written to files first."""
    slugs = structure_folder.slugs(data)
    named = (slug for slug in slugs if backup.name.startswith(f"{structure_folder.schema_of(slug)}{ASIDE}"))
    slug = None if backup.is_dir() or database is None else next(named, None)
    if database is None or slug is None:
        yield backup
        return
    with TemporaryDirectory(dir=data / slug, prefix=".aside") as made:
        (Path(made) / EVENTS).touch(mode=0o600)
        postgres_copy.copy_to(database, backup.name, Path(made) / EVENTS)
        at = datetime.strptime(backup.name.rpartition("_")[2], _SCHEMA_STAMP).replace(tzinfo=UTC)
        describe(Path(made) / EVENTS, Path(made) / manifest.FILE, _document(data / slug), slug, at)
        yield Path(made)


def describe(events: Path, path: Path, document: Document, slug: str, at: datetime) -> None:
    """Writes a manifest for records that are set aside, if they can be read: `restore` accepts them then."""
    with suppress(StoreError):
        described = Manifest(
            structure=document.id,
            slug=slug,
            made=at,
            pixflow=__version__,
            store="postgresql" if document.schema else "sqlite",
            holding=sqlite_copy.content_of(events),
            sha256={EVENTS: manifest.digest(events)},
            keys_apart=True,
            demonstration=document.demonstration,
        )
        write_new(path, msgspec.json.format(msgspec.json.encode(described)))


def stamp_of(at: datetime) -> str:
    return f"{at.astimezone(UTC):{STAMP}}"


def _document(folder: Path) -> Document:
    with suppress(OSError, MsgspecError):
        return msgspec.json.decode((folder / replacement.IDENTITY).read_bytes(), type=Document)
    raise BackupError("not-a-backup", path=str(folder))


# --- target of a restore: a folder, or a PostgreSQL schema. New records stand ready beside the present ones


WrappedKeys = tuple[int, dict[UUID, bytes | None]]
RingKey = Callable[[int], bytes | None]
"""Returns the ring key of a number, None for an unknown one."""
Command = tuple[str, int, int]
"""Id of a command, its first and its last position."""


class FolderTarget:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._ready = folder, folder / READY

    def has_events(self) -> bool:
        """Tells whether the target holds records."""
        return (self._folder / EVENTS).exists()

    @contextmanager
    def hold_alone(self) -> Iterator[None]:
        """Excludes other users meanwhile. Raises AlreadyServed, and StoreBusy for a moment's use."""
        with ServeLock(self._folder), sqlite_copy.exclude_others(self._folder / EVENTS):
            yield

    def has_aside(self, stamp: str) -> bool:
        """Tells whether a restore of that time has set something aside."""
        return folder_aside(self._folder, stamp).exists()

    def keys(self, opens: RingKey) -> WrappedKeys | None:
        """Returns the number of the ring key, and the present keys. None without keys that a ring key `opens`."""
        try:
            return _open_vault(SqliteVault(self._folder / "keys.db"), opens) if self.has_keys() else None
        except StoreRefused:
            return None

    def has_keys(self) -> bool:
        """Tells whether the target has a vault, readable or not."""
        return (self._folder / "keys.db").exists()

    def commands(self) -> list[Command]:
        """Returns the present commands, in order of position. Raises StoreRefused when they cannot be read."""
        return sqlite_copy.commands(self._folder / EVENTS) if self.has_events() else []

    def put(self, copy: Path) -> None:
        """Makes the events of a copy stand ready."""
        sqlite_copy.duplicate(copy, self._ready / EVENTS)

    def vault(self) -> Vault:
        """Returns the vault that stands ready, empty at first."""
        return SqliteVault(self._ready / "keys.db", create=True)

    def store(self) -> HardenedFactory:
        """Returns the store that stands ready."""
        return HardenedFactory(self._ready)


class SchemaTarget:
    """A schema, with the methods of `FolderTarget`."""

    def __init__(self, database: Database, schema: str) -> None:
        self._database, self._schema, self._ready = database, schema, f"{schema}{NEXT}"

    def has_events(self) -> bool:
        return postgres_copy.has_events(self._database, self._schema)

    @contextmanager
    def hold_alone(self) -> Iterator[None]:
        postgres_copy.check_alone(self._database)
        yield
        postgres_copy.check_alone(self._database)

    def has_aside(self, stamp: str) -> bool:
        return tables.exist(self._database, schema_aside(self._schema, stamp))

    def keys(self, opens: RingKey) -> WrappedKeys | None:
        try:
            return _open_vault(PostgresVault(self._database, self._schema), opens) if self.has_keys() else None
        except RecordsLost:
            return None

    def has_keys(self) -> bool:
        return tables.exist(self._database, self._schema)

    def commands(self) -> list[Command]:
        return postgres_copy.commands(self._database, self._schema) if self.has_events() else []

    def put(self, copy: Path) -> None:
        postgres_copy.put(self._database, self._ready, copy)

    def vault(self) -> Vault:
        return PostgresVault(self._database, self._ready)

    def store(self) -> PostgresFactory:
        return PostgresFactory(self._database, self._ready)


Target = FolderTarget | SchemaTarget


def _open_vault(vault: Vault, opens: RingKey) -> WrappedKeys | None:
    """Returns the content of a vault, None when it is new or when no ring key `opens` it."""
    with closing(vault):
        number = vault.ring()
        return vault.read(vault.streams()) if number and opens(number) else None


def common(commands: list[Command], other: list[Command]) -> int:
    """Returns the last position up to which two stores have the same commands."""
    reached = 0
    for mine, theirs in zip(commands, other, strict=False):
        if mine != theirs:
            break
        reached = mine[2]
    return reached
