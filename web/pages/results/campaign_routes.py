"""The routes of a campaign: declare it, correct its purpose, close it, reopen it."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.decision import Decision
from pixflow.events.values import Purpose
from pixflow.participation import campaign
from pixflow.refused import Refused
from projections import result_routing
from web.desk import receipts, refusals
from web.desk.commands import Outcome, record
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.receipts import UndoForm
from web.french.errors import missing
from web.http.forms import Form, FormData, validate
from web.http.pagination import address
from web.http.templates import page
from web.pages.results import campaign as results_campaign
from web.pages.results import campaign_undo, import_preview

router = APIRouter()
AtBoard = Annotated[Desk, allowed("referent")]


class CampaignForm(Form):
    """The name, the code and the site of a declared campaign."""

    name: str
    code: str
    site: str | None = None


class DeclarationForm(CampaignForm):
    purpose: Purpose


class CorrectionForm(Form):
    purpose: Purpose
    reason: str


@router.get("/resultats/campagnes/nouvelle")
def new(request: Request, desk: AtBoard) -> Response:
    """Shows the form of a campaign that no export has shown yet."""
    return _page(request, desk, None)


@router.post("/resultats/campagnes/nouvelle")
def declare_new(request: Request, desk: AtBoard, data: FormData) -> Response:
    return _declare(request, desk, None, data)


@router.get("/resultats/campagnes/{stream:uuid}")
def read(request: Request, desk: AtBoard, stream: UUID, usage: Purpose | None = None, recu: str = "") -> Response:
    """Shows a campaign. `usage` previews another purpose; `recu` names the command just recorded."""
    known = desk.refs.campaigns.get(stream)
    if known is None:
        raise HTTPException(404)
    if known.declared:
        preview = results_campaign.correction(desk, stream, usage) if usage and usage != known.purpose else None
        receipt = campaign_undo.offer(desk, stream, recu)
        return _page(request, desk, stream, _identity(known), correction=preview, receipt=receipt)
    return _page(request, desk, stream, {**_identity(known), "purpose": results_campaign.likely(known)})


@router.post("/resultats/campagnes/{stream:uuid}")
def declare(request: Request, desk: AtBoard, stream: UUID, data: FormData) -> Response:
    """Declares a campaign; its participations are then settled, and matched by number."""
    if stream not in desk.refs.campaigns:
        raise HTTPException(404)
    return _declare(request, desk, stream, data)


@router.post("/resultats/campagnes/{stream:uuid}/corriger")
def correct_identity(request: Request, desk: AtBoard, stream: UUID, data: FormData) -> Response:
    """Corrects the name, the code or the site."""
    if stream not in desk.refs.campaigns:
        raise HTTPException(404)
    form, errors = validate(CampaignForm, data)
    errors = missing.named(errors) | _unknown_site(desk, form)
    if form is None or errors:
        return _page(request, desk, stream, data, errors=errors)
    sent = form.model_dump(include={"name", "code", "site"})
    outcome = record(desk, {"campaign": stream}, campaign.correct_campaign, command_id=form.command_id, **sent)
    if outcome.refused:
        return _page(request, desk, stream, data, errors=_errors(desk, outcome.refused))
    return _see(stream, receipts.reference(outcome.recorded))


@router.post("/resultats/campagnes/{stream:uuid}/usage")
def correct(request: Request, desk: AtBoard, stream: UUID, data: FormData) -> Response:
    """Corrects the purpose; what followed from the first is recorded again, all or nothing."""
    if stream not in desk.refs.campaigns:
        raise HTTPException(404)
    form, errors = validate(CorrectionForm, data)
    if form is None:
        return _again(request, desk, stream, data, missing.named(errors))
    sent: dict[str, Any] = {"purpose": form.purpose, "reason": form.reason}
    try:
        by = desk.by(campaign.correct_purpose)
        done = import_preview.importer(desk).correct_purpose(stream, by=by, command_id=form.command_id, **sent)
    except Refused as refused:
        return _again(request, desk, stream, data, _errors(desk, refused))
    return _see(stream, receipts.reference(done.recorded))


@router.post("/resultats/campagnes/{stream:uuid}/clore")
def close(request: Request, desk: AtBoard, stream: UUID, data: FormData) -> Response:
    """Closes a campaign: it is no more offered when a diagnostic is planned."""
    return _take(request, desk, stream, data, campaign.close_campaign)


@router.post("/resultats/campagnes/{stream:uuid}/rouvrir")
def reopen(request: Request, desk: AtBoard, stream: UUID, data: FormData) -> Response:
    """Reopens a campaign: it is offered again."""
    return _take(request, desk, stream, data, campaign.reopen_campaign)


@router.post("/resultats/campagnes/{stream:uuid}/annuler")
def take_back(request: Request, desk: AtBoard, stream: UUID, data: FormData) -> Response:
    """Takes back what was just done to a campaign, while nothing followed."""
    form, errors = validate(UndoForm, data)
    if stream not in desk.refs.campaigns:
        raise HTTPException(404)
    if form is None:
        return _page(request, desk, stream, errors=errors)
    return _answer(request, desk, stream, campaign_undo.undo(desk, stream, form))


def _take(request: Request, desk: Desk, stream: UUID, data: Mapping[str, Any], decide: Decision[..., Any]) -> Response:
    if stream not in desk.refs.campaigns:
        raise HTTPException(404)
    form, errors = validate(Form, data)
    if form is None:
        return _page(request, desk, stream, errors=errors)
    return _answer(request, desk, stream, record(desk, {"campaign": stream}, decide, command_id=form.command_id))


def _answer(request: Request, desk: Desk, stream: UUID, outcome: Outcome) -> Response:
    if outcome.refused:
        return _page(request, desk, stream, errors=_errors(desk, outcome.refused))
    return _see(stream, receipts.reference(outcome.recorded))


def _declare(request: Request, desk: Desk, stream: UUID | None, data: Mapping[str, Any]) -> Response:
    form, errors = validate(DeclarationForm, data)
    errors = missing.named(errors) | _unknown_site(desk, form)
    if form is None or errors:
        return _page(request, desk, stream, data, errors=errors)
    sent = form.model_dump(include={"name", "code", "purpose", "site"})
    try:
        by = desk.by(campaign.declare_campaign)
        done = import_preview.importer(desk).declare(stream, by=by, command_id=form.command_id, **sent)
    except Refused as refused:
        return _page(request, desk, stream, data, errors=_errors(desk, refused))
    return RedirectResponse(address("/resultats", {"recu": receipts.reference(done.recorded)}), 303)


def _identity(known: campaign.Campaign) -> dict[str, str]:
    return {"name": known.name, "code": known.code or "", "site": known.site or ""}


def _unknown_site(desk: Desk, form: CampaignForm | None) -> dict[str, str]:
    unknown = form and form.site and form.site not in desk.refs.structure.sites
    return {"site": "Choisissez l’un des sites proposés."} if unknown else {}


def _again(request: Request, desk: Desk, stream: UUID, data: Mapping[str, Any], errors: Mapping[str, str]) -> Response:
    """Shows the correction as it was sent, with its effects."""
    form, _ = validate(CorrectionForm, {**data, "reason": str(data.get("reason", "")).strip() or "—"})
    preview = results_campaign.correction(desk, stream, form.purpose) if form else None
    return _page(request, desk, stream, data, errors=errors, correction=preview)


def _see(stream: UUID, reference: str) -> Response:
    return RedirectResponse(address(f"/resultats/campagnes/{stream}", {"recu": reference}), 303)


def _errors(desk: Desk, refused: Refused) -> dict[str, str]:
    return refusals.field_errors(desk, refused, taken="code")


def _page(
    request: Request, desk: Desk, stream: UUID | None, values: Mapping[str, Any] | None = None, **more: Any
) -> Response:
    waiting = result_routing.of_campaigns(desk.read).get(stream, 0) if stream else 0
    shown = results_campaign.campaign_page(desk, stream, waiting=waiting, values=values or {}, **more)
    return page(request, shown, status=422 if shown.errors else 200)
