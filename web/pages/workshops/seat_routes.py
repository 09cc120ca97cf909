"""Routes that book, give up and keep seats."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.authorization import Subject
from pixflow.dossier.state import Dossier
from pixflow.engine import new_id
from pixflow.events.workshop import WaitlistJoined
from pixflow.workshop import booking
from pixflow.workshop import booking as undo
from projections import directory
from projections.store.folds import fold_of
from web.desk import undo as desk_undo
from web.desk.bulk import BulkOutcome, RowOutcome, row_outcome
from web.desk.commands import Outcome, record
from web.desk.desk import Desk
from web.desk.receipts import Receipt, UndoForm, row_command
from web.french import typography
from web.french.events.sentences import AT_ONCE
from web.http.addresses import PageNumber
from web.http.forms import Form, FormData, validate
from web.http.pagination import address
from web.pages.workshops.routes import AtWorkshops
from web.pages.workshops.scoped_workshop import ScopedWorkshop
from web.pages.workshops.workshop_routes import answer, workshop_response

router = APIRouter()


class BookingForm(Form):
    """The dossiers that were ticked. `or_wait`: onto the waiting list when no seat is free."""

    dossier: tuple[UUID, ...] = ()
    or_wait: bool = False


class SeatForm(Form):
    dossier: UUID


@router.post("/ateliers/{workshop_id:uuid}/inscrire")
def add(
    request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData, a: PageNumber = 1, groupe: str = ""
) -> Response:
    """Books the dossiers that were ticked, one command each. A refusal shows the result of every row."""
    workshop = _workshop(desk, workshop_id)
    form, errors = validate(BookingForm, data)
    if form is None or not form.dossier:
        sentence = next(iter(errors.values()), "Cochez au moins une personne.")
        receipt = Receipt(typography.typeset(sentence), tone="late")
        return workshop_response(request, desk, workshop_id, a, groupe, receipt=receipt, status=422)
    outcomes = BulkOutcome([_book(workshop, dossier, form) for dossier in form.dossier], form.command_id)
    if outcomes.refused:
        desk.refresh()
        return workshop_response(request, desk, workshop_id, a, groupe, receipt=outcomes.receipt(), status=422)
    return RedirectResponse(address(f"/ateliers/{workshop_id}", {"groupe": groupe, "recu": outcomes.reference}), 303)


@router.post("/ateliers/{workshop_id:uuid}/inscrire/annuler")
def take_back(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Takes back the seats that were just booked, but for those that something followed."""
    _workshop(desk, workshop_id)
    form, _ = validate(UndoForm, data)
    if form is None:
        raise HTTPException(422)
    outcomes = desk_undo.undo(desk, form)
    if outcomes.refused:
        desk.refresh()
        return workshop_response(request, desk, workshop_id, receipt=outcomes.receipt(), status=422)
    return RedirectResponse(address(f"/ateliers/{workshop_id}", {"recu": outcomes.reference}), 303)


def _book(workshop: ScopedWorkshop, dossier: UUID, form: BookingForm) -> RowOutcome:
    command = row_command(form.command_id, dossier)
    outcome = _record_booking(workshop, dossier, command, or_wait=form.or_wait)
    return row_outcome(workshop.desk, _name(workshop.desk, dossier, outcome), outcome)


def _record_booking(workshop: ScopedWorkshop, dossier: UUID, command: UUID, *, or_wait: bool) -> Outcome:
    return record(
        workshop.desk,
        {"workshop": workshop.id, "dossier": dossier},
        booking.book_seat,
        command_id=command,
        context={"initial": workshop.initial, "plan": new_id(command, "plan")},
        or_wait=or_wait,
    )


def _name(desk: Desk, dossier: UUID, outcome: Outcome) -> str:
    """Returns the name of a row. It stays hidden from whoever may not book for that person."""
    state = fold_of(desk.read, dossier)
    may_book = isinstance(state, Dossier) and desk.may(booking.book_seat, Subject(state))
    person = directory.named(desk.read, [dossier]).get(dossier) if may_book else None
    name = person.name if person else "un dossier inconnu"
    waits = any(isinstance(recorded.event, WaitlistJoined) for recorded in outcome.recorded)
    return f"{name}, en liste d’attente" if waits else name


@router.post("/ateliers/{workshop_id:uuid}/accepter")
def accept(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Books the seat that is kept for a young person."""
    workshop = _workshop(desk, workshop_id)
    form = _seat_form(data)
    return answer(request, desk, workshop_id, _record_booking(workshop, form.dossier, form.command_id, or_wait=False))


@router.post("/ateliers/{workshop_id:uuid}/rendre")
def release(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Gives up a seat, an offer, or a place on the waiting list. The next on the list gets the offer."""
    _workshop(desk, workshop_id)
    form = _seat_form(data)
    outcome = record(
        desk,
        {"workshop": workshop_id, "dossier": form.dossier},
        booking.release_seat,
        command_id=form.command_id,
        context={"until": booking.offer_deadline(desk.refs, desk.today)},
    )
    return answer(request, desk, workshop_id, outcome)


@router.post("/ateliers/{workshop_id:uuid}/garder")
def keep(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Takes back what was just given up, as long as nobody else has it."""
    _workshop(desk, workshop_id)
    form = _seat_form(data)
    outcome = record(
        desk,
        {"workshop": workshop_id, "dossier": form.dossier},
        undo.undo_release,
        command_id=form.command_id,
        reason=AT_ONCE,
    )
    return answer(request, desk, workshop_id, outcome)


def _workshop(desk: Desk, id: UUID) -> ScopedWorkshop:
    """Returns the workshop, for whoever may book seats. The engine checks the right on each dossier."""
    workshop = ScopedWorkshop(desk, id)
    if not desk.has_role_for(booking.book_seat):
        raise HTTPException(403)
    return workshop


def _seat_form(data: Mapping[str, Any]) -> SeatForm:
    form = validate(SeatForm, data)[0]
    if form is None:
        raise HTTPException(422)
    return form
