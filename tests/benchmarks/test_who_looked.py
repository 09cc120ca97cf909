"""The cost of who looked: session, rights and line of a page, and the count of mass reading among a million lines.

The count comes back with the line, in one round trip: its cost is what a line with a count takes more than one without.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from uuid import uuid4

import psycopg
import pytest
from msgspec import structs

from pixflow import authorization, presets, structure_folder
from pixflow.access_journal.journal import AccessJournal, month_of, open_journal
from pixflow.access_journal.line import Line, micros
from pixflow.access_journal.seal import midnight
from pixflow.actor import OPERATOR, Actor
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from pixflow.team.membership import add_member
from tests.benchmarks.measure import Aim, Report, interleaved, sized, spent
from tests.benchmarks.measure import Line as Measure
from tests.benchmarks.test_pages import EMPTY, Served, served
from tests.postgres import Cluster
from web.accounts import accounts, memberships, sessions
from web.accounts.store import AccountStore, open_accounts

NOW = datetime(2026, 9, 15, 9, tzinfo=UTC)
ROUNDS, PAGES, LINES = sized(5, 300, 1_000), sized(3, 50, 100), sized(1_000, 1_000_000, 1_000_000)
MEMBERS, OPENED, DOSSIERS = 30, 40, sized(500, 1_000, 1_000)
"""Members whose lines fill the month, dossiers that the one measured opened in ten minutes, dossiers of Ma boîte."""
PACE = 15_000_000
"""Microseconds from one page to the next of the one measured."""
BOX = "queue, advisor"

pytestmark = pytest.mark.benchmark


@pytest.fixture
def house(
    tmp_path: Path, store: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    """A structure whose advisor opens Ma boîte, on the same store."""
    cluster: Cluster | None = request.getfixturevalue("cluster") if store == "PostgreSQL" else None
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", cluster.create_database() if cluster else "")
    with served(tmp_path / "boite", DOSSIERS) as made:
        yield made


def test_session_rights_and_line(
    tmp_path: Path, database: Database | None, store: str, house: Served, report: Report
) -> None:
    opened = structure_folder.create(
        tmp_path,
        name="Mission locale",
        preset=presets.load("laigle-mortagne"),
        sites=("Mortagne",),
        clock=lambda: NOW,
        database=database,
    )
    member = uuid4()
    opened.engine.execute(
        {"staff": member},
        add_member,
        by=Actor(OPERATOR),
        command_id=uuid4(),
        name="Sophie Lecomte",
        email="sophie@exemple.fr",
        site=None,
        roles=("referent",),
    )
    kept = open_accounts(tmp_path, database, clock=lambda: NOW, create=True)
    assert kept
    account = accounts.create(kept, "sophie@exemple.fr").id
    token = sessions.begin(kept, memberships.accept(kept, account, opened.id, member), "passkey", "un navigateur")
    journal = open_journal(opened.folder, opened.database, opened.schema)
    for _ in range(OPENED):
        line = Line(micros(NOW), "shown", "GET /dossiers", member=member, dossier=uuid4(), why="role")
        journal.write(line, opened.engine.today())
    _fill(opened)
    steps = _steps(opened, kept, journal, token)
    whole = "session, rights, line and count"
    together = {whole: lambda: [steps[step]() for step in ("session", "rights", "line and count")]}
    seconds = interleaved(ROUNDS, _each(together | steps), collect=False)
    seconds |= interleaved(PAGES, _each({page: house.pages[page] for page in (EMPTY, BOX)}), collect=False)
    aims = [
        Aim(whole, median(seconds[whole]) * 1000, 0.5 if store == "SQLite" else 1, " ms"),
        Aim(f"the count, among {LINES:,} lines", _apart(seconds["line and count"], seconds["line"]), 0.1, " ms"),
        Aim("of Ma boîte", median(seconds[whole]) * 1000 / _apart(seconds[BOX], seconds[EMPTY]), 0.1, "×"),
    ]
    report.add(f"who looked, {store}", [Measure(what, found, 1, "pages") for what, found in seconds.items()], aims)
    journal.close()
    kept.close()
    opened.engine.close()


def _steps(
    opened: OpenStructure, kept: AccountStore, journal: AccessJournal, token: str
) -> dict[str, Callable[[], object]]:
    found = sessions.find(kept, token)
    assert found
    today, began, at = opened.engine.today(), midnight(opened.engine.today(), "Europe/Paris"), micros(NOW)
    line = Line(at, "shown", "GET /dossiers", found.account, found.member, found.digest[:8], uuid4(), 0, 0, "own")

    opened_by_role, moments = structs.replace(line, dossier=uuid4(), why="role"), count(at, PACE)

    def counted() -> object:
        return journal.write_and_count(structs.replace(opened_by_role, at=next(moments)), today, began, 0)

    def rights() -> object:
        refs, actor = opened.engine.references(), Actor(str(found.member))
        return authorization.roles(actor, refs, today), authorization.scope(actor, refs, today)

    return {
        "session": lambda: sessions.find(kept, token),
        "rights": rights,
        "line": lambda: journal.write(line, today),
        "line and count": counted,
    }


def _apart(more: Sequence[float], less: Sequence[float]) -> float:
    """Returns the milliseconds between two contenders, in the median of the rounds."""
    return median(one - other for one, other in zip(more, less, strict=True)) * 1000


def _each(steps: Mapping[str, Callable[[], object]]) -> dict[str, Callable[[], float]]:
    def timed(step: Callable[[], object]) -> Callable[[], float]:
        return lambda: spent(step)

    return {name: timed(step) for name, step in steps.items()}


def _fill(opened: OpenStructure) -> None:
    """Adds lines of thirty members, spread over the month before now."""
    month, end = month_of(opened.engine.today()), micros(NOW)
    start, step = end - 14 * 86_400_000_000, 14 * 86_400_000_000 // LINES
    if opened.database:
        table = f"{opened.schema}__access.lines_{month}"
        with psycopg.connect(opened.database.url, autocommit=True) as owner:
            owner.execute(
                f"INSERT INTO {table} SELECT {month}, gen_random_uuid(), n, {start} + n * {step}::bigint, 'shown',"
                f" 'GET /dossiers', NULL, md5((n % {MEMBERS})::text)::uuid, NULL, gen_random_uuid(), 0, 0, 'role', ''"
                f" FROM generate_series(1, {LINES}) AS n".encode()
            )
            owner.execute(f"ANALYZE {table}".encode())
        return
    path = opened.folder / "access" / f"{month // 100}-{month % 100:02}.db"
    with closing(sqlite3.connect(path)) as file:
        rows = (_row(month, n, start + n * step) for n in range(1, LINES + 1))
        file.executemany(f"INSERT INTO lines VALUES ({', '.join('?' * 15)})", rows)
        file.commit()


def _row(month: int, n: int, at: int) -> tuple[object, ...]:
    chain, member = n.to_bytes(16), bytes([n % MEMBERS] * 16)
    return month, chain, n, at, "shown", "GET /dossiers", None, member, None, chain, 0, 0, "role", b"", None
