"""Fingerprint of the code that makes the read tables, from which a read store takes its name."""

import ast
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path

from pixflow.garbage import without_garbage_collection

ROOT = Path(__file__).parents[2]
START = "projections.store.catch_up"
"""Imports every projection."""
LIBRARIES = ("anyascii", "holidays", "python-dateutil")
"""Distributions that rows depend on: the letters of names, public holidays, and the length of months."""


@cache
def fingerprint() -> str:
    """Returns 16 hexadecimal digits that change when the code or the data that make the rows change.

    Docstrings, comments, formatting, and modules that no projection imports are left out. The result is kept beside
    the compiled modules, because parsing takes 0.3 s. An installation keeps it (docs/install.md): who runs pixflow may
    not write there.
    """
    return remembered(ROOT, Path(cache_from_source(__file__)).with_suffix(".fingerprint"))


def remembered(root: Path, written: Path) -> str:
    """Returns `of_sources(root)`, read from the file `written` unless a source has changed since."""
    sources = _bytes_of(root)
    with suppress(OSError, ValueError):
        known, found = written.read_text().split()
        if known == sources:
            return found
    with without_garbage_collection():
        made = of_sources(root)
    if not sys.dont_write_bytecode:
        with suppress(OSError):
            unfinished = written.with_suffix(f".{os.getpid()}")
            unfinished.write_text(f"{sources} {made}\n")
            unfinished.replace(written)
    return made


def of_sources(root: Path) -> str:
    """Returns the fingerprint of the packages in this folder."""
    digest = _digest_of_libraries()
    for name, tree in sorted(reached(root).items()):
        digest.update(f"{name}\0{tree}\0".encode())
    return digest.hexdigest()[:16]


def reached(root: Path) -> dict[str, str]:
    """Returns the modules of this folder that START imports, directly or not, each with a digest of what it does.

    One syntax tree is held at a time: all of them take 25 MB, and a process that made them keeps most of it.
    """
    digests: dict[str, str] = {}
    waiting = {START}
    while waiting:
        name = waiting.pop()
        if name not in digests and (path := _path(root, name)):
            tree = _parsed(path)
            digests[name] = hashlib.sha256(ast.dump(tree).encode()).hexdigest()
            waiting |= {name.rpartition(".")[0], *_imported(tree)}  # a module's package runs before it
    return digests


def _path(root: Path, name: str) -> Path | None:
    """The file of a module, None for one of a library and for a name inside a module."""
    place = root.joinpath(*(name or "?").split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def _parsed(path: Path) -> ast.Module:
    tree = ast.parse(path.read_bytes())
    for body in _bodies(tree):
        # Docstrings are left out.
        body[:] = [one for one in body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    return tree


def _imported(tree: ast.Module) -> Iterator[str]:
    """Yields every name that may be a module, late and typing-only imports too."""
    for statement in (each for body in _bodies(tree) for each in body):
        match statement:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield from (module, *(f"{module}.{alias.name}" for alias in names))


def _bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yields every list of statements. A walk of the expressions too would take longer than to parse them."""
    for field in ("body", "orelse", "finalbody"):
        if isinstance(body := getattr(node, field, None), list):
            yield body
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        inner = getattr(node, field, ())
        for each in inner if isinstance(inner, list) else ():
            yield from _bodies(each)


def _bytes_of(root: Path) -> str:
    """A digest of all sources as they are written; takes some milliseconds."""
    digest = _digest_of_libraries()
    for package in ("pixflow", "projections"):
        for path in sorted((root / package).rglob("*.py")):
            digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _digest_of_libraries() -> "hashlib._Hash":
    return hashlib.sha256(" ".join(map(version, LIBRARIES)).encode())


if __name__ == "__main__":
    fingerprint()
