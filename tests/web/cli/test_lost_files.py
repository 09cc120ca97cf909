"""Some of the trial of lost files (tests/trials/test_lost_files.py), on both stores."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests import lost_files
from tests.web.hosting.conftest import ON_SQLITE
from web.cli.app import app


@pytest.fixture
def site(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> lost_files.Site:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    return lost_files.site(tmp_path)


@pytest.mark.parametrize(
    ("store", "name"),
    [("sqlite", "ici/events.db gone"), pytest.param("postgres", "pixflow_ici older", marks=pytest.mark.postgres)],
    indirect=["store"],
)
def test_what_is_lost_is_told_and_brought_back(site: lost_files.Site, name: str) -> None:
    lost_files.must_lose_nothing(site, name)


def test_the_command_of_the_sentence_brings_it_back_as_it_stands(site: lost_files.Site) -> None:
    ways = lost_files.POSTGRES if site.url else lost_files.SQLITE
    ways["pixflow_ici gone" if site.url else "ici/keys.db gone"][1](site)
    (typed,) = re.findall(r"«\s*pixflow ([^»]*)\s»", site.run("doctor").output)
    assert site.run(*typed.split()).exit_code == 0
    assert site.look() == site.whole


@ON_SQLITE
def test_a_later_backup_elsewhere_is_the_one_to_restore(site: lost_files.Site, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (here,) = (site.data / "backups" / "ici").glob("*Z")
    here.rename(here.with_name("2026-01-05T010000Z"))
    site.ran("backup", "--to", str(elsewhere))
    lost_files.gone(site, "ici/events.db")
    (there,) = elsewhere.glob("ici/*Z")
    assert f"pixflow restore {there} --replace" in site.run("doctor").output
    elsewhere.rename(tmp_path / "not-mounted")
    assert f"pixflow restore {here.with_name('2026-01-05T010000Z')} --replace" in site.run("doctor").output


@ON_SQLITE
def test_read_tables_tell_an_older_copy_where_nothing_else_does(site: lost_files.Site) -> None:
    """A process that was killed has noted nothing, and no backup is newer."""
    lost_files.older(site, "ici/events.db")
    lost_files.older(site, "ici/keys.db")
    for path in ("ici.ring", "ici.key"):
        lost_files.older(site, f"keys/{path}")
    shutil.rmtree(site.data / "backups" / "ici")
    (site.data / "keys" / "ici.head").unlink()
    for words in (("doctor",), ("backup",), ("rebuild",), ("keys", "rotate", "--reason", "routine"), ("tick",)):
        result = site.run(*words)
        assert result.exit_code == 1, words
        assert "copie plus ancienne" in " ".join(result.output.split())
    (site.data / "keys" / "ici.head").unlink()
    shutil.rmtree(site.data / "ici" / "read")
    site.ran("backup", "--structure", "ici")


@ON_SQLITE
def test_the_register_of_erasures_is_written_again(site: lost_files.Site) -> None:
    register = site.data / "keys" / "ici.erased"
    was = register.read_bytes()
    register.unlink()
    assert site.run("doctor").exit_code == 1
    site.ran("erasures", "--yes")
    assert register.read_bytes() == was
    site.ran("doctor")


@pytest.mark.parametrize("command", ["doctor", "backup", "tick", "rebuild", "serve"])
def test_a_disk_that_is_not_mounted_is_no_first_structure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path))
    result = CliRunner().invoke(app, [command])
    assert result.exit_code == 1
    assert f"Aucune structure dans {tmp_path}" in result.output
    assert "que son disque est monté" in result.output
    assert list(tmp_path.iterdir()) == []
