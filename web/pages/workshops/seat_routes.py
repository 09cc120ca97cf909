"""Routes that book, give up and keep seats."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.engine import new_id
from pixflow.workshop import booking, undo
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.receipts import Told
from web.french import vocabulary
from web.http.forms import Form, FormData, validate
from web.http.pagination import address
from web.pages.workshops import bulk_booking
from web.pages.workshops.routes import AtWorkshops, Number
from web.pages.workshops.workshop import Page
from web.pages.workshops.workshop_routes import _answer, _page

router = APIRouter()


class Some(Form):
    """Those who were ticked."""

    dossier: tuple[UUID, ...] = ()
    or_wait: bool = False


class One(Form):
    dossier: UUID


@router.post("/ateliers/{workshop_id:uuid}/inscrire")
def add(
    request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData, a: Number = 1, groupe: str = ""
) -> Response:
    """Those who were ticked, one command each; where one was refused, every row is told at once."""
    found = _booking(desk, workshop_id)
    form, errors = validate(Some, data)
    if form is None or not form.dossier:
        said = {"": next(iter(errors.values()), "Cochez au moins une personne.")}
        return _page(
            request, desk, workshop_id, a, groupe, told=Told(vocabulary.typeset(said[""]), tone="late"), status=422
        )
    outcomes = bulk_booking.book(found, form.dossier, form.command_id, or_wait=form.or_wait)
    if outcomes.refused:
        desk.refresh()
        return _page(request, desk, workshop_id, a, groupe, told=outcomes.told(), status=422)
    return RedirectResponse(address(f"/ateliers/{workshop_id}", {"groupe": groupe, "fait": outcomes.reference}), 303)


@router.post("/ateliers/{workshop_id:uuid}/accepter")
def accept(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """The seat that is kept for somebody is theirs."""
    found = _booking(desk, workshop_id)
    form = _one(data)
    context = {"initial": found.initial, "plan": new_id(form.command_id, "plan")}
    outcome = record(
        desk,
        {"workshop": workshop_id, "dossier": form.dossier},
        booking.book_seat,
        command_id=form.command_id,
        context=context,
        or_wait=False,
    )
    return _answer(request, desk, workshop_id, outcome.refused, outcome.recorded)


@router.post("/ateliers/{workshop_id:uuid}/rendre")
def release(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """A seat given up, an offer declined, a place on the list left; who waits first is offered what is free."""
    _booking(desk, workshop_id)
    form = _one(data)
    outcome = record(
        desk,
        {"workshop": workshop_id, "dossier": form.dossier},
        booking.release_seat,
        command_id=form.command_id,
        context={"until": booking.kept_until(desk.refs, desk.today)},
    )
    return _answer(request, desk, workshop_id, outcome.refused, outcome.recorded)


@router.post("/ateliers/{workshop_id:uuid}/garder")
def keep(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """What was just given up is not, as long as nobody else has it."""
    _booking(desk, workshop_id)
    form = _one(data)
    outcome = record(
        desk,
        {"workshop": workshop_id, "dossier": form.dossier},
        undo.undo_release,
        command_id=form.command_id,
        reason="annulé aussitôt",
    )
    return _answer(request, desk, workshop_id, outcome.refused, outcome.recorded)


def _booking(desk: Desk, id: UUID) -> Page:
    """The workshop, for who may book seats for somebody; for whom is asked where it is recorded."""
    found = Page(desk, id)
    if not desk.ever(booking.book_seat):
        raise HTTPException(403)
    return found


def _one(data: Mapping[str, Any]) -> One:
    form = validate(One, data)[0]
    if form is None:
        raise HTTPException(422)
    return form
