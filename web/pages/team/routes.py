"""Équipe: the board, one person, somebody added, and what is noted of several at once."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.authorization import Subject
from pixflow.engine import new_id
from pixflow.refused import Refused
from pixflow.team import staff
from pixflow.team.milestones import hold_briefing
from web.desk.commands import record
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import vocabulary
from web.french.errors import missing, refusals
from web.http.forms import FormData, validate
from web.http.templates import page, redirect
from web.pages.team import board as team_board
from web.pages.team import member, milestones
from web.pages.team.forms import FORMS, Joining, offers, unknown
from web.pages.team.member import OpenForm

router = APIRouter()


@router.get("/equipe")
def read(
    request: Request,
    desk: AtDesk,
    etat: str = "here",
    role: str = "",
    site: str = "",
    p: Annotated[int, Query(ge=1)] = 1,
    fait: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Response:
    """The board; `etat` is here, away or gone; `fait` is of how many people something was just noted."""
    context = team_board.board(desk, etat if etat in team_board.STATES else "here", role, site, p)
    return _board(request, context, done=fait)


@router.post("/equipe/noter")
def note(request: Request, desk: AtDesk, data: FormData) -> Response:
    """One step of everybody ticked: one command a person, one result a person."""
    if not desk.may(hold_briefing):
        raise HTTPException(403)
    form, errors = validate(milestones.Several, data)
    errors = missing.named(errors) or (milestones.left_out(form) if form else {})
    if form is None or errors:
        return _again(request, desk, data, errors)
    done = milestones.note(desk, form)
    if any(one.refused for one in done):
        desk.refresh()
        return _board(request, team_board.board(desk, "here", "", "", 1), told=done, status=422)
    return RedirectResponse(f"/equipe?fait={len(done)}", 303)


def _board(request: Request, context: Mapping[str, Any], *, status: int = 200, **shown: Any) -> Response:
    blank = {"done": 0, "told": (), "values": {}, "errors": {}}
    return page(request, "team/board.html", {**context, **blank, **shown}, block="board", status=status)


def _again(request: Request, desk: Desk, data: Mapping[str, Any], errors: Mapping[str, str]) -> Response:
    board = team_board.board(desk, "here", "", "", 1)
    return _board(request, board, values=data, errors=errors, status=422)


# --- somebody new


@router.get("/equipe/nouveau")
def new(request: Request, desk: AtDesk) -> Response:
    """Somebody to add."""
    return _joining(request, desk, {}, {})


@router.post("/equipe/nouveau")
def add(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Add them; somebody who had left, known by their e-mail, is back."""
    form, errors = validate(Joining, data)
    errors = missing.named(errors) or (unknown(desk, form) if form else {})
    if form is None or errors:
        return _joining(request, desk, data, errors, status=422)
    said = form.model_dump(include={"name", "email", "phone", "site", "roles"})
    person = _stream(desk, form)
    outcome = record(desk, {"staff": person}, staff.add_member, command_id=form.command_id, **said)
    if outcome.refused:
        holder = outcome.refused.details.get("by")
        field = "email" if outcome.refused.code == "taken" else str(outcome.refused.details.get("field", ""))
        errors = {field: _sentence(desk, outcome.refused)}
        return _joining(request, desk, data, errors, status=422, holder=holder)
    return redirect(request, f"/equipe/{person}?fait=1")


def _stream(desk: Desk, form: Joining) -> UUID:
    """A new person; or the one who has that e-mail, when they had left."""
    try:
        held = desk.engine.claim_holders("email", [staff.address(form.email)])
    except Refused:
        held = {}
    for holder in held.values():
        if not desk.refs.team[holder].works(desk.today) or desk.engine.has_recorded(form.command_id):
            return holder
    return new_id(form.command_id, "staff")


def _joining(
    request: Request,
    desk: Desk,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    status: int = 200,
    holder: object = None,
) -> Response:
    if not desk.may(staff.add_member):
        raise HTTPException(403)
    sites = desk.refs.structure.sites
    context = {
        "desk": desk,
        "values": values,
        "errors": errors,
        "holder": holder,
        "roles": list(vocabulary.ROLES.items()),
        "sites": [("", "toute la structure"), *((site, site) for site in sites)],
    }
    return page(request, "team/new.html", context, block="form", status=status)


# --- one person


@router.get("/equipe/{person:uuid}")
def one(request: Request, desk: AtDesk, person: UUID, form: str = "", about: str = "", fait: int = -1) -> Response:
    """One person; `form` opens one of the forms about them, `fait` is the version just recorded."""
    _known(desk, person)
    opened = OpenForm.blank(desk, person, form, about) if form in offers(desk, person) else None
    return _person(request, desk, person, opened, done=fait)


@router.post("/equipe/{person:uuid}/{name}")
def act(request: Request, desk: AtDesk, person: UUID, name: str, data: FormData) -> Response:
    """Take the decision of one form about somebody."""
    _known(desk, person)
    if name not in FORMS:
        raise HTTPException(404)
    spec = FORMS[name]
    if not desk.may(spec.decision, Subject(member=person)):
        raise HTTPException(403)
    form, errors = validate(spec.model, data)
    errors = missing.named(errors) or (unknown(desk, form) if form else {})
    if form is None or errors:
        return _person(request, desk, person, OpenForm.again(name, data, errors), status=422)
    outcome = record(desk, {"staff": person}, spec.decision, command_id=form.command_id, **spec.said(form))
    if outcome.refused:
        field = str(outcome.refused.details.get("field", ""))
        errors = {field: _sentence(desk, outcome.refused)}
        return _person(request, desk, person, OpenForm.again(name, data, errors), status=422)
    version = outcome.recorded[-1].originator_version if outcome.recorded else 0
    return RedirectResponse(f"/equipe/{person}?fait={version}", 303)


def _person(
    request: Request, desk: Desk, person: UUID, opened: OpenForm | None, *, done: int = -1, status: int = 200
) -> Response:
    if status == 422:
        desk.refresh()
    context = member.context(desk, person, opened, done=done)
    response = page(request, "team/colleague.html", context, block="person", status=status)
    if status == 422:
        response.headers["HX-Replace-Url"] = "false"
    return response


def _known(desk: Desk, person: UUID) -> None:
    if person not in desk.refs.team:
        raise HTTPException(404)


def _sentence(desk: Desk, refused: Refused) -> str:
    return refusals.refusal(refused.code, refused.details, names_for(desk))
