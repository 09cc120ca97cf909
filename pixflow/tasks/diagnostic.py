"""Stage 2: the test is taken and its result shared."""

from collections.abc import Iterator
from uuid import UUID

from pixflow.dossier.state import LinkedParticipation
from pixflow.events.values import Purpose
from pixflow.folding import Stamp
from pixflow.tasks.builder import TaskBuilder
from pixflow.tasks.task import Task


def diagnostic(builder: TaskBuilder) -> Iterator[Task]:
    state, orientation = builder.dossier.diagnostic, builder.dossier.orientation
    plan = orientation.plan
    if plan and plan.modality != "workshop" and not builder.tested and not orientation.declined:
        planned = {"planned": plan.planned_for.isoformat()}
        yield from builder.chase("chase-diagnostic", plan.id, plan.stamp, plan.planned_for, planned)
    for participation, link in state.participations.items():
        shared = link.result or link.profile
        finished = link.finished if shared is None and not link.withdrawn else None
        if finished and not _overtaken(state.participations, link.purpose, finished):
            yield from builder.chase("chase-sharing", participation, finished, finished.on, {})


def _overtaken(links: dict[UUID, LinkedParticipation], purpose: Purpose, finished: Stamp) -> bool:
    """Tells if another result of the same purpose came in since: this one is not needed any more."""
    return any(
        other.received and other.purpose == purpose and other.received.on >= finished.on for other in links.values()
    )
