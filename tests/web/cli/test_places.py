"""`pixflow places`: a file of places is shown, previewed, imported once; the list is exported."""

import json
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pixflow import structure_folder
from pixflow.events.partner import PartnerListed
from pixflow.open_data import CODES, read
from pixflow.partners.state import Catalogue
from tests.open_data.samples import mediation
from tests.place_import.test_outlines import METRES, feature, polygon
from tests.place_import.test_outlines import file as outlines
from tests.place_import.test_reading import HEAVY
from tests.web.paths import house
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


def test_a_file_is_previewed_then_recorded_once_and_the_list_is_exported(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    monkeypatch.setenv("PIXFLOW_DATA", str(folder))
    with house(folder) as made:
        slug, catalogue = made.slug, made.served.opened.stream("catalogue")
    sophie = ("--as", "sophie@exemple.fr")
    assert run("territory", "--commune", "61214", *sophie)[0] == 0

    def imported(*more: str) -> tuple[dict[str, int], bool]:
        code, output = run("import", file, *sophie, "--json", *more)
        assert code == 0, output
        said = json.loads(output)
        return said["counts"], said["recorded"]

    previewed, recorded = imported("--preview")
    assert (previewed["new"], recorded) == (2, False)
    assert imported() == (previewed, True)
    again, _ = imported()
    assert (again["new"], again["unchanged"]) == (0, 2)
    shape = {"type": "Polygon", "coordinates": [[[0.6, 48.7], [0.7, 48.7], [0.7, 48.8], [0.6, 48.7]]]}
    outline = tmp_path / "contours.json"
    outline.write_text(json.dumps({"features": [{"properties": {"code": "61214"}, "geometry": shape}]}))
    assert run("outlines", outline, "--credit", "IGN")[0] == 0
    (metres := tmp_path / "metres.json").write_bytes(outlines(feature("61214", polygon(METRES))))
    (heavy := tmp_path / "heavy.json").write_bytes(HEAVY)
    code, output = run("read", heavy)
    assert (code, "trop lourd à lire" in " ".join(output.split())) == (2, True), output
    for refused, credit, why in (
        (heavy, "IGN", "trop lourd à lire"),
        (metres, "IGN", "ne sont pas en France"),
        (outline, " ", "d’où viennent les contours"),
    ):
        code, output = run("outlines", refused, "--credit", credit)
        assert (code, why in " ".join(output.replace("\xa0", " ").split())) == (1, True), output
    for kind in ("csv", "json"):
        there = tmp_path / f"liste.{kind}"
        assert run("export", there)[0] == 0
        assert len(read(there.read_bytes(), date(2026, 6, 15)).places) == 2
    with closing(structure_folder.open_one(folder, slug).engine) as engine:
        state: Catalogue = engine.state("catalogue", catalogue)
        listed = [one for one in engine.read(0, 1_000) if isinstance(one.event, PartnerListed)]
    assert (len(listed), list(state.outlines), state.territory.communes) == (2, ["61214"], ("61214",))


def test_each_code_has_its_sentence() -> None:
    assert set(SENTENCES) == CODES
