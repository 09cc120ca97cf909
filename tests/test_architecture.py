"""The house keeps its shape: who imports whom, and what a pure module may not do."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
IMPURE = ("engine", "structure_folder", "erasing", "store", "pix_orga")
FORBIDDEN_IMPORTS = {
    "eventsourcing", "fastapi", "starlette", "sqlalchemy", "sqlite3", "psycopg", "random", "secrets", "time",
}  # fmt: skip
FORBIDDEN_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4"}


def pure_modules() -> list[Path]:
    package = ROOT / "pixflow"
    return [path for path in sorted(package.rglob("*.py")) if _room(path.relative_to(package)) not in IMPURE]


def _room(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def breaches(source: str) -> Iterator[str]:
    """What a pure module may not do, in its syntax: read the clock, make an id, import the world."""
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


def test_imports_keep_to_the_contracts() -> None:
    """In a process of its own: the linter silences every logger of the one it runs in."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout
