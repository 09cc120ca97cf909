"""Style of docstrings (CONTRIBUTING.md, "Style"): how one may not begin. No file of tests is empty."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("pixflow", "projections", "web", "tests")
NEVER = ("What ", "Who ", "Whose ", "Whether ", "How ", "The same")


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yields line and text of the docstrings of modules, classes, functions and constants."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield node.lineno, text


@pytest.mark.parametrize("room", ROOMS)
def test_a_docstring_starts_with_a_verb_or_a_noun(room: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {text[:60]}"
        for path in (ROOT / room).rglob("*.py")
        for line, text in docstrings(path.read_text())
        if text.startswith(NEVER)
    ]
    assert not found


def test_a_wrong_start_is_found_wherever_it_stands() -> None:
    source = 'NUMBER = 1\n"""How many."""\nclass A:\n    def f(self):\n        """Whether it does."""\n'
    assert [line for line, text in docstrings(source) if text.startswith(NEVER)] == [2, 5]


def test_every_file_of_tests_has_one() -> None:
    """One was emptied by mistake once, and everything passed."""
    assert [path for path in (ROOT / "tests").rglob("test_*.py") if "def test_" not in path.read_text()] == []
