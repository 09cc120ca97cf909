"""Routes that mark attendance, one press each; add somebody without a seat; call the assistant."""

from typing import Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.decision import Decision
from pixflow.workshop import booking, scheduling
from web.desk import refusals
from web.desk.commands import Outcome, record
from web.desk.desk import Desk
from web.desk.receipts import UndoForm, row_command
from web.french.errors import missing
from web.http.forms import Form, FormData, validate
from web.http.templates import page
from web.pages.workshops import attendance
from web.pages.workshops.attendance import Mark, WalkInForm, WalkInSearch
from web.pages.workshops.routes import AtWorkshops
from web.pages.workshops.scoped_workshop import ScopedWorkshop
from web.pages.workshops.seat_routes import SeatForm

router = APIRouter()
F = TypeVar("F", bound=Form)


class MarkForm(SeatForm):
    mark: Mark


@router.get("/ateliers/{workshop_id:uuid}/presence")
def read(request: Request, desk: AtWorkshops, workshop_id: UUID, recu: str = "") -> Response:
    """Shows a card for each registrant, by name. `recu` names the command that just marked all the others."""
    return page(request, attendance.attendance_page(_workshop(desk, workshop_id), marked=recu))


@router.post("/ateliers/{workshop_id:uuid}/presence")
def mark(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Records one press at once."""
    workshop, form = _workshop(desk, workshop_id), _form(MarkForm, data)
    outcome = attendance.mark(workshop, form.dossier, form.mark, form.command_id)
    return _answer(request, desk, workshop_id, outcome, anchor=f"#p-{form.dossier}")


@router.post("/ateliers/{workshop_id:uuid}/presence/tous")
def mark_the_others(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Marks everybody without a mark as present."""
    workshop = _workshop(desk, workshop_id)
    command = _form(Form, data).command_id
    return _answer_all(request, desk, workshop_id, attendance.mark_the_others(workshop, command), f"?recu={command}")


@router.post("/ateliers/{workshop_id:uuid}/presence/chercher")
def look(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Searches somebody without a seat. It is a POST, so that no name stands in an address or a log."""
    workshop = _workshop(desk, workshop_id)
    form, errors = validate(WalkInForm, data)
    if form is None:
        wrong = WalkInSearch(data, errors=missing.named(errors))
        return page(request, attendance.attendance_page(workshop, search=wrong), status=422)
    search = attendance.look(workshop, form)
    desk.refresh()
    return page(request, attendance.attendance_page(_workshop(desk, workshop_id), search=search))


@router.post("/ateliers/{workshop_id:uuid}/presence/venu")
def walk_in(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Records somebody who came without a seat."""
    workshop, form = _workshop(desk, workshop_id), _form(SeatForm, data)
    outcome = attendance.add(workshop, form.dossier, form.command_id)
    return _answer(request, desk, workshop_id, outcome, anchor=f"#p-{form.dossier}")


@router.post("/ateliers/{workshop_id:uuid}/presence/annuler")
def undo(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Takes a mark back, or those of all the others, noted in one press."""
    workshop = _workshop(desk, workshop_id)
    if "receipt" in data:
        all_of_it = _form(UndoForm, data)
        marked = attendance.marked_at_once(workshop, str(all_of_it.receipt))
        outcomes = [attendance.undo(workshop, one, row_command(all_of_it.command_id, one)) for one in marked]
        return _answer_all(request, desk, workshop_id, outcomes)
    form = _form(SeatForm, data)
    outcome = attendance.undo(workshop, form.dossier, form.command_id)
    return _answer(request, desk, workshop_id, outcome, anchor=f"#p-{form.dossier}")


@router.post("/ateliers/{workshop_id:uuid}/presence/appeler")
def call(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Calls the assistant."""
    return _decide(request, desk, workshop_id, scheduling.ask_help, data)


@router.post("/ateliers/{workshop_id:uuid}/presence/repondu")
def end_call(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Ends the call: the assistant came, or is needed no longer."""
    return _decide(request, desk, workshop_id, scheduling.give_help, data)


@router.post("/ateliers/{workshop_id:uuid}/presence/clore")
def close(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Closes the workshop: everybody has a mark, and nobody else comes."""
    return _decide(request, desk, workshop_id, scheduling.close_workshop, data)


def _decide(request: Request, desk: Desk, id: UUID, decide: Decision[..., Any], data: dict[str, Any]) -> Response:
    _workshop(desk, id)
    outcome = record(desk, {"workshop": id}, decide, command_id=_form(Form, data).command_id)
    return _answer(request, desk, id, outcome)


def _workshop(desk: Desk, id: UUID) -> ScopedWorkshop:
    """Returns the workshop, for whoever may mark there. Raises 404 when it is cancelled."""
    workshop = ScopedWorkshop(desk, id)
    if not workshop.may(booking.mark_attendance):
        raise HTTPException(403)
    if workshop.state.cancelled:
        raise HTTPException(404)
    return workshop


def _form(model: type[F], data: dict[str, Any]) -> F:
    form = validate(model, data)[0]
    if form is None:
        raise HTTPException(422)
    return form


def _answer_all(request: Request, desk: Desk, id: UUID, outcomes: list[Outcome], then: str = "") -> Response:
    """Shows the first refusal, or the page."""
    refused = next((outcome for outcome in outcomes if outcome.refused), Outcome())
    return _answer(request, desk, id, refused, anchor=then)


def _answer(request: Request, desk: Desk, id: UUID, outcome: Outcome, *, anchor: str = "") -> Response:
    if outcome.refused is None:
        return RedirectResponse(f"/ateliers/{id}/presence{anchor}", 303)
    desk.refresh()
    wrong = refusals.sentence(desk, outcome.refused)
    return page(request, attendance.attendance_page(ScopedWorkshop(desk, id), wrong=wrong), status=422)
