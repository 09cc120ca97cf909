"""The editor of a draft: the document it starts from, its form, its errors, its impact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow import presets
from pixflow.documents.grille import PROGRAMMES, Grille
from pixflow.documents.protocol import ProtocolDocument
from web.desk.commands import again, check, read_form
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.drafts import DocumentKind
from web.french import typography, vocabulary
from web.french.protocol import differences
from web.french.protocol import drafts as french
from web.french.typography import say
from web.http.addresses import whole_number
from web.http.forms import Form, FormData, OpenForm
from web.http.people import NOBODY, listed
from web.http.templates import redirect, show
from web.pages.protocol import grid_form, impact, protocol_form
from web.pages.protocol.documents import GRID, draft_of, grid_changes, state_of
from web.pages.protocol.drafts import BASE, OfKind, renewed
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
        return Editor(_sheet(_in_force(desk, kind)), start=PUBLISHED)
    if version := _versions(desk, kind).get(whole_number(name) or 0):
        return Editor(_sheet(version), start=name)
    if name not in presets.names():
        raise HTTPException(404)
    preset = presets.load(name)
    return Editor(_sheet(preset.grille if kind is GRID else preset.protocol), start=name)


def _starts(desk: Desk, kind: DocumentKind, editor: Editor) -> list[tuple[str, str, bool]]:
    """Returns the documents to start from: address, label, and True for the start of this form."""
    draft = draft_of(desk, kind)
    named = [(DRAFT, french.draft_name(kind.what, draft.number))] if draft else []
    named.append((PUBLISHED, "grille en vigueur" if kind is GRID else "protocole en vigueur"))
    now = _in_force(desk, kind)
    earlier = [number for number, document in _versions(desk, kind).items() if document != now]
    named += [(str(number), french.version_name(kind.what, number)) for number in reversed(earlier)]
    named += [(name, say("modèle {name}", name=presets.load(name).protocol.name)) for name in presets.names()]
    base = f"{BASE}/{kind.what}/modifier"
    return [(f"{base}?depuis={name}", typography.upper_first(text), name == editor.start) for name, text in named]


def _versions(desk: Desk, kind: DocumentKind) -> dict[int, Any]:
    published = state_of(desk, kind).published
    return {number: getattr(one, "document", one) for number, (_, one) in enumerate(published, 1)}


def _in_force(desk: Desk, kind: DocumentKind) -> Grille | ProtocolDocument:
    return desk.refs.grille(desk.today).document if kind is GRID else desk.refs.protocol(desk.today)


def _sheet(document: Grille | ProtocolDocument, note: str = "") -> GridSheet | ProtocolSheet:
    if isinstance(document, Grille):
        return grid_form.grid_sheet(document, note)
    return protocol_form.protocol_sheet(document, note)


def _sheet_from(kind: DocumentKind, data: Mapping[str, Any]) -> GridSheet | ProtocolSheet:
    return grid_form.sheet_from(data) if kind is GRID else protocol_form.sheet_from(data)


def _parse(sheet: GridSheet | ProtocolSheet) -> tuple[Grille | ProtocolDocument | None, Mapping[str, str]]:
    return grid_form.parse(sheet) if isinstance(sheet, GridSheet) else protocol_form.parse(sheet)


def _again(request: Request, desk: Desk, kind: DocumentKind, form: OpenForm) -> Response:
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
    if isinstance(editor.sheet, ProtocolSheet):
        now, then = desk.refs.protocol(desk.today), document if isinstance(document, ProtocolDocument) else None
        return show(
            request,
            "protocol/drafts/protocole.html",
            block,
            NOBODY,
            status=status,
            editor=editor,
            starts=starts,
            replaces=replaces,
            warning=warning,
            broken=broken,
            sheet=editor.sheet,
            fields=protocol_form.FIELDS,
            changes=differences.protocol_changes(now, then) if then else None,
            sentences=impact.limits(desk, now, then) if then else [],
        )
    current, grid = desk.refs.grille(desk.today).document, document if isinstance(document, Grille) else None
    moved = impact.grid_impact(desk, current, grid, SHOWN) if grid else None
    return show(
        request,
        "protocol/drafts/grille.html",
        block,
        listed(row.stream for row, _ in moved["results"]) if moved else NOBODY,
        status=status,
        editor=editor,
        starts=starts,
        replaces=replaces,
        warning=warning,
        broken=broken,
        sheet=editor.sheet,
        kinds=list(differences.KINDS.items()),
        line_more=french.line_more,
        programmes=[(name, vocabulary.PROGRAMMES[name]) for name in PROGRAMMES],
        grid=grid_changes(current, grid) if grid else None,
        impact=moved,
    )


# --- its buttons


@router.post("/protocole/projet/{what}/modifier")
@again(_again)
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
