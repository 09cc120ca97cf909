"""Presences noted twice, by presses that did not see each other, with the people who are asked."""

from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Select, Table, Uuid, select

from pixflow.dossier.state import Dossier
from projections.contract import Change, Row, keys, metadata
from projections.statements import list_values, question

NAME = "contested_marks"
KINDS = frozenset({"dossier"})
READS = {"dossier": attrgetter("diagnostic.contested")}

table = Table(
    "contested_marks",
    metadata,
    *keys(stream=Uuid, workshop=Uuid, person=Uuid),
    Index("contested_marks_of_workshop", "workshop"),
    Index("contested_marks_of_person", "person"),
)
TABLES = (table,)


def rows(change: Change) -> dict[Table, list[Row]]:
    state: Dossier = change.after
    pairs = {
        (workshop, person)
        for workshop, marks in state.diagnostic.contested.items()
        for one in marks
        for person in (one.presser, one.noter)
    }
    return {table: [{"stream": change.stream, "workshop": workshop, "person": person} for workshop, person in pairs]}


@question(list_values)
def of_workshop(workshop: UUID) -> Select[Any]:
    """Returns the dossiers whose presence at a workshop was noted twice."""
    return select(table.c.stream).where(table.c.workshop == workshop).distinct().order_by(table.c.stream)


@question(list_values)
def of_person(person: UUID) -> Select[Any]:
    """Returns the workshops about which somebody is asked."""
    return select(table.c.workshop).where(table.c.person == person).distinct().order_by(table.c.workshop)
