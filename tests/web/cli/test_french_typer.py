"""Nothing that a command answers is English: its help, its usage errors, its questions, what it logs.

Typer's private classes: one module knows them, and a new exception asks for a French sentence.
"""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.exceptions import TyperException
from typer.testing import CliRunner

from pixflow.ledger.witness import LogWitness
from tests.web.cli.test_values import ALL, COMMANDS
from tests.web.french.test_french import plain
from tests.web.french.test_sentences import english
from web.cli.app import app

WEB = Path(__file__).parents[3] / "web"
BIN = Path(sys.executable).with_name("pixflow")
WITH_A_SENTENCE = {
    "BadArgumentUsage", "BadOptionUsage", "BadParameter", "MissingParameter", "NoArgsIsHelpError", "NoSuchOption",
}  # fmt: skip
ABSTRACT = {"ClickException", "UsageError"}
OF_FILES_THAT_TYPER_OPENS = {"FileError"}  # no command lets Typer open one


def _below(kind: type[Exception]) -> set[str]:
    return {one.__name__ for one in kind.__subclasses__()}.union(*map(_below, kind.__subclasses__()))


def test_every_exception_of_typer_has_been_thought_of() -> None:
    """A new name here needs a sentence in `french_typer`, then its place in one of the three sets."""
    assert _below(TyperException) == WITH_A_SENTENCE | ABSTRACT | OF_FILES_THAT_TYPER_OPENS


def test_one_module_knows_the_private_parts_of_typer() -> None:
    private = re.compile(r"^\s*(from|import) (click|typer\.(?!testing))|^from typer import .*rich_utils", re.MULTILINE)
    assert [path.name for path in WEB.rglob("*.py") if private.search(path.read_text())] == ["french_typer.py"]


def answered(*line: str, code: int = 2, typed: str = "") -> str:
    result = CliRunner().invoke(app, line, prog_name="pixflow", input=typed)
    assert result.exit_code == code, (line, result.output)
    assert result.output.strip()
    assert not english(result.output), (line, result.output)
    return result.output


@pytest.mark.parametrize("name", ALL)
def test_a_command_is_explained_and_refused_in_french(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path))
    words, line = name.split(), [*name.split(), *COMMANDS[name]]
    answered(*words, "--help", code=0)
    answered(*line, "--nope")
    if all(one.nargs != -1 for one in ALL[name].params):
        answered(*line, "word", "word")
    if any(one.required and not one.prompt for one in ALL[name].params if one.param_type_name == "option"):
        answered(*words, *["word"] * sum(one.param_type_name == "argument" for one in ALL[name].params))
    if any(one.required for one in ALL[name].params if one.param_type_name == "argument"):
        answered(*words)
    for one in ALL[name].params:
        if one.param_type_name == "option" and not one.is_flag:
            answered(*line, one.opts[0])
            if one.type_descriptor.is_choice or one.bare_type() in ("int", "float"):
                answered(*line, one.opts[0], "nope")
            if one.prompt:
                at = line.index(one.opts[0])
                answered(*line[:at], *line[at + 2 :], typed="nope\n")


def test_a_group_is_explained_and_refused_in_french() -> None:
    for group in ("", *{name.partition(" ")[0] for name in ALL if " " in name}):
        answered(*group.split(), "--help", code=0)
        answered(*group.split(), "nope")
        answered(*group.split(), "--nope")


def test_a_tick_says_in_french_what_it_could_not_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its witness nor its mail server answers an auditor's checkpoint, which leaves by day."""
    witness = LogWitness(tmp_path, "temoin", []).signer.key.text
    noon = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    monkeypatch.setenv("PIXFLOW_DATA", str(tmp_path / "data"))
    answered("init", "--structure", "Ici", "--preset", "laigle-mortagne", "--zone", noon, code=0)
    answered("staff", "add", "Inès Roche", "ines@ml.example", "--role", "auditor", code=0)
    where = {"PIXFLOW_SMTP": "smtp://127.0.0.1:1", "PIXFLOW_WITNESS": f"http://localhost:1 {witness}"}
    ran = subprocess.run([BIN, "tick"], env={**os.environ, **where}, capture_output=True, text=True, check=True)
    assert not english(ran.stderr + ran.stdout)
    said = plain(ran.stderr)
    assert "Un courriel n’est pas parti (ConnectionRefusedError)" in said
    assert "Le témoin n’a pas contresigné le registre de « ici »" in said
