"""Routes of Ressources: the list, a resource, and what the team says of it."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response

from pixflow.decision import Decision
from pixflow.resources import sharing
from web.desk import refusals
from web.desk.commands import Outcome, record
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.http import days
from web.http.addresses import Number, PageNumber
from web.http.forms import Form, FormData, Text, validate
from web.http.templates import page, redirect
from web.pages.resources.article import article_page, resource_of
from web.pages.resources.files import download
from web.pages.resources.shelf import SHELF, STATES, shelf_page

router = APIRouter()
Asked = Annotated[str, Query(max_length=200)]
READERS = frozenset({"advisor", "referent", "facilitator", "manager", "auditor"})
"""The roles that read the shared knowledge."""


class ResourceMarkForm(Form):
    number: int
    useful: bool
    comment: Text = ""


class WithdrawalReasonForm(Form):
    reason: Text = ""


class ProposalDeclineForm(WithdrawalReasonForm):
    number: int


def must_read(desk: Desk) -> None:
    """Raises 403 for somebody without a role that reads resources."""
    if not desk.roles & READERS:
        raise HTTPException(403)


@router.get("/ressources")
def read(
    request: Request,
    desk: AtDesk,
    q: Asked = "",
    etat: str = "",
    genre: str = "",
    etape: str = "",
    public: str = "",
    p: PageNumber = 1,
    close: int = 0,
) -> Response:
    """Shows what is shared; `q` is a search in titles and texts, `etat` the proposals or what was withdrawn."""
    must_read(desk)
    wanted = {"genre": genre, "stage": etape, "public": public}
    state = etat if etat in STATES else ""
    return page(request, shelf_page(desk, q.strip(), state, wanted, p, dropped=bool(close)))


@router.get("/ressources/{resource:uuid}")
def read_one(
    request: Request, desk: AtDesk, resource: UUID, version: Number = 0, avec: Number = 0, au: str = "", fait: str = ""
) -> Response:
    """Shows a resource: its text of a `version`, beside another one (`avec`), or as it stood on a day (`au`)."""
    must_read(desk)
    return page(request, article_page(desk, resource, version, avec, days.day(au), done=fait))


@router.get("/ressources/{resource:uuid}/fichiers/{digest}")
def read_file(request: Request, desk: AtDesk, resource: UUID, digest: str) -> Response:
    """Sends a file of any text of the resource."""
    must_read(desk)
    state = resource_of(desk, resource)
    notes = [note for one in state.revisions for note in one.document.files]
    return download(request, desk.engine.recorder.files, notes, digest)


@router.post("/ressources/{resource:uuid}/avis")
def mark(request: Request, desk: AtDesk, resource: UUID, data: FormData) -> Response:
    """Records a colleague's word on a text."""
    return _act(request, desk, resource, sharing.mark_resource, ResourceMarkForm, data, "avis")


@router.post("/ressources/{resource:uuid}/relue")
def check(request: Request, desk: AtDesk, resource: UUID, data: FormData) -> Response:
    """Records that the text was read again and is still right."""
    return _act(request, desk, resource, sharing.check_resource, Form, data, "relue")


@router.post("/ressources/{resource:uuid}/retirer")
def withdraw(request: Request, desk: AtDesk, resource: UUID, data: FormData) -> Response:
    return _act(request, desk, resource, sharing.withdraw_resource, WithdrawalReasonForm, data, "retiree")


@router.post("/ressources/{resource:uuid}/ecarter")
def decline(request: Request, desk: AtDesk, resource: UUID, data: FormData) -> Response:
    """Declines the proposal that waits. A resource that was only proposed then has nothing left to show."""
    return _act(request, desk, resource, sharing.decline_proposal, ProposalDeclineForm, data, "ecartee")


def _act(
    request: Request,
    desk: Desk,
    resource: UUID,
    decision: Decision[..., Any],
    model: type[Form],
    data: Mapping[str, Any],
    done: str,
) -> Response:
    """Takes a decision on a resource. The page of a refused form keeps what was typed."""
    if not desk.may(decision):
        raise HTTPException(403)
    resource_of(desk, resource)
    form, errors = validate(model, data)
    if form is None:
        return page(request, article_page(desk, resource, errors=_on_page(decision, errors), values=data), status=422)
    sent = form.model_dump(exclude={"command_id", "seen"})
    outcome = record(desk, {"resource": resource}, decision, command_id=form.command_id, **sent)
    if outcome.refused:
        desk.refresh()
        shown = article_page(desk, resource, errors=_on_page(decision, refused(desk, outcome)), values=data)
        return page(request, shown, status=422)
    return redirect(request, f"{SHELF}/{resource}?fait={done}")


def _on_page(decision: Decision[..., Any], errors: Mapping[str, str]) -> dict[str, str]:
    """Returns errors by the id of their field: the page asks for two reasons, of a withdrawal and of a declining."""
    declines = decision is sharing.decline_proposal
    return {f"decline-{name}" if declines and name == "reason" else name: said for name, said in errors.items()}


def refused(desk: Desk, outcome: Outcome) -> dict[str, str]:
    """Returns the sentence of a refusal, by the field that it is about."""
    assert outcome.refused is not None
    return {str(outcome.refused.details.get("field", "")): refusals.sentence(desk, outcome.refused)}
