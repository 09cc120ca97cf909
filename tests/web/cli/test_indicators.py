"""`pixflow indicators`: the figures of a structure, in the terminal and for a program."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.web.samples.test_simulate import SIZE, built
from web.cli.app import app


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("indicators")
    opened, _ = built(folder)
    opened.engine.close()
    return folder


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PIXFLOW_DATA", str(data))
    return lambda *said: CliRunner().invoke(app, ["indicators", *said])


def figures(result: Result) -> dict[str, dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return {one["id"]: one for one in json.loads(result.output)}


def test_every_indicator_has_its_words_and_numbers(run) -> None:
    found = figures(run("--json", "--au", "2025-11-30"))
    assert list(found) == [f"I{number}" for number in range(1, 25)]
    for one in found.values():
        assert {"title", "definition", "numerator", "denominator", "rate"} <= one.keys()
    assert found["I1"]["numerator"] == found["I2"]["denominator"] >= SIZE["young_people"]


def test_a_past_day_shows_what_was_known_then(run) -> None:
    before, after = figures(run("--json", "--au", "2025-09-30")), figures(run("--json", "--au", "2025-11-30"))
    assert 0 < before["I2"]["numerator"] < after["I2"]["numerator"]


def test_the_table_says_the_period(run) -> None:
    result = run("--au", "2025-11-30")
    assert "Du 1er décembre 2024 au 30 novembre 2025" in " ".join(result.output.split())


@pytest.mark.parametrize("day", ["hier", "2025-13-01", "2999-01-01"])
def test_a_day_that_cannot_be_is_refused(run, day: str) -> None:
    assert run("--au", day).exit_code == 2
