"""A protocol or a grid under discussion: its page, its editor, the team's words, its publication."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from pixflow.refused import Refused
from web.desk.commands import Outcome, record
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french.errors import refusals
from web.http.forms import Day, Form, FormData, validate
from web.http.templates import page, redirect
from web.pages.protocol import drafts, editor
from web.pages.protocol.drafts import KINDS, Kind, Sent

router = APIRouter()
BASE = "/protocole/projet"


class Saved(Form):
    """`replaces` is the draft that the page was written over, `do` the button that was pressed."""

    replaces: int = 0
    do: str = "save"


def kind_of(what: str) -> Kind:
    """The document that an address names."""
    found = next((kind for kind in KINDS.values() if kind.what == what), None)
    if found is None:
        raise HTTPException(404)
    return found


OfKind = Annotated[Kind, Depends(kind_of)]


@router.get("/protocole/projet/{what}")
def read(
    request: Request,
    desk: AtDesk,
    kind: OfKind,
    le: Day | None = None,
    p: Annotated[int, Query(ge=1)] = 1,
    fait: str = "",
) -> Response:
    """The draft under discussion; `le` is the day from which it would count, `p` the page of those it touches."""
    if kind.draft_of(desk) is None:
        return redirect(request, "/protocole")
    return _draft(request, desk, kind, le, p, done=fait)


@router.get("/protocole/projet/{what}/modifier")
def edit(request: Request, desk: AtDesk, kind: OfKind, depuis: str = "") -> Response:
    """The editor; `depuis` names what to start from: a preset, `publie`, or the draft under discussion."""
    _must(desk, kind, "draft")
    draft = kind.draft_of(desk)
    shown = editor.start(desk, kind, depuis)
    return _editor(request, desk, kind, shown, replaces=draft.number if draft else 0)


@router.post("/protocole/projet/{what}/modifier")
def save(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """Propose what was typed; any other button changes the form's shape and records nothing."""
    _must(desk, kind, "draft")
    form, errors = validate(Saved, {name: data[name] for name in Saved.model_fields if name in data})
    shown = editor.typed(kind, data)
    if form is None:
        return _editor(request, desk, kind, replace(shown, errors={"": next(iter(errors.values()))}), status=422)
    if form.do != "save":
        return _editor(request, desk, kind, editor.pressed(desk, kind, shown, form.do), replaces=form.replaces)
    read = editor.read(kind, shown)
    if read.document is None:
        return _editor(request, desk, kind, replace(shown, errors=read.errors), replaces=form.replaces, status=422)
    outcome = record(
        desk,
        kind.streams(desk),
        kind.draft,
        command_id=form.command_id,
        document=read.document,
        note=shown.note,
        replaces=form.replaces,
    )
    if outcome.refused is None:
        return redirect(request, f"{BASE}/{kind.what}?fait=projet")
    now = _now(desk)
    said, seen = replace(shown, errors={"": _sentence(now, outcome.refused)}), _seen(now, kind, outcome.refused, form)
    return _editor(request, now, kind, said, replaces=seen, status=422)


@router.post("/protocole/projet/{what}/verifier")
def check(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """What is wrong in what is being typed, and whom it would touch; nothing is recorded."""
    _must(desk, kind, "draft")
    shown = editor.pressed(desk, kind, editor.typed(kind, data), "check")
    replaces = str(data.get("replaces", ""))
    return _editor(request, desk, kind, shown, replaces=int(replaces) if replaces.isdecimal() else 0, block="check")


@router.post("/protocole/projet/{what}/avis")
def endorse(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """A word of the person at the desk: a comment, an endorsement, or its withdrawal."""
    _must(desk, kind, "endorse")
    form, errors = validate(drafts.Opinion, data)
    if form is None:
        return _again(request, desk, kind, Sent("opinion", data, errors))
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
    return _answer(request, desk, kind, outcome, "opinion", data, f"{BASE}/{kind.what}?fait=avis#avis")


@router.post("/protocole/projet/{what}/ecarter")
def drop(request: Request, desk: AtDesk, kind: OfKind, data: FormData) -> Response:
    """The draft will not be published."""
    _must(desk, kind, "drop")
    form, errors = validate(drafts.Dropped, data)
    if form is None:
        return _again(request, desk, kind, Sent("drop", data, errors))
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
    """The draft counts from a day, under the next number."""
    _must(desk, kind, "publish")
    form, errors = validate(drafts.Publication, data)
    if form is None:
        return _again(request, desk, kind, Sent("publish", data, errors))
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


# --- answers


def _must(desk: Desk, kind: Kind, name: str) -> None:
    if not desk.may(getattr(kind, name)):
        raise HTTPException(403)


def _answer(
    request: Request,
    desk: Desk,
    kind: Kind,
    outcome: Outcome,
    form: str,
    data: Mapping[str, Any],
    url: str,
    day: date | None = None,
) -> Response:
    if outcome.refused is None:
        return redirect(request, url)
    field = {"from-the-past": "from_day", "nobody-endorsed": "alone"}.get(outcome.refused.code)
    name = field or str(outcome.refused.details.get("field", ""))
    return _again(request, desk, kind, Sent(form, data, {name: _sentence(desk, outcome.refused)}), day)


def _again(request: Request, desk: Desk, kind: Kind, sent: Sent, day: date | None = None) -> Response:
    """The page with the form's values kept; back to the protocol when the draft is there no more."""
    now = _now(desk)
    if kind.draft_of(now) is None:
        return redirect(request, "/protocole")
    return _draft(request, now, kind, day, 1, sent=sent, status=422)


def _draft(
    request: Request, desk: Desk, kind: Kind, day: date | None, number: int, *, status: int = 200, **said: Any
) -> Response:
    asked = day or desk.refs.calendar.add(desk.today, 1)
    context = drafts.context(desk, kind, max(asked, desk.today), number, **said)
    return page(request, "protocol/drafts/draft.html", context, block="draft", status=status)


def _editor(
    request: Request,
    desk: Desk,
    kind: Kind,
    shown: editor.Editor,
    *,
    replaces: int = 0,
    status: int = 200,
    block: str = "editor",
) -> Response:
    context = editor.context(desk, kind, shown, replaces)
    return page(request, f"protocol/drafts/{kind.what}.html", context, block=block, status=status)


def _sentence(desk: Desk, refused: Refused) -> str:
    return refusals.refusal(refused.code, refused.details, names_for(desk))


def _seen(desk: Desk, kind: Kind, refused: Refused, form: Saved) -> int:
    """Once told of a colleague's draft, a second press puts it aside."""
    draft = kind.draft_of(desk)
    return draft.number if draft and refused.code == "other-draft" else form.replaces


def _now(desk: Desk) -> Desk:
    """The same desk with what was recorded since the request began."""
    desk.refresh()
    return replace(desk, refs=desk.served.refs)
