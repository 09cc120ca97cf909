"""A transaction of plain batches leaves nothing behind it, however it ends."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from projections.store import sqlite
from projections.store.sqlite_transaction import SqliteTransaction

_REFERS = """CREATE TABLE named (id INTEGER PRIMARY KEY);
    CREATE TABLE naming (id INTEGER REFERENCES named DEFERRABLE INITIALLY DEFERRED)"""


def test_a_commit_that_fails_holds_no_lock(tmp_path: Path) -> None:
    """A deferred constraint fails at COMMIT, as a full disk may: SQLite leaves such a transaction open."""
    path = tmp_path / "read.db"
    database = sqlite.database(path)
    with closing(sqlite3.connect(path)) as other:
        other.executescript(_REFERS)
    with closing(SqliteTransaction(database)) as plain:
        plain.position()
        driver = plain._driver()
        driver.execute("PRAGMA foreign_keys=ON")
        with pytest.raises(sqlite3.IntegrityError), plain:
            driver.execute("INSERT INTO naming VALUES (1)")
        with closing(sqlite3.connect(path, timeout=0)) as other, other:
            other.execute("INSERT INTO named VALUES (2)")
        with plain as batch:
            batch.move(1, False)
        assert plain.position() == (1, False)
    database.dispose()
