"""The editor of a resource: its fields, its preview, and the text that a form says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from markupsafe import Markup
from pydantic import ConfigDict, Field

from pixflow.documents.grille import PROGRAMMES
from pixflow.documents.resource import LONGEST_BODY, Audience, FileNote, ResourceDocument, ResourceKind
from pixflow.events.base import Stage
from pixflow.resources.sharing import share_resource
from pixflow.resources.state import Revision
from web.desk.desk import Desk
from web.http.forms import Form, Text, every
from web.http.people import NOBODY
from web.http.templates import Page
from web.pages.resources import markdown, words
from web.pages.resources.article import TextView

DIGEST = "^[0-9a-f]{64}$"


class ResourceForm(Form):
    """The editor. `links` has one address a line; `kept` are the files that stay; `do` is the button pressed.

    `proposals` counts the proposals when the form was drawn.
    """

    model_config = ConfigDict(str_max_length=LONGEST_BODY + 5_000)

    title: Text = ""
    kind: ResourceKind = "fiche"
    audience: Audience = "team"
    body: Text = ""
    links: Text = ""
    stages: tuple[Stage, ...] = ()
    tasks: tuple[str, ...] = ()
    bands: tuple[Annotated[int, Field(ge=1, le=9)], ...] = ()
    programmes: tuple[Literal["CEJ", "PACEA", "other"], ...] = ()
    note: Text = ""
    kept: tuple[Annotated[str, Field(pattern=DIGEST)], ...] = ()
    replaces: int = Field(0, ge=0, le=2**31 - 1)
    proposals: int | None = Field(None, ge=0, le=2**31 - 1)
    question: UUID | None = None
    do: Literal["save", "preview"] = "save"


assert set(PROGRAMMES) == {"CEJ", "PACEA", "other"}


@dataclass(frozen=True, kw_only=True)
class ResourceEditorPage(Page):
    """The editor: `values` as typed, the `preview` of the text, and `theirs`, the text of a colleague meanwhile.

    `theirs_waits`: it is a proposal. `unsent` are the names of files that a browser does not send again.

    `id` is None for a new resource; `publishes`: the person at the desk publishes, and proposes otherwise.
    """

    template = "resources/editor.html"
    block = "editor"
    shows = NOBODY

    id: UUID | None
    action: str
    back: str
    values: Mapping[str, Any]
    errors: Mapping[str, str]
    files: Sequence[FileNote]
    preview: Markup | None
    theirs: TextView | None
    theirs_waits: bool
    replaces: int
    proposals: int | None
    unsent: Sequence[str]
    question: str
    publishes: bool
    kinds: Sequence[tuple[str, str]] = words.KIND_OPTIONS
    stages: Sequence[tuple[str, str]] = words.STAGE_OPTIONS
    tasks: Sequence[tuple[str, str]] = words.TASK_OPTIONS
    bands: Sequence[tuple[str, str]] = words.BAND_OPTIONS
    programmes: Sequence[tuple[str, str]] = words.PROGRAMME_OPTIONS
    audiences: Sequence[tuple[str, str]] = words.AUDIENCE_OPTIONS


def values_of(revision: Revision | None) -> dict[str, Any]:
    """Returns the values of the editor for a text, or for a new one."""
    if revision is None:
        return {"kind": "fiche", "audience": "team"}
    text = revision.document
    return {
        "title": text.title,
        "kind": text.kind,
        "body": text.body,
        "links": "\n".join(text.links),
        "stages": list(text.stages),
        "tasks": list(text.tasks),
        "bands": [str(rank) for rank in text.bands],
        "programmes": list(text.programmes),
        "audience": text.audience,
    }


def typed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the values of a form that was sent, for the editor to show again."""
    many = {name: every(data, name) for name in ("stages", "tasks", "bands", "programmes", "kept")}
    plain = {name: data[name] for name in ("title", "kind", "body", "links", "audience", "note") if name in data}
    return {**plain, **many}


def editor_page(
    desk: Desk,
    stream: UUID | None,
    values: Mapping[str, Any],
    *,
    replaces: int,
    files: Sequence[FileNote] = (),
    errors: Mapping[str, str] | None = None,
    preview: bool = False,
    theirs: TextView | None = None,
    theirs_waits: bool = False,
    proposals: int | None = 0,
    unsent: Sequence[str] = (),
    question: str = "",
) -> ResourceEditorPage:
    where = f"/ressources/{stream}" if stream else "/ressources"
    body = str(values.get("body") or "")
    return ResourceEditorPage(
        id=stream,
        action=f"{where}/modifier" if stream else f"{where}/nouvelle",
        back=where,
        values=values,
        errors=errors or {},
        files=files,
        preview=markdown.html(plain_lines(body)[:LONGEST_BODY]) if preview else None,
        theirs=theirs,
        theirs_waits=theirs_waits,
        replaces=replaces,
        proposals=proposals,
        unsent=unsent,
        question=question,
        publishes=desk.may(share_resource),
    )


def document_of(form: ResourceForm, files: Sequence[FileNote]) -> ResourceDocument:
    """Returns the text that a form says, with these files."""
    known = {code for code, _ in words.TASK_OPTIONS}
    return ResourceDocument(
        title=" ".join(form.title.split()),
        kind=form.kind,
        body=plain_lines(form.body).strip(),
        links=tuple(dict.fromkeys(form.links.split())),
        stages=form.stages,
        tasks=tuple(kind for kind in form.tasks if kind in known),
        bands=tuple(sorted(set(form.bands))),
        programmes=form.programmes,
        audience=form.audience,
        files=tuple(files),
    )


def plain_lines(text: str) -> str:
    """Returns a text of a form with line ends of one character."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
