"""`pixflow places`: a file of places, shown and never recorded."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pixflow.open_data import CODES
from tests.open_data.samples import mediation
from web.cli.app import app
from web.french.errors.places import SENTENCES


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["places", *map(str, arguments)])
    return result.exit_code, result.output


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "lieux.csv"
    made.write_bytes(mediation({}, {"id": "2", "latitude": "0", "longitude": "0"}, {"id": "3", "nom": ""}))
    return made


def test_a_file_is_read_into_one_shape(file: Path) -> None:
    code, output = run("read", file, "--json")
    said = json.loads(output)
    assert (code, said["kind"]) == (0, "mednum-1.0")
    first, second = said["places"]
    assert (first["insee"], first["latitude"], first["updated"]) == ("61214", 48.7611, "2026-05-12")
    assert (second["latitude"], second["longitude"]) == (None, None)
    assert [(one["severity"], one["line"], one["code"]) for one in said["problems"]] == [
        ("warning", 3, "coordinates-zero"),
        ("refused", 4, "name-missing"),
    ]


def test_a_file_is_shown_with_what_is_left_out(file: Path) -> None:
    code, output = run("read", file)
    assert code == 0
    assert "2 lieux" in output.replace("\xa0", " ")
    assert "le lieu n’a pas de nom" in " ".join(output.split())


def test_a_refused_file_ends_with_2(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Nom;Ville\nA;B\n")
    code, output = run("read", tmp_path / "a.csv", "--json")
    assert (code, json.loads(output)["places"]) == (2, [])


def test_each_code_has_its_sentence() -> None:
    assert set(SENTENCES) == CODES
