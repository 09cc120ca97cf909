"""An export of 5,000 rows, half of them matched by number and names, against csv and one insert of the same bytes."""

import csv
import io
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pixflow import structure_folder
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier.identity import open_dossier
from pixflow.engine import Engine, Step
from pixflow.events.participation import MatchConfirmed
from pixflow.importing import Importer
from pixflow.pix_orga.export import AssessmentRow, ExportCampaign, PartResult
from pixflow.pix_orga.samples import file_name, write_export
from pixflow.store.postgres.database import Database
from projections import result_routing
from projections.result_routing import KnownParticipation
from projections.store.catch_up import ReadSide
from tests.benchmarks.measure import Aim, Line, Report, interleaved, noted, sized, spent
from tests.benchmarks.population import COMPETENCES, DOMAINS, FIRST, SITES, House, Life, fill, structure
from tests.postgres import Cluster
from web.hosting.read_tables import reads_of

ROWS = sized(200, 5_000, 5_000)
ROUNDS = sized(1, 3, 3)
CAMPAIGN = ExportCampaign(790_001, "MILOPIX99", "Diagnostic initial CEJ")
EXPORTED = datetime(2026, 5, 12, 9, 10, tzinfo=UTC)
COMPETENCE_SKILLS, DOMAIN_SKILLS = 6, 12

pytestmark = pytest.mark.benchmark


@dataclass
class Phases:
    """Seconds that each import spent, by phase."""

    prepare: list[float] = field(default_factory=list)
    record: list[float] = field(default_factory=list)
    tables: list[float] = field(default_factory=list)
    locked: list[float] = field(default_factory=list)


@pytest.fixture
def cluster_if(store: str, request: pytest.FixtureRequest) -> Cluster | None:
    """The PostgreSQL server; None when the store is files of SQLite."""
    return request.getfixturevalue("cluster") if store == "PostgreSQL" else None


def test_import(store: str, cluster_if: Cluster | None, tmp_path: Path, report: Report) -> None:
    house = House()
    lives = [Life(house, number, begins_within=0) for number in range(ROWS)]
    data = write_export(CAMPAIGN, [row_of(life, number) for number, life in enumerate(lives)])
    before, phases = Before(tmp_path / "before", cluster_if), Phases()
    with before.opened() as database:
        prepare_structure(before.folder, house, lives[::2], database)
    seconds = interleaved(
        ROUNDS,
        {
            "import": lambda: imported(data, house, before, phases),
            "insert": lambda: inserted(data, tmp_path / "rows.db"),
        },
    )
    columns = data.split(b"\n", 1)[0].count(b";") + 1
    what = f"import of {len(data) / 1e6:.1f} MB in {columns} columns, half of the rows matched"
    whole = Line(what, seconds["import"], ROWS, "rows")
    parts = {"read and compare": phases.prepare, "decide and record": phases.record, "show": phases.tables}
    lines = [whole, Line("csv + one insert of the same bytes", seconds["insert"], ROWS, "rows")]
    lines += [Line(f"of which {what}", found, ROWS, "rows") for what, found in parts.items()]
    lines.append(locked := Line("write lock held meanwhile", phases.locked, ROWS, "rows"))
    aims = [
        Aim(f"import in all, {store}", whole.median, 8, " s"),
        Aim(f"write lock held, {store}", locked.median, 1, " s"),
    ]
    report.add(f"import, {store}", lines, aims)
    assert whole.median < 80


def row_of(life: Life, number: int) -> AssessmentRow:
    """Two rows in three are shared, whoever they are; every other row is of somebody we follow."""
    shared = number % 3 > 0
    started = EXPORTED - timedelta(days=20, minutes=number)
    return AssessmentRow(
        line=number + 2,
        last_name=life.last_name.upper(),
        first_name=life.first_name,
        external_id=f"{100_000 + number}",
        imported=(),
        progress=Decimal(1) if shared else Decimal("0.4"),
        started=started,
        shared=shared,
        shared_at=started + timedelta(hours=1) if shared else None,
        mastery=Decimal("0.5") if shared else None,
        palier=2 if shared else None,
        paliers=4,
        badges=(("Bases", True),) if shared else (),
        competences=parts(COMPETENCES, COMPETENCE_SKILLS) if shared else (),
        domains=parts(DOMAINS, DOMAIN_SKILLS) if shared else (),
        skills=(),
    )


def parts(names: tuple[str, ...], skills: int) -> tuple[PartResult, ...]:
    return tuple(PartResult(name, Decimal("0.5"), skills, skills // 2) for name in names)


class Before:
    """A structure before an import, and copies of it. On PostgreSQL its database has no other connection."""

    def __init__(self, folder: Path, cluster: Cluster | None) -> None:
        self.folder, self.cluster = folder, cluster
        self.url = cluster.create_database() if cluster else ""

    @contextmanager
    def opened(self, url: str = "") -> Iterator[Database | None]:
        """Yields its database, or the one of another URL; None when it is files of SQLite."""
        if not self.cluster:
            yield None
            return
        with closing(Database(url or self.url)) as database:
            yield database

    @contextmanager
    def copied(self) -> Iterator[structure_folder.OpenStructure]:
        """Yields an open copy, gone at the end."""
        folder = self.folder.with_name("copy")
        url = self.cluster.create_database(like=self.url) if self.cluster else ""
        shutil.copytree(self.folder, folder)
        with self.opened(url) as database:
            opened = structure_folder.open_one(folder, structure_folder.slugs(folder)[0], database=database)
            with closing(opened.engine):
                yield opened
        shutil.rmtree(folder)
        if self.cluster:
            self.cluster.drop_database(url)


def prepare_structure(data: Path, house: House, followed: list[Life], database: Database | None) -> None:
    """The team, the campaign declared, and a dossier for each of those we follow."""
    opened = structure(data, database=database)
    fill(opened.engine, house.told())
    steps = [
        Step(
            {"dossier": life.dossier},
            open_dossier,
            {
                "last_name": life.last_name,
                "first_name": life.first_name,
                "birth_date": None,
                "site": SITES[0],
                "imilo_number": f"{100_000 + life.number}",
                "advisor": life.advisor,
                "programme": "CEJ",
                "on": FIRST,
            },
        )
        for life in followed
    ]
    opened.engine.execute_all(steps, "portfolio", by=Actor(OPERATOR), command_id=uuid4(), via="cli")
    Importer(opened.engine, opened.stream("structure"), lambda campaign: ()).declare(
        None,
        name=CAMPAIGN.name,
        code=CAMPAIGN.code or "",
        purpose="initial",
        site=None,
        by=Actor(str(house.referent)),
        command_id=uuid4(),
    )
    opened.engine.close()


def imported(data: bytes, house: House, before: Before, phases: Phases) -> float:
    """Bytes in, rows of the read tables out, on a fresh copy of the structure."""
    whole: list[float] = []
    with before.copied() as opened:
        tables = reads_of(opened).stores
        side = ReadSide(opened.engine, tables.open(tables.make()))
        side.catch_up()
        importer = Importer(opened.engine, opened.stream("structure"), lambda campaign: known(side, campaign))
        with lock_noted(opened.engine, phases.locked), noted(whole):
            with noted(phases.prepare):
                prepared = importer.prepare(data, file_name(CAMPAIGN, EXPORTED))
            with noted(phases.record):
                done = importer.record(prepared, by=Actor(str(house.referent)), command_id=uuid4())
            with noted(phases.tables):
                side.catch_up()
        assert done.counts.new == ROWS
        assert sum(isinstance(one.event, MatchConfirmed) for one in done.done.recorded) == ROWS // 2
        assert side.stopped() == []
        side.database.dispose()
    return whole[0]


def known(side: ReadSide, campaign: UUID) -> list[KnownParticipation]:
    side.catch_up()
    with side.database.connect() as connection:
        return result_routing.known(connection, campaign)


@contextmanager
def lock_noted(engine: Engine, seconds: list[float]) -> Iterator[None]:
    """Appends how long the write lock was held in the block, in all; nobody else wants it here."""
    exclusive, held = engine.recorder.exclusive, list[float]()

    @contextmanager
    def timed() -> Iterator[None]:
        with noted(held), exclusive():
            yield

    engine.recorder.exclusive = timed  # type: ignore[method-assign]
    yield
    seconds.append(sum(held))


def inserted(data: bytes, path: Path) -> float:
    """Inserts the cells of the lines in one durable transaction, as a script would."""
    path.unlink(missing_ok=True)
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")

    def insert() -> None:
        header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")
        raw.execute(f"CREATE TABLE export ({', '.join(f'c{place}' for place in range(len(header)))})")
        raw.execute("BEGIN")
        raw.executemany(f"INSERT INTO export VALUES ({', '.join('?' * len(header))})", rows)
        raw.execute("COMMIT")

    seconds = spent(insert)
    raw.close()
    return seconds
