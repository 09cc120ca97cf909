"""Lines of the access journal that the terminal leaves: a command that shows a young person is a reading."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pixflow.access_journal.line import Line
from pixflow.dossier.privacy import request_erasure
from tests.clock import today
from tests.damage import fill_table
from tests.web.cli.test_values import ALL, COMMANDS
from tests.web.paths import House, house
from web.cli.app import app
from web.french.accounts import access_journal as french

NUMBER, CANARY = "9081726", "Zwartkops"
NADIA, SOPHIE = "nadia@exemple.fr", "sophie@exemple.fr"
CHANGED = f"N° i-Milo;Nom;Prénom;Programme\n{NUMBER};{CANARY};Awa;PACEA\n"


@pytest.fixture
def at_work(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    Path("portfolio.csv").write_text(CHANGED)
    with house(tmp_path / "data", today()) as made:
        made.opened(first="Awa", last=CANARY, imilo_number=NUMBER)
        yield made


def lines_of(at_work: House, *line: str) -> tuple[str, list[Line]]:
    """Returns what a command printed, and the lines that it left."""
    known = set(at_work.served.journal.between(0, 2**62))
    printed = CliRunner().invoke(app, [*line]).output
    return printed, [one for one in at_work.served.journal.between(0, 2**62) if one not in known]


def test_each_command_that_names_somebody_leaves_its_line(at_work: House) -> None:
    (dossier,) = at_work.served.engine.claim_holders("imilo", [NUMBER]).values()
    at_work.on(dossier, request_erasure, "Sophie Lecomte", reason="request")
    nadia, sophie = at_work.people["Nadia Benali"], at_work.people["Sophie Lecomte"]
    listed = (None, 1)
    for line, by, shown in (
        (["queue", "--as", NADIA], nadia, listed),
        (["queue", "--as", NADIA, "--json"], nadia, listed),
        (["replay", NUMBER], None, (dossier, 0)),
        (["replay", str(dossier), "--version", "1", "--json"], None, (dossier, 0)),
        (["dossiers", "import", "portfolio.csv", "--as", SOPHIE, "--preview"], sophie, listed),
        (["dossiers", "import", "portfolio.csv"], None, listed),
        (["erase", NUMBER], None, (dossier, 0)),
    ):
        _, (left,) = lines_of(at_work, *line)
        assert (left.what, left.member, (left.dossier, left.people)) == ("shown", by, shown)
        assert french.reason(left.why, left.page) == "au terminal"
        assert left.dossier is None or left.page in french.PAGES


def test_no_command_names_somebody_without_a_line(at_work: House) -> None:
    for name, usual in COMMANDS.items():
        if name in ("init", "simulate") or "--structure" not in {opt for one in ALL[name].params for opt in one.opts}:
            continue
        said = [{"12347": NUMBER, "sophie@ml.example": SOPHIE}.get(word, word) for word in usual]
        printed, left = lines_of(at_work, *name.split(), *said)
        assert left or CANARY not in printed, name


def test_nobody_is_a_line_of_nobody(at_work: House) -> None:
    for line in (["queue", "--as", SOPHIE], ["replay", "1"], ["replay", NUMBER, "--version", "99"], ["retention"]):
        assert not lines_of(at_work, *line)[1]


def test_nobody_is_shown_when_no_line_can_be_written(at_work: House) -> None:
    fill_journal(at_work)
    for line in (["replay", NUMBER], ["queue", "--as", NADIA], ["dossiers", "import", "portfolio.csv"]):
        result = CliRunner().invoke(app, line)
        assert result.exit_code == 1
        assert "Le disque est plein" in result.output
        assert CANARY not in result.output


def fill_journal(at_work: House) -> None:
    """The disk of the access journal takes no line any more."""
    opened = at_work.served.opened
    if opened.database is None:
        (opened.folder / "access").write_text("no folder")
        return
    lines_of(at_work, "replay", NUMBER)
    fill_table(opened.database, f"{opened.schema}__access", "lines")
