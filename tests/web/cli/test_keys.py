"""`pixflow keys rotate`, as an operator runs it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pixflow import presets, structure_folder
from pixflow.actor import OPERATOR
from pixflow.backups.backup import back_up
from pixflow.events.structure import KeyRotated
from tests.people import open_dossier
from web.cli.app import app

RUN, PRESET = CliRunner(), presets.load("laigle-mortagne")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A structure with somebody in it whose name is sealed, and a backup of it."""
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    day = datetime(2026, 3, 2, tzinfo=UTC)
    opened = structure_folder.create(tmp_path, name="Ici", preset=PRESET, sites=("Ici",), clock=lambda: day)
    open_dossier(opened.engine, "Diallo")
    back_up(opened)
    opened.engine.close()
    return tmp_path


@pytest.mark.parametrize("command", [["keys", "rotate", "--reason", "routine"], ["backup", "--keep", "1"]])
@pytest.mark.parametrize("whole", [True, False], ids=["the vault", "one key"])
def test_nothing_becomes_of_backups_when_keys_are_lost(data: Path, command: list[str], whole: bool) -> None:
    """The structure's key does not change either: it opens the backups."""
    before = {path: path.read_bytes() for path in data.glob("backups/ici/*/*")} | {
        path: path.read_bytes() for path in data.glob("keys/ici.key")
    }
    with closing(sqlite3.connect(data / "ici" / "keys.db")) as vault, vault:
        vault.execute("DELETE FROM stream_keys")
    if whole:
        (data / "ici" / "keys.db").unlink()
    said = RUN.invoke(app, command)
    assert said.exit_code == 1
    assert "--replace --reason loss" in " ".join(said.output.split())
    assert {path: path.read_bytes() for path in before} == before
    (backup,) = data.glob("backups/ici/*Z")
    assert RUN.invoke(app, ["restore", str(backup), "--replace", "--reason", "loss"]).exit_code == 0
    assert RUN.invoke(app, ["keys", "rotate", "--reason", "routine"]).exit_code == 0


def test_the_key_changes_and_the_structure_opens_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path))
    structure_folder.create(tmp_path, name="Ici", preset=PRESET, sites=("Ici",)).engine.close()
    before = (tmp_path / "keys" / "ici.key").read_bytes()
    assert RUN.invoke(app, ["staff", "add", "Camille Roy", "camille@ml.fr", "--role", "advisor"]).exit_code == 0
    said = RUN.invoke(app, ["keys", "rotate", "--reason", "routine"])
    assert said.exit_code == 0
    assert "Gardez-en une copie à part" in said.output
    assert (tmp_path / "keys" / "ici.key").read_bytes() != before
    again = structure_folder.open_one(tmp_path, "ici")
    (fact,) = (one for one in again.engine.read(0, 100) if isinstance(one.event, KeyRotated))
    assert (fact.by, fact.via) == (OPERATOR, "cli")
    assert fact.event == KeyRotated(motive="routine", keys=1, backups=0, on=again.engine.today())
    assert [member.name for member in again.engine.references().team.values()] == ["Camille Roy"]
    again.engine.close()
