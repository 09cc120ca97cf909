"""Copies of a PostgreSQL store: one SQLite file from one snapshot, restored in one transaction."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg.sql import SQL, Identifier

from pixflow.store import StoreBusy
from pixflow.store.postgres.database import APPLICATION, Database, Owner, lock_number
from pixflow.store.postgres.tables import exist, lay
from pixflow.store.sqlite.connections import in_words
from pixflow.store.sqlite.copy import opened
from pixflow.store.sqlite.tables import TABLES, TRIGGERS

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
}
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
                _take(owner, file, schema, table, columns, types)
            for statement in TRIGGERS:
                file.execute(statement)


def _take(
    owner: Owner, file: sqlite3.Connection, schema: str, table: LiteralString, columns: LiteralString, types: list[str]
) -> None:
    asked = SQL("COPY (SELECT {} FROM {} ORDER BY 1) TO STDOUT (FORMAT BINARY)").format(
        SQL(columns), Identifier(schema, table)
    )
    marks = ", ".join("?" * len(types))
    with owner.cursor() as cursor, cursor.copy(asked) as rows:
        rows.set_types(types)
        file.executemany(f"INSERT INTO {table} VALUES ({marks})", rows.rows())  # noqa: S608 — names of our own


def check_alone(database: Database) -> None:
    """Raises StoreBusy when another process of pixflow is connected to the database."""
    with database.owner() as owner:
        row = owner.execute(_OTHERS, [f"{APPLICATION}%"]).fetchone()
    if row != (0,):
        raise StoreBusy(f"{row and row[0]} connections of other processes of pixflow to this database")


def has_events(database: Database, schema: str) -> bool:
    """Tells whether a schema holds records."""
    if not exist(database, schema):
        return False
    with database.owner() as owner:
        return _has_events(owner, schema)


def put(database: Database, schema: str, copy: Path, aside: str) -> bool:
    """Replaces the records of a schema by a copy, in one transaction.

    Returns True if there were records: they are now in the schema `aside`.
    """
    with database.owner() as owner, owner.transaction(), opened(copy) as file:
        owner.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(f"pixflow events {schema}")])
        moved = _move_aside(owner, schema, aside)
        lay(owner, schema, database.role)
        for table in _COPIED:
            _give(owner, file, schema, table)
        head = SQL("UPDATE {0} SET position = (SELECT COALESCE(max(position), 0) FROM {1})")
        owner.execute(head.format(Identifier(schema, "head"), Identifier(schema, "stored_events")))
    return moved


def asides(database: Database, prefix: str) -> list[str]:
    """Returns the schemas whose name begins with a prefix, sorted."""
    with database.owner() as owner:
        rows = owner.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s) ORDER BY 1", [prefix])
        return [name for (name,) in rows]


def _has_events(owner: Owner, schema: str) -> bool:
    there = SQL("SELECT EXISTS (SELECT FROM {})").format(Identifier(schema, "stored_events"))
    return owner.execute(there).fetchone() == (True,)


def _move_aside(owner: Owner, schema: str, aside: str) -> bool:
    if not _has_events(owner, schema):
        return False
    owner.execute(SQL("CREATE SCHEMA {}").format(Identifier(aside)))
    for table in (*_COPIED, "head"):
        owner.execute(SQL("ALTER TABLE {} SET SCHEMA {}").format(Identifier(schema, table), Identifier(aside)))
    return True


def _give(owner: Owner, file: sqlite3.Connection, schema: str, table: LiteralString) -> None:
    """Sends ids as text: PostgreSQL reads them as SQLite writes them."""
    with owner.cursor() as cursor, cursor.copy(SQL("COPY {} FROM STDIN").format(Identifier(schema, table))) as rows:
        for row in file.execute(f"SELECT * FROM {table}"):  # noqa: S608 — names of our own
            rows.write_row(row)


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise in_words(error) from error
