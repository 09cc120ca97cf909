"""The events that each decision may record, read from its code: those made by every function that it reaches."""

import ast
import inspect
import textwrap
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

from pixflow.decision import Decision
from pixflow.events.base import Event
from pixflow.events.catalogue import catalogue
from tests.decisions import DECISIONS

EVENTS = set(catalogue())
NEVER = {
    ("change_roles", "RoleConfirmed"): "only the operator confirms what they grant, and takes neither decision",
    ("designate_referent", "RoleConfirmed"): "the same",
    ("match_by_number", "ParticipationWithdrawn"): "a participation that vanished waits no more",
    ("walk_in", "WorkshopMissed"): "who comes in is present",
}
"""Events that a function makes for another decision than this one which reaches it."""


def emitted() -> dict[type[Event], set[str]]:
    """Returns the stored names of the decisions that may record each event."""
    found: dict[type[Event], set[str]] = {event: set() for event in EVENTS}
    for name, decision in DECISIONS.items():
        for event in _by(decision.function):
            if (name, event.__name__) not in NEVER:
                found[event].add(name)
    return found


def _by(function: Any) -> set[type[Event]]:
    seen: set[Any] = set()
    waiting, made = [function], set()
    while waiting:
        if (one := waiting.pop()) not in seen:
            seen.add(one)
            events, reached = _read(one)
            made |= events
            waiting += reached
    return made


@cache
def _read(function: Any) -> tuple[set[Any], set[Any]]:
    """Returns the events that a function makes by itself, and the functions of pixflow that it names.

    An event is made where its class is called, chosen of two, or given to a function of pixflow. A pattern or an
    `isinstance` makes none.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    given = [node for call in calls if _function(_known(function, call.func)) for node in call.args]
    chosen = [end for node in ast.walk(tree) if isinstance(node, ast.IfExp) for end in (node.body, node.orelse)]
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute)]
    made = {
        known
        for node in (*(call.func for call in calls), *chosen, *given)
        if _is_event(known := _known(function, node))
    }
    reached = (_function(_known(function, node)) for node in names)
    return made, {one for one in reached if one is not None}


def _known(function: Any, node: ast.expr) -> Any:
    """Returns what a name stands for in the module of a function."""
    match node:
        case ast.Name(id=name):
            return function.__globals__.get(name)
        case ast.Attribute(value=value, attr=name):
            base = _known(function, value)
            return getattr(base, name, None) if isinstance(base, ModuleType | type) else None
    return None


def _is_event(known: Any) -> bool:
    return isinstance(known, type) and known in EVENTS


def _function(known: Any) -> Any:
    if isinstance(known, Decision):
        return known.function
    return known if isinstance(known, FunctionType) and known.__module__.startswith("pixflow.") else None
