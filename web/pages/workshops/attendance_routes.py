"""Presence: who came to a workshop, one press each; who came without a seat; a call for the assistant."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.decision import Decision
from pixflow.refused import Refused
from pixflow.workshop import booking, scheduling
from web.desk.commands import Outcome, record
from web.desk.desk import Desk
from web.http.forms import Form, FormData, validate
from web.http.templates import page
from web.pages.workshops import attendance
from web.pages.workshops.attendance import Said
from web.pages.workshops.listing import refusal
from web.pages.workshops.routes import AtWorkshops
from web.pages.workshops.workshop import Page

router = APIRouter()


class Mark(Form):
    dossier: UUID
    said: Said


class Coming(Form):
    dossier: UUID


@router.get("/ateliers/{workshop_id:uuid}/presence")
def read(request: Request, desk: AtWorkshops, workshop_id: UUID) -> Response:
    """A card for each registrant, in the order of names."""
    return _page(request, _marking(desk, workshop_id))


@router.post("/ateliers/{workshop_id:uuid}/presence")
def mark(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """One press is one fact, recorded at once."""
    found = _marking(desk, workshop_id)
    form = validate(Mark, data)[0]
    if form is None:
        raise HTTPException(422)
    outcome = attendance.mark(found, form.dossier, form.said, form.command_id)
    return _answer(request, desk, workshop_id, outcome, anchor=f"#p-{form.dossier}")


@router.post("/ateliers/{workshop_id:uuid}/presence/tous")
def mark_the_others(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Everybody of whom nothing is said yet is here."""
    found = _marking(desk, workshop_id)
    outcomes = attendance.mark_the_others(found, _plain(data).command_id)
    refused = next((outcome for outcome in outcomes if outcome.refused), Outcome())
    return _answer(request, desk, workshop_id, refused)


@router.post("/ateliers/{workshop_id:uuid}/presence/chercher")
def look(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Who came without a seat, by name: a POST, so that no name stands in an address or a log."""
    found = _marking(desk, workshop_id)
    return _page(request, found, search=attendance.look(found, data.get("q", "")))


@router.post("/ateliers/{workshop_id:uuid}/presence/venu")
def come(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """They are here."""
    found = _marking(desk, workshop_id)
    form = validate(Coming, data)[0]
    if form is None:
        raise HTTPException(422)
    outcome = attendance.add(found, form.dossier, form.command_id)
    return _answer(request, desk, workshop_id, outcome, anchor=f"#p-{form.dossier}")


@router.post("/ateliers/{workshop_id:uuid}/presence/annuler")
def take_back(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """It was somebody else."""
    found = _marking(desk, workshop_id)
    form = validate(Coming, data)[0]
    if form is None:
        raise HTTPException(422)
    outcome = attendance.take_back(found, form.dossier, form.command_id)
    return _answer(request, desk, workshop_id, outcome, anchor=f"#p-{form.dossier}")


@router.post("/ateliers/{workshop_id:uuid}/presence/appeler")
def call(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """The assistant is called."""
    return _decide(request, desk, workshop_id, scheduling.ask_help, data)


@router.post("/ateliers/{workshop_id:uuid}/presence/repondu")
def helped(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """The assistant came, or is needed no longer."""
    return _decide(request, desk, workshop_id, scheduling.give_help, data)


@router.post("/ateliers/{workshop_id:uuid}/presence/clore")
def close(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Everybody is marked, and nobody else comes."""
    return _decide(request, desk, workshop_id, scheduling.close_workshop, data)


def _decide(request: Request, desk: Desk, id: UUID, decide: Decision[..., Any], data: dict[str, Any]) -> Response:
    _marking(desk, id)
    return _answer(request, desk, id, record(desk, {"workshop": id}, decide, command_id=_plain(data).command_id))


def _marking(desk: Desk, id: UUID) -> Page:
    """The workshop, for who may mark there; 404 when there is none or it is cancelled."""
    found = Page(desk, id)
    if not found.may(booking.mark_attendance):
        raise HTTPException(403)
    if found.state.cancelled:
        raise HTTPException(404)
    return found


def _plain(data: dict[str, Any]) -> Form:
    form = validate(Form, data)[0]
    if form is None:
        raise HTTPException(422)
    return form


def _answer(request: Request, desk: Desk, id: UUID, outcome: Outcome, *, anchor: str = "") -> Response:
    if outcome.refused is None:
        return RedirectResponse(f"/ateliers/{id}/presence{anchor}", 303)
    desk.refresh()
    response = _page(request, Page(desk, id), wrong=_why(desk, outcome.refused), status=422)
    response.headers["HX-Replace-Url"] = "false"
    return response


def _why(desk: Desk, refused: Refused) -> str:
    return refusal(desk, refused).popitem()[1]


def _page(request: Request, found: Page, *, status: int = 200, **shown: Any) -> Response:
    return page(request, "workshops/presence.html", attendance.context(found, **shown), block="presence", status=status)
