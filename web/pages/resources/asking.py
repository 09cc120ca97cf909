"""Questions of the team: asked, answered by a resource, closed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import AfterValidator

from pixflow.engine import new_id
from pixflow.resources.sharing import LONGEST_QUESTION, answer_question, ask_question, drop_question
from pixflow.resources.state import TeamQuestion
from pixflow.tasks import TASK_KINDS
from projections import resources
from web.desk.commands import must, read_form, redraw, take
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.http.forms import Form, FormData, OpenForm, Text
from web.http.people import NOBODY
from web.http.templates import redirect, show
from web.pages.resources.routes import SHELF, AtShelf

router = APIRouter()
QUESTIONS = f"{SHELF}/questions"


def _kind(task: str) -> str:
    """Returns a kind of task, "" for any other text."""
    return task if task in TASK_KINDS else ""


class QuestionForm(Form):
    text: Text = ""
    task: Annotated[Text, AfterValidator(_kind)] = ""


class QuestionAnswerForm(Form):
    answer: UUID


class QuestionDropForm(Form):
    reason: Text = ""


def _question(desk: Desk, id: UUID) -> TeamQuestion:
    """Returns a question. Raises 404 for an unknown one."""
    state = desk.state(id)
    if not isinstance(state, TeamQuestion) or state.asked is None:
        raise HTTPException(404)
    return state


def _page(request: Request, desk: Desk, question: UUID | None = None, form: OpenForm | None = None) -> Response:
    state = _question(desk, question) if question else TeamQuestion()
    is_mine, may_answer = state.by == desk.actor.id, desk.may(answer_question)
    titles = [(str(row.stream), row.title) for row in resources.every(desk.read) if row.number and not row.withdrawn]
    return show(
        request,
        "resources/question.html",
        "question",
        NOBODY,
        id=question,
        state=state,
        title=resources.of_ids(desk.read, {state.answer}).get(state.answer, "") if state.answer else "",
        is_mine=is_mine,
        may_answer=may_answer,
        may_drop=(is_mine or may_answer) and state.ended is None,
        choices=[("", "Choisir…"), *titles],
        form=form or OpenForm(""),
        errors=form.errors if form else {},
        longest=LONGEST_QUESTION,
    )


@router.get("/ressources/questions/nouvelle")
def new(request: Request, desk: AtDesk, tache: str = "") -> Response:
    """Shows a blank question, asked from the kind of task `tache`."""
    must(desk, ask_question)
    return _page(request, desk, form=OpenForm("ask", values={"task": _kind(tache)}))


@router.post("/ressources/questions")
@redraw(_page)
def ask(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Records a question."""
    must(desk, ask_question)
    form = read_form(QuestionForm, data)
    stream = new_id(form.command_id, "question")
    take(desk, {"question": stream}, ask_question, form)
    return redirect(request, f"{QUESTIONS}/{stream}")


@router.get("/ressources/questions/{question:uuid}")
def read(request: Request, desk: AtShelf, question: UUID) -> Response:
    return _page(request, desk, question)


@router.post("/ressources/questions/{question:uuid}/repondre")
@redraw(_page)
def answer(request: Request, desk: AtDesk, question: UUID, data: FormData) -> Response:
    """Answers by a resource that is there already."""
    must(desk, answer_question)
    _question(desk, question)
    form = read_form(QuestionAnswerForm, data, empty={})
    take(desk, {"question": question, "resource": form.answer}, answer_question, form)
    return redirect(request, f"{QUESTIONS}/{question}")


@router.post("/ressources/questions/{question:uuid}/clore")
@redraw(_page)
def drop(request: Request, desk: AtDesk, question: UUID, data: FormData) -> Response:
    """Closes a question without an answer."""
    must(desk, drop_question)
    _question(desk, question)
    take(desk, {"question": question}, drop_question, read_form(QuestionDropForm, data))
    return redirect(request, f"{SHELF}?close=1")
