"""Every decision of pixflow, found by walking its modules, and the page that says who may take which."""

import ast
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from inspect import getmembers, getsource, isfunction
from textwrap import fill
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pixflow
from pixflow.decision import ACCOUNTS, Decision, Reauthentication
from pixflow.events.base import Event
from pixflow.events.values import Role

MODULES = [importlib.import_module(found.name) for found in pkgutil.walk_packages(pixflow.__path__, "pixflow.")]
GROUPS = {
    "The young person's path": "dossier.stages.",
    "The dossier": "dossier.",
    "Partner links": "partner_links.",
    "Workshops": "workshop.",
    "Partners": "partners.",
    "Pix Orga": "participation.",
    "Portfolios": "portfolio_import.",
    "The team": "team.",
    "Protocol and grid": "protocol.",
    "The shared knowledge": "resources.",
    "The structure": "structure",
}
"""The headings of the page, each with the beginning of its modules' names."""
OWN = {
    "dossier": "own dossiers",
    "reading": "dossiers they read",
    "loan": "lent or borrowed",
    "workshop": "own workshops",
    "member": "themselves",
}
PAGE = "docs/permissions.md"
INTRODUCTION = """# Who may take which decision

`python -m tests.test_authorization` writes this page from the decisions; a test compares the two. To change a
permission, change the decorator of the decision ([`decision.py`](../pixflow/decision.py)), then write the page again.

A role reaches all dossiers, workshops or members, unless brackets say less:

- *own dossiers*: those that the person follows.
- *dossiers they read*: these, those with a task handed to them, and those of people whom they receive that day.
- *lent or borrowed*: those whose loan the person made or received.
- *own workshops*: those that the person runs. *themselves*: about nobody else.

Who was handed a task reads its dossier, and takes the decisions of this task alone. A deputy may also take the
decisions of the absent colleague, but none about the team ([`authorization.py`](../pixflow/authorization.py)). Nobody
changes their own roles, whatever this page says. Nobody alone publishes a protocol that changes retention or reading
limits ([0031](decisions/0031-a-second-person-confirms-a-role.md)).

The system's actors are `operator` (the command line), `clock` (the periodic jobs), `import` and `site` (the sign-in).
`partner` is somebody who answers by [link](domain.md#partner-links). A decision has its stored name; where its function
has another name, brackets say so.

Auditors and managers read *Registre*. Everybody reads `/registre/…` and `/preuve`: checkpoints and hashes, no name.
"""


def function_of(decide: Callable[..., Any]) -> Callable[..., Any]:
    """The function of a decision, or the function itself."""
    return decide.function if isinstance(decide, Decision) else decide


def events_of(decide: Decision[..., Any]) -> set[str]:
    """The names of the events that the code of a decision makes."""
    found = ast.walk(ast.parse(getsource(decide.function)))
    return {ast.unparse(one.func).rpartition(".")[2] for one in found if isinstance(one, ast.Call)}


def of_module(module: ModuleType) -> Iterator[Decision[..., Any]]:
    """The decisions that a module defines, in the order of its lines."""
    there = [one for one in vars(module).values() if isinstance(one, Decision)]
    return (one for one in there if one.function.__module__ == module.__name__)


def deciding(module: ModuleType) -> Iterator[str]:
    """The public functions of a module that give events and are no decisions."""
    for name, function in getmembers(module, isfunction):
        public = function.__module__ == module.__name__ and not name.startswith("_")
        if public and get_type_hints(function).get("return") in (list[Event], dict[str, list[Event]]):
            yield name


REAUTHENTICATIONS: dict[Reauthentication, str] = {
    "always": "each time, as all that is about accounts",
    "others": "for what another advisor has",
    "many": "for more than 100 people",
}
DECISIONS = {one.name: one for module in MODULES for one in of_module(module)}
GIVING_EVENTS = {name for module in MODULES for name in deciding(module)}


def page() -> str:
    """Returns the text of docs/permissions.md: under each heading, the decisions of those who may take them."""
    grouped: dict[str, dict[str, list[str]]] = {heading: {} for heading in GROUPS}
    for decision in DECISIONS.values():
        module = decision.function.__module__.removeprefix("pixflow.")
        heading = next(heading for heading, start in GROUPS.items() if module.startswith(start))
        grouped[heading].setdefault(_takers(decision), []).append(_name(decision))
    tables = (
        "\n".join((f"## {heading}\n", *(_line(takers, names) for takers, names in sorted(lines.items()))))
        for heading, lines in grouped.items()
    )
    asked = (
        _line(
            f"**{said}**",
            [_name(one) for one in DECISIONS.values() if one.reauthentication == rule and one.roles is not ACCOUNTS],
        )
        for rule, said in REAUTHENTICATIONS.items()
    )
    section = "\n".join(("## Re-authentication\n", *asked))
    return INTRODUCTION + "\n" + "\n\n".join((*tables, section)) + "\n"


def _line(takers: str, names: list[str]) -> str:
    return fill(f"- {takers}: {', '.join(sorted(names))}", 120, subsequent_indent="  ", break_on_hyphens=False)


def _takers(decision: Decision[..., Any]) -> str:
    """Returns the roles and the actors of the system that may take a decision."""
    reach, own = decision.roles.reach, OWN[decision.roles.own]
    people = [
        f"**{role}** ({own})" if reach[role] == "own" else f"**{role}**" for role in get_args(Role) if role in reach
    ]
    return ", ".join([*people, *(f"`{actor.removeprefix('system:').rstrip(':')}`" for actor in decision.system)])


def _name(decision: Decision[..., Any]) -> str:
    function = decision.function.__name__
    return f"`{decision.name}`" + (f" (`{function}`)" if function != decision.name else "")
