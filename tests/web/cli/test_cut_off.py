"""Imports that were recorded, and then had no room to go on: they say so, with an exit code of their own."""

import json
import shutil
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pixflow import structure_folder
from pixflow.portfolio_import import importer
from tests.open_data.samples import mediation
from tests.trials.small_disk import small_disk
from tests.web.cli.test_app import EXPORT, SOPHIE, commands_once, ran
from tests.web.hosting.conftest import ON_POSTGRES, ON_SQLITE
from web.cli.app import app
from web.hosting.settings import Settings

PEOPLE, CHUNK = 60, 20
LINES = [f"{20_000 + n};Nom{n};Prénom;L’Aigle" for n in range(PEOPLE)]


@pytest.fixture
def data(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A structure with a référente; a portfolio, whose transactions are small; a file of places."""
    monkeypatch.setattr(importer, "CHUNK", CHUNK)
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "500")
    monkeypatch.chdir(tmp_path)
    Path("portfolio.csv").write_text("\n".join(["N° i-Milo;Nom;Prénom;Site", *LINES]))
    Path("places.csv").write_bytes(mediation({}))
    return commands_once("with_a_territory", tmp_path / "data", with_a_territory)


def with_a_territory() -> None:
    ran("init", "--preset", "laigle-mortagne", "--structure", "L’Aigle", "--site", "L’Aigle")
    ran("staff", "add", "Sophie Lecomte", SOPHIE, "--role", "referent")
    ran("places", "territory", "--as", SOPHIE, "--commune", "61214")
    ran("queue", "--as", SOPHIE)  # its tables are up to date


def head(data: Path) -> int:
    with closing(structure_folder.open_one(data, "l-aigle", database=Settings().database()).engine) as engine:
        return engine.head()


@ON_SQLITE
def test_a_disk_that_fills_up_anywhere_in_a_portfolio_says_what_is_recorded(data: Path, tmp_path: Path) -> None:
    """A little more room each time, until there is enough: nothing, a part, all but what follows, everything."""
    before, seen, room = head(data), [], 0
    shutil.copytree(data, tmp_path / "new")
    with small_disk("limit", data) as disk:
        while 0 not in seen:
            shutil.rmtree(data)
            shutil.copytree(tmp_path / "new", data)
            disk.fill(room)
            result = CliRunner().invoke(app, ["dossiers", "import", "portfolio.csv"])
            disk.make_room()
            recorded = head(data) - before
            assert result.exit_code == (0 if "Enregistré." in result.output else 4 if recorded else 1), result.output
            assert (f"{recorded}\xa0faits sont enregistrés" in result.output) == (result.exit_code == 4)
            seen.append(result.exit_code)
            room += 20_000
        assert set(seen) == {0, 1, 4}
        again = CliRunner().invoke(app, ["dossiers", "import", "portfolio.csv"])
    assert "0 dossier ouvert" in " ".join(again.output.split())


@ON_POSTGRES
def test_tables_without_room_do_not_refuse_a_portfolio_that_is_recorded(data: Path) -> None:
    """The server has room; the disk of this machine has some more each time, until something is recorded."""
    before, recorded, room = head(data), 0, 0
    with small_disk("limit", data) as disk:
        while not recorded:
            disk.fill(room)
            result = CliRunner().invoke(app, ["dossiers", "import", "portfolio.csv", "--json"])
            disk.make_room()
            recorded, room = head(data) - before, room + 20_000
            assert result.exit_code == (4 if recorded else 1)
            assert json.loads(result.stdout)["refused"] is (not recorded)
            assert (f"{recorded}\xa0faits sont enregistrés" in json.loads(result.stdout)["message"]) is bool(recorded)


@pytest.mark.parametrize("kind", [[], ["--json"]], ids=["words", "json"])
@pytest.mark.parametrize(
    "line",
    [
        ["dossiers", "import", "portfolio.csv"],
        ["import", str(EXPORT), "--as", SOPHIE],
        ["places", "import", "places.csv", "--as", SOPHIE],
    ],
    ids=lambda line: " ".join(line[:2]) if line[1] == "import" else "import",
)
def test_an_answer_that_has_no_room_is_told_apart_from_a_refusal(
    data: Path, line: list[str], kind: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for code, said in ((4, "sont enregistrés"), (1, "Refusé.")):
        with suppress(OSError), open("/dev/full", "w") as full, monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", full)
            with pytest.raises(SystemExit) as ended:
                app([*line, *kind])
        told = capsys.readouterr().err
        assert (ended.value.code, said in told) == (code, True), told
