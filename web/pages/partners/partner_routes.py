"""Routes of one partner: its page, and the decisions about it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.decision import Decision
from pixflow.engine import Step
from pixflow.partners import listing as joins
from pixflow.partners.listing import correct_partner, list_partner
from pixflow.partners.state import PartnerState
from pixflow.unit_of_work import Guard
from web.desk import receipts, refusals
from web.desk.commands import Outcome, as_seen, record, record_all
from web.desk.desk import Desk
from web.french.errors import missing
from web.french.territory import files
from web.http.addresses import PageNumber, whole_number
from web.http.forms import FormData, OpenForm, text_of, validate
from web.http.pagination import address
from web.http.templates import page
from web.pages.partners import forms, meanwhile, partner
from web.pages.partners.routes import AtPartners

router = APIRouter()
UNDONE = "réunion défaite"


@router.get("/partenaires/{partner_id:uuid}")
def read(
    request: Request,
    desk: AtPartners,
    partner_id: UUID,
    formulaire: str = "",
    sur: str = "",
    recu: str = "",
    p: PageNumber = 1,
) -> Response:
    """Shows a partner. `formulaire` opens a form, about an offer or a kind of offer `sur`.

    `recu` names a command, `p` a page of its referrals. A partner that was joined to another one leads there.
    """
    state = partner.state_of(desk, partner_id)
    if state.into:
        return RedirectResponse(f"/partenaires/{state.into}", 303)
    form = partner.blank(desk, partner_id, formulaire, sur)
    receipt = receipts.of_partners(desk, recu, partner_id)
    return page(request, partner.partner_page(desk, partner_id, form, receipt, p))


@router.post("/partenaires/{partner_id:uuid}/corriger")
def correct(request: Request, desk: AtPartners, partner_id: UUID, data: FormData) -> Response:
    """Records each field that differs from the file, as one command."""
    _must(desk, correct_partner)
    state = partner.state_of(desk, partner_id)
    form, errors = validate(forms.PartnerCorrectionForm, data)
    if form is None:
        return _again(request, desk, partner_id, "corriger", data, missing.named(errors))
    seen: PartnerState = as_seen(desk, "partner", partner_id, form)
    fields: dict[str, str] = {name: getattr(form, name) for name in forms.FIELDS}
    shown = forms.of_file(seen.details)
    changed = {n: value for n, value in fields.items() if value not in (shown[n], getattr(seen.details, n))}
    moved = bool(changed.keys() & forms.OF_COMMUNE)
    changed |= {name: fields[name] for name in forms.OF_COMMUNE if moved}
    theirs = meanwhile.corrections(seen, state, changed)
    if theirs and not desk.engine.has_recorded(form.command_id):
        return _again(request, desk, partner_id, "corriger", {**data, "seen": state.version}, theirs)
    changed |= forms.commune_of(form.town, form.postal_code) if moved else {}
    steps = [
        Step({"partner": partner_id}, correct_partner, {"field": name, "value": value})
        for name, value in changed.items()
    ]
    if not steps:
        return _next(partner_id, Outcome())
    outcome = record_all(desk, steps, ("correct", str(partner_id), fields), command_id=form.command_id)
    return _answer(request, desk, partner_id, "corriger", data, outcome)


@router.post("/partenaires/{partner_id:uuid}/inscrire")
def accept(request: Request, desk: AtPartners, partner_id: UUID, data: FormData) -> Response:
    """Lists a partner that a colleague suggested."""
    _must(desk, list_partner)
    state = partner.state_of(desk, partner_id)
    form, _ = validate(forms.BoxForm, data)
    if form is None:
        raise HTTPException(422)
    outcome = record(desk, {"partner": partner_id}, list_partner, command_id=form.command_id, details=state.details)
    return _answer(request, desk, partner_id, "", data, outcome)


@router.post("/partenaires/{partner_id:uuid}/reunir")
def join(request: Request, desk: AtPartners, partner_id: UUID, data: FormData) -> Response:
    """Joins another partner to this one."""
    _must(desk, joins.join_partner)
    form, other = _other(desk, partner_id, data)
    other_state = partner.state_of(desk, other)
    unmoved = Guard(lambda state: state.version == other_state.version)
    steps = [
        Step({"partner": other}, joins.absorb_partner, {"into": partner_id}, guard=unmoved),
        Step({"partner": partner_id}, joins.join_partner, {"other": other}, {"takes": other_state}),
    ]
    outcome = record_all(desk, steps, ("join", str(partner_id), str(other)), command_id=form.command_id)
    return _answer(request, desk, partner_id, "", data, outcome)


@router.post("/partenaires/{partner_id:uuid}/separer")
def part(request: Request, desk: AtPartners, partner_id: UUID, data: FormData) -> Response:
    """Undoes a join, on both partners."""
    _must(desk, joins.undo_join)
    form, other = _other(desk, partner_id, data)
    steps = [
        Step({"partner": partner_id}, joins.undo_join, {"other": other, "reason": UNDONE}),
        Step({"partner": other}, joins.undo_join, {"other": partner_id, "reason": UNDONE}),
    ]
    outcome = record_all(desk, steps, ("part", str(partner_id), str(other)), command_id=form.command_id)
    return _answer(request, desk, partner_id, "", data, outcome)


@router.post("/partenaires/{partner_id:uuid}/{name}")
def act(request: Request, desk: AtPartners, partner_id: UUID, name: str, data: FormData) -> Response:
    """Takes one decision on the partner."""
    spec = forms.FORMS.get(name)
    if spec is None:
        raise HTTPException(404)
    _must(desk, spec.decision)
    state = partner.state_of(desk, partner_id)
    form, errors = validate(spec.model, data)
    if form is None:
        return _again(request, desk, partner_id, name, data, missing.named(errors))
    if name == "modifier-offre" and (moved := _moved_offer(desk, partner_id, state, form)):
        return _again(request, desk, partner_id, name, {**data, "seen": state.version}, moved)
    sent = spec.sent(form, form.command_id)
    outcome = record(desk, {"partner": partner_id}, spec.decision, command_id=form.command_id, **sent)
    return _answer(request, desk, partner_id, name, data, outcome)


def _moved_offer(desk: Desk, id: UUID, state: PartnerState, form: Any) -> dict[str, str]:
    """Returns the error of an offer that somebody else has revised since the form was drawn."""
    seen: PartnerState = as_seen(desk, "partner", id, form)
    known = [one.offers[form.offer].terms for one in (seen, state) if form.offer in one.offers]
    if len(known) < 2 or form.terms() == known[1] or desk.engine.has_recorded(form.command_id):
        return {}
    proposals = dict(forms.grid_choices(desk)[1])
    before, after = (files.of_terms(terms, proposals) for terms in known)
    return meanwhile.whole(before, after, "Cette offre")


def _must(desk: Desk, decision: Decision[..., Any]) -> None:
    """Raises 403 before anything that was sent is read."""
    if not desk.may(decision):
        raise HTTPException(403)


def _other(desk: Desk, id: UUID, data: Mapping[str, Any]) -> tuple[forms.OtherForm, UUID]:
    """Returns the form and the other partner. Raises 404 for an unknown one, 422 for this one."""
    partner.state_of(desk, id)
    form, _ = validate(forms.OtherForm, data)
    if form is None or form.other == id:
        raise HTTPException(422)
    return form, form.other


def _answer(request: Request, desk: Desk, id: UUID, name: str, data: Mapping[str, Any], outcome: Outcome) -> Response:
    if outcome.refused:
        return _again(request, desk, id, name, data, refusals.field_errors(desk, outcome.refused))
    if pile := text_of(data, "pile"):
        recorded = receipts.reference(outcome.recorded)
        return RedirectResponse(address("/boite", {"pile": pile, "recu": recorded}), 303)
    return _next(id, outcome)


def _next(id: UUID, outcome: Outcome) -> Response:
    return RedirectResponse(address(f"/partenaires/{id}", {"recu": receipts.reference(outcome.recorded)}), 303)


def _again(
    request: Request, desk: Desk, id: UUID, name: str, data: Mapping[str, Any], errors: Mapping[str, str]
) -> Response:
    desk.refresh()
    state: PartnerState = partner.state_of(desk, id)
    if state.into:
        return RedirectResponse(f"/partenaires/{state.into}", 303)
    seen = whole_number(str(data.get("seen", "")))
    form = OpenForm(name if name in partner.OPENED else "", values=data, errors=errors, seen=seen)
    return page(request, partner.partner_page(desk, id, form), status=422)
