"""Absences and departures in the terminal; the queue of a deputy; both names in a replay."""

import json
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pixflow import structure_folder
from pixflow.structure_folder import utc_now
from tests.web.cli.test_app import run

SOPHIE, NADIA, PAUL = "sophie@ml.example", "nadia@ml.example", "paul@ml.example"
NOW = utc_now()
TODAY = NOW.astimezone(ZoneInfo("Europe/Paris")).date()
LATER = TODAY + timedelta(days=7)
PORTFOLIO = """N° i-Milo;Nom;Prénom;Né(e) le;Site;Dispositif;Conseiller
12347;DIALLO;Aminata;05/11/2004;L’Aigle;PACEA;paul@ml.example
"""


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A structure with a référente and two advisors, and no midnight."""
    for function in (structure_folder.create, structure_folder.open_one):
        assert function.__kwdefaults__
        monkeypatch.setitem(function.__kwdefaults__, "clock", lambda: NOW)
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    ran("init", "--preset", "laigle-mortagne", "--structure", "L’Aigle", "--site", "L’Aigle")
    for name, address, role in (
        ("Sophie Lecomte", SOPHIE, "referent"),
        ("Nadia Benali", NADIA, "advisor"),
        ("Paul Rey", PAUL, "advisor"),
    ):
        ran("staff", "add", name, address, "--role", role)


def ran(*arguments: str) -> str:
    return refused(0, *arguments)


def refused(code: int, *arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def away(*more: str) -> str:
    return ran("staff", "absence", PAUL, "--first", TODAY.isoformat(), "--last", LATER.isoformat(), *more)


def test_an_absence_is_declared_changed_and_cancelled() -> None:
    assert "Paul Rey : absence " in away("--deputy", NADIA)
    assert "rien à changer" in away("--deputy", NADIA)
    assert "absence" in away()
    assert "l’absence est annulée" in ran("staff", "absence", PAUL, "--first", TODAY.isoformat(), "--cancel")
    assert "n’a aucune absence qui commence ce jour-là" in refused(
        1, "staff", "absence", PAUL, "--first", TODAY.isoformat(), "--cancel"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--deputy", PAUL), "On ne se supplée pas soi-même"),
        (("--deputy", "nobody@ml.example"), "Personne n’a le courriel nobody@ml.example"),
    ],
)
def test_an_absence_is_refused(arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in refused(1, "staff", "absence", PAUL, "--first", TODAY.isoformat(), *arguments)


def test_what_is_no_day_is_said() -> None:
    assert "« demain » n’est pas une date" in refused(2, "staff", "absence", PAUL, "--first", "demain")
    backwards = ("--first", TODAY.isoformat(), "--last", "2020-01-01")
    assert "est avant le premier" in refused(2, "staff", "absence", PAUL, *backwards)
    assert "--last-day, ou --cancel" in refused(2, "staff", "leave", PAUL)


def test_a_deputy_s_queue_has_the_rows_and_a_replay_both_names(tmp_path: Path) -> None:
    file = tmp_path / "portefeuille.csv"
    file.write_text(PORTFOLIO)
    ran("dossiers", "import", str(file))
    assert "Rien à faire" in ran("queue", "--as", NADIA)
    away("--deputy", NADIA)
    assert "DIALLO Aminata" in ran("queue", "--as", NADIA)
    assert "pour Paul Rey · dossier ouvert" in ran("queue", "--as", NADIA)
    told = json.loads(run("replay", "12347", "--json").output)
    assert {fact["acting_for"] for fact in told["facts"]} == {None}


def test_somebody_who_left_acts_no_more_and_comes_back() -> None:
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    assert "Paul Rey : dernier jour le " in ran("staff", "leave", PAUL, "--last-day", yesterday)
    assert "Paul Rey a quitté" in refused(1, "queue", "--as", PAUL)
    assert "le départ est annulé" in ran("staff", "leave", PAUL, "--cancel")
    assert "Rien à faire" in ran("queue", "--as", PAUL)


def test_the_last_referent_leaves_only_with_anyway() -> None:
    line = ("staff", "leave", SOPHIE, "--last-day", TODAY.isoformat())
    assert "Plus personne ne serait référent·e Pix" in refused(1, *line)
    assert "Sophie Lecomte : dernier jour le " in ran(*line, "--anyway")
