"""Routes that hand over a portfolio: the form, the preview, the report, the undo."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.dossier.assignment import assign_advisor, return_dossier
from web.desk import dependencies
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.team import loans
from web.french.errors import missing
from web.http.addresses import PageNumber
from web.http.forms import Form, FormData, validate
from web.http.templates import page
from web.pages.team import handover, handover_plan
from web.pages.team.handover_plan import SharesForm, SplitForm

router = APIRouter()
AtDesk = Annotated[Desk, allowed("referent", "manager")]
AtDeskProved = Annotated[Desk, allowed("referent", "manager", proved=True)]


@router.get("/equipe/{person:uuid}/confier")
def ask(request: Request, desk: AtDesk, person: UUID, p: PageNumber = 1) -> Response:
    """Shows the form: the colleagues, the dossiers, the term."""
    return _form(request, desk, person, {}, {}, p)


@router.post("/equipe/{person:uuid}/confier/apercu")
def preview(request: Request, desk: AtDeskProved, person: UUID, data: FormData) -> Response:
    """Shows the workload of each colleague: after an even split, or as the form's own choices say.

    It records nothing. It is a POST, so that no name stands in an address or a log.
    """
    _must_exist(desk, person)
    if "pair" in data:
        pairs, errors = validate(SharesForm, data)
        if pairs and not (errors := handover_plan.unfit_fields(desk, pairs)):
            return page(request, handover_plan.preview_page(desk, person, pairs.pairs, pairs))
        return _form(request, desk, person, data, errors, 1, status=422)
    form, errors = validate(SplitForm, data)
    errors = missing.named(errors) or (handover_plan.unfit_fields(desk, form) if form else {})
    if form and not errors:
        errors = handover_plan.missing_fields(form)
    if form is None or errors:
        return _form(request, desk, person, data, errors, 1, status=422)
    return page(request, handover_plan.preview_page(desk, person, handover_plan.split(desk, person, form), form))


@router.post("/equipe/{person:uuid}/confier")
def hand_over(request: Request, desk: AtDeskProved, person: UUID, data: FormData) -> Response:
    """Hands over each dossier, one command each. The report shows the rows that were refused."""
    _must_exist(desk, person)
    form, errors = validate(SharesForm, data)
    errors = missing.named(errors) or (handover_plan.unfit_fields(desk, form) if form else {})
    if form is None or errors or not form.pairs:
        return _form(request, desk, person, data, errors or {"": "Aucun dossier n’est à confier."}, 1, status=422)
    return _answer(request, desk, form.command_id, handover.hand_over(desk, person, form), "confiés")


@router.get("/equipe/confies/{bulk:uuid}")
def read(request: Request, desk: AtDesk, bulk: UUID) -> Response:
    """Shows the report of a handover, to print."""
    return _report(request, desk, bulk)


@router.post("/equipe/confies/{bulk:uuid}/annuler")
def undo(request: Request, desk: AtDesk, bulk: UUID, data: FormData) -> Response:
    """Undoes all of a handover: one command and one result for each dossier."""
    form, _ = validate(Form, data)
    if form is None:
        raise HTTPException(422)
    rows = handover.undo_handover(desk, handover.events_of(desk, bulk), form.command_id)
    return _answer(request, desk, bulk, rows, "repris")


@router.post("/equipe/prets/rendre")
def give_back(request: Request, desk: dependencies.AtDesk, data: FormData) -> Response:
    """Gives a loan back before its day. Who steers reads the report; an advisor goes back to Ma boîte."""
    if not desk.has_role_for(return_dossier):
        raise HTTPException(403)
    form, _ = validate(loans.ReturnForm, data)
    if form is None:
        raise HTTPException(422)
    if not loans.may_return(desk, form.lender, form.borrower):
        raise HTTPException(403)
    made = loans.give_back(desk, form)
    if any(row.refused for _, row in made):
        rows = [handover.HandoverRow(stream, row.name, "", row.refused) for stream, row in made]
        return _answer(request, desk, form.command_id, rows, "rendus")
    where = f"/equipe/confies/{form.command_id}" if desk.may(assign_advisor) else f"/boite?recu={form.command_id}"
    return RedirectResponse(where, 303)


def _form(
    request: Request,
    desk: Desk,
    person: UUID,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    number: int,
    *,
    status: int = 200,
) -> Response:
    _must_exist(desk, person)
    return page(request, handover_plan.handover_page(desk, person, number, values, errors), status=status)


def _answer(request: Request, desk: Desk, bulk: UUID, rows: Sequence[handover.HandoverRow], verb: str) -> Response:
    if any(row.refused for row in rows):
        desk.refresh()
        return _report(request, desk, bulk, rows, verb, status=422)
    return RedirectResponse(f"/equipe/confies/{bulk}", 303)


def _report(
    request: Request,
    desk: Desk,
    bulk: UUID,
    rows: Sequence[handover.HandoverRow] = (),
    verb: str = "",
    *,
    status: int = 200,
) -> Response:
    events = handover.events_of(desk, bulk)
    if not events and not rows:
        raise HTTPException(404)
    return page(request, handover.report_page(desk, bulk, events, rows, verb), status=status)


def _must_exist(desk: Desk, person: UUID) -> None:
    if person not in desk.refs.team:
        raise HTTPException(404)
