"""Routes of the people to call at a partner."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.engine import new_id
from pixflow.partners import contacts as decisions
from projections.territory import contacts
from web.desk import receipts, refusals
from web.desk.commands import Outcome, as_seen, record
from web.desk.desk import Desk
from web.french.errors import missing
from web.http.addresses import whole_number
from web.http.forms import FormData, OpenForm, validate
from web.http.pagination import address
from web.http.templates import page
from web.pages.partners import meanwhile, partner
from web.pages.partners.contacts import people
from web.pages.partners.contacts.people import ErasureForm, MissedForm, PersonForm
from web.pages.partners.routes import AtPartners

router = APIRouter()


@router.get("/personnes-a-joindre/{contact_id:uuid}")
def find(desk: AtPartners, contact_id: UUID) -> Response:
    """Leads to the page of the partner, with what a task asks for: the erasure of who left, else the details."""
    known = contacts.one(desk.read, contact_id)
    if known is None:
        raise HTTPException(404)
    form = "personne-effacee" if known.left and desk.may(decisions.erase_contact) else "personne-a-jour"
    return RedirectResponse(f"/partenaires/{known.partner}?formulaire={form}&sur={contact_id}#form", 303)


@router.post("/partenaires/{partner_id:uuid}/personnes/{name}")
def act(request: Request, desk: AtPartners, partner_id: UUID, name: str, data: FormData) -> Response:
    """Takes one decision on a person of the partner."""
    model = people.MODELS.get(name)
    if model is None:
        raise HTTPException(404)
    if not desk.may(decisions.erase_contact if model is ErasureForm else decisions.name_contact):
        raise HTTPException(403)
    state = partner.state_of(desk, partner_id)
    form, errors = validate(model, data)
    if form is None:
        return _again(request, desk, partner_id, name, data, missing.named(errors))
    if form.contact and form.contact not in contacts.of_partners(desk.read, [partner_id, *state.joined]):
        raise HTTPException(404)
    if isinstance(form, PersonForm) and form.contact and (moved := _moved(desk, form, form.contact)):
        seen = {"seen": getattr(desk.state(form.contact), "version", "")}
        return _again(request, desk, partner_id, name, {**data, **seen}, moved)
    outcome = _decide(desk, partner_id, form)
    if outcome.refused:
        return _again(request, desk, partner_id, name, data, refusals.field_errors(desk, outcome.refused))
    return RedirectResponse(
        address(f"/partenaires/{partner_id}", {"recu": receipts.reference(outcome.recorded)}) + "#contacts", 303
    )


def _decide(desk: Desk, partner_id: UUID, form: PersonForm | MissedForm | ErasureForm) -> Outcome:
    command = form.command_id
    contact = form.contact or new_id(command, "contact")
    streams = {"contact": contact}
    match form:
        case ErasureForm():
            return people.erase(desk, contact, form)
        case MissedForm(why="left"):
            return record(desk, streams, decisions.leave_partner, command_id=command)
        case MissedForm():
            return record(desk, streams, decisions.miss_contact, command_id=command, means=form.why)
        case PersonForm(contact=None):
            details = form.details()
            return record(
                desk, streams, decisions.name_contact, command_id=command, partner=partner_id, details=details
            )
    return record(desk, streams, decisions.revise_contact, command_id=command, details=form.details())


def _moved(desk: Desk, form: PersonForm, contact: UUID) -> dict[str, str]:
    """Returns the error of a person whom somebody else has revised since the form was drawn."""
    seen, now = as_seen(desk, "contact", contact, form), desk.state(contact)
    if now.details == form.details() or desk.engine.has_recorded(form.command_id):
        return {}
    return meanwhile.whole(people.said(seen.details), people.said(now.details), "Ce qui est noté de cette personne")


def _again(
    request: Request, desk: Desk, id: UUID, name: str, data: Mapping[str, Any], errors: Mapping[str, str]
) -> Response:
    """Draws the form again, with what was typed over what is known."""
    desk.refresh()
    about = str(data.get("contact", ""))
    known = people.blank(desk, id, partner.state_of(desk, id), name, about)
    values = {**(known.values if known else {}), **data}
    form = OpenForm(name, about, values, errors, whole_number(str(data.get("seen", ""))))
    return page(request, partner.partner_page(desk, id, form), status=422)
