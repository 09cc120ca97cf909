"""`pixflow what-if` on a simulated structure: its control is exact, and wrong questions are answered in words."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pixflow import presets
from pixflow.documents.grille import Grille
from tests.web.samples.test_simulate import built
from web.cli import what_if
from web.cli.app import app

LAST = "2025-12-31"


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("what-if")
    built(folder, young_people=20)[0].engine.close()
    return folder


@pytest.fixture
def run(played: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("PIXFLOW_DATA", str(played))
    return lambda *said: CliRunner().invoke(app, ["what-if", *said])


def read(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def test_the_grid_in_force_changes_nothing_and_the_control_is_exact(run: Callable[..., Result]) -> None:
    told = read(run("--grid", "laigle-mortagne", "--until", LAST, "--json"))
    assert told["results"] > 5
    assert told["checked"] > 3
    assert (told["elsewhere"], told["not_computed"], told["differing"], told["proposals"]) == (0, 0, 0, [])


def test_another_first_band_moves_some_and_the_control_stays_exact(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def widened(name: str) -> Any:
        preset = presets.load(name)
        first, second, *others = preset.grille.bands
        bands = (replace(first, high=60), replace(second, low=61), *others)
        return replace(preset, grille=Grille("Autre", bands=bands))

    monkeypatch.setattr(what_if, "load_preset", widened)
    told = read(run("--grid", "laigle-mortagne", "--until", LAST, "--json"))
    assert 0 < told["people"] <= told["elsewhere"] < told["results"]
    assert told["differing"] == 0
    assert sum(one["after"] - one["before"] for one in told["proposals"] if one["id"] == "cap-lec") == told["elsewhere"]


def test_other_seats_say_waits_beside_those_recorded(run: Callable[..., Result]) -> None:
    few, many = (read(run("--seats", seats, "--until", LAST, "--json")) for seats in ("1", "1000"))
    assert few["requests"] == many["requests"] > 3
    assert few["control_waiting"] == many["control_waiting"]
    assert many["draft_waiting"] <= many["control_waiting"] <= few["draft_waiting"]


def test_the_protocol_in_force_changes_nothing_and_shorter_delays_make_tasks_late(run: Callable[..., Result]) -> None:
    same = read(run("--protocol", "laigle-mortagne", "--until", LAST, "--json"))
    assert same["recorded_owed"] > 50
    assert (same["differing"], same["not_computed"]) == (0, 0)
    assert all(same[f"recorded_{state}"] == same[f"draft_{state}"] for state in ("owed", "late", "referent", "manager"))
    other = read(run("--protocol", "hautes-pyrenees", "--until", LAST, "--json"))
    assert other["recorded_late"] == same["recorded_late"]
    assert other["differing"] == 0
    assert other["draft_late"] != same["draft_late"]


def test_a_table_says_the_numbers_and_no_name(run: Callable[..., Result]) -> None:
    said = run("--grid", "laigle-mortagne", "--until", LAST).stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith("Résultats reçus du 31 décembre 2024 au 31 décembre 2025")
    assert "Écarts du contrôle" in said


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ((), "Choisissez --grid, --protocol ou --seats."),
        (("--grid", "laigle-mortagne", "--seats", "3"), "Choisissez --grid, --protocol ou --seats."),
        (("--grid", "nulle"), "ne peut pas servir"),
        (("--protocol", "nul"), "ne peut pas servir"),
        (("--protocol", "laigle-mortagne", "--grid", "laigle-mortagne"), "Choisissez"),
        (("--seats", "0"), "0"),
        (("--seats", "3", "--since", "hier"), "hier"),
        (("--seats", "3", "--until", "2030-01-01"), "qui est passé"),
        (("--seats", "3", "--since", "2025-02-01", "--until", "2025-01-01"), "est avant le premier"),
    ],
)
def test_a_wrong_question_ends_in_words(run: Callable[..., Result], said: tuple[str, ...], told: str) -> None:
    result = run(*said)
    assert result.exit_code == 2
    assert told in result.output
