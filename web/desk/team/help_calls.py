"""The calls for help of today's workshops that reach the person at the desk."""

from typing import Any
from uuid import UUID

from pixflow.team.staff import Staff
from pixflow.workshop.scheduling import reached
from pixflow.workshop.state import Workshop
from projections import workshops
from projections.store.folds import fold_of
from web.desk.desk import Desk


def calls(desk: Desk) -> list[Any]:
    """Returns the rows of the workshops that call the person at the desk, the oldest call first."""
    asked = workshops.calls(desk.read, desk.today)
    return [row for row in asked if desk.me in _reached(desk, fold_of(desk.read, row.stream), row.help_by)]


def helpers(desk: Desk, workshop: Workshop) -> list[Staff]:
    """Returns by name the people whom a call of this workshop reaches: of the open call, or of one made now."""
    caller = workshop.help.by if workshop.help else desk.actor.id
    return sorted((desk.refs.team[id] for id in _reached(desk, workshop, caller)), key=lambda one: one.name)


def _reached(desk: Desk, workshop: Any, caller: str) -> frozenset[UUID]:
    return reached(workshop.facilitators, caller, desk.refs.team, desk.today)
