"""Backups taken while people work, put back elsewhere: all that was acknowledged before; `cp` gives less."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from time import sleep
from uuid import UUID

import pytest

from pixflow import structure_folder
from pixflow.backups.backup import back_up
from pixflow.restore.restore import restore
from pixflow.store.postgres.database import Database
from pixflow.structure_folder import OpenStructure
from projections.store import stores
from tests.postgres import Cluster
from tests.trials.clients import Crowd
from tests.trials.mission import Mission, found
from tests.trials.report import TrialReport
from tests.trials.scale import many
from tests.trials.server import Server
from tests.trials.verdict import must_be_sound, must_show, times_recorded
from web.hosting.read_tables import reads_of
from web.hosting.served_structure import serve_one

pytestmark = pytest.mark.trial

PIECE = 4096
BETWEEN_PIECES = 0.001
LONG = many("backups", 30)


@contextmanager
def at_work(mission: Mission) -> Iterator[Crowd]:
    """A served structure and its four clients, busy already."""
    server = Server(mission)
    with server.living():
        crowd = Crowd(server)
        while len(crowd.acknowledged) < 10:
            sleep(0.01)
        try:
            yield crowd
        finally:
            crowd.stop()


@contextmanager
def put_back(mission: Mission, backup: Path, elsewhere: Path, url: str) -> Iterator[OpenStructure]:
    """In another data folder (and database), with the structure's key, which no backup has."""
    keys = elsewhere / "keys"
    keys.mkdir(parents=True)
    shutil.copy(mission.data / "keys" / f"{mission.slug}.key", keys)
    with ExitStack() as closed:
        database = closed.enter_context(closing(Database(url))) if url else None
        restore(elsewhere, backup, motive="drill", rebuild=rebuilt, database=database)
        opened = structure_folder.open_one(elsewhere, mission.slug, database=database)
        closed.callback(opened.engine.close)
        yield opened


def rebuilt(opened: OpenStructure) -> None:
    stores.rebuild(reads_of(opened).stores, opened.engine)


@pytest.fixture
def elsewhere(store: str, postgres_if: Callable[[str], Cluster | None]) -> Iterator[Callable[[], str]]:
    """URLs of empty databases, "" on SQLite."""
    cluster, made = postgres_if(store), list[str]()

    def another() -> str:
        made.append(cluster.create_database() if cluster else "")
        return made[-1]

    yield another
    for url in filter(None, made):
        assert cluster is not None
        cluster.drop_database(url)


@pytest.fixture
def postgres_if(request: pytest.FixtureRequest) -> Callable[[str], Cluster | None]:
    return lambda store: request.getfixturevalue("postgres") if store == "postgres" else None


@pytest.mark.parametrize(
    ("store", "backups"), [("sqlite", LONG), pytest.param("postgres", LONG // 3, marks=pytest.mark.postgres)]
)
def test_a_backup_under_load_has_what_was_acknowledged_before(
    store: str, backups: int, url: str, elsewhere: Callable[[], str], tmp_path: Path, trial_report: TrialReport
) -> None:
    mission, held = found(tmp_path / "data", url), 0
    with at_work(mission) as crowd, mission.opened() as opened:
        for number in range(backups):
            before = crowd.acknowledged
            backup = back_up(opened, tmp_path / f"backup-{number}")
            with put_back(mission, backup.path, tmp_path / f"there-{number}", elsewhere()) as there:
                assert set(times_recorded(must_be_sound(there.engine), before)) == {1}
                with closing(serve_one(there)) as served:
                    must_show(served.read(), served.engine)
            held += len(before)
    trial_report.add(
        f"backup under load, {store}", f"{backups} backups put back", f"{held} acknowledged commands, each once"
    )
    assert crowd.unexpected == []


def test_control_cp_of_a_database_in_use_loses_or_breaks(tmp_path: Path, trial_report: TrialReport) -> None:
    """The database file alone, then each file after the other, as `cp` reads them: in pieces, while they change."""
    mission, copies, bad, broken = found(tmp_path / "data"), 0, 0, many("broken", 30)
    with at_work(mission) as crowd:
        while bad < broken and copies < 30 * broken:
            before = crowd.acknowledged
            files = [mission.data / mission.slug / name for name in ("events.db", "events.db-wal")[: 1 + copies % 2]]
            bad += not holds(copied(files, tmp_path / f"copy-{copies}"), before)
            copies += 1
    trial_report.add(
        "control: cp of a database in use", f"{copies} copies", f"{bad} damaged, or without acknowledged commands"
    )
    assert bad == broken


def copied(files: list[Path], folder: Path) -> Path:
    folder.mkdir()
    for path in files:
        with path.open("rb") as source, (folder / path.name).open("wb") as target:
            while piece := source.read(PIECE):
                target.write(piece)
                sleep(BETWEEN_PIECES)
    return folder / "events.db"


def holds(copy: Path, commands: dict[UUID, str]) -> bool:
    """Returns true if SQLite accepts the copy and it has these commands."""
    try:
        with closing(sqlite3.connect(copy)) as database:
            sound = database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            found = {UUID(id) for (id,) in database.execute("SELECT id FROM commands")}
    except sqlite3.DatabaseError:
        return False
    return sound and found >= commands.keys()
