"""Automatic matches: the i-Milo number and the names agree (docs/domain.md#matching)."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from pixflow.actor import IMPORT, Actor
from pixflow.engine import CommandResult, Engine, Step, new_id
from pixflow.identity import imilo_number
from pixflow.participation.matches import match_by_number


def number_of(external_id: str | None) -> str | None:
    """Returns the i-Milo number that a young person typed as external id, None when it cannot be one."""
    try:
        return imilo_number(external_id) if external_id else None
    except ValueError:
        return None


def dossiers_of(engine: Engine, numbers: Iterable[str | None]) -> dict[str | None, UUID]:
    """Returns the dossier with each number; unknown numbers are left out."""
    held = engine.claim_holders("imilo", {number for number in numbers if number})
    return dict(held.items())


def match_step(participation: UUID, dossier: UUID) -> Step:
    """Returns the step that matches the two, when number and names agree."""
    return Step({"participation": participation, "dossier": dossier}, match_by_number)


def match_after_opening(engine: Engine, dossier: UUID, waiting: Iterable[UUID], *, command_id: UUID) -> CommandResult:
    """Matches the participations that wait for the number of a dossier, after it was opened or its identity corrected.

    `waiting` are participations whose external id is that number; `command_id` is the command that opened it.
    """
    return match_all(engine, {dossier: tuple(waiting)}, command_id=command_id)


def match_all(engine: Engine, waiting: Mapping[UUID, Sequence[UUID]], *, command_id: UUID) -> CommandResult:
    """Matches the waiting participations of many dossiers in one transaction, as system:import."""
    steps = [match_step(participation, dossier) for dossier, found in waiting.items() for participation in found]
    if not steps:
        return CommandResult()
    return engine.execute_all(steps, "match", by=Actor(IMPORT), command_id=new_id(command_id, "match"), via="import")
