"""Some of the trial of lost files (tests/trials/test_lost_files.py), on both stores."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests import lost_files
from web.cli.app import app


@pytest.mark.parametrize(
    ("store", "name"),
    [
        ("sqlite", "ici/events.db gone"),
        ("sqlite", "_site/accounts.db older"),
        pytest.param("postgres", "pixflow_ici older", marks=pytest.mark.postgres),
    ],
)
def test_what_is_lost_is_told_and_brought_back(
    store: str, name: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = request.getfixturevalue("database_url") if store == "postgres" else ""
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", url)
    lost_files.must_lose_nothing(lost_files.site(tmp_path), name)


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_the_command_of_the_sentence_brings_it_back_as_it_stands(
    store: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = request.getfixturevalue("database_url") if store == "postgres" else ""
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", url)
    site = lost_files.site(tmp_path)
    ways = lost_files.POSTGRES if url else lost_files.SQLITE
    ways["pixflow_ici gone" if url else "ici/keys.db gone"][1](site)
    (typed,) = re.findall(r"«\s*pixflow ([^»]*)\s»", site.run("doctor").output)
    assert site.run(*typed.split()).exit_code == 0
    assert site.look() == site.whole


def test_a_later_backup_elsewhere_is_the_one_to_restore_while_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", "")
    site, elsewhere = lost_files.site(tmp_path), tmp_path / "elsewhere"
    (here,) = (site.data / "backups" / "ici").glob("*Z")
    here.rename(here.with_name("2026-01-05T010000Z"))
    site.ran("backup", "--to", str(elsewhere))
    lost_files.gone("ici/events.db")(site)
    (there,) = elsewhere.glob("ici/*Z")
    assert f"pixflow restore {there} --replace" in site.run("doctor").output
    elsewhere.rename(tmp_path / "not-mounted")
    assert f"pixflow restore {here.with_name('2026-01-05T010000Z')} --replace" in site.run("doctor").output


def test_read_tables_tell_an_older_copy_where_nothing_else_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was killed has noted nothing, and no backup is newer."""
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", "")
    site = lost_files.site(tmp_path)
    lost_files.older("ici/events.db")(site)
    lost_files.older("ici/keys.db")(site)
    for path in ("ici.ring", "ici.key"):
        lost_files.older(f"keys/{path}")(site)
    shutil.rmtree(site.data / "backups" / "ici")
    (site.data / "keys" / "ici.head").unlink()
    for words in (("doctor",), ("backup",), ("rebuild",), ("keys", "rotate", "--reason", "routine"), ("tick",)):
        result = site.run(*words)
        assert result.exit_code == 1, words
        assert "copie plus ancienne" in " ".join(result.output.split())
    (site.data / "keys" / "ici.head").unlink()
    shutil.rmtree(site.data / "ici" / "read")
    site.ran("backup", "--structure", "ici")


def test_the_register_of_erasures_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PIXFLOW_DATABASE_URL", "")
    site = lost_files.site(tmp_path)
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
