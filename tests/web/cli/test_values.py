"""Any value of any option or argument of any command ends in words: no traceback, and one of the exit codes."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.trials.report import TrialReport
from web.cli.app import app

EXPORT = next((Path(__file__).parents[2] / "pix_orga" / "data").glob("*481516*.csv"))
SOPHIE = "sophie@ml.example"
COMMANDS: dict[str, list[str]] = {
    "init": ["--data", "new", "--structure", "Ici", "--preset", "laigle-mortagne"],
    "demo": ["--no-serve"],
    "queue": ["--as", SOPHIE],
    "rebuild": [],
    "tick": [],
    "serve": [],
    "read": [str(EXPORT)],
    "import": [str(EXPORT), "--as", SOPHIE, "--preview"],
    "backup": [],
    "restore": ["aside", "--reason", "mistake"],
    "doctor": ["--seconds", "0"],
    "places read": ["portfolio.csv"],
    "places import": ["portfolio.csv", "--as", SOPHIE, "--preview"],
    "places territory": ["--as", SOPHIE],
    "places export": ["portfolio.csv", "--as", SOPHIE],
    "places outlines": ["portfolio.csv", "--credit", "IGN"],
    "replay": ["12347"],
    "export-person": ["12347"],
    "erase": ["12347", "--reason", "request"],
    "erasures": ["--yes"],
    "retention": [],
    "indicators": [],
    "event-log": ["portfolio.csv", "--as", SOPHIE, "--reason", "étude"],
    "what-if": ["--seats", "3"],
    "simulate": ["--young-people", "1"],
    "staff add": ["Sophie Lecomte", SOPHIE, "--role", "referent"],
    "staff confirm": [SOPHIE],
    "staff absence": [SOPHIE, "--first", "2026-03-12"],
    "staff leave": [SOPHIE, "--last-day", "2026-03-12"],
    "account invite": ["nobody@ml.example"],
    "account confirm": [SOPHIE],
    "account suspend": ["nobody@ml.example"],
    "account reopen": ["nobody@ml.example"],
    "account reset": ["nobody@ml.example"],
    "account list": [],
    "account forget": ["11111111-1111-4111-8111-111111111111"],
    "account restore": ["portfolio.csv"],
    "dossiers import": ["portfolio.csv"],
    "keys rotate": ["--reason", "routine"],
    "mail test": [SOPHIE],
    "register check": ["portfolio.csv", "1 AAAA-AAAA-AAAA-AAAA"],
    "register prove": ["--from", "portfolio.csv"],
    "register key": [],
    "register rotate": [],
    "register begin": [],
}
"""A line of each command that its options and arguments can be read in."""

NUMBERS = ["-1", "0", "99999", "65536", "-99999999999999999999", "9" * 30, "nan", "inf", "-inf", "1e308", "٣"]
DAYS = ["0001-01-01", "9999-12-31", "0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30", "2026-W11-4", "20260312"]
WORDS = ["", " ", "\x1b[2J", "\udcff", "é" * 5000, "[b]", "[/b]", "{0}", "%s", "../..", "--", "a@" + "b" * 400]
PLACES = ["portfolio.csv", "portfolio.csv/in", "n" * 5000, "n" * 300 + "/x"]
"""Places where nothing can be written or read."""

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), max_size=40)
values = st.sampled_from(NUMBERS + DAYS + WORDS) | texts | st.integers().map(str) | st.floats().map(str)


def commands(group: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "commands"):
            yield from commands(command, (*above, name))
        else:
            yield " ".join((*above, name)), command


ALL = dict(commands(typer.main.get_command(app)))
PARAMETERS = [
    (name, one) for name, command in ALL.items() for one in command.params if not getattr(one, "is_flag", False)
]


def test_every_command_has_a_line() -> None:
    assert ALL.keys() == COMMANDS.keys()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("values")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("PIXFLOW_DATA", str(folder / "data"))
        lines = (
            ["init", "--preset", "laigle-mortagne", "--structure", "L’Aigle"],
            ["staff", "add", "Sophie Lecomte", SOPHIE, "--role", "referent"],
            ["dossiers", "import", "portfolio.csv"],
        )
        (folder / "portfolio.csv").write_text("N° i-Milo;Nom;Prénom;Site\n12347;DIALLO;Aminata;L’Aigle\n")
        for line in lines:
            assert CliRunner().invoke(app, line).exit_code == 0
        yield


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.sampled_from(PARAMETERS), st.data())
def test_any_value_is_answered_in_words(house: None, parameter: tuple[str, Any], data: st.DataObject) -> None:
    name, one = parameter
    value = data.draw(st.sampled_from(PLACES) if _is_path(one) else values)
    check(name, one, value)


@pytest.mark.trial
def test_each_value_of_each_parameter_is_answered_in_words(house: None, trial_report: TrialReport) -> None:
    tried = [
        (*named, value) for named in PARAMETERS for value in (PLACES if _is_path(named[1]) else NUMBERS + DAYS + WORDS)
    ]
    for name, one, value in tried:
        check(name, one, value)
    done = f"{len(tried)} commands, of {len(PARAMETERS)} options and arguments"
    trial_report.add("any value", done, "each ends in words and an exit code")


@pytest.mark.parametrize("where", ["s" * 200, "no/such/folder/s", "é/" * 3000, "."])
def test_a_socket_that_cannot_be_opened_is_told(house: None, where: str) -> None:
    """Somebody is invited and the address is there: nothing else keeps the pages from being served."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIXFLOW_URL", "https://ici.example")
        assert CliRunner().invoke(app, ["account", "invite", SOPHIE]).exit_code == 0
        check("serve", next(one for one in ALL["serve"].params if one.opts[0] == "--socket"), where)
        shutil.rmtree(Path("data") / "_accounts", ignore_errors=True)


def check(name: str, one: Any, value: str) -> None:
    result = CliRunner().invoke(app, [*name.split(), *_line(name, one, value)])
    assert isinstance(result.exception, SystemExit | None), (name, value, result.exception)
    assert result.exit_code in (0, 1, 2, 3)
    assert result.exit_code == 0 or result.output.strip()


def _is_path(one: Any) -> bool:
    return bool(one.bare_type() == "Path")


def _line(name: str, one: Any, value: str) -> list[str]:
    """Returns the line of the command with one value replaced, or added."""
    line = list(COMMANDS[name])
    if one.param_type_name == "argument":
        place = [other for other in ALL[name].params if other.param_type_name == "argument"].index(one)
        line[place] = value
        return line if not value.startswith("-") else [*line[place + 1 :], "--", *line[: place + 1]]
    if one.opts[0] in line:  # an option of the line itself
        at = line.index(one.opts[0])
        line[at : at + 2] = []
    return [*line, one.opts[0], value]
