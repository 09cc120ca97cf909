"""The accounts store of a site: one SQLite file in `_site/`, or the schema `pixflow__site` of PostgreSQL."""

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    Result,
    Row,
    Select,
    Table,
    create_mock_engine,
    event,
    inspect,
    select,
)
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.exc import DatabaseError, OperationalError

from pixflow.store import SiteRefused
from pixflow.store.locks import FileLock
from pixflow.store.postgres import sql_engine
from pixflow.store.postgres.database import Database
from pixflow.store.postgres.pipeline import rows
from pixflow.structure_folder import Clock, utc_now
from projections.store import sqlite
from web.accounts import signed_rows
from web.accounts.site_key import SiteKey
from web.accounts.tables import SIGNED, metadata

FOLDER, FILE, SCHEMA = "_site", "accounts.db", "pixflow__site"
"""Names that no structure can have: `slug_of` never returns them."""
SUFFIX = ".accounts"
"""End of the name of a backup."""
_SQLITE = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY", "busy_timeout=10000")
_LOCK_LIMIT = "10s"
LATEST = "link_requests"
"""The table that was added last: a schema without it is completed at the next start."""


class AccountStore:
    """The accounts store. `read` and `write` yield a connection in a transaction of its own.

    On SQLite one writer at a time, over all processes, holds `_site/accounts.lock`; it alone moves the write-ahead log
    into the file (docs/faults.md#f12).
    """

    def __init__(
        self, engine: Engine, key: SiteKey, clock: Clock, lock: AbstractContextManager[Any], database: Database | None
    ) -> None:
        self.engine = engine
        self._asked = engine.execution_options(accounts_ask=True)
        self._database = database
        self.key = key
        self._clock = clock
        self._lock = lock

    def read_clock(self) -> int:
        """Returns the present instant, in seconds since 1970."""
        return int(self._clock().timestamp())

    def at(self, seconds: int) -> datetime:
        return datetime.fromtimestamp(seconds, self._clock().tzinfo)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            yield connection

    def ask(self, query: Select[Any], digest: bytes) -> Sequence[Row[Any]]:
        """Returns the rows of one query about a digest: one statement, where `read` takes more."""
        if self._database is None:
            with self._asked.connect() as connection:
                return connection.execute(query, {"digest": digest}).all()
        (answer,) = self._database.execute((_compile_query(query), (digest,)))
        found: Result[Any] = IteratorResult(SimpleResultMetaData(query.selected_columns.keys()), iter(rows(answer)))
        return found.all()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._lock, self.engine.execution_options(accounts_write=True).begin() as connection:
            yield connection

    def rows(self, query: Executable) -> Sequence[Row[Any]]:
        """Returns the rows of a query, in a transaction of its own."""
        with self.read() as connection:
            return connection.execute(query).all()

    def scalars(self, query: Executable, **values: Any) -> Sequence[Any]:
        """Returns the first column of a query, in a transaction of its own."""
        with self.read() as connection:
            return connection.scalars(query, values or None).all()

    def genuine(self, table: Table, *where: Any) -> list[Row[Any]]:
        """Returns the rows of a table that pixflow wrote, in a transaction of its own."""
        return signed_rows.genuine(self.key, table, self.rows(select(table).where(*where)))

    def execute(self, statement: Executable, **values: Any) -> int:
        """Runs a statement in a transaction of its own. Returns the number of rows that it concerned."""
        with self.write() as connection:
            return connection.execute(statement, values or None).rowcount

    def add(self, table: Table, **values: Any) -> None:
        """Inserts a row, and signs it, in a transaction of its own."""
        with self.write() as connection:
            signed_rows.add(self.key, connection, table, **values)

    def change(self, table: Table, *where: Any, **values: Any) -> int:
        """Changes the genuine rows found, in a transaction of its own. Returns their number."""
        with self.write() as connection:
            return signed_rows.change(self.key, connection, table, *where, **values)

    def close(self) -> None:
        self.engine.dispose()


def open_accounts(
    data: Path, database: Database | None, *, clock: Clock = utc_now, create: bool = False, again: bool = False
) -> AccountStore | None:
    """Returns the accounts store of a data folder. Without `create`, None when it was never made.

    `create` makes the first one; a restore makes it `again` where it was lost. Raises SiteRefused: "store" when it was
    made and is gone, emptied or damaged, "key" when the site's key is missing, damaged, or can be read by others.
    """
    folder = data / FOLDER
    there = _tables(database) if database else _tables_of_file(folder / FILE)
    made = there >= {table.name for table in SIGNED}
    if not made and not again:
        if there or was_made(data):
            raise SiteRefused("store", f"{SCHEMA if database else folder / FILE} is gone, or was emptied")
        if not create:
            return None
    key = SiteKey.open(data, create=not made and not again)
    if database:
        whole = made and key.is_signing and LATEST in there
        store = AccountStore(_on_postgres(database, whole=whole), key, clock, nullcontext(), database)
    else:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made_here = _on_sqlite(folder / FILE, there, whole=key.is_signing)
        store = AccountStore(made_here, key, clock, FileLock(folder / "accounts.lock"), None)
    if not key.is_signing:
        with store.write() as connection:
            signed_rows.sign_all(key, connection)
        key.note_signing()
    return store


def was_made(data: Path) -> bool:
    """Tells if the accounts store of a data folder was made once: its key, or a backup in the folder, is there."""
    return (data / "keys" / "_site.key").exists() or any((data / "backups" / FOLDER).glob(f"*{SUFFIX}"))


def _on_sqlite(path: Path, there: set[str], *, whole: bool) -> Engine:
    made = sqlite.engine(path)

    @event.listens_for(made, "connect")
    def _settings(raw: Any, _record: Any) -> None:
        raw.isolation_level = None
        for pragma in _SQLITE:
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("accounts_ask"):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("accounts_write") else "BEGIN")

    path.touch(mode=0o600)
    if not there.issuperset(metadata.tables):
        metadata.create_all(made)
    for table in () if whole else SIGNED:
        if "mac" not in {column["name"] for column in inspect(made).get_columns(table.name)}:
            with made.begin() as connection:
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN mac BLOB")
    return made


def _on_postgres(database: Database, *, whole: bool) -> Engine:
    begin = f"BEGIN; SET LOCAL search_path TO {SCHEMA}; SET LOCAL lock_timeout TO '{_LOCK_LIMIT}'"
    made = sql_engine.engine(database, begin)
    if not whole:
        with database.owner() as owner, owner.transaction():
            for statement in _statements(database):
                owner.execute(statement.encode())
    return made


def _tables_of_file(path: Path) -> set[str]:
    """Returns the tables of a file, none when there is no file. Makes none."""
    if not path.exists():
        return set()
    if not path.is_file():
        raise SiteRefused("store", f"{path} is not a file")
    engine = sqlite.engine(path)
    try:
        return set(inspect(engine).get_table_names())
    except OperationalError:
        raise
    except DatabaseError as error:
        raise SiteRefused("store", f"{path} is damaged: {error.orig}") from None
    finally:
        engine.dispose()


def _tables(database: Database) -> set[str]:
    with database.owner() as owner:
        rows = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [SCHEMA])
        return {name for (name,) in rows}


@cache
def _compile_query(query: Select[Any]) -> bytes:
    """Returns a query as PostgreSQL reads it, its one value as $1."""
    made: Any = PGDialect_psycopg
    options: Any = {"schema_translate_map": {None: SCHEMA}, "render_schema_translate": True}
    return str(query.compile(dialect=made(paramstyle="numeric_dollar"), **options)).encode()


def _statements(database: Database) -> list[str]:
    """Returns the statements that make the schema: the owner makes the tables, the writer changes their rows."""
    statements = [
        "SELECT pg_advisory_xact_lock(hashtextextended('pixflow__site', 0))",
        f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}",
        f"SET LOCAL search_path TO {SCHEMA}",
    ]
    mock: Any = create_mock_engine("postgresql+psycopg://", lambda made, *_: statements.append(_written(made, mock)))
    metadata.create_all(mock, checkfirst=False)
    statements += [f"ALTER TABLE {table.name} ADD COLUMN IF NOT EXISTS mac bytea" for table in SIGNED]
    if database.role:
        writer = '"' + database.role.replace('"', '""') + '"'
        statements += [
            f"GRANT USAGE ON SCHEMA {SCHEMA} TO {writer}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO {writer}",
        ]
    return statements


def _written(made: Any, mock: Any) -> str:
    return re.sub(
        "^CREATE (TABLE|INDEX) ", r"CREATE \1 IF NOT EXISTS ", str(made.compile(dialect=mock.dialect)).strip()
    )
