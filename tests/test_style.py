"""Style of docstrings (CONTRIBUTING.md, "Style"): how one may not begin. No test file is empty or measures speed."""

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


STOPWATCHES = {
    "process_time",
    "perf_counter",
    "thread_time",
    "process_time_ns",
    "perf_counter_ns",
    "timeit",
    "getrusage",
}


def measures(source: str) -> list[int]:
    """Returns the lines that measure the machine: a stopwatch, a time asserted, a deadline of Hypothesis."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.alias(name=name) if name in STOPWATCHES:
                found.append(node.lineno)
            case ast.Assert(test=test) if "monotonic() - " in ast.unparse(test):
                found.append(node.lineno)
            case ast.keyword(arg="deadline", value=value) if ast.unparse(value) != "None":
                found.append(value.lineno)
    return found


def test_no_test_of_the_suite_measures_the_machine() -> None:
    """Speed is compared in benchmarks and trials. A test counts what is done: calls, rows, statements, round trips."""
    apart = (ROOT / "tests" / "benchmarks", ROOT / "tests" / "trials")
    suite = [path for path in (ROOT / "tests").rglob("*.py") if not any(path.is_relative_to(one) for one in apart)]
    found = {str(path.relative_to(ROOT)): lines for path in suite if (lines := measures(path.read_text()))}
    assert not found


def test_a_measure_is_found_wherever_it_stands() -> None:
    source = "from time import perf_counter\nimport time\ntime.process_time()\nassert time.monotonic() - 2 < 3\n"
    assert sorted(measures(source + "settings(deadline=200)\nsettings(deadline=None)\n")) == [1, 3, 4, 5]
