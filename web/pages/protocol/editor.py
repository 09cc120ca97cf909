"""The editor of a draft: the document it starts from, its form, its errors, its impact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import HTTPException

from pixflow import presets
from pixflow.documents.grille import PROGRAMMES, Grille
from pixflow.documents.protocol import ProtocolDocument
from web.desk.desk import Desk
from web.french import typography, vocabulary
from web.french.protocol import differences
from web.french.protocol import drafts as french
from web.french.protocol.differences import Difference
from web.french.typography import say
from web.http.addresses import whole_number
from web.http.people import NOBODY, People
from web.http.templates import Page
from web.pages.protocol import grid_actions, grid_form, grid_validation, impact, protocol_form, protocol_impact
from web.pages.protocol.drafts import DocumentKind, GridChanges, grid_changes
from web.pages.protocol.grid_form import GridSheet
from web.pages.protocol.protocol_form import ProtocolFields, ProtocolSheet

PUBLISHED, DRAFT = "publie", "projet"
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Editor:
    """A form with its errors by field, "" for the whole of it. `start` is the document that it was opened from."""

    sheet: GridSheet | ProtocolSheet
    errors: Mapping[str, str] = field(default_factory=dict)
    start: str = ""

    @property
    def note(self) -> str:
        return self.sheet.note

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    @property
    def summary(self) -> Mapping[str, str]:
        """The errors by field, each with the band that it is about."""
        return {name: french.of_band(name, sentence) for name, sentence in self.errors.items()}


@dataclass(frozen=True, kw_only=True)
class EditorPage(Page):
    """The form of a document. `starts` are the documents to start from: address, label, True for this one.

    `replaces` is the number of the draft that the form would replace, 0 for none; `warning` tells what that does.
    `broken` are the errors of the form.
    """

    block = "editor"

    editor: Editor
    starts: Sequence[tuple[str, str, bool]]
    replaces: int
    warning: str
    broken: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class GridEditorPage(EditorPage):
    """The form of a grid; `grid` are its changes. Both are None while it has an error."""

    template = "protocol/drafts/grille.html"

    sheet: GridSheet
    kinds: Sequence[tuple[str, str]]
    programmes: Sequence[tuple[str, str]]
    grid: GridChanges | None
    impact: impact.GridImpact | None

    @property
    def shows(self) -> People:
        return impact.people(self.impact)


@dataclass(frozen=True, kw_only=True)
class ProtocolEditorPage(EditorPage):
    """The form of a protocol; `changes` is None while it has an error. `sentences` say whom they concern."""

    template = "protocol/drafts/protocole.html"
    shows = NOBODY

    sheet: ProtocolSheet
    fields: ProtocolFields
    changes: Sequence[Difference] | None
    sentences: Sequence[str]


def start(desk: Desk, kind: DocumentKind, name: str) -> Editor:
    """Opens the form from a preset, a version by its number, the document in force, or the draft.

    Raises 404 for any other name.
    """
    draft = kind.draft_of(desk)
    name = name or (DRAFT if draft else PUBLISHED)
    if name == DRAFT and draft:
        return Editor(_sheet(draft.document, draft.note), start=DRAFT)
    if name == PUBLISHED:
        return Editor(_sheet(in_force(desk, kind)), start=PUBLISHED)
    if version := kind.versions(desk).get(whole_number(name) or 0):
        return Editor(_sheet(version), start=name)
    if name not in presets.names():
        raise HTTPException(404)
    preset = presets.load(name)
    return Editor(_sheet(preset.grille if kind.what == "grille" else preset.protocol), start=name)


def in_force(desk: Desk, kind: DocumentKind) -> Grille | ProtocolDocument:
    return desk.refs.grille(desk.today).document if kind.what == "grille" else desk.refs.protocol(desk.today)


def editor_from(kind: DocumentKind, data: Mapping[str, Any]) -> Editor:
    """Returns the form that was sent, with every value."""
    return Editor(grid_form.sheet_from(data) if kind.what == "grille" else protocol_form.sheet_from(data))


def press(editor: Editor, do: str) -> Editor:
    """Returns the form after a button that does not save. The button `check` shows the errors."""
    if do == "check":
        return replace(editor, errors=parse(editor)[1])
    if isinstance(editor.sheet, GridSheet):
        return replace(editor, sheet=grid_actions.press(editor.sheet, do))
    return editor


def parse(editor: Editor) -> tuple[Grille | ProtocolDocument | None, Mapping[str, str]]:
    """Returns the document of the form, or None, and the errors by field."""
    sheet = editor.sheet
    return grid_validation.parse(sheet) if isinstance(sheet, GridSheet) else protocol_form.parse(sheet)


def editor_page(desk: Desk, kind: DocumentKind, editor: Editor, replaces: int) -> EditorPage:
    """Returns the page of the form."""
    draft = kind.draft_of(desk)
    document, errors = parse(editor)
    shared: dict[str, Any] = {
        "editor": editor,
        "starts": starts(desk, kind, editor),
        "replaces": replaces,
        "warning": french.fallen(kind.what, draft.number, len(draft.endorsed_by)) if draft else "",
        "broken": list(dict.fromkeys(french.of_band(name, sentence) for name, sentence in errors.items())),
    }
    if isinstance(editor.sheet, ProtocolSheet):
        now, then = desk.refs.protocol(desk.today), document if isinstance(document, ProtocolDocument) else None
        return ProtocolEditorPage(
            **shared,
            sheet=editor.sheet,
            fields=protocol_form.protocol_fields(),
            changes=differences.protocol_changes(now, then) if then else None,
            sentences=protocol_impact.sentences(desk, now, then) if then else [],
        )
    grid, now_read = document if isinstance(document, Grille) else None, desk.refs.grille(desk.today).document
    return GridEditorPage(
        **shared,
        sheet=editor.sheet,
        kinds=list(differences.KINDS.items()),
        programmes=[(name, vocabulary.PROGRAMMES[name]) for name in PROGRAMMES],
        grid=grid_changes(now_read, grid) if grid else None,
        impact=impact.grid_impact(desk, now_read, grid, SHOWN) if grid else None,
    )


def starts(desk: Desk, kind: DocumentKind, editor: Editor) -> list[tuple[str, str, bool]]:
    """Returns the documents to start from: address, label, and True for the start of this form."""
    draft = kind.draft_of(desk)
    named = [(DRAFT, french.draft_name(kind.what, draft.number))] if draft else []
    named.append((PUBLISHED, "grille en vigueur" if kind.what == "grille" else "protocole en vigueur"))
    now = in_force(desk, kind)
    earlier = [number for number, document in kind.versions(desk).items() if document != now]
    named += [(str(number), french.version_name(kind.what, number)) for number in reversed(earlier)]
    named += [(name, say("modèle {name}", name=presets.load(name).protocol.name)) for name in presets.names()]
    base = f"/protocole/projet/{kind.what}/modifier"
    return [(f"{base}?depuis={name}", typography.upper_first(text), name == editor.start) for name, text in named]


def _sheet(document: Grille | ProtocolDocument, note: str = "") -> GridSheet | ProtocolSheet:
    if isinstance(document, Grille):
        return grid_form.grid_sheet(document, note)
    return protocol_form.protocol_sheet(document, note)
