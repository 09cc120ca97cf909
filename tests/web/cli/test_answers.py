"""Questions of an import at the terminal: each names the options that answer it, and each of these does."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from pixflow.events.values import Moment
from pixflow.pix_orga import AssessmentRow, ExportCampaign
from pixflow.pix_orga.export import utc_moment
from pixflow.pix_orga.samples import ORGANISATION, Dates, file_name, write_export
from pixflow.result_import.plan import QuestionCode
from tests.open_data.samples import mediation
from tests.result_import.house import STARTED, row
from web.cli.app import app
from web.cli.files.exports import ANSWERS

SOPHIE = "sophie@ml.example"
CAMPAIGN = ExportCampaign(481516, "KMRTWX482", "Diagnostic initial")
FIRST, LATER = (datetime(2026, 5, day, 7, 10, tzinfo=UTC) for day in (12, 19))
AWA, BAH = row("Diop", "Awa"), row("Diallo", "Bah")
CROWD = [row(f"Nom{n}", "Prénom") for n in range(20)]
OTHER = "Lycée « L’Autre », 'd'ailleurs'"
Rows = Sequence[AssessmentRow]


def of_day(one: AssessmentRow, progress: str) -> AssessmentRow:
    return replace(one, started=Moment(STARTED.date()), progress=Decimal(progress))


CASES: dict[str, tuple[Rows, Rows, int]] = {
    "external-id-column": ((), [replace(one, imported=(("Site d’ici", "Nord"),)) for one in (AWA, BAH)], 3),
    "exported-at": ((), [AWA, BAH], 1),
    "organisation": (CROWD, CROWD, 1),
    "vanished": (CROWD, CROWD[:15], 1),
    "doubtful-rows": (
        [AWA, replace(AWA, started=utc_moment(STARTED + timedelta(hours=2)), progress=Decimal("0.2"))],
        [of_day(AWA, "0.9"), of_day(AWA, "0.6")],
        2,
    ),
}
"""For each question: the rows of an export before, those of the one that asks, and how many answers it has."""


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    init = ("init", "--preset", "laigle-mortagne", "--structure", "L’Aigle", "--site", "Ici", "--site", "Ailleurs")
    ran(0, *init)
    ran(0, "staff", "add", "Sophie Lecomte", SOPHIE, "--role", "referent")


def ran(code: int, *line: str) -> str:
    result = CliRunner().invoke(app, [*line])
    assert result.exit_code == code, result.output
    return result.stdout


def test_every_question_has_its_option_and_its_case() -> None:
    assert ANSWERS.keys() == CASES.keys() == set(get_args(QuestionCode))


@pytest.mark.parametrize("code", ANSWERS)
def test_a_question_names_the_options_that_answer_it(code: str) -> None:
    before, asking, count = CASES[code]
    if before:
        Path(file_name(CAMPAIGN, FIRST)).write_bytes(write_export(CAMPAIGN, before))
        ran(0, "import", file_name(CAMPAIGN, FIRST), "--as", SOPHIE)
    file = Path("export.csv" if code == "exported-at" else file_name(CAMPAIGN, LATER))
    organisation = OTHER if code == "organisation" else ORGANISATION
    dates: Dates = "day" if code == "doubtful-rows" else "paris"
    file.write_bytes(write_export(CAMPAIGN, asking, dates=dates, organisation=organisation))
    line = ("import", str(file), "--as", SOPHIE)
    document = json.loads(ran(3, *line, "--json"))
    answers = document["answers"][code]
    assert (document["questions"], len(answers)) == ([code], count)
    assert f"Pour répondre : {' ou '.join(answers)}" in ran(3, *line)
    for answer in answers:
        ran(0, *line, *shlex.split(answer), "--preview")
    assert "Enregistré." in ran(0, *line, *shlex.split(answers[0]))


def test_a_portfolio_and_a_file_of_places_name_theirs() -> None:
    Path("portfolio.csv").write_text("N° i-Milo;Nom;Prénom\n12347;DIALLO;Aminata\n")
    line = ("dossiers", "import", "portfolio.csv")
    assert "--site et son nom" in ran(0, *line)
    assert "1 dossier ouvert" in " ".join(ran(0, *line, "--site", "Ici").split())
    Path("places.csv").write_bytes(mediation({}))
    refused = CliRunner().invoke(app, ["places", "import", "places.csv", "--as", SOPHIE])
    assert (refused.exit_code, "pixflow places territory" in " ".join(refused.output.split())) == (1, True)


def test_an_older_export_is_told_as_such() -> None:
    for at, rows in ((LATER, CROWD), (FIRST, CROWD[:19])):
        Path(file_name(CAMPAIGN, at)).write_bytes(write_export(CAMPAIGN, rows))
    ran(0, "import", file_name(CAMPAIGN, LATER), "--as", SOPHIE)
    line = ("import", file_name(CAMPAIGN, FIRST), "--as", SOPHIE, "--preview")
    assert json.loads(ran(0, *line, "--json"))["older"] is True
    assert "Plus ancien que l’export du 19 mai 2026, 09:10" in " ".join(ran(0, *line).split())
