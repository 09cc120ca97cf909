"""Routes of a draft: its page, its editor, the opinions of the team, its publication."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from pixflow.refused import Refused
from web.desk import refusals
from web.desk.commands import Outcome, record
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.http.addresses import Number, PageNumber, whole_number
from web.http.forms import Day, Form, FormData, OpenForm, validate
from web.http.templates import page, redirect
from web.pages.protocol import drafts, earlier_drafts, editor
from web.pages.protocol.drafts import KINDS, DocumentKind

router = APIRouter()
BASE = "/protocole/projet"
FIELDS = {"from-the-past": "from_day", "notice-needed": "from_day", "nobody-endorsed": "alone"}
"""The field of the form that a refusal is about."""


class SaveForm(Form):
    """The editor. `replaces` is the number of the draft that was open; `do` is the button that was pressed."""

    replaces: int = 0
    do: str = "save"


def kind_of(what: str) -> DocumentKind:
    """Returns the document that an address names. Raises 404 for any other name."""
    found = next((kind for kind in KINDS.values() if kind.what == what), None)
    if found is None:
        raise HTTPException(404)
    return found


OfKind = Annotated[DocumentKind, Depends(kind_of)]


@router.get("/protocole/projet/{what}")
def read(
    request: Request,
    desk: AtDesk,
    kind: OfKind,
    le: Day | None = None,
    p: PageNumber = 1,
    enregistre: str = "",
    numero: Number = 0,
) -> Response:
    """Shows the draft under discussion; `le` is its first day, `p` the page of the young people it concerns.

    `enregistre` is what was just recorded: projet, avis or annulee. `numero` chooses an earlier draft, with what became
    of it.
    """
    draft = kind.draft_of(desk)
    if numero and not (draft and draft.number == numero):
        return page(request, earlier_drafts.earlier_draft_page(desk, kind, numero))
    if draft is None:
        return redirect(request, "/protocole")
    return _draft(request, desk, kind, le, p, done=enregistre)


@router.get("/protocole/projet/{what}/modifier")
def edit(request: Request, desk: AtDesk, kind: OfKind, depuis: str = "") -> Response:
    """Shows the editor; `depuis` is its start: a preset, `publie`, or `projet`, the draft under discussion."""
    _must(desk, kind, "draft")
    draft = kind.draft_of(desk)
    shown = editor.start(desk, kind, depuis)
    return _editor(request, desk, kind, shown, replaces=draft.number if draft else 0)


@router.post("/protocole/projet/{what}/modifier")
def save(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """Proposes the document of the form. Any other button changes the form and records nothing."""
    _must(desk, kind, "draft")
    form, errors = validate(SaveForm, {name: data[name] for name in SaveForm.model_fields if name in data})
    shown = editor.editor_from(kind, data)
    if form is None:
        return _editor(request, desk, kind, replace(shown, errors={"": next(iter(errors.values()))}), status=422)
    if form.do != "save":
        return _editor(request, desk, kind, editor.press(shown, form.do), replaces=form.replaces)
    document, broken = editor.parse(shown)
    if document is None:
        return _editor(request, desk, kind, replace(shown, errors=broken), replaces=form.replaces, status=422)
    outcome = record(
        desk,
        kind.streams(desk),
        kind.draft,
        command_id=form.command_id,
        document=document,
        note=shown.note,
        replaces=form.replaces,
    )
    if outcome.refused is None:
        return redirect(request, f"{BASE}/{kind.what}?enregistre=projet")
    now = _now(desk)
    again = replace(shown, errors={"": refusals.sentence(now, outcome.refused)})
    seen = _seen(now, kind, outcome.refused, form)
    return _editor(request, now, kind, again, replaces=seen, status=422)


@router.post("/protocole/projet/{what}/verifier")
def check(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """Shows the errors and the impact of a form while somebody types. It records nothing."""
    _must(desk, kind, "draft")
    shown = editor.press(editor.editor_from(kind, data), "check")
    replaces = whole_number(str(data.get("replaces", ""))) or 0
    return _editor(request, desk, kind, shown, replaces=replaces, block="check")


@router.post("/protocole/projet/{what}/avis")
def endorse(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """Records an opinion: a comment, an endorsement, or its withdrawal."""
    _must(desk, kind, "endorse")
    form, errors = validate(drafts.OpinionForm, data)
    if form is None:
        return _again(request, desk, kind, OpenForm("opinion", values=data, errors=errors))
    outcome = record(
        desk,
        kind.streams(desk),
        kind.endorse,
        command_id=form.command_id,
        context={"by": desk.actor.id},
        draft=form.draft,
        endorsed=form.endorsed,
        comment=form.comment or "",
    )
    return _answer(request, desk, kind, outcome, "opinion", data, f"{BASE}/{kind.what}?enregistre=avis#avis")


@router.post("/protocole/projet/{what}/ecarter")
def drop(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """Drops the draft."""
    _must(desk, kind, "drop")
    form, errors = validate(drafts.DropForm, data)
    if form is None:
        return _again(request, desk, kind, OpenForm("drop", values=data, errors=errors))
    outcome = record(
        desk,
        kind.streams(desk),
        kind.drop,
        command_id=form.command_id,
        draft=form.draft,
        reason=form.reason or "",
    )
    return _answer(request, desk, kind, outcome, "drop", data, f"/protocole?ecarte={kind.what}")


@router.post("/protocole/projet/{what}/publier")
def publish(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """Publishes the draft: it counts from a day, under the next number."""
    _must(desk, kind, "publish")
    form, errors = validate(drafts.PublicationForm, data)
    if form is None:
        return _again(request, desk, kind, OpenForm("publish", values=data, errors=errors))
    outcome = record(
        desk,
        kind.streams(desk),
        kind.publish,
        command_id=form.command_id,
        draft=form.draft,
        from_day=form.from_day,
        alone=form.alone,
    )
    return _answer(request, desk, kind, outcome, "publish", data, f"/protocole?publie={kind.what}", form.from_day)


@router.post("/protocole/projet/{what}/annuler")
def withdraw(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """Takes back the last publication before its first day: its draft is under discussion again."""
    _must(desk, kind, "withdraw")
    form, _ = validate(drafts.WithdrawalForm, data)
    if form is None:
        raise HTTPException(422)
    outcome = record(desk, kind.streams(desk), kind.withdraw, command_id=form.command_id, number=form.number)
    if outcome.refused:
        return redirect(request, f"/protocole?compte={kind.what}")
    if kind.draft_of(_now(desk)) is None:
        return redirect(request, "/protocole")
    return redirect(request, f"{BASE}/{kind.what}?enregistre=annulee")


# --- answers


def _must(desk: Desk, kind: DocumentKind, name: str) -> None:
    if not desk.may(getattr(kind, name)):
        raise HTTPException(403)


def _answer(
    request: Request,
    desk: Desk,
    kind: DocumentKind,
    outcome: Outcome,
    form: str,
    data: Mapping[str, Any],
    url: str,
    day: date | None = None,
) -> Response:
    if outcome.refused is None:
        return redirect(request, url)
    field = FIELDS.get(outcome.refused.code)
    name = field or str(outcome.refused.details.get("field", ""))
    errors = {name: refusals.sentence(desk, outcome.refused)}
    return _again(request, desk, kind, OpenForm(form, values=data, errors=errors), day)


def _again(request: Request, desk: Desk, kind: DocumentKind, refused: OpenForm, day: date | None = None) -> Response:
    """Draws the page with the values of the refused form. Without a draft any more, returns to the protocol."""
    now = _now(desk)
    if kind.draft_of(now) is None:
        return redirect(request, "/protocole")
    return _draft(request, now, kind, day, 1, refused=refused, status=422)


def _draft(
    request: Request, desk: Desk, kind: DocumentKind, day: date | None, number: int, *, status: int = 200, **said: Any
) -> Response:
    asked = day or desk.refs.calendar.add(desk.today, 1)
    shown = max(asked, drafts.first_day_of(desk, kind, asked))
    return page(request, drafts.draft_page(desk, kind, shown, number, **said), status=status)


def _editor(
    request: Request,
    desk: Desk,
    kind: DocumentKind,
    shown: editor.Editor,
    *,
    replaces: int = 0,
    status: int = 200,
    block: str | None = None,
) -> Response:
    return page(request, editor.editor_page(desk, kind, shown, replaces), block=block, status=status)


def _seen(desk: Desk, kind: DocumentKind, refused: Refused, form: SaveForm) -> int:
    """Returns the draft that a second press replaces: a colleague's, once its author was warned of it."""
    draft = kind.draft_of(desk)
    return draft.number if draft and refused.code == "other-draft" else form.replaces


def _now(desk: Desk) -> Desk:
    """Returns the desk with what was recorded since the request began."""
    desk.refresh()
    return replace(desk, refs=desk.served.refs)
