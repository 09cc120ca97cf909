"""The house keeps its shape: who imports whom, and what a pure module may not do."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from projections.store.catch_up import PROJECTIONS

ROOT = Path(__file__).parent.parent
IMPURE = ("access_journal", "engine", "structure_folder", "erasing", "inspection", "store", "pix_orga")
FORBIDDEN_IMPORTS = {
    "eventsourcing", "fastapi", "starlette", "sqlalchemy", "sqlite3", "psycopg", "random", "secrets", "time",
}  # fmt: skip
FORBIDDEN_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4"}
PACKAGES = ("pixflow", "projections", "web", "tests")


def pure_modules() -> list[Path]:
    package = ROOT / "pixflow"
    return [path for path in sorted(package.rglob("*.py")) if _room(path.relative_to(package)) not in IMPURE]


def _room(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def breaches(source: str) -> Iterator[str]:
    """Yields what a pure module may not contain: clock, new ids, imports of the outside world."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in FORBIDDEN_CALLS:
                yield f"line {node.lineno}: {name}()"
            case ast.Import(names=names):
                yield from (f"line {node.lineno}: import {a.name}" for a in names if _root(a.name) in FORBIDDEN_IMPORTS)
            case ast.ImportFrom(module=str(module)) if _root(module) in FORBIDDEN_IMPORTS:
                yield f"line {node.lineno}: from {module}"


def _root(module: str) -> str:
    return module.split(".")[0]


@pytest.mark.parametrize("path", pure_modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_pure_module_reads_no_clock_makes_no_id_and_imports_no_world(path: Path) -> None:
    assert not list(breaches(path.read_text()))


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now()",
        "date.today()",
        "x = uuid4()",
        "import random",
        "from sqlite3 import connect",
        "import sqlalchemy.sql",
    ],
)
def test_the_walk_finds_what_it_looks_for(source: str) -> None:
    assert list(breaches(source))


def sources() -> dict[str, str]:
    """The text of each module of the house, by the name that imports use."""
    return {_module(path): path.read_text() for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(module: str, source: str, known: Collection[str]) -> set[str]:
    """The modules of the house that a module imports: at its top, inside a function, or under TYPE_CHECKING.

    A package counts with each of its modules, but for the modules of that package themselves.
    """
    found = {whole for node in ast.walk(ast.parse(source)) for name in _imported(node) for whole in _packages(name)}
    return {name for name in found if name in known and name != module and not module.startswith(f"{name}.")}


def _imported(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=str(module), names=names):
            yield from (f"{module}.{alias.name}" for alias in names)


def _packages(name: str) -> Iterator[str]:
    """A dotted name, then each package that holds it."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def circle(texts: dict[str, str]) -> str:
    """The first circle of imports as "a imports b imports a", "" when there is none."""
    try:
        TopologicalSorter({name: imports(name, text, texts) for name, text in texts.items()}).prepare()
    except CycleError as error:
        return " imports ".join(reversed(error.args[1]))
    return ""


def test_no_import_makes_a_circle() -> None:
    assert not (found := circle(sources())), found


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
    assert circle({"web.a": source, "web.b": "from web.a import x"}) in (
        "web.a imports web.b imports web.a",
        "web.b imports web.a imports web.b",
    )


def test_a_class_has_a_name_of_its_own() -> None:
    """Events of several streams may share a name, and a behaviour of the samples the name of what it plays."""
    places: dict[str, set[str]] = defaultdict(set)
    for path in (path for package in PACKAGES[:3] for path in (ROOT / package).rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        if not where.startswith(("pixflow/events/", "web/samples/")):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef):
                    places[node.name].add(where)
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
    modules = {name for name, text in sources().items() if name.startswith("pixflow") and "\n@decision(" in text}
    assert modules, "where decisions are"
    assert not {module for module in modules if re.fullmatch(pattern, module)}


def test_imports_keep_to_the_contracts() -> None:
    """In a process of its own: the linter silences every logger of the one it runs in."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout
