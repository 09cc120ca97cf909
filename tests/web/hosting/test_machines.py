"""Machines that share one PostgreSQL, each with read tables of its own, and what PostgreSQL had of them before."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pixflow.refused import Refused
from pixflow.store import RecordsLost, folders
from tests import somebody
from tests.erasures import erase
from tests.postgres import Cluster
from tests.projections.conftest import everything
from tests.web.french.test_sentences import NAMES, assert_well_set
from tests.web.hosting.conftest import ON_POSTGRES
from tests.web.paths import House, house
from web.app import create_app
from web.cli.app import app
from web.french.errors import refusals
from web.hosting.host import Host, open_host, serving
from web.hosting.read_tables import open_whole, reads_of
from web.hosting.served_structure import ServedStructure
from web.hosting.settings import Settings

NAME, NADIA = "Zylberstein", "Nadia Benali"


@pytest.fixture
def first(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A machine with a folder of tables of its own."""
    monkeypatch.setenv("PIXFLOW_TABLES", str(tmp_path / "first"))
    with house(tmp_path / "data") as made:
        yield made


@contextmanager
def second(first: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """Another machine, at the same time."""
    with monkeypatch.context() as patch:
        patch.setenv("PIXFLOW_TABLES", str(tmp_path / "second"))
        with open_host(tmp_path / "data", demo=True, clock=lambda: first.now) as made:
            yield made


def only(host: Host) -> ServedStructure:
    (served,) = host.structures.values()
    return served


def files_with(folder: Path, word: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


@ON_POSTGRES
def test_each_machine_shows_what_the_other_has_recorded(
    first: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with second(first, tmp_path, monkeypatch) as host:
        for number in range(3):
            dossier = first.opened("Aminata", f"{NAME}{number}", imilo_number=f"{number + 1}")
            client = first.client(NADIA)
            here = client.get(f"/dossiers/{dossier}")
            client.app = create_app(host)
            there = client.get(f"/dossiers/{dossier}")
            assert (here.status_code, there.status_code) == (200, 200)
            assert f"{NAME}{number}" in here.text
            assert f"{NAME}{number}" in there.text
        assert everything(only(host).read()) == everything(first.served.read())
        for name, served in (("first", first.served), ("second", only(host))):
            assert Path(served.reads.stores.folder).is_relative_to(tmp_path / name)


@ON_POSTGRES
def test_no_machine_keeps_the_name_of_somebody_erased(
    first: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = first.opened("Aminata", NAME)
    with second(first, tmp_path, monkeypatch) as host:
        both = (first.served, only(host))
        for served in both:
            served.read()
        assert all(files_with(tmp_path / name, NAME) for name in ("first", "second")), "both have the name before"
        erase(first.served.opened, dossier)
        for served in both:
            served.tick()
        assert [files_with(tmp_path / name, NAME) for name in ("first", "second")] == [[], []]


@ON_POSTGRES
def test_a_crash_of_the_server_changes_no_table(first: House, postgres: Cluster) -> None:
    dossier = first.opened("Aminata", NAME)
    before, tables = everything(first.served.read()), first.served.reads.stores.live()
    postgres.restart("kill")
    assert NAME in first.client(NADIA).get(f"/dossiers/{dossier}").text
    assert (everything(first.served.read()), first.served.reads.stores.live()) == (before, tables)


@ON_POSTGRES
def test_an_update_drops_what_the_server_had_and_says_so(first: House, caplog: pytest.LogCaptureFixture) -> None:
    opened = first.served.opened
    assert opened.database
    kept = [f"{opened.schema}_reading", f"{opened.schema}_read_1x"]
    with opened.database.owner() as owner:
        for name in [f"{opened.schema}_read", f"{opened.schema}_read_12", *kept]:
            owner.execute(f'CREATE SCHEMA "{name}"; CREATE TABLE "{name}".position (position int)'.encode())
        with serving(first.host):
            left = owner.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '_read' ORDER BY 1").fetchall()
    assert [name for (name,) in left] == sorted(kept)
    said = f"{opened.slug}: read tables on PostgreSQL are dropped"
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [said]
    caplog.clear()
    with serving(first.host):
        assert [record for record in caplog.records if record.levelname == "WARNING"] == []


def test_a_folder_that_is_gone_is_made_anew_while_it_serves(first: House, tmp_path: Path) -> None:
    dossier, client = first.opened("Aminata", NAME), first.client(NADIA)
    first.served.tick()
    before = everything(first.served.read())
    shutil.rmtree(tmp_path / "first")
    assert client.get(f"/dossiers/{dossier}").status_code == 503
    first.served.tick()
    assert NAME in client.get(f"/dossiers/{dossier}").text
    assert everything(first.served.read()) == before


def test_tables_of_newer_events_are_told_when_the_structure_opens(first: House, tmp_path: Path) -> None:
    """Whoever puts an older database back has the tables of this machine against them."""
    opened = first.served.opened
    with first.served.read().writing() as connection:
        connection.exec_driver_sql("UPDATE position SET position = position + 100")
    with pytest.raises(RecordsLost, match="read tables show"):
        open_whole(tmp_path / "data", opened.slug, database=opened.database)


def test_a_folder_of_somebody_else_is_named(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with somebody.reachable() as made:
        monkeypatch.setenv("PIXFLOW_TABLES", str(made / "tables"))
        monkeypatch.setenv("PIXFLOW_DATA", str(made / "data"))
        monkeypatch.setenv("COLUMNS", "1000")
        with house(made / "data") as at_work:
            slug = at_work.served.opened.slug
            (home,) = (made / "tables").iterdir()
        for path in (made / "data", made / "tables", *(made / "tables").rglob("*")):
            path.chmod(0o777)
        with somebody.without(made / "data", home):
            result = CliRunner().invoke(app, ["doctor", "--structure", slug])
        assert result.exit_code == 1
        assert f"ne peut pas lire ou écrire {home}," in " ".join(result.output.split())


def test_a_disk_that_several_machines_write_to_is_refused(
    first: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = os.stat(tmp_path).st_dev
    line = f"36 35 {os.major(device)}:{os.minor(device)} / {tmp_path} rw shared:1 - nfs4 nas:/tables rw\n"
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 250:0 / / rw - ext4 /dev/sda rw\n{line}")
    monkeypatch.setattr(folders, "MOUNTS", mounts)
    with pytest.raises(Refused) as refused:
        reads_of(first.served.opened)
    assert refused.value.code == "tables-shared"
    said = refusals.refusal(refused.value.code, refused.value.details, NAMES)
    assert "(nfs4)" in said
    assert_well_set(said)
    mounts.write_text(line.replace("nfs4", "ext4"))
    with closing(reads_of(first.served.opened)) as reads:
        assert reads.stores.live()


def test_events_in_files_stay_where_they_are(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder on a disk of the network serves on, where its events are files too."""
    with house(tmp_path / "data") as made:
        monkeypatch.setattr(folders, "SHARED", frozenset({folders._kind_of_disk(tmp_path)}))
        if Settings().database():
            with pytest.raises(Refused, match="tables-shared"):
                reads_of(made.served.opened)
        else:
            reads_of(made.served.opened).close()
