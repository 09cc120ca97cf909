"""`pixflow keys rotate`, as an operator runs it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pixflow import presets, structures
from web.cli import app


def test_the_key_changes_and_the_structure_opens_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path))
    opened = structures.create(tmp_path, name="Ici", preset=presets.load("laigle-mortagne"), sites=("Ici",))
    opened.engine.close()
    before = (tmp_path / "keys" / "ici.key").read_bytes()
    run = CliRunner()
    assert run.invoke(app, ["staff", "add", "Camille Roy", "camille@ml.fr", "--role", "advisor"]).exit_code == 0
    said = run.invoke(app, ["keys", "rotate"])
    assert said.exit_code == 0
    assert "Gardez-en une copie à part" in said.output
    assert (tmp_path / "keys" / "ici.key").read_bytes() != before
    again = structures.open_one(tmp_path, "ici")
    assert [member.name for member in again.engine.references().team.values()] == ["Camille Roy"]
    again.engine.close()
