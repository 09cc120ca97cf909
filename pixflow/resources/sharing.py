"""Decisions on the shared knowledge: its resources, and the questions that they answer."""

from datetime import date
from uuid import UUID

from pixflow.actor import OPERATOR
from pixflow.decision import NOBODY, REFERENT_AND_MANAGER, TEAM, decision
from pixflow.documents.resource import ResourceDocument, is_link, too_much
from pixflow.events import question as q
from pixflow.events import resource as r
from pixflow.events.base import Event
from pixflow.refused import Refused, required
from pixflow.resources.state import Resource, Revision, TeamQuestion
from pixflow.team.staff import Team


@decision("propose_resource", TEAM)
def propose_resource(resource: Resource, *, document: ResourceDocument, note: str, on: date) -> list[Event]:
    """Proposes a text to the référent: a new resource, or another text of one. It replaces an earlier proposal."""
    waits = resource.proposal
    if waits and (waits.document, waits.note) == (document, note.strip()):
        return []
    _must_be_whole(document)
    _must_change(resource, document)
    return [r.ResourceProposed(proposal=resource.proposals + 1, document=document, note=note.strip(), on=on)]


@decision("decline_proposal", REFERENT_AND_MANAGER)
def decline_proposal(resource: Resource, *, number: int, reason: str, on: date) -> list[Event]:
    """Declines the proposal of that number, for a reason."""
    if resource.proposal is None and number == resource.proposals:
        return []
    if resource.proposal is None or resource.proposal.number != number:
        raise Refused("other-proposal")
    return [r.ProposalDeclined(proposal=number, reason=required(reason, "reason"), on=on)]


@decision("share_resource", REFERENT_AND_MANAGER)
def share_resource(resource: Resource, *, document: ResourceDocument, note: str, on: date) -> list[Event]:
    """Shares the first text of a resource."""
    if (current := resource.current) is not None:
        if current.document == document:
            return []
        raise Refused("other-revision", number=current.number)
    _must_be_whole(document)
    return [r.ResourceShared(document=document, note=note.strip(), on=on)]


@decision("share_example", NOBODY, system=(OPERATOR,))
def share_example(resource: Resource, *, document: ResourceDocument, on: date) -> list[Event]:
    """Shares a text that comes with pixflow, in a structure that opens."""
    return [] if resource.version else [r.ResourceShared(document=document, note="", on=on)]


@decision("revise_resource", REFERENT_AND_MANAGER)
def revise_resource(
    resource: Resource, *, document: ResourceDocument, note: str, replaces: int, on: date
) -> list[Event]:
    """Replaces the text numbered `replaces`. Refused("other-revision") when a colleague revised it meanwhile."""
    current = _must_have_text(resource)
    if (current.document, current.note) == (document, note.strip()) and resource.is_shown:
        return []
    if current.number != replaces:
        raise Refused("other-revision", number=current.number)
    _must_be_whole(document)
    _must_change(resource, document)
    return [r.ResourceRevised(document=document, note=note.strip(), on=on)]


@decision("check_resource", REFERENT_AND_MANAGER)
def check_resource(resource: Resource, *, on: date) -> list[Event]:
    """Records that the text was read again and is still right, once a day unless somebody doubts it."""
    _must_be_shown(resource)
    known = resource.checked
    return [] if known and known.stamp.on == on and not resource.doubts else [r.ResourceChecked(on=on)]


@decision("withdraw_resource", REFERENT_AND_MANAGER)
def withdraw_resource(resource: Resource, *, reason: str, on: date) -> list[Event]:
    _must_have_text(resource)
    return [] if resource.withdrawn else [r.ResourceWithdrawn(reason=required(reason, "reason"), on=on)]


@decision("mark_resource", TEAM)
def mark_resource(resource: Resource, *, number: int, useful: bool, comment: str, on: date, actor: str) -> list[Event]:
    """Records a colleague's word on the text that they read, the latest or an earlier one."""
    _must_be_shown(resource)
    if not 1 <= number <= len(resource.revisions):
        raise Refused("unknown-revision")
    known = resource.marks.get(actor)
    if known and (known.number, known.useful, known.comment) == (number, useful, comment.strip()):
        return []
    return [r.ResourceMarked(revision=number, useful=useful, comment=comment.strip(), on=on)]


def _must_be_whole(document: ResourceDocument) -> None:
    """Raises Refused("required"), Refused("too-long") or Refused("bad-link") for a text that cannot be shared."""
    required(document.title, "title")
    if not (document.links or document.files):
        required(document.body, "body")
    for field, most in too_much(document):
        raise Refused("too-long", field=field, most=most)
    if not all(map(is_link, document.links)):
        raise Refused("bad-link", field="links")


def _must_change(resource: Resource, document: ResourceDocument) -> None:
    if resource.is_shown and resource.current and resource.current.document == document:
        raise Refused("nothing-changed")


def _must_have_text(resource: Resource) -> Revision:
    if resource.current is None:
        raise Refused("unknown-resource")
    return resource.current


def _must_be_shown(resource: Resource) -> None:
    _must_have_text(resource)
    if resource.withdrawn:
        raise Refused("resource-withdrawn", on=resource.withdrawn.on)


# --- decisions on a question: asked, answered, dropped


ANSWERING = frozenset({"referent", "manager"})
LONGEST_QUESTION = 1_000


@decision("ask_question", TEAM)
def ask_question(question: TeamQuestion, *, text: str, task: str, on: date) -> list[Event]:
    """Asks the référent. `task` is the kind of the task where the colleague stands, "" for none."""
    if question.asked:
        return []
    wording = required(text, "text")
    if len(wording) > LONGEST_QUESTION:
        raise Refused("too-long", field="text", most=LONGEST_QUESTION)
    return [q.QuestionAsked(text=wording, task=task, on=on)]


@decision("answer_question", REFERENT_AND_MANAGER)
def answer_question(question: TeamQuestion, resource: Resource, *, answer: UUID, on: date) -> dict[str, list[Event]]:
    """Answers by the resource of the id `answer`, which is read beside."""
    if question.answer == answer:
        return {}
    _must_be_asked(question)
    if not resource.is_shown:
        raise Refused("unknown-resource", field="answer")
    return {"question": [q.QuestionAnswered(resource=answer, on=on)]}


@decision("drop_question", TEAM)
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
