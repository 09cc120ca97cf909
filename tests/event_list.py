"""Prints every event: its stage, its fields, the decisions that record it, its words. `make events` runs it."""

import ast
import dataclasses
import inspect
from collections.abc import Iterator
from itertools import groupby

from pixflow.events.base import Event, personal_fields
from pixflow.events.catalogue import catalogue
from pixflow.streams import kind_of
from tests.emitted import emitted
from web.french.events.sentences import TITLES


def lines() -> Iterator[str]:
    """Yields the lines of a page of Markdown: a table a stream, a row an event, personal fields in italics."""
    recording, head = emitted(), "| event | stage | fields | decided by | what it says |"
    yield "# Events"
    for kind, events in groupby(sorted(catalogue(), key=kind_of), kind_of):
        yield from ("", f"## {kind}", "", head, "|---|---|---|---|---|")
        for event in events:
            decisions = ", ".join(f"`{name}`" for name in sorted(recording[event]))
            cells = (f"`{event.__name__}`", event.STAGE or "–", _fields(event), decisions, _words(event))
            yield f"| {' | '.join(cells)} |"


def _fields(event: type[Event]) -> str:
    personal = personal_fields(event)
    names = (field.name for field in dataclasses.fields(event))  # type: ignore[arg-type]
    return ", ".join(f"*{name}*" if name in personal else f"`{name}`" for name in names)


def _words(event: type[Event]) -> str:
    """Returns the title of an event on pages, and its docstring, if somebody wrote one."""
    tree = ast.parse(inspect.getsource(event).strip()).body[0]
    assert isinstance(tree, ast.ClassDef)
    return ". ".join(part for part in (TITLES[event.TOPIC], " ".join((ast.get_docstring(tree) or "").split())) if part)


if __name__ == "__main__":
    print("\n".join(lines()))
