"""Assigns several dossiers without an advisor at once, and takes it back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from pixflow.dossier.assignment import assign_advisor
from projections.dossier_sheet import DossierFilter
from web.desk import receipts, undo
from web.desk.bulk import BulkOutcome, row_outcome
from web.desk.commands import record
from web.desk.dependencies import allowed, must_be_proved
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import Receipt, UndoForm
from web.french.typography import typeset
from web.http.forms import Form, FormData, validate
from web.http.pagination import SIZE, address
from web.http.templates import page
from web.pages.dossiers.listing import UNDO, dossiers_page

router = APIRouter()
AtAssignment = Annotated[Desk, allowed("referent", "manager")]


class AssignManyForm(Form):
    """The dossiers that were ticked, and their advisor."""

    advisor: UUID
    dossier: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=SIZE)]


@router.post("/dossiers/affecter")
def assign(request: Request, desk: AtAssignment, data: FormData) -> Response:
    """Assigns each dossier, with one command for each. To take one from its advisor asks for a proof."""
    form, _ = validate(AssignManyForm, data)
    if form is None or form.advisor not in dict(desk.staff("advisor")):
        sentence = "Cochez des dossiers, et choisissez à qui les affecter."
        return _again(request, desk, Receipt(typeset(sentence), tone="late"))
    if any(getattr(desk.state(one), "advisor", None) not in (None, form.advisor) for one in form.dossier):
        must_be_proved(request, desk)
    names, made = names_for(desk), []
    for dossier in form.dossier:
        command = receipts.row_command(form.command_id, dossier)
        outcome = record(desk, {"dossier": dossier}, assign_advisor, command_id=command, advisor=form.advisor)
        made.append(row_outcome(desk, names.dossier(dossier), outcome))
    return _answer(request, desk, BulkOutcome(made, form.command_id))


@router.post("/dossiers/affecter/annuler")
def take_back(request: Request, desk: AtAssignment, data: FormData) -> Response:
    """Takes back the assignments, but for the dossiers that something followed."""
    form, _ = validate(UndoForm, data)
    if form is None:
        raise HTTPException(422)
    return _answer(request, desk, undo.undo(desk, form))


def _answer(request: Request, desk: Desk, outcomes: BulkOutcome) -> Response:
    if not outcomes.refused:
        return RedirectResponse(address("/dossiers", {"etat": "unassigned", "recu": outcomes.reference}), 303)
    desk.refresh()
    receipt = outcomes.receipt()
    return _again(request, desk, undo.offer(desk, receipt, outcomes.reference, UNDO) or receipt)


def _again(request: Request, desk: Desk, receipt: Receipt) -> Response:
    shown = dossiers_page(desk, DossierFilter(state="unassigned"), 1, "", receipt)
    return page(request, shown, status=422)
