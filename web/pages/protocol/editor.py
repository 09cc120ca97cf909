"""The editor of a draft: what it starts from, what was typed, what is wrong in it, whom it would touch."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import HTTPException

from pixflow import presets
from pixflow.protocol.document import ProtocolDocument
from pixflow.protocol.grille import PROGRAMMES, Grille
from web.desk.desk import Desk
from web.french import privacy, vocabulary
from web.french.events import details
from web.french.protocol import differences
from web.french.protocol import drafts as french
from web.french.vocabulary import say
from web.pages.protocol import grid_actions, grid_validation, impact, protocol_form
from web.pages.protocol import grid_form as protocol_grid_form
from web.pages.protocol.drafts import Kind
from web.pages.protocol.grid_form import GridSheet
from web.pages.protocol.protocol_form import ProtocolSheet

PUBLISHED, DRAFT = "publie", "projet"
SHOWN = 12


@dataclass(frozen=True, slots=True)
class Editor:
    """A form as it stands; `errors` by field, "" for the whole of it; `start` is what it was opened from."""

    sheet: GridSheet | ProtocolSheet
    errors: Mapping[str, str] = field(default_factory=dict)
    start: str = ""

    @property
    def note(self) -> str:
        return self.sheet.note

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


def start(desk: Desk, kind: Kind, name: str) -> Editor:
    """The form opened from a preset, from what is in force, or from the draft; 404 for what there is not."""
    draft = kind.draft_of(desk)
    name = name or (DRAFT if draft else PUBLISHED)
    if name == DRAFT and draft:
        return Editor(_sheet(draft.document, draft.note), start=DRAFT)
    if name == PUBLISHED:
        return Editor(_sheet(in_force(desk, kind)), start=PUBLISHED)
    if name not in presets.names():
        raise HTTPException(404)
    preset = presets.load(name)
    return Editor(_sheet(preset.grille if kind.what == "grille" else preset.protocol), start=name)


def in_force(desk: Desk, kind: Kind) -> Grille | ProtocolDocument:
    return desk.refs.grille(desk.today).document if kind.what == "grille" else desk.refs.protocol(desk.today)


def typed(kind: Kind, data: Mapping[str, Any]) -> Editor:
    """The form as it was sent, every value kept."""
    return Editor(protocol_grid_form.typed(data) if kind.what == "grille" else protocol_form.typed(data))


def pressed(desk: Desk, kind: Kind, editor: Editor, do: str) -> Editor:
    """The form after a button other than the one that saves; `check` says what is wrong."""
    if do == "check":
        return replace(editor, errors=read(kind, editor).errors)
    if isinstance(editor.sheet, GridSheet):
        return replace(editor, sheet=grid_actions.pressed(editor.sheet, do))
    return editor


def read(kind: Kind, editor: Editor) -> grid_validation.Read | protocol_form.Read:
    """The document that was typed, or what is wrong in it."""
    sheet = editor.sheet
    return grid_validation.read(sheet) if isinstance(sheet, GridSheet) else protocol_form.read(sheet)


def context(desk: Desk, kind: Kind, editor: Editor, replaces: int) -> dict[str, Any]:
    """Everything protocol/drafts/grille.html or protocol/drafts/protocole.html needs."""
    draft = kind.draft_of(desk)
    shown = {
        "desk": desk,
        "kind": kind,
        "editor": editor,
        "sheet": editor.sheet,
        "replaces": replaces,
        "french": french,
        "fallen": french.fallen(kind.what, draft.number, len(draft.endorsed_by)) if draft else "",
        "starts": starts(desk, kind, editor),
        "number": kind.state(desk).drafts + 1,
    }
    said = read(kind, editor)
    shown |= {"broken": list(dict.fromkeys(said.errors.values()))}
    if isinstance(editor.sheet, GridSheet):
        return shown | _of_grid(desk, said.document)
    return shown | _of_protocol(desk, said.document)


def starts(desk: Desk, kind: Kind, editor: Editor) -> list[tuple[str, str, bool]]:
    """What one may start from: the address, the words, whether this form did."""
    draft = kind.draft_of(desk)
    named = [(DRAFT, french.draft_name(kind.what, draft.number))] if draft else []
    named.append((PUBLISHED, "grille en vigueur" if kind.what == "grille" else "protocole en vigueur"))
    named += [(name, say("modèle {name}", name=presets.load(name).protocol.name)) for name in presets.names()]
    base = f"/protocole/projet/{kind.what}/modifier"
    return [(f"{base}?depuis={name}", vocabulary.upper_first(text), name == editor.start) for name, text in named]


def _sheet(document: Grille | ProtocolDocument, note: str = "") -> GridSheet | ProtocolSheet:
    return protocol_grid_form.of(document, note) if isinstance(document, Grille) else protocol_form.of(document, note)


def _of_grid(desk: Desk, document: object) -> dict[str, Any]:
    """`touched` is None while something is wrong."""
    programmes = [(name, vocabulary.PROGRAMMES[name]) for name in PROGRAMMES]
    shown = {"kinds": list(differences.KINDS.items()), "programmes": programmes, "touched": None, "some": []}
    if not isinstance(document, Grille):
        return shown
    found = impact.readers(desk, desk.refs.grille(desk.today).document, document)
    return shown | {"touched": found, "some": impact.page(desk, found, SHOWN)}


def _of_protocol(desk: Desk, document: object) -> dict[str, Any]:
    shown = {"form": protocol_form, "details": details, "rights": privacy, "delays": french.delay_rows(), "lines": None}
    if not isinstance(document, ProtocolDocument):
        return shown
    return shown | {"lines": differences.protocol_changes(desk.refs.protocol(desk.today), document)}
