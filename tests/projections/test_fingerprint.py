"""The fingerprint of the read store: which changes of the sources make the tables anew, and which do not."""

import ast
import shutil
import subprocess
import sys
import tracemalloc
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from projections.store import fingerprint

PACKAGES = ("pixflow", "projections")
SOURCES = {
    "projections/__init__.py": "",
    "projections/store/__init__.py": "",
    "projections/store/catch_up.py": "from projections import queue\n",
    "projections/queue.py": """
'''A module.'''
import pixflow.rule as rule
from projections.missing import other_name

LIMIT = 3
'''A constant.'''


class Row:
    '''A class.'''

    def late(self) -> bool:
        '''A function.'''
        return rule.due() > LIMIT  # A comment.
""",
    "projections/question.py": "ASKED = 1\n",
    "pixflow/__init__.py": "",
    "pixflow/rule.py": "def due() -> int:\n    return 7\n",
    "pixflow/command.py": "DECIDED = 1\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of few sources, of which `projections.question` and `pixflow.command` make no row."""
    for path, text in SOURCES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of our own sources."""
    for package in PACKAGES:
        shutil.copytree(fingerprint.ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def change(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("projections/queue.py", "A module.", "Another module."),
        ("projections/queue.py", "'''A module.'''\n", ""),
        ("projections/queue.py", "A constant.", "Another constant."),
        ("projections/queue.py", "A class.", "Another class."),
        ("projections/queue.py", "    '''A class.'''\n", ""),
        ("projections/queue.py", "A function.", "Another function."),
        ("projections/queue.py", "A comment.", "Another comment."),
        ("projections/queue.py", "rule.due() > LIMIT", "(\n            rule.due()\n            > LIMIT\n        )"),
        ("pixflow/command.py", "1", "2"),
        ("projections/question.py", "1", "2"),
    ],
)
def test_what_changes_no_row_leaves_the_fingerprint(root: Path, path: str, old: str, new: str) -> None:
    before = fingerprint.of_sources(root)
    change(root, path, old, new)
    assert fingerprint.of_sources(root) == before


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("pixflow/rule.py", "7", "8"),
        ("projections/queue.py", "LIMIT = 3", "LIMIT = 4"),
        ("projections/queue.py", "> LIMIT", ">= LIMIT"),
        ("projections/store/catch_up.py", "queue", "queue, question"),
        ("pixflow/__init__.py", "", "MORE = 1\n"),
    ],
)
def test_what_may_change_a_row_changes_the_fingerprint(root: Path, path: str, old: str, new: str) -> None:
    before = fingerprint.of_sources(root)
    change(root, path, old, new)
    assert fingerprint.of_sources(root) != before


@pytest.mark.parametrize(
    "late",
    [
        "from pixflow.command import DECIDED",
        "from pixflow import command",
        "if DEBUG:\n            import pixflow.command",
        "try:\n            pass\n        except ValueError:\n            from pixflow import command",
        "match LIMIT:\n            case 3:\n                from pixflow import command",
    ],
)
def test_an_import_counts_wherever_it_stands(root: Path, late: str) -> None:
    assert "pixflow.command" not in fingerprint.reached(root)
    change(root, "projections/queue.py", "        return", f"        {late}\n        return")
    assert "pixflow.command" in fingerprint.reached(root)


def test_our_own_sources_may_be_laid_out_anew(copied: Path) -> None:
    before = fingerprint.of_sources(copied)
    for path in copied.rglob("*.py"):
        path.write_text(ast.unparse(ast.parse(path.read_text())))
    assert fingerprint.of_sources(copied) == before == fingerprint.of_sources(fingerprint.ROOT)


def test_every_module_that_a_rebuild_imports_is_reached() -> None:
    """Python itself says which."""
    asked = f"import sys, {fingerprint.START}; print(*(m for m in sys.modules if m.split('.')[0] in {PACKAGES}))"
    command = [sys.executable, "-c", asked]
    said = subprocess.run(command, cwd=fingerprint.ROOT, capture_output=True, text=True, check=True)
    assert set(said.stdout.split()) <= set(fingerprint.reached(fingerprint.ROOT))


def most_memory(root: Path) -> int:
    tracemalloc.start()
    try:
        fingerprint.of_sources(root)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_one_syntax_tree_is_held_at_a_time(root: Path) -> None:
    long = (fingerprint.ROOT / "pixflow" / "engine.py").read_text()
    (root / "pixflow" / "rule.py").write_text(long)
    one = most_memory(root)
    names = [f"rule_{number}" for number in range(8)]
    for name in names:
        (root / "pixflow" / f"{name}.py").write_text(long)
    change(root, "projections/queue.py", "LIMIT = 3", f"from pixflow import {', '.join(names)}")
    assert {f"pixflow.{name}" for name in names} <= fingerprint.reached(root).keys()
    assert most_memory(root) < 2 * one


def test_the_fingerprint_is_remembered_until_a_source_changes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    written = root / "remembered"
    first = fingerprint.remembered(root, written)
    assert first == fingerprint.of_sources(root)
    sources, _ = written.read_text().split()
    written.write_text(f"{sources} kept")
    assert fingerprint.remembered(root, written) == "kept"
    change(root, "pixflow/rule.py", "7", "8")
    assert fingerprint.remembered(root, written) == fingerprint.of_sources(root) != first


def test_an_installation_remembers_the_fingerprint(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service may not write among the programs."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    subprocess.run([sys.executable, "-m", "projections.store.fingerprint"], cwd=copied, check=True)
    written = Path(cache_from_source(str(copied / "projections/store/fingerprint.py"))).with_suffix(".fingerprint")
    assert written.read_text().split()[1] == fingerprint.of_sources(copied)


@pytest.mark.parametrize("text", ["", "half", "three words here", "other kept"])
def test_what_cannot_be_remembered_is_computed(root: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (root / "remembered").write_text(text)
    assert fingerprint.remembered(root, root / "remembered") == fingerprint.of_sources(root)
    assert fingerprint.remembered(root, root / "no" / "folder") == fingerprint.of_sources(root)
