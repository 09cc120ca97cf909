"""Resources that a step shows beside its form."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from pixflow.resources.questions import ask_question
from pixflow.resources.state import Resource
from projections.knowledge import resources
from projections.knowledge.resources import StepPlace
from projections.store.folds import folds_of
from web.desk.desk import Desk
from web.pages.resources import markdown
from web.pages.resources.shelf import SHELF

BELOW_A_FORM = 4
"""Level of the first headings of a text inside a form's block."""


@dataclass(frozen=True, slots=True)
class NearText:
    """A resource for the step; `body` opens on demand."""

    id: UUID
    title: str
    body: Markup
    links: Sequence[str]
    young: bool

    @property
    def href(self) -> str:
        return f"{SHELF}/{self.id}"


@dataclass(frozen=True, slots=True)
class Beside:
    """The resources of a step, and the kind of task that a question is asked about; `asks`: one may be asked."""

    texts: Sequence[NearText]
    task: str
    asks: bool


def beside(desk: Desk, step: StepPlace) -> Beside:
    rows = resources.beside(desk.read, step)
    states = folds_of(desk.read, {row.stream for row in rows})
    texts = [_near(row.stream, states[row.stream]) for row in rows if row.stream in states]
    return Beside(texts, step.task, desk.may(ask_question))


def _near(stream: UUID, state: Resource) -> NearText:
    assert state.current is not None
    text = state.current.document
    body = markdown.html(text.body, BELOW_A_FORM)
    return NearText(stream, text.title, body, text.links, text.audience == "young")
