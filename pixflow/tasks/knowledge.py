"""Tasks of the shared knowledge: a question to answer, a resource to read again."""

from datetime import date

from pixflow.folding import Stamp
from pixflow.reference_data import References
from pixflow.resources.state import Resource, TeamQuestion
from pixflow.tasks.builder import task
from pixflow.tasks.task import Task

DOUBTED_BY = 2
"""Colleagues whose last word on a resource is "not useful" before somebody reads it again."""


def of_question(question: TeamQuestion, refs: References) -> list[Task]:
    if question.asked is None or question.ended:
        return []
    return [task(refs, "answer-question", "", "referent", question.asked)]


def of_resource(resource: Resource, refs: References) -> list[Task]:
    """Returns the reading that a resource needs: of a proposal, after doubts, or because nobody read it for long."""
    if resource.proposal:
        return [_revise(refs, {"by": "proposed"}, resource.proposal.stamp)]
    if resource.checked is None or not resource.is_shown:
        return []
    doubts = resource.doubts
    if len(doubts) >= DOUBTED_BY:
        return [_revise(refs, {"by": "doubted"}, doubts[DOUBTED_BY - 1].stamp)]
    known: Stamp = resource.checked.stamp
    opens = refs.calendar.add(known.on, refs.protocol(known.on).delays.revise_resource_opens)
    return [_revise(refs, {"by": "unread"}, known, opens)]


def _revise(refs: References, why: dict[str, str], stamp: Stamp, opens: date | None = None) -> Task:
    return task(refs, "revise-resource", why["by"], "referent", stamp, why, opens)
