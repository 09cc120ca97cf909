"""The editor of a resource: a new one, or another text of one."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from pixflow.documents.resource import LONGEST_BODY, Audience, FileNote, ResourceDocument, ResourceKind
from pixflow.engine import Step, new_id
from pixflow.events.base import Stage
from pixflow.resources.sharing import answer_question, propose_resource, revise_resource, share_resource
from pixflow.resources.state import Resource, Revision, TeamQuestion
from pixflow.tasks import TASK_KINDS
from pixflow.unit_of_work import Guard
from web.desk.commands import must, read_form, redraw, take_all
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.names import staff_name
from web.french.tasks import VERBS
from web.french.typography import say
from web.http.forms import Form, OpenForm, Text, UploadData
from web.http.people import NOBODY
from web.http.templates import redirect, show
from web.pages.resources import files
from web.pages.resources.routes import SHELF, resource_of

router = APIRouter()
MEANWHILE = (
    "{who} a proposé un autre texte entre-temps : le vôtre est gardé ci-dessous. Lisez le sien, puis enregistrez à "
    "nouveau."
)
TASKS = [
    kind for kind, known in TASK_KINDS.items()
    if kind == "close-or-plan" or (known.stage and known.role in ("advisor", "facilitator"))
]  # fmt: skip
"""The tasks that a resource may be about: those done with a young person."""

# --- its fields

Line = Annotated[Text, AfterValidator(lambda text: " ".join(text.split()))]
Prose = Annotated[Text, AfterValidator(lambda text: _plain(text).strip())]
Links = Annotated[tuple[str, ...], BeforeValidator(lambda texts: list(dict.fromkeys(" ".join(texts).split())))]
Tasks = Annotated[tuple[str, ...], AfterValidator(lambda kinds: tuple(kind for kind in kinds if kind in TASKS))]
Bands = Annotated[
    tuple[Annotated[int, Field(ge=1, le=9)], ...], AfterValidator(lambda ranks: tuple(sorted(set(ranks))))
]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
OF_DOCUMENT = ("title", "kind", "audience", "body", "links", "stages", "tasks", "bands", "programmes")
HIDDEN = ("replaces", "proposals", "question", "do", "kept")


def _plain(text: str) -> str:
    """Returns a text with line ends of one character."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class ResourceForm(Form):
    """The editor. `links` has one address a line; `kept` are the files that stay; `do` is the button pressed.

    `replaces` is the number of the text, and `proposals` counts the proposals, when the form was drawn.
    """

    model_config = ConfigDict(str_max_length=LONGEST_BODY + 5_000)

    title: Line = ""
    kind: ResourceKind = "fiche"
    audience: Audience = "team"
    body: Prose = ""
    links: Links = ()
    stages: tuple[Stage, ...] = ()
    tasks: Tasks = ()
    bands: Bands = ()
    programmes: tuple[Literal["CEJ", "PACEA", "other"], ...] = ()
    note: Text = ""
    kept: tuple[Annotated[str, Field(pattern="^[0-9a-f]{64}$")], ...] = ()
    replaces: Count = 0
    proposals: Count | None = None
    question: UUID | None = None
    do: Literal["save", "preview"] = "save"


def _values(state: Resource, start: Revision | None) -> dict[str, Any]:
    text = asdict(start.document) if start else {"kind": "fiche", "audience": "team"}
    links, kept = "\n".join(text.get("links", ())), [one.digest for one in _files(state)]
    return {**text, "links": links, **_count_changes(state), "kept": kept}


def _count_changes(state: Resource) -> dict[str, int]:
    return {"replaces": len(state.revisions), "proposals": state.proposals}


def _files(state: Resource) -> tuple[FileNote, ...]:
    return state.current.document.files if state.current else ()


# --- its page


def _editor(
    request: Request, desk: Desk, form: OpenForm, resource: UUID | None = None, *, preview: bool = False
) -> Response:
    """Draws the editor with every value typed; beside the text that a colleague published or proposed meanwhile."""
    state = resource_of(desk, resource) if resource else Resource()
    theirs = {"other-revision": state.current, "moved": state.proposal}.get(form.code)
    errors, values = form.errors, dict(form.values)
    if form.code == "moved" and theirs:
        errors = {"": say(MEANWHILE, who=staff_name(desk, theirs.by))}
    if form.code in ("other-revision", "moved"):
        values |= _count_changes(state)
    return show(
        request,
        "resources/editor.html",
        "editor",
        NOBODY,
        id=resource,
        state=state,
        form=OpenForm("editor", values=values, errors=errors),
        errors=errors,
        preview=_plain(form.get("body"))[:LONGEST_BODY] if preview else None,
        theirs=theirs,
        waits=form.code == "moved",
        unsent=files.names(values),
        publishes=desk.may(share_resource),
        tasks={kind: VERBS[kind] for kind in TASKS},
    )


@router.get("/ressources/nouvelle")
def new(request: Request, desk: AtDesk, question: str = "") -> Response:
    """Shows a blank editor; `question` is the one that the text will answer."""
    must(desk, share_resource, propose_resource)
    asked = _question(desk, question)
    about = {"kind": "faq", "title": asked.text, "tasks": [asked.task], "question": question} if asked else {}
    return _editor(request, desk, OpenForm("editor", values=_values(Resource(), None) | about))


@router.get("/ressources/{resource:uuid}/modifier")
def edit(request: Request, desk: AtDesk, resource: UUID, proposition: int = 0) -> Response:
    """Shows the editor with the text in use, or with the one proposed: a colleague builds on what waits."""
    must(desk, share_resource, propose_resource)
    state = resource_of(desk, resource)
    builds_on = proposition or not state.current or not desk.may(share_resource)
    start = state.proposal if state.proposal and builds_on else state.current
    return _editor(request, desk, OpenForm("editor", values=_values(state, start)), resource)


def _question(desk: Desk, text: str) -> TeamQuestion | None:
    try:
        question = desk.state(UUID(text)) if text else None
    except ValueError:
        return None
    return question if isinstance(question, TeamQuestion) and desk.may(answer_question) else None


# --- what it records


@router.post("/ressources/nouvelle")
@redraw(_editor)
def create(request: Request, desk: AtDesk, data: UploadData) -> Response:
    """Shares a new resource, or proposes it; with a question, it answers the question."""
    return _save(request, desk, None, data)


@router.post("/ressources/{resource:uuid}/modifier")
@redraw(_editor)
def save(request: Request, desk: AtDesk, resource: UUID, data: UploadData) -> Response:
    """Publishes another text, or proposes it."""
    return _save(request, desk, resource, data)


def _save(request: Request, desk: Desk, resource: UUID | None, data: dict[str, Any]) -> Response:
    must(desk, share_resource, propose_resource)
    state = resource_of(desk, resource) if resource else Resource()
    plain = {name: value for name, value in data.items() if name != "files"}
    texts = [one for value in plain.values() for one in (value if isinstance(value, list) else [value])]
    if not all(isinstance(one, str) for one in texts):
        raise HTTPException(400)  # a file was sent as a field of text
    form = read_form(ResourceForm, plain, hidden=HIDDEN)
    if form.do == "preview":
        return _editor(request, desk, OpenForm("editor", values=data), resource, preview=True)
    stream, publishes = resource or new_id(form.command_id, "resource"), desk.may(share_resource)
    text = form.model_dump(include=set(OF_DOCUMENT)) | {"files": _notes(desk, state, form, data)}
    sent: dict[str, Any] = {"document": ResourceDocument(**text), "note": form.note}
    decision = propose_resource if not publishes else revise_resource if state.current else share_resource
    sent |= {"replaces": form.replaces} if decision is revise_resource else {}
    steps = [Step({"resource": stream}, decision, sent, guard=_unless_proposed(desk, form))]
    if form.question and publishes:
        steps.append(Step({"question": form.question, "resource": stream}, answer_question, {"answer": stream}))
    take_all(desk, steps, (str(stream), decision.name, sent, str(form.question)), form)
    return redirect(request, f"{SHELF}/{stream}?fait={'publiee' if publishes else 'proposee'}")


def _notes(desk: Desk, state: Resource, form: ResourceForm, data: Mapping[str, Any]) -> tuple[FileNote, ...]:
    """Returns the files of a text. A proposal keeps those that are there: its form has none."""
    if not desk.may(share_resource):
        return _files(state)
    return files.keep_files(desk, data, [one for one in _files(state) if one.digest in form.kept])


def _unless_proposed(desk: Desk, form: ResourceForm) -> Guard:
    """Returns the condition that no colleague proposed a text since the form was drawn: nobody would have read it."""

    def holds(now: Resource) -> bool:
        waits, read = now.proposal, form.proposals
        return read is None or waits is None or waits.number <= read or waits.by == desk.actor.id

    return Guard(holds)
