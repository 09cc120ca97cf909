"""Tests a journal that the version before stored, whose lines have no people of lists: it is read, and goes on."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from msgspec.structs import astuple

from pixflow.access_journal.journal import AccessJournal, Period, open_journal
from pixflow.access_journal.line import Line, first_of, join_people, micros, next_head
from pixflow.access_journal.sqlite import SqliteJournal
from pixflow.store.postgres.database import Database
from tests.access_journal.test_lines import DOSSIER, NADIA, Opened, opened
from tests.test_engine import at_once

__all__ = ["opened"]
MONTH = 202603
FILE = """CREATE TABLE lines (month INTEGER NOT NULL, chain BLOB NOT NULL, number INTEGER NOT NULL,
    at INTEGER NOT NULL, what TEXT NOT NULL, page TEXT NOT NULL, account BLOB, member BLOB, session BLOB,
    dossier BLOB, people INTEGER NOT NULL, fresh INTEGER NOT NULL, why TEXT NOT NULL, digest BLOB NOT NULL,
    PRIMARY KEY (chain, number)) WITHOUT ROWID"""
TABLE = """CREATE SCHEMA @;
    CREATE TABLE @.lines (month bigint NOT NULL, chain uuid NOT NULL, number bigint NOT NULL,
    at bigint NOT NULL, what text NOT NULL, page text NOT NULL, account uuid, member uuid, session bytea,
    dossier uuid, people bigint NOT NULL, fresh bigint NOT NULL, why text NOT NULL, digest bytea NOT NULL,
    PRIMARY KEY (month, chain, number)) PARTITION BY LIST (month);
    CREATE TABLE @.lines_202603 PARTITION OF @.lines FOR VALUES IN (202603);
    GRANT USAGE ON SCHEMA @ TO {role}; GRANT SELECT, INSERT ON @.lines, @.lines_202603 TO {role}"""


def stored(opened: Opened) -> list[tuple[Any, ...]]:
    """Returns the rows of a chain of before: two lists of fifty, then a dossier."""
    head, rows = first_of(uuid4()), []
    for n, (dossier, people) in enumerate(((None, 50), (None, 50), (DOSSIER, 0))):
        line = Line(
            micros(opened.now) + n, "shown", "GET /dossiers", None, NADIA, b"12345678", dossier, people, 0, "role"
        )
        head = next_head(head, line)
        rows.append((MONTH, head.chain, head.number, *astuple(line)[:10], head.digest))
    return rows


def store(opened: Opened) -> None:
    """Stores them as the version before did."""
    rows = stored(opened)
    if database := opened.structure.database:
        schema = f"{opened.structure.schema}__access"
        with psycopg.connect(database.url, autocommit=True) as owner:
            owner.execute(TABLE.replace("@", schema).format(role=database.role or "CURRENT_USER").encode())
            owner.cursor().executemany(f"INSERT INTO {schema}.lines VALUES ({', '.join(['%s'] * 14)})".encode(), rows)
        return
    opened.file.parent.mkdir()
    with closing(sqlite3.connect(opened.file, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode=WAL")
        file.execute(FILE)
        values = [[one.bytes if isinstance(one, UUID) else one for one in row] for row in rows]
        file.executemany(f"INSERT INTO lines VALUES ({', '.join('?' * 14)})", values)


def columns(opened: Opened) -> Sequence[str]:
    if database := opened.structure.database:
        with psycopg.connect(database.url) as owner:
            schema = f"{opened.structure.schema}__access"
            asked = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
            return [name for (name,) in owner.execute(asked, [f"{schema}.lines_{MONTH}"])]
    with closing(sqlite3.connect(opened.file)) as file:
        return [name for (name,) in file.execute("SELECT name FROM pragma_table_info('lines')")]


def test_what_only_reads_leaves_a_month_of_before_as_it_is(opened: Opened) -> None:
    store(opened)
    journal, period = opened.again(), Period(0, micros(opened.now) + 9)
    opened.now += timedelta(days=1)
    assert opened.seal() == 1
    assert opened.faults() == []
    assert [line.ids for line in journal.page(period, 9, 0)] == [[], [], []]
    assert [line.people for line in journal.between(0, period.until)] == [50, 50, 0]
    (sum,) = journal.listed_in(period)
    assert (sum.dossier, sum.times, sum.people) == (None, 2, 100)
    assert "listed" not in columns(opened)


def test_the_first_line_adds_what_a_month_of_before_has_not(opened: Opened) -> None:
    """A process that reads meanwhile goes on: what it prepared fits both."""
    store(opened)
    reader, people = opened.again(), [uuid4() for _ in range(50)]
    assert len(list(reader.between(0, 2**62))) == 3
    opened.now += timedelta(seconds=1)
    opened.write(dossier=None, people=50, listed=join_people(people))
    opened.write(reader)
    opened.write(opened.again(), dossier=None, people=1, listed=join_people([DOSSIER]))
    assert "listed" in columns(opened)
    for journal in (reader, opened.journal, opened.again()):
        lines = [line.ids for line in journal.between(0, 2**62)]
        assert sorted(lines, key=len) == [[], [], [], [], [DOSSIER], sorted(people)]
    opened.now += timedelta(days=1)
    assert opened.seal() == 1
    assert opened.faults() == []
    opened.tamper("UPDATE lines SET listed = digest WHERE people = 0 AND number = 3")
    assert opened.faults() == ["changed"], "a line of before has no people of lists"


def test_processes_at_once_add_it_once(opened: Opened) -> None:
    store(opened)
    journals, start = [opened.again() for _ in range(6)], Barrier(6)

    def write(journal: AccessJournal) -> None:
        start.wait()
        for _ in range(5):
            opened.write(journal, dossier=None, people=1, listed=join_people([DOSSIER]))
            list(journal.between(0, 2**62))

    at_once(partial(write, journal) for journal in journals)
    assert len(list(opened.again().between(0, 2**62))) == 33
    assert list(columns(opened)).count("listed") == 1
    assert opened.faults() == []


@pytest.mark.postgres
def test_files_of_before_move_to_a_server_beside_those_of_today(tmp_path: Path, database_url: str) -> None:
    files = Opened(tmp_path / "files", None)
    store(files)
    files.now += timedelta(days=3)
    files.write(dossier=None, people=1, listed=join_people([DOSSIER]))
    files.close()
    with closing(Database(database_url)) as database:
        there = Opened(tmp_path / "there", database)
        files.file.parent.rename(there.structure.folder / "access")
        with closing(SqliteJournal(there.structure.folder)) as moved:
            assert moved.months() == [MONTH, 202604]
        journal = open_journal(there.structure.folder, database, there.structure.schema)
        assert [line.ids for line in journal.between(0, 2**62)] == [[], [], [], [DOSSIER]]
        assert there.faults() == []
        assert list((there.structure.folder / "access").iterdir()) == []
        journal.close()
        there.close()
