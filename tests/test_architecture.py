"""The house keeps its shape: who imports whom, what a pure module may not do, how a docstring may not begin.

`make check` compares imports with their contracts.
"""

import ast
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from projections.store.catch_up import PROJECTIONS

ROOT = Path(__file__).parent.parent
PACKAGES = ("pixflow", "projections", "web", "tests")
IMPURE = ("access_journal", "engine", "structure_folder", "erasing", "inspection", "store", "pix_orga", "ledger")
FORBIDDEN_IMPORTS = {
    "eventsourcing", "fastapi", "starlette", "sqlalchemy", "sqlite3", "psycopg", "random", "secrets", "time",
}  # fmt: skip
FORBIDDEN_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4"}
STOPWATCHES = {
    "process_time", "perf_counter", "thread_time", "process_time_ns", "perf_counter_ns", "timeit", "getrusage",
}  # fmt: skip
NEVER = ("What ", "Who ", "Whose ", "Whether ", "How ", "The same")
"""Beginnings of a docstring that CONTRIBUTING.md rules out."""

NO_VERBS = {
    "added", "after", "again", "alone", "answered", "apart", "asked", "attached", "away", "before", "beside",
    "changed", "checked", "chosen", "closed", "compared", "counted", "dated", "done", "due", "elsewhere",
    "emptied", "found", "gone", "granted", "grouped", "held", "here", "inside", "issued", "joined", "kept",
    "known", "later", "made", "missing", "moved", "named", "now", "offered", "once", "one", "opened", "outside",
    "past", "recorded", "refused", "running", "said", "seen", "sent", "shared", "shown", "signed", "since",
    "standing", "stated", "stored", "taken", "then", "there", "together", "told", "twice", "typed", "unknown",
    "unopened", "unread", "wanted", "waiting", "whole",
}  # fmt: skip
"""Participles, adverbs and pronouns that name no function alone: one says what it does."""
NO_NOUNS = frozenset({"one", "found", "known", "asked", "told", "kept"})
"""Words that stand for a noun: a variable that lives over three lines has the noun itself."""
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Source:
    """Facts about the text of a module, which is parsed once for all tests."""

    def __init__(self, text: str) -> None:
        body = ast.parse(text).body
        nodes = [node for top in body for node in ast.walk(top)]
        self.text = text
        self.classes = [node.name for node in body if isinstance(node, ast.ClassDef)]
        self.imported = [name for node in nodes for name in _imported(node)]
        self.breaches = [said for node in nodes for said in _breaches(node)]
        self.measures = sorted(line for node in nodes for line in _measures(node))
        self.wrong_starts = [said for node in nodes for said in _wrong_starts(node)]
        self.functions = [name for node in nodes for name in _functions(node)]
        self.names = {said for node in nodes for said in _names(node)}
        self.vague = [said for node in nodes for said in _vague(node)]


def _functions(node: ast.AST) -> Iterator[str]:
    """Yields the name of a function. A property is a noun or a state."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        decorators = {one.id for one in node.decorator_list if isinstance(one, ast.Name)}
        if decorators.isdisjoint({"property", "cached_property"}):
            yield node.name


def _vague(node: ast.AST) -> Iterator[str]:
    """Yields a variable that stands for a noun over more than three lines of a function or a comprehension.

    The arguments of a decision have the names of the fields of its event.
    """
    if not isinstance(node, SCOPES) or any(
        "decision(" in ast.unparse(one) for one in getattr(node, "decorator_list", ())
    ):
        return
    inner = {
        part for scope in ast.walk(node) if scope is not node and isinstance(scope, SCOPES) for part in ast.walk(scope)
    }
    lines: dict[str, list[int]] = defaultdict(list)
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.arg(arg=name) if name in NO_NOUNS and part not in inner:
                lines[name].append(part.lineno)
    yield from (f"line {min(at)}: {name}" for name, at in lines.items() if max(at) - min(at) > 2)


def _imported(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=str(module), names=names):
            yield from (f"{module}.{alias.name}" for alias in names)


def _names(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yields what is imported, with its name in this module."""
    if isinstance(node, ast.ImportFrom) and node.module:
        yield from ((f"{node.module}.{alias.name}", alias.asname or alias.name) for alias in node.names)


def _breaches(node: ast.AST) -> Iterator[str]:
    """Yields what a pure module may not contain: clock, new ids, imports of the outside world."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in FORBIDDEN_CALLS:
            yield f"line {node.lineno}: {name}()"
        case ast.Import() | ast.ImportFrom():
            yield from (f"import {name}" for name in _imported(node) if name.split(".")[0] in FORBIDDEN_IMPORTS)


def _measures(node: ast.AST) -> Iterator[int]:
    """Yields the lines that measure the machine: a stopwatch, a time asserted, a deadline of Hypothesis."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.alias(name=name) if name in STOPWATCHES:
            yield node.lineno
        case ast.Assert(test=test) if "monotonic() - " in ast.unparse(test):
            yield node.lineno
        case ast.keyword(arg="deadline", value=value) if ast.unparse(value) != "None":
            yield value.lineno


def _wrong_starts(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yields the docstring of a module, a class, a function or a constant that starts with a word of NEVER."""
    match node:
        case ast.Expr(value=ast.Constant(value=str(text))) if text.startswith(NEVER):
            yield node.lineno, text[:60]


@cache
def sources() -> dict[str, Source]:
    """Returns each module of the house, by its path."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): Source(path.read_text()) for path in paths}


def modules() -> dict[str, Source]:
    """Returns each module of the house, by the name that imports use."""
    return {path[:-3].replace("/", ".").removesuffix(".__init__"): source for path, source in sources().items()}


def test_a_docstring_starts_with_a_verb_or_a_noun() -> None:
    assert {path: source.wrong_starts for path, source in sources().items() if source.wrong_starts} == {}


def test_every_file_of_tests_has_one() -> None:
    """One was emptied by mistake once, and everything passed."""
    tests = {path: source for path, source in sources().items() if path.rpartition("/")[2].startswith("test_")}
    assert [path for path, source in tests.items() if "def test_" not in source.text] == []


def test_no_test_of_the_suite_measures_the_machine() -> None:
    """Speed is compared in benchmarks and trials. A test counts what is done: calls, rows, statements, round trips."""
    apart = ("pixflow/", "projections/", "web/", "tests/benchmarks/", "tests/trials/")
    suite = {path: source for path, source in sources().items() if not path.startswith(apart)}
    assert {path: source.measures for path, source in suite.items() if source.measures} == {}


def test_a_pure_module_reads_no_clock_makes_no_id_and_imports_no_world() -> None:
    pure = {path: one for path, one in sources().items() if path.startswith("pixflow/")}
    impure = tuple(f"pixflow/{room}{end}" for room in IMPURE for end in ("/", ".py"))
    assert {path: one.breaches for path, one in pure.items() if one.breaches and not path.startswith(impure)} == {}


def test_a_wrong_start_and_a_measure_are_found_wherever_they_stand() -> None:
    source = 'NUMBER = 1\n"""How many."""\nclass A:\n    def f(self):\n        """Whether it does."""\n'
    assert [line for line, _ in Source(source).wrong_starts] == [2, 5]
    source = "from time import perf_counter\nimport time\ntime.process_time()\nassert time.monotonic() - 2 < 3\n"
    assert Source(source + "settings(deadline=200)\nsettings(deadline=None)\n").measures == [1, 3, 4, 5]


@pytest.mark.parametrize(
    "source",
    ["datetime.now()", "date.today()", "x = uuid4()", "import random", "from sqlite3 import connect",
     "import sqlalchemy.sql"],
)  # fmt: skip
def test_the_walk_finds_what_it_looks_for(source: str) -> None:
    assert Source(source).breaches


def imports(module: str, source: Source, known: Collection[str]) -> set[str]:
    """The modules of the house that a module imports: at its top, inside a function, or under TYPE_CHECKING.

    A package counts with each of its modules, but for the modules of that package themselves.
    """
    found = {whole for name in source.imported for whole in _packages(name)}
    return {name for name in found if name in known and name != module and not module.startswith(f"{name}.")}


def _packages(name: str) -> Iterator[str]:
    """A dotted name, then each package that holds it."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def circle(known: dict[str, Source]) -> str:
    """The first circle of imports as "a imports b imports a", "" when there is none."""
    try:
        TopologicalSorter({name: imports(name, source, known) for name, source in known.items()}).prepare()
    except CycleError as error:
        return " imports ".join(reversed(error.args[1]))
    return ""


def test_no_import_makes_a_circle() -> None:
    assert not (found := circle(modules())), found


@pytest.mark.parametrize(
    "source",
    [
        "import web.b",
        "from web.b import name",
        "from web import b",
        "def late():\n    from web import b",
        "if TYPE_CHECKING:\n    from web.b import name",
        "from web.b.c import name",
    ],
)
def test_a_circle_is_found_however_it_is_imported(source: str) -> None:
    assert circle({"web.a": Source(source), "web.b": Source("from web.a import x")}) in (
        "web.a imports web.b imports web.a",
        "web.b imports web.a imports web.b",
    )


def test_a_function_of_the_product_is_no_participle_adverb_or_pronoun() -> None:
    product = {path: source for path, source in modules().items() if not path.startswith("tests.")}
    functions = [(path, name) for path, source in product.items() for name in source.functions]
    assert {(path, name) for path, name in functions if name.strip("_") in NO_VERBS} == set()


def test_a_variable_of_the_product_is_a_noun() -> None:
    product = {path: source.vague for path, source in modules().items() if not path.startswith("tests.")}
    assert {path: vague for path, vague in product.items() if vague} == {}


def test_a_module_has_one_name_in_a_file() -> None:
    house = modules()
    twice = {
        path: [name for name, times in Counter(name for name, _ in source.names if name in house).items() if times > 1]
        for path, source in sources().items()
    }
    assert {path: names for path, names in twice.items() if names} == {}


def test_a_class_has_a_name_of_its_own() -> None:
    """Events of several streams may share a name, and a behaviour of the samples the name of what it plays."""
    places: dict[str, set[str]] = defaultdict(set)
    for path, source in sources().items():
        if not path.startswith(("pixflow/events/", "web/samples/", "tests/")):
            for name in source.classes:
                places[name].add(path)
    assert not {name: sorted(found) for name, found in places.items() if len(found) > 1}


def contract(number: str) -> dict[str, Any]:
    """Returns an import contract of pyproject.toml."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return next(one for one in contracts if one["name"].startswith(f"{number}. "))


def test_the_contracts_name_every_projection_and_open_no_module_of_decisions_to_them() -> None:
    assert set(contract("6")["modules"]) == {vars(projection)["__name__"] for projection in PROJECTIONS}
    assert contract("5")["forbidden_modules"] == ["pixflow"]
    opened = [re.escape(line.split(" -> ")[1]) for line in contract("5")["ignore_imports"]]
    pattern = "|".join(one.replace(r"\*\*", ".+").replace(r"\*", "[^.]+") for one in opened)
    decisions = {name for name, one in modules().items() if name.startswith("pixflow") and "\n@decision(" in one.text}
    assert decisions, "where decisions are"
    assert not {module for module in decisions if re.fullmatch(pattern, module)}
