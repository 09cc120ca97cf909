"""The two stores under one contract: where each lies, how another process names it, all that it holds."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.sql import SQL, Identifier

from pixflow.store.keys import Vault
from pixflow.store.postgres.database import Database
from pixflow.store.postgres.recorder import PostgresFactory, PostgresRecorder
from pixflow.store.postgres.vault import PostgresVault
from pixflow.store.sqlite.recorder import HardenedFactory, HardenedRecorder
from pixflow.store.sqlite.vault import SqliteVault
from tests.store.samples import raw

TABLES = ("stored_events", "commands", "claims")
AnyRecorder = HardenedRecorder | PostgresRecorder


class Place(Protocol):
    @property
    def name(self) -> str:
        """Returns the name that opens the store in another process."""
        ...

    def factory(self) -> HardenedFactory | PostgresFactory: ...

    def vault(self) -> Vault:
        """Its keys, as another process opens them."""
        ...

    def dump(self) -> list[Any]:
        """Every row of events, commands and claims."""
        ...


@dataclass(frozen=True)
class SqlitePlace:
    folder: Path

    @property
    def name(self) -> str:
        return str(self.folder)

    def factory(self) -> HardenedFactory:
        return HardenedFactory(self.folder, create=True)

    def vault(self) -> SqliteVault:
        return SqliteVault(self.folder / "keys.db", create=True)

    def dump(self) -> list[Any]:
        with raw(self.folder) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return [connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in TABLES]


@dataclass(frozen=True)
class PostgresPlace:
    database: Database
    schema: str

    @property
    def name(self) -> str:
        return f"{self.database.url}#{self.schema}"

    def factory(self) -> PostgresFactory:
        return PostgresFactory(self.database, self.schema, create=True)

    def vault(self) -> PostgresVault:
        return PostgresVault(self.database, self.schema, create=True)

    def dump(self) -> list[Any]:
        with psycopg.connect(self.database.url) as connection:
            names = [Identifier(self.schema, table) for table in TABLES]
            return [connection.execute(SQL("SELECT * FROM {} ORDER BY 1, 2").format(name)).fetchall() for name in names]


@contextmanager
def opened(name: str, limit: float = 10.0) -> Iterator[AnyRecorder]:
    """The store of that name as another process has it, with a pool or a connection of its own."""
    url, _, schema = name.partition("#")
    if not schema:
        with closing(HardenedFactory(Path(name), limit, create=True)) as store:
            yield store.application_recorder()
        return
    with closing(Database(url, limit=limit)) as database:
        yield PostgresFactory(database, schema, create=True).application_recorder()
