"""Dossier: one young person's path, with every form beside what it changes."""

from typing import Any
from uuid import UUID

import segno
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.dossier import assignment
from pixflow.refused import Refused
from web import sheet
from web.dependencies import AtDesk, Desk
from web.forms import FORMS
from web.pages import FormData, page, validate
from web.recording import Outcome, record

router = APIRouter()


@router.get("/dossiers/{dossier_id}")
def read(request: Request, desk: AtDesk, dossier_id: UUID, form: str = "", about: str = "", fait: int = 0) -> Response:
    """The sheet; `form` opens one of its forms, `fait` names the version that was just recorded."""
    opened = sheet.OpenForm.blank(desk, desk.dossier(dossier_id), form, about) if form in FORMS else None
    return _page(request, desk, dossier_id, opened, done=fait)


@router.post("/dossiers/{dossier_id}/undo")
def undo(request: Request, desk: AtDesk, dossier_id: UUID, data: FormData) -> Response:
    """Annuler, in one press: the last fact is taken back."""
    form, _ = validate(sheet.Undo, data)
    if form is None:
        raise HTTPException(422)
    dossier = desk.dossier(dossier_id)
    if form.version != sheet.undoable(desk, dossier_id, dossier):
        return _page(request, desk, dossier_id, sheet.OpenForm.blank(desk, dossier, "retract", str(form.version)))
    outcome = record(
        desk, {"dossier": dossier_id}, assignment.retract,
        command_id=form.command_id, version=form.version, reason="annulé aussitôt",
    )  # fmt: skip
    return _answer(request, desk, dossier_id, "retract", {"about": str(form.version)}, outcome)


@router.post("/dossiers/{dossier_id}/{name}")
def act(request: Request, desk: AtDesk, dossier_id: UUID, name: str, data: FormData) -> Response:
    """Take the decision of one form; the sheet comes back, with what happened or what is wrong."""
    dossier = desk.dossier(dossier_id)
    if name not in FORMS:
        raise HTTPException(404)
    spec = FORMS[name]
    form, errors = validate(spec.model, data)
    if form is None:
        opened = sheet.OpenForm.again(desk, dossier, name, data, errors)
        return _page(request, desk, dossier_id, opened, status=422)
    sent, context = spec.said(desk, dossier, form)
    outcome = record(
        desk, {**spec.streams(form), "dossier": dossier_id}, spec.decide, command_id=form.command_id,
        seen={"dossier": form.seen} if form.seen is not None else None, context=context, **sent,
    )  # fmt: skip
    return _answer(request, desk, dossier_id, name, data, outcome)


@router.get("/dossiers/{dossier_id}/fiche")
def fiche(request: Request, desk: AtDesk, dossier_id: UUID) -> Response:
    """The diagnostic's fiche, to print: campaign, code, link, QR; no score on it (DOMAIN.md §3)."""
    dossier = desk.dossier(dossier_id)
    plan = dossier.orientation.plan
    if plan is None:
        raise HTTPException(404)
    campaign = desk.refs.campaigns[plan.campaign]
    qr = segno.make(campaign.link).svg_data_uri(border=0, dark="#000", light=None) if campaign.link else None
    advisor = desk.refs.team.get(dossier.advisor) if dossier.advisor else None
    context = {"dossier": dossier, "id": dossier_id, "plan": plan, "campaign": campaign, "qr": qr, "advisor": advisor}
    return page(request, "fiche.html", context)


def _answer(
    request: Request, desk: Desk, dossier_id: UUID, name: str, data: dict[str, Any], outcome: Outcome
) -> Response:
    if outcome.ok:
        own = [r.originator_version for r in outcome.recorded if r.originator_id == dossier_id]
        where = f"?fait={own[-1]}" if own else ""
        return RedirectResponse(f"/dossiers/{dossier_id}{where}", 303)
    desk.refresh()
    dossier = desk.dossier(dossier_id)
    errors = sheet.errors_of(desk, outcome.refused) if outcome.refused else {}
    opened = sheet.OpenForm.again(desk, dossier, name, data, errors, outcome.meanwhile)
    return _page(request, desk, dossier_id, opened, status=422)


def _page(
    request: Request, desk: Desk, dossier_id: UUID, opened: sheet.OpenForm | None, *, done: int = 0, status: int = 200
) -> Response:
    context = sheet.context(desk, dossier_id, opened, done)
    return page(request, "dossier.html", context, block="sheet", status=status)
