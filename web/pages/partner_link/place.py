"""The file of a partner, by its link: it proposes changes that a référent reviews (docs/domain.md#partner-links)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from pixflow.engine import Step
from pixflow.events.values import OfferTerms
from pixflow.partner_links.token import command_of, new_nonce
from pixflow.partner_links.validity import is_open, referral_of
from pixflow.partners.listing import propose_changes
from pixflow.partners.state import PartnerState, ProposedChanges, fold, proposed
from pixflow.refused import Refused
from pixflow.unit_of_work import Guard
from projections import partners
from projections.store.folds import fold_of
from web.desk.names import NoNames
from web.french import partner_links as french
from web.french import validation
from web.french.errors import refusals
from web.hosting import partner_mails
from web.http.forms import FormData, Text, text_of, validate
from web.http.people import NOBODY
from web.http.templates import show
from web.pages.partner_link.routes import ByLink, Visit, answer, over, set_frame
from web.pages.partners.forms import FIELDS, OF_COMMUNE, FileFields, commune_of, of_file

router = APIRouter()
OF_OFFER = {"days", "seats", "cost", "bring"}
"""The fields of an offer that its partner knows best."""
GONE = frozenset({"moved", "partner-joined", "partner-delisted", "unknown-partner", "unknown-stream", "damaged-stream"})
"""The refusals of a link that ended meanwhile, or of a partner that is listed no more."""


class PlaceForm(FileFields):
    """The file as the partner says it, from its version `seen`. Organisations only: no field is about a person."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_max_length=2_000)
    nonce: str
    seen: int
    name: str


class PlaceOfferForm(BaseModel):
    """One open offer, as the partner says it."""

    model_config = PlaceForm.model_config
    nonce: str
    seen: int
    offer: UUID
    days: Text = ""
    seats: int | None = None
    cost: Text = ""
    bring: Text = ""


@dataclass(frozen=True, slots=True)
class OwnFile:
    """The partner of a visit: its stream, its state, and what it proposes already."""

    stream: UUID
    state: PartnerState

    @property
    def waiting(self) -> ProposedChanges | None:
        return proposed(self.state)

    @property
    def fields(self) -> dict[str, str]:
        """The file with what is proposed, as forms show it."""
        changed: dict[str, Any] = dict(self.waiting.fields) if self.waiting else {}
        return of_file(replace(self.state.details, **changed))

    @property
    def offers(self) -> dict[UUID, OfferTerms]:
        """The open offers with what is proposed."""
        waiting, known = self.waiting, self.state.open_offers()
        return known | ({id: terms for id, terms in waiting.offers.items() if id in known} if waiting else {})


def place_of(one: Visit) -> OwnFile | None:
    """Returns the listed partner whom the referral of a visit was sent to, None for a free name."""
    id = one.found.referral.partner.id
    if id is None:
        return None
    with one.served.reading() as tables:
        row = partners.one(tables.connection, id)
        state = fold_of(tables.connection, row.stream) if row else None
    return OwnFile(row.stream, state) if isinstance(state, PartnerState) and state.is_proposed else None


@router.get("/p/{token}/fiche")
def read(request: Request, token: str, one: ByLink) -> Response:
    """Shows the partner its own file. It names no young person, and records nothing."""
    place = place_of(one) if one else None
    return _page(request, token, one, place) if one and place else over(request, token)


@router.post("/p/{token}/fiche")
def propose(request: Request, token: str, one: ByLink, data: FormData) -> Response:
    """Records the changes of the file that the partner proposes."""
    return _propose(request, token, one, data, PlaceForm)


@router.post("/p/{token}/fiche/offre")
def propose_offer(request: Request, token: str, one: ByLink, data: FormData) -> Response:
    """Records the changes of an offer that the partner proposes."""
    return _propose(request, token, one, data, PlaceOfferForm)


def _propose(
    request: Request, token: str, one: Visit | None, data: Mapping[str, Any], model: type[PlaceForm | PlaceOfferForm]
) -> Response:
    place = place_of(one) if one else None
    if one is None or place is None:
        return over(request, token)
    command = command_of(text_of(data, "nonce"), one.found.link.id, one.served.engine.token)
    if command is None:
        return _page(request, token, one, place, data, {"": french.STALE})
    request.state.served, request.state.command_id = one.served, str(command)  # for the page of a fault
    form, errors = validate(model, data)
    if form is None:
        return _page(request, token, one, place, data, validation.named(errors))
    try:
        _record(one, place, command, form)
    except Refused as refused:
        if refused.code in GONE:
            return over(request, token)
        if refused.code == "command-id-reused":
            return _page(request, token, one, place, data, {"": french.USED}, status=409)
        field = str(refused.details.get("field", ""))
        field = field if field in model.model_fields else ""
        sentence = refusals.refusal(refused.code, refused.details, NoNames())
        return _page(request, token, one, place, data, {field: sentence})
    now = place_of(one)
    return _page(request, token, one, now, said=french.PROPOSED) if now else over(request, token)


def _said(
    place: OwnFile, seen: OwnFile, form: PlaceForm | PlaceOfferForm
) -> tuple[dict[str, str], dict[UUID, OfferTerms]]:
    """Returns the whole of what the partner proposes: what waits, and what this form changes of the file as `seen`.

    Raises Refused("unknown-offer").
    """
    waiting = place.waiting
    fields, offers = (waiting.fields, waiting.offers) if waiting else ({}, {})
    if isinstance(form, PlaceOfferForm):
        known, shown_terms = place.offers.get(form.offer), seen.offers.get(form.offer)
        if known is None or shown_terms is None:
            raise Refused("unknown-offer")
        changed = {name for name in OF_OFFER if getattr(form, name) != getattr(shown_terms, name)}
        return fields, {**offers, form.offer: replace(known, **form.model_dump(include=changed))}
    shown = seen.fields
    typed: dict[str, str] = {name: getattr(form, name) for name in FIELDS if getattr(form, name) != shown[name]}
    if typed.keys() & set(OF_COMMUNE):
        typed |= {name: getattr(form, name) for name in OF_COMMUNE} | commune_of(form.town, form.postal_code)
    return {**fields, **typed}, dict(offers)


def _record(one: Visit, place: OwnFile, command: UUID, form: PlaceForm | PlaceOfferForm) -> None:
    """Takes the decision of the partner, as long as the link opens its referral."""
    link, today = one.found.link.id, one.served.today()
    history = one.served.engine.history(place.stream)
    seen = OwnFile(place.stream, fold([known for known in history if known.originator_version <= form.seen]))
    fields, offers = _said(place, seen, form)

    def holds(_: PartnerState, dossier: Any) -> bool:
        found = referral_of(dossier, link)
        return found is not None and is_open(dossier, found, today)

    sent = {"fields": fields, "offers": offers}
    step = Step({"partner": place.stream}, propose_changes, sent, guard=Guard(holds, {"dossier": one.stream}))
    told = "place", form.model_dump(mode="json")
    by = partner_mails.actor_of(one.found.referral)
    one.served.engine.execute_all([step], told, by=by, command_id=command, via="link")


def _page(
    request: Request,
    token: str,
    one: Visit,
    place: OwnFile,
    data: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    said: str = "",
    status: int = 200,
) -> Response:
    """Draws the file, with what was typed and refused. `about` is the offer of the form that was refused."""
    typed = {name: text_of(data, name) for name in data} if data else {}
    about, seen = typed.get("offer", ""), {"seen": str(place.state.version)}
    set_frame(request, one.structure)
    response = show(
        request,
        "partner_link/place.html",
        None,
        NOBODY,
        token=token,
        structure=one.structure,
        advisor=one.advisor,
        name=place.state.details.name,
        values=place.fields | seen | ({} if about else typed),
        offers=[
            (id, terms, {name: getattr(terms, name) for name in OF_OFFER} | seen | (typed if about == str(id) else {}))
            for id, terms in place.offers.items()
        ],
        about=about,
        errors=errors or {},
        said=said,
        waiting=place.waiting is not None,
        new_nonce=lambda: new_nonce(one.found.link.id, secrets.token_bytes(16), one.served.engine.token),
    )
    return answer(response, status if status != 200 else 422 if errors else 200)
