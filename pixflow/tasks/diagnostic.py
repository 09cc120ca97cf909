"""Stage 2: the test is taken and its result shared."""

from collections.abc import Iterator
from uuid import UUID

from pixflow.dossier.state import Linked
from pixflow.events.values import Purpose
from pixflow.folding import Mark
from pixflow.tasks.owing import Owing
from pixflow.tasks.task import Task


def diagnostic(owing: Owing) -> Iterator[Task]:
    state, orientation = owing.dossier.diagnostic, owing.dossier.orientation
    plan = orientation.plan
    if plan and plan.modality != "workshop" and not owing.tested and not orientation.declined:
        planned = {"planned": plan.planned_for.isoformat()}
        yield from owing.chased("chase-diagnostic", plan.id, plan.mark, plan.planned_for, planned)
    for participation, link in state.participations.items():
        shared = link.result or link.profile
        finished = link.finished if shared is None and not link.withdrawn else None
        if finished and not _overtaken(state.participations, link.purpose, finished):
            yield from owing.chased("chase-sharing", participation, finished, finished.on, {})


def _overtaken(links: dict[UUID, Linked], purpose: Purpose, finished: Mark) -> bool:
    """Another result of the same purpose came in since: nobody needs this one any more."""
    return any(
        other.received and other.purpose == purpose and other.received.on >= finished.on for other in links.values()
    )
