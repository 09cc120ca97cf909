"""Every page gives its template each name that it uses, and no other."""

import ast
from collections.abc import Iterator
from functools import cache

from jinja2 import meta, nodes

from web.http.security import HERE
from web.http.templates import environment

TEMPLATES = HERE / "templates"
GIVEN = {"request", "frame", "fragment"}
"""The names that every template has besides the fields of its page."""


def calls() -> Iterator[tuple[str, set[str]]]:
    """The template of each call of `show`, and the names that it gives."""
    for tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "show":
                given = {str(one.arg) for one in node.keywords if one.arg}
                spread = [one.value for one in node.keywords if not one.arg]
                given = given.union(*(keys(tree, one) for one in spread)) - {"status", "alone"}
                yield ast.literal_eval(node.args[1]), given


@cache
def sources() -> list[ast.Module]:
    return [ast.parse(path.read_text()) for path in sorted(HERE.rglob("*.py"))]


def keys(tree: ast.Module, spread: ast.expr) -> set[str]:
    """The keys of a variable that a call spreads: those of the dictionary that its function returns."""
    calls = (one for one in ast.walk(tree) if isinstance(one, ast.Assign) and isinstance(one.value, ast.Call))
    called = {ast.unparse(one.value.func) for one in calls if ast.unparse(one.targets[0]) == ast.unparse(spread)}  # type: ignore[attr-defined]
    functions = (node for one in (tree, *sources()) for node in ast.walk(one) if isinstance(node, ast.FunctionDef))
    ends = (node.body[-1] for node in functions if {node.name} == called)
    made = next(end.value for end in ends if isinstance(end, ast.Return) and isinstance(end.value, ast.Dict))
    return {ast.literal_eval(key) for key in made.keys if key}


@cache
def parsed(name: str) -> nodes.Template:
    return environment().parse((TEMPLATES / name).read_text())


@cache
def names(name: str) -> set[str]:
    """The names that a template and all that it extends, includes or imports with its context take from the page."""
    tree = parsed(name)
    assigned = {target.name for node in tree.find_all(nodes.Assign) for target in _targets(node.target)}
    assigned |= {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        assigned |= {name if isinstance(name, str) else name[1] for name in node.names}
    own = meta.find_undeclared_variables(tree) - environment().globals.keys() - assigned
    return own | {one for node, scope in _parts(tree, assigned) for part in _named(node) for one in names(part) - scope}


def _parts(node: nodes.Node, scope: set[str]) -> Iterator[tuple[nodes.Node, set[str]]]:
    """The statements that bring in another template, with the names that are set around each."""
    match node:
        case nodes.With(targets=targets):
            scope = scope | {one.name for target in targets for one in _targets(target)}
        case nodes.For(target=target):
            scope = scope | {one.name for one in _targets(target)} | {"loop"}
        case nodes.Macro(args=args):
            scope = scope | {one.name for one in args}
        case nodes.Extends():
            yield node, set()
        case nodes.Include() if node.with_context:
            yield node, scope
        case nodes.Import() | nodes.FromImport() if node.with_context:
            yield node, scope
    for child in node.iter_child_nodes():
        yield from _parts(child, scope)


def _targets(target: nodes.Node) -> Iterator[nodes.Name]:
    return iter([target]) if isinstance(target, nodes.Name) else target.find_all(nodes.Name)


def _named(node: nodes.Node) -> list[str]:
    """The templates that a statement may bring in; of a computed name, all those of its folder that it may be."""
    match node.template:  # type: ignore[attr-defined]
        case nodes.Const(value=str(name)):
            return [name]
        case nodes.Concat(nodes=[nodes.Const(value=str(start)), *_]):
            folder = (TEMPLATES / start).parent if not start.endswith("/") else TEMPLATES / start
            found = (str(path.relative_to(TEMPLATES)) for path in sorted(folder.glob("*.html")))
            return [name for name in found if name.startswith(start)]
        case nodes.List(items=names):
            return [name for one in names for name in _named(nodes.Include(one, True, False))]
    raise AssertionError(f"line {node.lineno}: the name of a template starts with a text")


def test_a_call_gives_each_name_of_its_template_and_no_other() -> None:
    for template, given in calls():
        assert given - {"errors"} == names(template) - GIVEN - {"errors", "status"}, template


def test_no_page_gives_its_template_a_desk_or_what_asks_the_store() -> None:
    """A template asks nothing: what may be done and what is due was settled before it is drawn."""
    shown = [node for tree in sources() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    given = {
        ast.unparse(one.value) for node in shown if getattr(node.func, "id", "") == "show" for one in node.keywords
    }
    assert not given & {"desk", "desk.read", "desk.engine", "desk.served", "desk.host", "past", "request"}


@cache
def parts(name: str) -> set[str]:
    """Returns a template and all that it extends, includes or imports."""
    statements = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    brought = {part for node in parsed(name).find_all(statements) for part in _named(node)}
    return {name}.union(*(parts(part) for part in brought))


def test_every_template_is_a_part_of_a_page() -> None:
    """The environment draws two templates itself: the macros, and the rail beside a block."""
    drawn = {"_macros.html", "_rail.html"}.union(*(parts(template) for template, _ in calls()))
    written = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    assert not written - drawn
