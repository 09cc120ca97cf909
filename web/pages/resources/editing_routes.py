"""Routes of the editor of a resource: a new one, or another text of one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.documents.resource import FileNote, ResourceDocument
from pixflow.engine import Step, new_id
from pixflow.resources.questions import answer_question
from pixflow.resources.sharing import propose_resource, revise_resource, share_resource
from pixflow.resources.state import Resource, TeamQuestion
from projections.store.folds import fold_of
from web.desk.commands import record_all
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.http.addresses import whole_number
from web.http.forms import UploadData, errors_shown, validate
from web.http.templates import page, redirect
from web.pages.resources import editor, files
from web.pages.resources.article import resource_of, text_view
from web.pages.resources.editor import ResourceForm
from web.pages.resources.routes import refused
from web.pages.resources.shelf import SHELF

router = APIRouter()


@router.get("/ressources/nouvelle")
def new(request: Request, desk: AtDesk, question: str = "") -> Response:
    """Shows a blank editor; `question` is the one that the text will answer."""
    _must_write(desk)
    asked = _question(desk, question)
    values = editor.values_of(None) | ({"kind": "faq", "title": asked.text, "tasks": [asked.task]} if asked else {})
    shown = editor.editor_page(desk, None, values, replaces=0, question=question if asked else "")
    return page(request, shown)


@router.post("/ressources/nouvelle")
def create(request: Request, desk: AtDesk, data: UploadData) -> Response:
    """Shares a new resource, or proposes it; with a question, it answers the question."""
    return _save(request, desk, None, data)


@router.get("/ressources/{resource:uuid}/modifier")
def edit(request: Request, desk: AtDesk, resource: UUID, proposition: int = 0) -> Response:
    """Shows the editor with the text in use, or with the one proposed."""
    _must_write(desk)
    state = resource_of(desk, resource)
    start = state.proposal if state.proposal and (proposition or not state.current) else state.current
    values = editor.values_of(start)
    return page(request, _editor(desk, resource, state, values, replaces=_number(state)))


@router.post("/ressources/{resource:uuid}/modifier")
def save(request: Request, desk: AtDesk, resource: UUID, data: UploadData) -> Response:
    """Publishes another text, or proposes it."""
    resource_of(desk, resource)
    return _save(request, desk, resource, data)


def _save(request: Request, desk: Desk, resource: UUID | None, data: dict[str, Any]) -> Response:
    _must_write(desk)
    sent = files.uploads(data)
    plain = {name: value for name, value in data.items() if name != "files"}
    if any(
        not isinstance(one, str) for value in plain.values() for one in (value if isinstance(value, list) else [value])
    ):
        raise HTTPException(400)
    state = resource_of(desk, resource) if resource else Resource()
    form, errors = validate(ResourceForm, plain)
    if form is None:
        return _again(
            request, desk, resource, state, plain, errors_shown(errors, {"replaces", "question", "do", "kept"})
        )
    if form.do == "preview":
        again = _editor(desk, resource, state, editor.typed(plain), replaces=form.replaces, preview=True)
        return page(request, again)
    try:
        notes = files.kept(desk, sent, _staying(state, form))
    except files.ResourceFileRefused as why:
        return _again(request, desk, resource, state, plain, {"files": str(why)})
    return _record(request, desk, resource, state, form, editor.document_of(form, notes), plain)


def _record(
    request: Request,
    desk: Desk,
    resource: UUID | None,
    state: Resource,
    form: ResourceForm,
    document: ResourceDocument,
    plain: Mapping[str, Any],
) -> Response:
    stream = resource or new_id(form.command_id, "resource")
    sent: dict[str, Any] = {"document": document, "note": form.note}
    publishes = desk.may(share_resource)
    decision = propose_resource if not publishes else revise_resource if state.current else share_resource
    more = {"replaces": form.replaces} if decision is revise_resource else {}
    steps = [Step({"resource": stream}, decision, sent | more)]
    if form.question and publishes:
        streams = {"question": form.question, "resource": stream}
        steps.append(Step(streams, answer_question, {"answer": stream}))
    content = (str(stream), decision.name, sent | more, str(form.question))
    outcome = record_all(desk, steps, content, command_id=form.command_id)
    if outcome.refused is None:
        return redirect(request, f"{SHELF}/{stream}?fait={'publiee' if publishes else 'proposee'}")
    desk.refresh()
    again = resource_of(desk, resource) if resource else state
    return _again(
        request, desk, resource, again, plain, refused(desk, outcome), outcome.refused.code == "other-revision"
    )


def _again(
    request: Request,
    desk: Desk,
    resource: UUID | None,
    state: Resource,
    plain: Mapping[str, Any],
    errors: Mapping[str, str],
    moved: bool = False,
) -> Response:
    """Draws the editor with every value typed; when a colleague published meanwhile, beside their text."""
    replaces = _number(state) if moved else whole_number(str(plain.get("replaces", ""))) or 0
    shown = _editor(
        desk, resource, state, editor.typed(plain), replaces=replaces, errors=errors, moved=moved,
        question=str(plain.get("question", "")),
    )  # fmt: skip
    return page(request, shown, status=422)


def _editor(
    desk: Desk,
    resource: UUID | None,
    state: Resource,
    values: Mapping[str, Any],
    *,
    replaces: int,
    errors: Mapping[str, str] | None = None,
    preview: bool = False,
    moved: bool = False,
    question: str = "",
) -> editor.ResourceEditorPage:
    theirs = text_view(desk, state.current) if moved and state.current else None
    known = state.current.document.files if state.current else ()
    return editor.editor_page(
        desk, resource, values, replaces=replaces, files=known, errors=errors, preview=preview, theirs=theirs,
        question=question,
    )  # fmt: skip


def _staying(state: Resource, form: ResourceForm) -> list[FileNote]:
    known = state.current.document.files if state.current else ()
    return [note for note in known if note.digest in form.kept]


def _number(state: Resource) -> int:
    return state.current.number if state.current else 0


def _question(desk: Desk, text: str) -> TeamQuestion | None:
    try:
        found = fold_of(desk.read, UUID(text)) if text else None
    except ValueError:
        return None
    return found if isinstance(found, TeamQuestion) and desk.may(answer_question) else None


def _must_write(desk: Desk) -> None:
    if not (desk.may(share_resource) or desk.may(propose_resource)):
        raise HTTPException(403)
