"""Routes that take a task of Ma boîte upon oneself, and give back one that was handed over."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.dossier.follow_up import claim_task, hand_over_task
from web.desk import refusals
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.http.forms import ID, Form, FormData, validate
from web.http.templates import page
from web.pages.queue.bulk_routes import AtQueue, BulkDonePage

router = APIRouter()


class ClaimForm(Form):
    """A task of a dossier."""

    dossier: UUID
    task: Annotated[str, Field(pattern=f"^[a-z-]{{3,40}}(:{ID})?$")]


@router.post("/boite/prendre")
def claim(request: Request, desk: AtQueue, data: FormData) -> Response:
    """Takes a task that waits too long upon oneself."""
    if not desk.has_role_for(claim_task):
        raise HTTPException(403)
    return _decide(request, desk, _form(data), claim_task)


@router.post("/boite/rendre")
def give_back(request: Request, desk: AtQueue, data: FormData) -> Response:
    """Gives a task that was handed over back to the advisor of its dossier."""
    if not desk.has_role_for(hand_over_task):
        raise HTTPException(403)
    form = _form(data)
    advisor = desk.dossier(form.dossier).advisor
    return _decide(request, desk, form, hand_over_task, to=advisor, until=None, note="")


def _form(data: dict[str, Any]) -> ClaimForm:
    form = validate(ClaimForm, data)[0]
    if form is None:
        raise HTTPException(422)
    return form


def _decide(request: Request, desk: Desk, form: ClaimForm, decision: Decision[..., Any], **sent: Any) -> Response:
    subject = Subject(desk.dossier(form.dossier), sent=frozenset({form.task}))
    if not desk.may(decision, subject):
        raise HTTPException(403)
    streams = {"dossier": form.dossier}
    outcome = record(desk, streams, decision, command_id=form.command_id, task=form.task, **sent)
    if outcome.refused:
        refused = Receipt(refusals.sentence(desk, outcome.refused), tone="late")
        return page(request, BulkDonePage(receipt=refused), status=422)
    return RedirectResponse(f"/boite?recu={form.command_id}", 303)
