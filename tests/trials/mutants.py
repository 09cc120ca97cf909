"""Mutants of the rules of access: one comparison, constant, operator or guard changed, and everything else as it was.

As a plugin of pytest, replaces one module by the file that `PIXFLOW_MUTANT` names: `module=file`.
"""

import ast
import os
import sys
from collections.abc import Iterator
from copy import deepcopy
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from pathlib import Path
from typing import Any

VARIABLE = "PIXFLOW_MUTANT"
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
COMBINED: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Sub: ast.Add,
}


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Yields each mutant of a module: the line and the change, and its source."""
    tree = ast.parse(source)
    undecided = {id(one) for node in ast.walk(tree) for part in _undecided(node) for one in ast.walk(part)}
    for place, node in enumerate(ast.walk(tree)):
        for name, change in _changes(node) if id(node) not in undecided else ():
            copy = deepcopy(tree)
            change(next(one for at, one in enumerate(ast.walk(copy)) if at == place))
            yield f"{node.lineno}: {name}", ast.unparse(ast.fix_missing_locations(copy))  # type: ignore[attr-defined]


def _undecided(node: ast.AST) -> Iterator[ast.AST]:
    """Yields the parts of a node that decide nothing: types, and the options of a class."""
    match node:
        case ast.ClassDef(keywords=keywords):
            yield from keywords
        case ast.AnnAssign(annotation=annotation) | ast.arg(annotation=ast.AST() as annotation):
            yield annotation
        case ast.FunctionDef(returns=ast.AST() as returns):
            yield returns


def _changes(node: ast.AST) -> Iterator[tuple[str, Any]]:
    match node:
        case ast.Compare(ops=[op, *_]) if type(op) in COMPARED:
            other = COMPARED[type(op)]
            yield f"{type(op).__name__} is {other.__name__}", lambda it: it.ops.__setitem__(0, other())
        case ast.BoolOp(op=op, values=values):
            other_op = ast.Or if isinstance(op, ast.And) else ast.And
            yield f"{type(op).__name__} is {other_op.__name__}", lambda it: setattr(it, "op", other_op())
            for place in range(len(values)):
                yield f"part {place} of {type(op).__name__} is gone", lambda it, at=place: it.values.pop(at)
        case ast.UnaryOp(op=ast.Not()):
            yield "not is gone", lambda it: setattr(it, "op", ast.UAdd())
        case ast.BinOp(op=op) if type(op) in COMBINED:
            yield f"{type(op).__name__} is another", lambda it: setattr(it, "op", COMBINED[type(op)]())
        case ast.Constant(value=bool(value)):
            yield f"{value} is {not value}", lambda it: setattr(it, "value", not it.value)
        case ast.Constant(value=int(value)):
            yield f"{value} is {value + 1}", lambda it: setattr(it, "value", it.value + 1)
        case ast.If(test=test):
            yield f"never {ast.unparse(test)}", lambda it: setattr(it, "test", ast.Constant(False))
        case ast.IfExp(test=test):
            yield f"always {ast.unparse(test)}", lambda it: setattr(it, "test", ast.Constant(True))
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            yield f"{name} is not called", lambda it: setattr(it, "value", ast.Constant(None))


class Replaced(SourceFileLoader):
    """The module of another file, under its own name."""


class Finder:
    """Finds the mutant instead of its module."""

    def __init__(self, module: str, path: str) -> None:
        self.module, self.path = module, path

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        return spec_from_loader(name, Replaced(name, self.path)) if name == self.module else None


if VARIABLE in os.environ:
    sys.meta_path.insert(0, Finder(*os.environ[VARIABLE].split("=")))


def module_of(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts)
