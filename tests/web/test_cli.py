"""The commands of the terminal, run as a person would: what they say, what they record, how they end."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from web import demo
from web.cli import app

SAMPLES = Path(__file__).parents[1] / "pix_orga" / "data"
EXPORT = SAMPLES / "resultats-diagnostic_initial_-_cej_printemps_2026-481516-2026-05-12-0910.csv"
SOPHIE, NADIA = "sophie@ml.example", "nadia@ml.example"
PORTFOLIO = """N° i-Milo;Nom;Prénom;Né(e) le;Site;Dispositif;Conseiller
12-345;Benaïssa;Zoé;02/03/2006;Mortagne;CEJ;Nadia Benali
12347;DIALLO;Aminata;05/11/2004;L'Aigle;PACEA;nadia@ml.example
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "data"


@pytest.fixture
def house(data: Path) -> Path:
    """A structure with a référente and an advisor."""
    ran("init", "--preset", "laigle-mortagne", "--structure", "L'Aigle", "--site", "L'Aigle", "--site", "Mortagne")
    ran("staff", "add", "Sophie Lecomte", SOPHIE, "--role", "referent")
    ran("staff", "add", "Nadia Benali", NADIA, "--role", "advisor")
    return data


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def ran(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def said(*arguments: str):
    return json.loads(ran(*arguments, "--json"))


def test_init_says_what_comes_next_and_refuses_twice(data: Path):
    output = ran("init", "--preset", "laigle-mortagne", "--structure", "L'Aigle")
    assert "pixflow staff add" in output
    again = run("init", "--preset", "laigle-mortagne", "--structure", "L'Aigle")
    assert again.exit_code == 1
    assert [p.name for p in sorted(data.iterdir())] == ["keys", "l-aigle"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--preset", "laigle"], "laigle-mortagne"),
        (["--preset", "laigle-mortagne", "--calendar", "XX"], "XX"),
        (["--preset", "laigle-mortagne", "--zone", "Mars/Olympus"], "Mars/Olympus"),
    ],
)
def test_init_refuses_what_it_does_not_know_and_leaves_nothing(data: Path, options: list[str], told: str):
    result = run("init", "--structure", "Ici", *options)
    assert result.exit_code == 1
    assert told in result.output
    assert "Traceback" not in result.output
    assert not (data / "ici").exists()
    assert not (data / "keys" / "ici.key").exists()


def test_init_takes_a_file_and_says_where_it_is_wrong(data: Path, tmp_path: Path):
    from pixflow import presets

    text = (Path(presets.__file__).parent / "laigle-mortagne.toml").read_text()
    wrong = tmp_path / "ours.toml"
    wrong.write_text(text.replace("low = 41", "low = 43", 1))
    result = run("init", "--preset", str(wrong), "--structure", "Ici")
    assert result.exit_code == 1
    assert "41" in result.output
    assert "42" in result.output
    right = tmp_path / "right.toml"
    right.write_text(text)
    ran("init", "--preset", str(right), "--structure", "Ici")


def test_staff_add_twice_adds_the_role_only(house: Path):
    assert "rien à changer" in ran("staff", "add", "Nadia Benali", NADIA, "--role", "advisor")
    ran("staff", "add", "Nadia Benali", NADIA.upper(), "--role", "referent")
    assert said("queue", "--as", NADIA)["piles"] == []
    for wrong in (["Nadia", "pas un courriel", "--role", "advisor"], ["Nadia", NADIA, "--role", "chef"]):
        result = run("staff", "add", *wrong)
        assert result.exit_code == 1
        assert "Traceback" not in result.output


def test_without_a_structure_the_way_in_is_told(data: Path):
    result = run("queue", "--as", NADIA)
    assert result.exit_code == 1
    assert "pixflow init" in result.output


def test_serve_without_accounts_refuses_and_says_why(house: Path):
    result = run("serve")
    assert result.exit_code == 1
    assert "--demo" in result.output


def test_two_structures_must_be_told_apart(house: Path):
    ran("init", "--preset", "hautes-pyrenees", "--structure", "Tarbes")
    result = run("queue", "--as", NADIA)
    assert result.exit_code == 1
    assert "l-aigle, tarbes" in result.output
    assert said("queue", "--as", NADIA, "--structure", "l-aigle")["tasks"] == []
    assert run("queue", "--as", NADIA, "--structure", "tarbes").exit_code == 1
    assert run("queue", "--as", NADIA, "--structure", "ailleurs").exit_code == 1


def test_read_gives_the_sample_as_values(data: Path):
    found = said("read", str(EXPORT))
    assert found["kind"] == "assessment"
    assert found["campaign"] == {
        "id": 481516, "code": "KMRTWX482", "name": 'Diagnostic initial - CEJ "printemps" 2026',
    }  # fmt: skip
    assert found["pix_course"] == "Diagnostic initial Pix Emploi"
    assert found["exported_at"] == "2026-05-12T07:10:00Z"
    assert found["columns"] == []
    rows = [
        (r["line"], r["last_name"], r["first_name"], r["external_id"], r["progress"], r["shared"], r["mastery_percent"])
        for r in found["rows"]
    ]
    assert rows == [
        (2, "Benaïssa", "Zoé", "12-345", 1, True, 70),
        (3, "=Bono", "@Jean", "0012345", 1, True, 40),
        (4, "Diallo", "Aminata", "12347", 0.55, False, None),
        (5, "Diallo", "Aminata", "12347", 1, True, 40),
        (6, 'D\'Ornano; dit "Le Chat"', "Éloïse", "+33612345678", 1, True, 100),
        (7, "Lefèvre", "Noé", None, 1, True, 0),
        (8, "Martin", "Lucas", "12349", 1, False, None),
        (9, "NKOM Marie", "Emmanuel", "12350", 0.05, False, None),
    ]
    assert found["rows"][0]["started_at"] == "2026-04-01T12:00:00Z"
    assert found["rows"][0]["shared_at"] == "2026-04-01T12:31:00Z"
    assert found["rows"][2]["shared_at"] is None
    assert [(p["severity"], p["line"], p["code"]) for p in found["problems"]] == [("warning", 9, "ambiguous-hour")]


def test_read_keeps_a_day_a_day(data: Path):
    found = said("read", str(next(SAMPLES.glob("Resultats-Atelier*"))))
    assert [r["started_at"] for r in found["rows"]] == ["2024-05-14"] * 3
    assert [r["mastery_percent"] for r in found["rows"]] == [67, None, 33]


def test_read_refuses_with_exit_2(data: Path):
    result = run("read", str(next(SAMPLES.glob("*481620*"))), "--json")
    assert result.exit_code == 2
    assert [p["severity"] for p in json.loads(result.output)["problems"]] == ["refused"]
    assert run("read", str(next(SAMPLES.glob("*481620*")))).exit_code == 2


def test_a_portfolio_then_an_export_then_what_is_owed(house: Path, tmp_path: Path):
    portfolio = tmp_path / "portefeuille.csv"
    portfolio.write_text(PORTFOLIO)
    assert said("dossiers", "import", str(portfolio), "--preview")["recorded"] is None
    assert said("dossiers", "import", str(portfolio))["recorded"]["opened"] == 2
    assert said("dossiers", "import", str(portfolio))["recorded"]["opened"] == 0

    preview = said("import", str(EXPORT), "--as", SOPHIE, "--preview")
    assert (preview["new"], preview["recorded"]) == (8, False)
    assert said("import", str(EXPORT), "--as", SOPHIE)["recorded"] is True
    again = said("import", str(EXPORT), "--as", SOPHIE)
    assert (again["new"], again["seen_before"]) == (0, True)

    piles = {pile["kind"]: pile["count"] for pile in said("queue", "--as", SOPHIE)["piles"]}
    assert piles == {"declare-campaign": 1}
    assert {task["kind"] for task in said("queue", "--as", NADIA)["tasks"]} == {"present-pix", "plan-diagnostic"}
    assert "Présenter Pix" in ran("queue", "--as", NADIA)
    assert "à déclarer" in ran("queue", "--as", SOPHIE)


def test_an_advisor_may_not_import(house: Path):
    result = run("import", str(EXPORT), "--as", NADIA)
    assert result.exit_code == 1
    assert said("queue", "--as", SOPHIE)["piles"] == []
    assert run("import", str(EXPORT), "--as", "personne@ml.example").exit_code == 1


def test_an_export_without_its_date_asks_for_it_with_exit_3(house: Path, tmp_path: Path):
    renamed = tmp_path / "export.csv"
    shutil.copy(EXPORT, renamed)
    asked = run("import", str(renamed), "--as", SOPHIE, "--json")
    assert asked.exit_code == 3
    assert json.loads(asked.output)["questions"] == ["exported-at"]
    assert run("import", str(renamed), "--as", SOPHIE, "--exported-at", "hier").exit_code == 1
    assert said("import", str(renamed), "--as", SOPHIE, "--exported-at", "2026-05-12T09:10")["recorded"] is True


def test_replay_by_number_by_version_and_by_date(house: Path, tmp_path: Path):
    portfolio = tmp_path / "portefeuille.csv"
    portfolio.write_text(PORTFOLIO)
    ran("dossiers", "import", str(portfolio))
    whole = said("replay", "12347")
    assert whole["facts"][0]["topic"] == "dossier.DossierOpened"
    assert whole["version"] == whole["total"] == len(whole["facts"])
    first = said("replay", "12347", "--version", "1")
    assert [fact["version"] for fact in first["facts"]] == [1]
    assert {task["kind"] for task in first["tasks"]} == {"assign-advisor", "present-pix"}
    assert "Aminata DIALLO" in ran("replay", "12347", "--version", "2")
    assert run("replay", "12347", "--version", "99").exit_code == 1
    assert run("replay", "12347", "--at", "2001-01-01").exit_code == 1
    assert run("replay", "12347", "--at", "demain").exit_code == 1
    assert run("replay", "99999").exit_code == 1


def test_rebuild_and_tick_leave_the_queue_as_it_was(house: Path, tmp_path: Path):
    portfolio = tmp_path / "portefeuille.csv"
    portfolio.write_text(PORTFOLIO)
    ran("dossiers", "import", str(portfolio))
    before = said("queue", "--as", NADIA)
    old = (house / "l-aigle" / "read" / "live").read_text()
    assert "Tables refaites" in ran("rebuild")
    assert (house / "l-aigle" / "read" / "live").read_text() != old
    assert said("queue", "--as", NADIA) == before
    assert "0" in ran("tick")


def test_the_demonstration_is_prepared_once_and_says_who_to_be(data: Path):
    output = ran("demo", "--no-serve")
    for name in ("Nadia Benali", "Sophie Lecomte", "Claire Vasseur"):
        assert name in output
    assert "déjà là" in ran("demo", "--no-serve")
    tasks = said("queue", "--as", "nadia.benali@ml-demo.example", "--structure", demo.SLUG)["tasks"]
    assert {task["role"] for task in tasks} == {"advisor"}
