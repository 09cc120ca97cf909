"""Target of a restore: a folder, or a PostgreSQL schema."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from pixflow.backups.manifest import EVENTS
from pixflow.store import StoreRefused
from pixflow.store.locks import ServeLock
from pixflow.store.postgres import copy as postgres_copy
from pixflow.store.postgres import recorder
from pixflow.store.postgres.database import Database
from pixflow.store.postgres.vault import PostgresVault
from pixflow.store.ring import Ring
from pixflow.store.sqlite import copy as sqlite_copy
from pixflow.store.sqlite import recorder as sqlite_recorder
from pixflow.store.sqlite.vault import SqliteVault
from pixflow.store.vault import Vault

Store = sqlite_recorder.HardenedFactory | recorder.PostgresFactory


class Target(Protocol):
    def has_events(self) -> bool:
        """Tells whether the target holds records."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Excludes other users meanwhile. Raises AlreadyServed and StoreBusy."""
        ...

    def vault(self, ring: Ring) -> Vault:
        """Returns the vault of the target. Moves keys aside that `ring` cannot open, and starts new ones."""
        ...

    def put(self, copy: Path) -> str:
        """Replaces the records of the target by a copy. Returns where the old ones are, "" when there were none."""
        ...

    def store(self) -> Store: ...


class FolderTarget:
    """A folder. `aside` is created when something is moved there."""

    def __init__(self, folder: Path, aside: Path) -> None:
        self.folder, self.aside = folder, aside
        self._events = folder / EVENTS

    def has_events(self) -> bool:
        return self._events.exists()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with ServeLock(self.folder), sqlite_copy.alone(self._events):
            yield

    def vault(self, ring: Ring) -> Vault:
        path = self.folder / "keys.db"
        with suppress(StoreRefused):
            vault = SqliteVault(path)
            if not vault.streams() or ring.key(vault.ring()):
                return vault
            vault.close()
        self.aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        for found in self.folder.glob(f"{path.name}*"):
            found.rename(self.aside / found.name)
        return SqliteVault(path)

    def put(self, copy: Path) -> str:
        there = self.has_events()
        self.aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        sqlite_copy.put(copy, self._events, self.aside)
        return str(self.aside) if there else ""

    def store(self) -> Store:
        return sqlite_recorder.factory(self.folder)


class SchemaTarget:
    """A schema. `aside` is the name of the schema that is created when something is moved there."""

    def __init__(self, database: Database, schema: str, aside: str) -> None:
        self.database, self.schema, self.aside = database, schema, aside

    def has_events(self) -> bool:
        return postgres_copy.has_events(self.database, self.schema)

    @contextmanager
    def alone(self) -> Iterator[None]:
        postgres_copy.check_alone(self.database)
        yield

    def vault(self, ring: Ring) -> Vault:
        return PostgresVault(self.database, self.schema)

    def put(self, copy: Path) -> str:
        return self.aside if postgres_copy.put(self.database, self.schema, copy, self.aside) else ""

    def store(self) -> Store:
        return recorder.factory(self.database, self.schema)
