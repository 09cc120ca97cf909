"""The progress of a dossier on its four stages."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from pixflow.dossier.state import Dossier
from pixflow.events.base import STAGES, Stage
from pixflow.folding import Stamp

Status = Literal["done", "current", "todo"]


class StageStatus(Struct, frozen=True):
    """The status of one stage, and the event that last changed it."""

    stage: Stage
    status: Status
    stamp: Stamp | None


def stepper(dossier: Dossier) -> tuple[StageStatus, ...]:
    """Returns the four stages in order. The first one not done is the current one."""
    done = _done(dossier)
    current = current_stage(dossier)
    return tuple(
        StageStatus(stage, "current" if stage == current else "done" if done[stage] else "todo", done[stage])
        for stage in STAGES
    )


def current_stage(dossier: Dossier) -> Stage | None:
    """Returns the first stage not done; None when all are done."""
    done = _done(dossier)
    return next((stage for stage in STAGES if not done[stage]), None)


def _done(dossier: Dossier) -> dict[Stage, Stamp | None]:
    orientation = dossier.orientation
    current: tuple[UUID, object] | None = dossier.diagnostic.current("initial")
    result = dossier.diagnostic.participations[current[0]].received if current else None
    linked = next(
        (link.stamp for link in dossier.diagnostic.participations.values() if link.purpose == "initial"), None
    )
    there = orientation.plan or dossier.diagnostic.last_attended
    planned = there.stamp if there else None
    built = dossier.prescription.built.get(current[0]) if current else None
    actions = dossier.parcours.actions.values()
    over = [action.ended or action.dropped for action in actions]
    certification = dossier.parcours.certification
    under_way = certification is not None and certification.step in ("proposed", "registered", "taken")
    finished = built is not None and bool(over) and all(over) and not under_way
    return {
        "orientation": planned or linked,
        "diagnostic": result,
        "prescription": built.stamp if built else None,
        "parcours": max((stamp for stamp in over if stamp), key=lambda stamp: stamp.version) if finished else None,
    }
