"""Copies of a PostgreSQL store: one SQLite file from one snapshot, restored in one transaction."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg.sql import SQL, Identifier

from pixflow.store import AlreadyServed, StoreRefused
from pixflow.store.postgres.database import APPLICATION, Database, Owner, lock_number
from pixflow.store.postgres.tables import lay, lay_triggers
from pixflow.store.sqlite.copy import open_copy
from pixflow.store.sqlite.recorder import TABLES, TRIGGERS, in_words

# Columns of each table in a copy, in order, and their types.
_COPIED: dict[LiteralString, tuple[LiteralString, list[str]]] = {
    "stored_events": (
        "position, replace(originator_id::text, '-', ''), originator_version, topic, state",
        ["int8", "text", "int4", "text", "bytea"],
    ),
    "commands": (
        "replace(id::text, '-', ''), actor, fingerprint, first_position, last_position",
        ["text", "text", "bytea", "int8", "int8"],
    ),
    "claims": ("kind, digest, replace(stream::text, '-', '')", ["text", "bytea", "text"]),
    "files": ("digest, content", ["text", "bytea"]),
}
_DROP = SQL("DROP SCHEMA IF EXISTS {} CASCADE")
_OTHERS = b"""SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND application_name LIKE %s AND application_name <> current_setting('application_name')"""


def copy_to(database: Database, schema: str, path: Path) -> None:
    """Writes all records of one snapshot to a file with the tables of the SQLite store."""
    with database.owner() as owner, closing(sqlite3.connect(path)) as file, _in_words():
        owner.isolation_level, owner.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        with owner.transaction(), file:
            for statement in TABLES:
                file.execute(statement)
            for table, (columns, types) in _COPIED.items():
                names = SQL(columns), Identifier(schema, table)
                read = SQL("COPY (SELECT {} FROM {} ORDER BY 1) TO STDOUT (FORMAT BINARY)").format(*names)
                insert = f"INSERT INTO {table} VALUES ({', '.join('?' * len(types))})"  # noqa: S608 — names of our own
                with owner.cursor() as cursor, cursor.copy(read) as rows:
                    rows.set_types(types)
                    file.executemany(insert, rows.rows())
            for statement in TRIGGERS:
                file.execute(statement)


def check_alone(database: Database) -> None:
    """Raises AlreadyServed when another process of pixflow is connected to the database."""
    with database.owner() as owner:
        row = owner.execute(_OTHERS, [f"{APPLICATION}%"]).fetchone()
    if row != (0,):
        raise AlreadyServed(f"{row and row[0]} connections of other processes of pixflow to this database")


def has_events(database: Database, schema: str) -> bool:
    """Tells whether a schema holds records."""
    with database.owner() as owner:
        return _has_events(owner, schema)


def put(database: Database, schema: str, copy: Path) -> None:
    """Creates a schema with the records of a copy, in one transaction."""
    with database.owner() as owner, owner.transaction(), open_copy(copy) as file:
        lay(owner, schema, database.role)
        there = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in _COPIED:
            if table not in there:  # a backup made before there were files has none
                continue
            # Sends ids as text: PostgreSQL reads them as SQLite writes them.
            write = SQL("COPY {} FROM STDIN").format(Identifier(schema, table))
            with owner.cursor() as cursor, cursor.copy(write) as rows:
                for row in file.execute(f"SELECT * FROM {table}"):  # noqa: S608 — names of our own
                    rows.write_row(row)
        head = SQL("UPDATE {0} SET position = (SELECT COALESCE(max(position), 0) FROM {1})")
        owner.execute(head.format(Identifier(schema, "head"), Identifier(schema, "stored_events")))


def swap(database: Database, schema: str, ready: str, aside: str, keeps_keys: bool) -> None:
    """Renames `schema` to `aside` and `ready` to `schema` in one transaction.

    Does nothing when it is done. The keys of `schema` are dropped unless they are to be kept.
    """
    with database.owner() as owner, owner.transaction():
        owner.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(f"pixflow events {schema}")])
        there = _schemas(owner, "")
        if ready not in there:
            return
        if schema in there:
            _put_aside(owner, schema, aside, keeps_keys)
        _rename(owner, ready, schema)
        lay_triggers(owner, schema, database.role)


def drop(database: Database, schema: str) -> None:
    """Drops a schema, if it exists."""
    with database.owner() as owner:
        owner.execute(_DROP.format(Identifier(schema)))


def drop_read_tables(database: Database, schema: str) -> int:
    """Drops the schemas of read tables that an older pixflow kept for `schema`. Returns how many there were.

    Raises StoreBusy when somebody still reads there.
    """
    with database.owner() as owner:
        read_schemas = [name for name in _schemas(owner, f"{schema}_read") if _is_of_read_tables(name, schema)]
        for name in read_schemas:
            owner.execute(_DROP.format(Identifier(name)))
        return len(read_schemas)


def commands(database: Database, schema: str) -> list[tuple[str, int, int]]:
    """Returns id, first and last position of every command, in order of position. Raises StoreRefused without any."""
    statement = SQL("SELECT replace(id::text, '-', ''), first_position, last_position FROM {} ORDER BY 2")
    with database.owner() as owner:
        if not _is_there(owner, schema, "commands"):
            raise StoreRefused(f"{schema} has lost its commands")
        return owner.execute(statement.format(Identifier(schema, "commands"))).fetchall()


def asides(database: Database, prefix: str) -> list[str]:
    """Returns the schemas whose name begins with a prefix, sorted."""
    with database.owner() as owner:
        return _schemas(owner, prefix)


def _schemas(owner: Owner, prefix: str) -> list[str]:
    rows = owner.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s) ORDER BY 1", [prefix])
    return [name for (name,) in rows]


def _is_of_read_tables(name: str, schema: str) -> bool:
    return re.fullmatch(rf"{re.escape(schema)}_read(_\d+)?", name) is not None


def _has_events(owner: Owner, schema: str) -> bool:
    there = SQL("SELECT EXISTS (SELECT FROM {})").format(Identifier(schema, "stored_events"))
    return _is_there(owner, schema, "stored_events") and owner.execute(there).fetchone() == (True,)


def _is_there(owner: Owner, schema: str, table: str) -> bool:
    return owner.execute("SELECT to_regclass(%s)", [Identifier(schema, table).as_string()]).fetchone() != (None,)


def _put_aside(owner: Owner, schema: str, aside: str, keeps_keys: bool) -> None:
    """Renames a schema that holds records, or keys to be kept. Drops one that holds none."""
    if not _has_events(owner, schema) and not keeps_keys:
        owner.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(schema)))
        return
    for table in () if keeps_keys else ("stream_keys", "ring"):
        owner.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(schema, table)))
    _rename(owner, schema, aside)


def _rename(owner: Owner, schema: str, name: str) -> None:
    owner.execute(SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(schema), Identifier(name)))


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise in_words(error) from error
