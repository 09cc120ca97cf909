"""Resources that a step shows beside its form."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pixflow.documents.resource import ResourceDocument
from pixflow.resources.sharing import ask_question
from projections import resources
from projections.resources import StepPlace
from projections.store.folds import folds_of
from web.desk.desk import Desk


@dataclass(frozen=True, slots=True)
class Beside:
    """The resources of a step, and the kind of task that a question is asked about; `asks`: one may be asked."""

    texts: Sequence[tuple[UUID, ResourceDocument]]
    task: str
    asks: bool


def find_resources(desk: Desk, step: StepPlace) -> Beside:
    rows = resources.list_for_step(desk.read, step)
    states = folds_of(desk.read, {row.stream for row in rows})
    texts = [(row.stream, states[row.stream].current.document) for row in rows if row.stream in states]
    return Beside(texts, step.task, desk.may(ask_question))
