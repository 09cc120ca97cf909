"""Typer's private classes: one module knows them, and a new exception asks for a French sentence."""

import re
from pathlib import Path

from typer.exceptions import TyperException

WEB = Path(__file__).parents[3] / "web"
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
