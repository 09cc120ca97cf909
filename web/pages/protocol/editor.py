"""The editor of a draft: the document it starts from, its form, its errors, its impact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow import presets
from pixflow.documents.grille import Grille
from pixflow.documents.protocol import ProtocolDocument
from web.desk.commands import check, read_form, redraw
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.drafts import DocumentKind
from web.french import typography
from web.french.protocol import drafts as french
from web.french.typography import say
from web.http.addresses import whole_number
from web.http.forms import Form, FormData, OpenForm
from web.http.people import listed
from web.http.templates import redirect, show
from web.pages.protocol import grid_form, impact, protocol_form
from web.pages.protocol.documents import BASE, GRID, changes_of, draft_of, version_on, versions
from web.pages.protocol.drafts import OfKind, renewed
from web.pages.protocol.grid_form import GridSheet
from web.pages.protocol.protocol_form import ProtocolSheet

router = APIRouter()
PUBLISHED, DRAFT = "publie", "projet"
SHOWN = 12


class SaveForm(Form):
    """The editor. `replaces` is the number of the draft that was open; `do` is the button that was pressed."""

    replaces: int = 0
    do: str = "save"


@dataclass(frozen=True, slots=True)
class Editor:
    """A form with its errors by field, "" for the whole of it. `start` is the document that it was opened from."""

    sheet: GridSheet | ProtocolSheet
    errors: Mapping[str, str] = field(default_factory=dict)
    start: str = ""

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    @property
    def summary(self) -> Mapping[str, str]:
        """The errors by field, each with the band that it is about."""
        return {name: french.of_band(name, sentence) for name, sentence in self.errors.items()}


# --- its page


@router.get("/protocole/projet/{what}/modifier")
def edit(request: Request, desk: AtDesk, kind: OfKind, depuis: str = "") -> Response:
    """Shows the editor; `depuis` is its start: a preset, `publie`, or `projet`, the draft under discussion."""
    kind.must(desk, "draft")
    draft = draft_of(desk, kind)
    return _editor(request, desk, kind, _start(desk, kind, depuis), draft.number if draft else 0)


def _start(desk: Desk, kind: DocumentKind, name: str) -> Editor:
    """Opens the form from a preset, a version by its number, the document in force, or the draft.

    Raises 404 for any other name.
    """
    draft = draft_of(desk, kind)
    name = name or (DRAFT if draft else PUBLISHED)
    if name == DRAFT and draft:
        return Editor(_sheet(draft.document, draft.note), start=DRAFT)
    if name == PUBLISHED:
        return Editor(_sheet(version_on(desk, kind, desk.today).document), start=PUBLISHED)
    if version := next((one for one in versions(desk, kind) if one.number == whole_number(name)), None):
        return Editor(_sheet(version.document), start=name)
    if name not in presets.names():
        raise HTTPException(404)
    preset = presets.load(name)
    return Editor(_sheet(preset.grille if kind is GRID else preset.protocol), start=name)


def _starts(desk: Desk, kind: DocumentKind, editor: Editor) -> list[tuple[str, str, bool]]:
    """Returns the documents to start from: address, label, and True for the start of this form."""
    draft = draft_of(desk, kind)
    named = [(DRAFT, french.draft_name(kind.what, draft.number))] if draft else []
    named.append((PUBLISHED, "grille en vigueur" if kind is GRID else "protocole en vigueur"))
    now = version_on(desk, kind, desk.today).document
    earlier = [one.number for one in versions(desk, kind) if one.document != now]
    named += [(str(number), french.version_name(kind.what, number)) for number in reversed(earlier)]
    named += [(name, say("modèle {name}", name=presets.load(name).protocol.name)) for name in presets.names()]
    base = f"{BASE}/{kind.what}/modifier"
    return [(f"{base}?depuis={name}", typography.upper_first(text), name == editor.start) for name, text in named]


def _sheet(document: Grille | ProtocolDocument, note: str = "") -> GridSheet | ProtocolSheet:
    if isinstance(document, Grille):
        return grid_form.grid_sheet(document, note)
    return protocol_form.protocol_sheet(document, note)


def _sheet_from(kind: DocumentKind, data: Mapping[str, Any]) -> GridSheet | ProtocolSheet:
    return grid_form.sheet_from(data) if kind is GRID else protocol_form.sheet_from(data)


def _parse(sheet: GridSheet | ProtocolSheet) -> tuple[Grille | ProtocolDocument | None, Mapping[str, str]]:
    return grid_form.parse(sheet) if isinstance(sheet, GridSheet) else protocol_form.parse(sheet)


def _show_again(request: Request, desk: Desk, kind: DocumentKind, form: OpenForm) -> Response:
    """Shows the form as it was sent. A second press replaces a colleague's draft: its author was warned of it."""
    now, errors = renewed(desk), {"": next(iter(form.errors.values()))} if form.code else form.errors
    draft, replaces = draft_of(now, kind), _replaces(form.values)
    if draft and form.code == "other-draft":
        replaces = draft.number
    return _editor(request, now, kind, Editor(_sheet_from(kind, form.values), errors), replaces, status=422)


def _replaces(data: Mapping[str, Any]) -> int:
    return whole_number(str(data.get("replaces", ""))) or 0


def _editor(
    request: Request,
    desk: Desk,
    kind: DocumentKind,
    editor: Editor,
    replaces: int,
    *,
    block: str = "editor",
    status: int = 200,
) -> Response:
    """Draws the form, what its document would change, and whom it concerns: nothing of that while it has an error."""
    draft, starts = draft_of(desk, kind), _starts(desk, kind, editor)
    warning = french.fallen(kind.what, draft.number, len(draft.endorsed_by)) if draft else ""
    document, errors = _parse(editor.sheet)
    broken = list(dict.fromkeys(french.of_band(name, sentence) for name, sentence in errors.items()))
    now, moved = version_on(desk, kind, desk.today).document, _impact(desk, document)
    return show(
        request,
        "protocol/drafts/editor.html",
        block,
        listed(row.stream for row, _ in moved["results"]),
        status=status,
        what=kind.what,
        editor=editor,
        starts=starts,
        replaces=replaces,
        warning=warning,
        broken=broken,
        sheet=editor.sheet,
        fields=grid_form.FIELDS if kind is GRID else protocol_form.FIELDS,
        changes=changes_of(kind, now, document) if document else None,
        impact=moved,
    )


def _impact(desk: Desk, document: Grille | ProtocolDocument | None) -> dict[str, Any]:
    """Returns what a document would change today: of a protocol sentences alone, which name nobody."""
    if isinstance(document, Grille):
        return impact.grid_impact(desk, desk.refs.grille(desk.today).document, document, SHOWN)
    now = desk.refs.protocol(desk.today)
    return {"results": [], "sentences": impact.limits(desk, now, document) if document else []}


# --- its buttons


@router.post("/protocole/projet/{what}/modifier")
@redraw(_show_again)
def save(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """Proposes the document of the form. Any other button changes the form and records nothing."""
    kind.must(desk, "draft")
    sent = {name: data[name] for name in SaveForm.model_fields if name in data}
    form, sheet = read_form(SaveForm, sent, hidden=("replaces", "do")), _sheet_from(kind, data)
    if form.do != "save":
        return _editor(request, desk, kind, _press(sheet, form.do), form.replaces)
    document, errors = _parse(sheet)
    check(errors)
    kind.propose(desk, form, document=document, note=sheet.note, replaces=form.replaces)
    return redirect(request, f"{BASE}/{kind.what}?enregistre=projet")


@router.post("/protocole/projet/{what}/verifier")
def verify(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """Shows the errors and the impact of a form while somebody types. It records nothing."""
    kind.must(desk, "draft")
    return _editor(request, desk, kind, _press(_sheet_from(kind, data), "check"), _replaces(data), block="check")


def _press(sheet: GridSheet | ProtocolSheet, do: str) -> Editor:
    """Returns the form after a button that does not save. The button `check` shows the errors."""
    if do == "check":
        return Editor(sheet, _parse(sheet)[1])
    return Editor(grid_form.press(sheet, do) if isinstance(sheet, GridSheet) else sheet)
