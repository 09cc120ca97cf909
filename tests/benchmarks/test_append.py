"""One event a transaction, sealed, with its command and a claim: against the driver alone, and the library."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from pixflow.actor import OPERATOR, Actor
from pixflow.engine import Engine
from pixflow.events import dossier as d
from pixflow.events.base import Recorded
from pixflow.store import Claim, NewCommand
from pixflow.store.postgres.database import Database
from tests.benchmarks.declarative import on_postgres, on_sqlite
from tests.benchmarks.measure import Aim, Line, Report, interleaved, sized, spent
from tests.benchmarks.population import SITES, structure

ROUNDS = sized(1, 9, 9)
COMMITS = sized(20, 200, 500)
LEAST = 0.55 if Path(gettempdir()).is_relative_to("/dev/shm") else 0.75
"""Least rate against the driver. In memory no disk hides the work."""
NOW = datetime(2026, 9, 15, 9, tzinfo=UTC)
BY = Actor(OPERATOR)

Given = tuple[StoredEvent, NewCommand, Claim]
Insert = Callable[[Given], object]

pytestmark = pytest.mark.benchmark


@pytest.fixture
def engine(tmp_path: Path, database: Database | None) -> Iterator[Engine]:
    engine = structure(tmp_path / "data", NOW, database).engine
    engine.references()
    yield engine
    engine.close()


@pytest.fixture
def bare(tmp_path: Path, database: Database | None) -> Iterator[Insert]:
    if database is None:
        with closing(sqlite3.connect(tmp_path / "bare.db", isolation_level=None)) as connection:
            yield bare_sqlite(connection)
    else:
        with psycopg.connect(database.url, autocommit=True) as connection:
            yield bare_postgres(connection)


@pytest.fixture
def library(tmp_path: Path, database: Database | None) -> Iterator[Insert]:
    with on_postgres(database) if database else on_sqlite(tmp_path / "library.db") as factory:
        recorder = factory.application_recorder()
        yield lambda given: recorder.insert_events(given[:1])


def test_append(
    engine: Engine, bare: Insert, library: Insert, database: Database | None, store: str, report: Report
) -> None:
    prepared = [begun() for _ in range(ROUNDS * COMMITS)]
    engine.keys.ensure({one.originator_id for one in prepared})
    stored = [(engine.mapper.to_stored_event(one), *beside(one)) for one in prepared]
    at_hand = partial(with_keys, engine)
    contenders = {
        "the recorder: sealed, with its command and a claim": over(prepared, partial(in_one_step, engine), at_hand),
        "the library's recorder: the same event": over(stored, library),
        "the driver alone: the same event, command and claim": over(stored, bare),
    }
    seconds = interleaved(ROUNDS, contenders)
    mine, recorder, driver = lines = [Line(what, seconds[what], COMMITS, "commits") for what in contenders]
    aims = [
        Aim(f"against the driver, the same bytes, {store}", mine.rate / driver.rate, LEAST, "×", at_least=True, slack=4)
    ]
    if database:  # on SQLite the driver itself does not reach that
        aims.append(Aim("against the library's recorder", mine.rate / recorder.rate, 1.5, "×", at_least=True))
    report.add(f"one event a transaction, {store}", lines, aims)


def over(
    items: Sequence[Any], commit: Callable[[Any], object], ready: Callable[[Any], object] = len
) -> Callable[[], float]:
    """Each round makes the next ones ready, then commits them."""
    turns = (items[start : start + COMMITS] for start in range(0, len(items), COMMITS))

    def run() -> float:
        turn = next(turns)
        ready(turn)
        return spent(lambda: [commit(item) for item in turn])

    return run


# --- pixflow


def begun() -> Recorded:
    """A dossier opened, on a stream whose key is at hand by then."""
    names, born = {"last_name": "Le Goff", "first_name": "Maëlys"}, date(2006, 6, 21)
    content = d.DossierOpened(**names, birth_date=born, site=SITES[0], imilo_number="123456", on=NOW.date())
    return Recorded(uuid4(), 1, content, NOW, BY.id, None, "web", uuid4())


def with_keys(engine: Engine, turn: Sequence[Recorded]) -> None:
    """Caches the keys of these streams, as the decisions before a commit do: the cache is smaller than all rounds."""
    engine.keys.load(one.originator_id for one in turn)


def beside(one: Recorded) -> tuple[NewCommand, Claim]:
    digest = one.originator_id.bytes + one.command.bytes
    return NewCommand(one.command, BY.id, digest), Claim("imilo", digest, one.originator_id)


def in_one_step(engine: Engine, one: Recorded) -> None:
    """Commits as a command does, if its stream has not moved."""
    command, claim = beside(one)
    stored = [engine.mapper.to_stored_event(one)]
    assert engine.recorder.insert_unless_moved(stored, {one.originator_id: 0}, command=command, claims=[claim])


# --- the others, given what the recorder writes


def bare_sqlite(connection: sqlite3.Connection) -> Insert:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(
        """CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT, version INTEGER, topic TEXT, state BLOB,
                                UNIQUE (stream, version));
           CREATE TABLE commands (id TEXT PRIMARY KEY, actor TEXT, fingerprint BLOB, position INTEGER) WITHOUT ROWID;
           CREATE TABLE claims (kind TEXT, digest BLOB, stream TEXT, PRIMARY KEY (kind, digest)) WITHOUT ROWID"""
    )
    insert = "INSERT INTO events (stream, version, topic, state) VALUES (?, ?, ?, ?)"

    def all_three(given: Given) -> None:
        event, command, claim = given
        connection.execute("BEGIN IMMEDIATE")
        made = connection.execute(insert, (_hex(event), event.originator_version, event.topic, event.state)).lastrowid
        values = (command.id.hex, command.actor, command.fingerprint, made)
        connection.execute("INSERT INTO commands VALUES (?, ?, ?, ?)", values)
        connection.execute("INSERT INTO claims VALUES (?, ?, ?)", (claim.kind, claim.digest, claim.stream.hex))
        connection.execute("COMMIT")

    return all_three


def bare_postgres(connection: psycopg.Connection[Any]) -> Insert:
    """One statement a transaction, prepared: one round trip."""
    connection.prepare_threshold = 0
    for statement in (
        """CREATE TABLE events (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream uuid, version integer,
                                topic text, state bytea, UNIQUE (stream, version))""",
        "CREATE TABLE commands (id uuid PRIMARY KEY, actor text, fingerprint bytea, position bigint)",
        "CREATE TABLE claims (kind text, digest bytea, stream uuid, PRIMARY KEY (kind, digest))",
    ):
        connection.execute(statement)
    insert = "INSERT INTO events (stream, version, topic, state) VALUES (%s, %s, %s, %b)"
    all_at_once = f"""WITH made AS ({insert} RETURNING position),
        said AS (INSERT INTO commands SELECT %s, %s, %b, position FROM made)
        INSERT INTO claims VALUES (%s, %b, %s)"""

    def all_three(given: Given) -> None:
        event, command, claim = given
        values = (event.originator_id, event.originator_version, event.topic, event.state)
        said = (command.id, command.actor, command.fingerprint)
        connection.execute(all_at_once, (*values, *said, claim.kind, claim.digest, claim.stream))

    return all_three


def _hex(event: StoredEvent) -> str:
    return event.originator_id.hex if isinstance(event.originator_id, UUID) else event.originator_id
