"""Routes of the editor of a resource: a new one, or another text of one."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.documents.resource import FileNote, ResourceDocument
from pixflow.engine import Step, new_id
from pixflow.resources.questions import answer_question
from pixflow.resources.sharing import propose_resource, revise_resource, share_resource
from pixflow.resources.state import Resource, TeamQuestion
from pixflow.unit_of_work import Guard
from projections.store.folds import fold_of
from web.desk.commands import record_all
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french.typography import say
from web.http.addresses import whole_number
from web.http.forms import UploadData, errors_shown, validate
from web.http.templates import page, redirect
from web.pages.resources import editor, files
from web.pages.resources.article import resource_of, text_view
from web.pages.resources.editor import ResourceForm
from web.pages.resources.routes import refused
from web.pages.resources.shelf import SHELF

router = APIRouter()
MEANWHILE = (
    "{who} a proposé un autre texte entre-temps : le vôtre est gardé ci-dessous. Lisez le sien, puis enregistrez à "
    "nouveau."
)


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
    """Shows the editor with the text in use, or with the one proposed: a colleague builds on what waits."""
    _must_write(desk)
    state = resource_of(desk, resource)
    builds_on = proposition or not state.current or not desk.may(share_resource)
    start = state.proposal if state.proposal and builds_on else state.current
    values = editor.values_of(start)
    return page(request, _editor(desk, resource, state, values, replaces=_number(state), proposals=state.proposals))


@router.post("/ressources/{resource:uuid}/modifier")
def save(request: Request, desk: AtDesk, resource: UUID, data: UploadData) -> Response:
    """Publishes another text, or proposes it."""
    resource_of(desk, resource)
    return _save(request, desk, resource, data)


def _save(request: Request, desk: Desk, resource: UUID | None, data: dict[str, Any]) -> Response:
    _must_write(desk)
    sent = files.uploads(data)
    unsent = [name for name, _ in sent]
    plain = {name: value for name, value in data.items() if name != "files"}
    if any(
        not isinstance(one, str) for value in plain.values() for one in (value if isinstance(value, list) else [value])
    ):
        raise HTTPException(400)
    state = resource_of(desk, resource) if resource else Resource()
    form, errors = validate(ResourceForm, plain)
    if form is None:
        shown = errors_shown(errors, {"replaces", "proposals", "question", "do", "kept"})
        return _again(request, desk, resource, state, plain, shown, unsent)
    if form.do == "preview":
        again = _editor(
            desk, resource, state, editor.typed(plain), replaces=form.replaces, proposals=form.proposals, preview=True,
            question=str(form.question or ""), unsent=unsent,
        )  # fmt: skip
        return page(request, again)
    try:
        notes = _notes(desk, state, form, sent)
    except files.ResourceFileRefused as why:
        return _again(request, desk, resource, state, plain, {"files": str(why)}, unsent)
    return _record(request, desk, resource, state, form, editor.document_of(form, notes), plain, unsent)


def _record(
    request: Request,
    desk: Desk,
    resource: UUID | None,
    state: Resource,
    form: ResourceForm,
    document: ResourceDocument,
    plain: Mapping[str, Any],
    unsent: Sequence[str],
) -> Response:
    stream = resource or new_id(form.command_id, "resource")
    sent: dict[str, Any] = {"document": document, "note": form.note}
    publishes = desk.may(share_resource)
    decision = propose_resource if not publishes else revise_resource if state.current else share_resource
    more = {"replaces": form.replaces} if decision is revise_resource else {}
    steps = [Step({"resource": stream}, decision, sent | more, guard=_unless_proposed(desk, form))]
    if form.question and publishes:
        streams = {"question": form.question, "resource": stream}
        steps.append(Step(streams, answer_question, {"answer": stream}))
    content = (str(stream), decision.name, sent | more, str(form.question))
    outcome = record_all(desk, steps, content, command_id=form.command_id)
    if outcome.refused is None:
        return redirect(request, f"{SHELF}/{stream}?fait={'publiee' if publishes else 'proposee'}")
    desk.refresh()
    again = resource_of(desk, resource) if resource else state
    code, errors = outcome.refused.code, refused(desk, outcome)
    if code == "moved" and again.proposal:
        errors = {"": say(MEANWHILE, who=names_for(desk).staff(again.proposal.by))}
    return _again(request, desk, resource, again, plain, errors, unsent, code)


def _again(
    request: Request,
    desk: Desk,
    resource: UUID | None,
    state: Resource,
    plain: Mapping[str, Any],
    errors: Mapping[str, str],
    unsent: Sequence[str],
    code: str = "",
) -> Response:
    """Draws the editor with every value typed; beside the text that a colleague published or proposed meanwhile."""
    moved = code in ("other-revision", "moved")
    replaces = _number(state) if moved else whole_number(str(plain.get("replaces", ""))) or 0
    proposals = state.proposals if moved else whole_number(str(plain.get("proposals", "")))
    theirs = {"other-revision": state.current, "moved": state.proposal}.get(code)
    shown = _editor(
        desk, resource, state, editor.typed(plain), replaces=replaces, proposals=proposals, errors=errors,
        theirs=text_view(desk, theirs) if theirs else None, theirs_waits=code == "moved",
        question=str(plain.get("question", "")), unsent=unsent,
    )  # fmt: skip
    return page(request, shown, status=422)


def _editor(
    desk: Desk, resource: UUID | None, state: Resource, values: Mapping[str, Any], **shown: Any
) -> editor.ResourceEditorPage:
    return editor.editor_page(desk, resource, values, files=_files(state), **shown)


def _unless_proposed(desk: Desk, form: ResourceForm) -> Guard:
    """Returns the condition that no colleague proposed a text since the form was drawn: nobody would have read it."""
    read, me = form.proposals, desk.actor.id

    def holds(now: Resource) -> bool:
        waits = now.proposal
        return read is None or waits is None or waits.number <= read or waits.by == me

    return Guard(holds)


def _notes(desk: Desk, state: Resource, form: ResourceForm, sent: Sequence[tuple[str, bytes]]) -> Sequence[FileNote]:
    """Returns the files of a text. A proposal keeps those that are there: its form has none."""
    if not desk.may(share_resource):
        return _files(state)
    return files.kept(desk, sent, [note for note in _files(state) if note.digest in form.kept])


def _files(state: Resource) -> Sequence[FileNote]:
    return state.current.document.files if state.current else ()


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
