"""Routes of the questions of the team: asked, answered by a resource, closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.engine import new_id
from pixflow.resources.questions import LONGEST_QUESTION, answer_question, ask_question, drop_question
from pixflow.resources.state import TeamQuestion
from pixflow.tasks import STAGE_OF
from projections.knowledge import resources
from projections.store.folds import fold_of
from web.desk.commands import Outcome, record
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.names import staff_name
from web.french import tasks as french_tasks
from web.http.forms import Form, FormData, Text, validate
from web.http.people import NOBODY
from web.http.templates import Page, page, redirect
from web.pages.resources.routes import must_read, refused
from web.pages.resources.shelf import SHELF

router = APIRouter()
QUESTIONS = f"{SHELF}/questions"


class QuestionForm(Form):
    text: Text = ""
    task: Text = ""


class QuestionAnswerForm(Form):
    answer: UUID


class QuestionDropForm(Form):
    reason: Text = ""


@dataclass(frozen=True, kw_only=True)
class QuestionPage(Page):
    """One question. `suggested` are the resources whose words are near, `answer` the one that answers it."""

    template = "resources/question.html"
    block = "question"
    shows = NOBODY

    id: UUID | None
    text: str
    task: str
    task_label: str
    by: str
    asked: date | None
    ended: date | None
    ended_by: str
    answer: UUID | None
    title: str
    reason: str
    is_mine: bool
    may_answer: bool
    may_drop: bool
    choices: Sequence[tuple[str, str]]
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    longest: int = LONGEST_QUESTION


@router.get("/ressources/questions/nouvelle")
def new(request: Request, desk: AtDesk, tache: str = "") -> Response:
    """Shows a blank question, asked from the kind of task `tache`."""
    _must(desk, ask_question)
    return page(request, _page(desk, None, TeamQuestion(task=_kind(tache))))


@router.post("/ressources/questions")
def ask(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Records a question."""
    _must(desk, ask_question)
    form, errors = validate(QuestionForm, data)
    if form is None:
        return page(request, _page(desk, None, TeamQuestion(), data, errors), status=422)
    stream, task = new_id(form.command_id, "question"), _kind(form.task)
    outcome = record(desk, {"question": stream}, ask_question, command_id=form.command_id, text=form.text, task=task)
    if outcome.refused:
        return page(request, _page(desk, None, TeamQuestion(task=task), data, refused(desk, outcome)), status=422)
    return redirect(request, f"{QUESTIONS}/{stream}")


@router.get("/ressources/questions/{question:uuid}")
def read(request: Request, desk: AtDesk, question: UUID) -> Response:
    must_read(desk)
    return page(request, _page(desk, question, _question(desk, question)))


@router.post("/ressources/questions/{question:uuid}/repondre")
def answer(request: Request, desk: AtDesk, question: UUID, data: FormData) -> Response:
    """Answers by a resource that is there already."""
    _must(desk, answer_question)
    state = _question(desk, question)
    form, errors = validate(QuestionAnswerForm, data)
    if form is None:
        return page(request, _page(desk, question, state, data, errors), status=422)
    streams = {"question": question, "resource": form.answer}
    outcome = record(desk, streams, answer_question, command_id=form.command_id, answer=form.answer)
    if outcome.refused:
        return _again(request, desk, question, data, outcome)
    return redirect(request, f"{QUESTIONS}/{question}")


@router.post("/ressources/questions/{question:uuid}/clore")
def drop(request: Request, desk: AtDesk, question: UUID, data: FormData) -> Response:
    _must(desk, drop_question)
    state = _question(desk, question)
    form, errors = validate(QuestionDropForm, data)
    if form is None:
        return page(request, _page(desk, question, state, data, errors), status=422)
    outcome = record(desk, {"question": question}, drop_question, command_id=form.command_id, reason=form.reason)
    if outcome.refused:
        return _again(request, desk, question, data, outcome)
    return redirect(request, f"{SHELF}?close=1")


def _again(request: Request, desk: Desk, question: UUID, data: Mapping[str, Any], outcome: Outcome) -> Response:
    """Draws a question as it stands after a refusal: a colleague may have answered it meanwhile."""
    desk.refresh()
    return page(request, _page(desk, question, _question(desk, question), data, refused(desk, outcome)), status=422)


def _must(desk: Desk, decision: Any) -> None:
    if not desk.may(decision):
        raise HTTPException(403)


def _kind(text: str) -> Literal[""] | str:
    return text if text in STAGE_OF else ""


def _question(desk: Desk, stream: UUID) -> TeamQuestion:
    state = fold_of(desk.read, stream)
    if not isinstance(state, TeamQuestion) or state.asked is None:
        raise HTTPException(404)
    return state


def _page(
    desk: Desk,
    stream: UUID | None,
    state: TeamQuestion,
    values: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> QuestionPage:
    shown = [row for row in resources.every(desk.read) if row.number and not row.withdrawn]
    titles = {row.stream: row.title for row in shown}
    may_answer, is_mine = desk.may(answer_question), state.by == desk.actor.id
    return QuestionPage(
        id=stream,
        text=state.text,
        task=state.task,
        task_label=french_tasks.VERBS.get(state.task, ""),
        by=staff_name(desk, state.by) if state.by else "",
        asked=state.asked.on if state.asked else None,
        ended=state.ended.stamp.on if state.ended else None,
        ended_by=staff_name(desk, state.ended.by) if state.ended else "",
        answer=state.answer,
        title=resources.of_ids(desk.read, {state.answer}).get(state.answer, "") if state.answer else "",
        reason=state.reason,
        is_mine=is_mine,
        may_answer=may_answer,
        may_drop=(is_mine or may_answer) and state.ended is None,
        choices=[("", "Choisir…"), *((str(id), title) for id, title in titles.items())] if may_answer else [],
        values=values or {},
        errors=errors or {},
    )
