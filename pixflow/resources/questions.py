"""Decisions on a question: asked, answered, dropped."""

from datetime import date
from uuid import UUID

from pixflow.decision import REFERENT_AND_MANAGER, TEAM, Argument, decision
from pixflow.events.base import Event
from pixflow.events.knowledge import question as q
from pixflow.refused import Refused, required
from pixflow.resources.state import Resource, TeamQuestion
from pixflow.team.staff import Team

ANSWERING = frozenset({"referent", "manager"})
LONGEST_QUESTION = 1_000


@decision("ask_question", TEAM)
def ask_question(question: TeamQuestion, *, text: str, task: str, on: date) -> list[Event]:
    """Asks the référent. `task` is the kind of the task where the colleague stands, "" for none."""
    if question.asked:
        return []
    asked = required(text, "text")
    if len(asked) > LONGEST_QUESTION:
        raise Refused("too-long", field="text", most=LONGEST_QUESTION)
    return [q.QuestionAsked(text=asked, task=task, on=on)]


@decision("answer_question", REFERENT_AND_MANAGER)
def answer_question(question: TeamQuestion, resource: Resource, *, answer: UUID, on: date) -> dict[str, list[Event]]:
    """Answers by the resource of the id `answer`, which is read beside."""
    if question.answer == answer:
        return {}
    _must_be_asked(question)
    if not resource.is_shown:
        raise Refused("unknown-resource", field="answer")
    return {"question": [q.QuestionAnswered(resource=answer, on=on)]}


@decision("drop_question", TEAM, Argument.ACTOR, Argument.TEAM)
def drop_question(question: TeamQuestion, *, reason: str, on: date, actor: str, team: Team) -> list[Event]:
    """Ends a question without an answer: whoever asked it, or a référent or manager, who say why."""
    if question.ended and question.answer is None:
        return []
    _must_be_asked(question)
    if question.answer:
        raise Refused("question-answered")
    if actor == question.by:
        return [q.QuestionDropped(reason=reason.strip(), on=on)]
    member = team.get(UUID(actor))
    if member is None or not member.roles_on(on) & ANSWERING:
        raise Refused("not-your-question")
    return [q.QuestionDropped(reason=required(reason, "reason"), on=on)]


def _must_be_asked(question: TeamQuestion) -> None:
    if question.asked is None:
        raise Refused("unknown-question")
