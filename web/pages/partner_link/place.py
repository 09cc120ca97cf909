"""The file of a partner, by its link: it proposes changes that a référent reviews (docs/domain.md#partner-links)."""

import re
import secrets
from collections import defaultdict
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
from web.french.territory import hours
from web.hosting import partner_mails
from web.http.forms import FormData, Text, text_of, validate
from web.http.people import NOBODY
from web.http.templates import show
from web.pages.partner_link.routes import ByLink, Visit, answer, over, set_frame
from web.pages.partners.forms import FIELDS, OF_COMMUNE, FileFields, commune_of, of_file
from web.pages.partners.revision import proposed_lines

router = APIRouter()
GONE = frozenset({"moved", "partner-joined", "partner-delisted", "unknown-partner", "unknown-stream", "damaged-stream"})
"""The refusals of a link that ended meanwhile, or of a partner that is listed no more."""
_OF_OFFER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-[a-z]+")


class PlaceForm(FileFields):
    """The file as the partner says it, from its version `seen`. Organisations only: no field is about a person."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_max_length=2_000)
    nonce: str
    seen: int
    name: str


class PlaceOffer(BaseModel):
    """One open offer, as the partner says it. The form names its fields `<offer>-<field>`."""

    model_config = PlaceForm.model_config
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
        """The file with what is proposed, as forms show it: hours are words."""
        changed: dict[str, Any] = dict(self.waiting.fields) if self.waiting else {}
        details = replace(self.state.details, **changed)
        return of_file(details) | {"hours": "; ".join(hours.in_french(details.hours))}

    @property
    def offers(self) -> dict[UUID, OfferTerms]:
        """The open offers with what is proposed."""
        waiting, known = self.waiting, self.state.open_offers()
        return known | ({id: terms for id, terms in waiting.offers.items() if id in known} if waiting else {})


def place_of(visit: Visit) -> OwnFile | None:
    """Returns the listed partner whom the referral of a visit was sent to, None for a free name."""
    id = visit.found.referral.partner.id
    if id is None:
        return None
    with visit.served.reading() as tables:
        row = partners.find(tables.connection, id)
        state = fold_of(tables.connection, row.stream) if row else None
    return OwnFile(row.stream, state) if isinstance(state, PartnerState) and state.is_proposed else None


@router.get("/p/{token}/fiche")
def read(request: Request, token: str, visit: ByLink) -> Response:
    """Shows the partner its own file. It names no young person, and records nothing."""
    place = place_of(visit) if visit else None
    return _page(request, token, visit, place) if visit and place else over(request, token)


@router.post("/p/{token}/fiche")
def propose(request: Request, token: str, visit: ByLink, data: FormData) -> Response:
    """Records the changes of the file and of the offers that the partner proposes."""
    place = place_of(visit) if visit else None
    if visit is None or place is None:
        return over(request, token)
    command = command_of(text_of(data, "nonce"), visit.found.link.id, visit.served.engine.token)
    if command is None:
        return _page(request, token, visit, place, data, {"": french.STALE})
    request.state.served, request.state.command_id = visit.served, str(command)  # for the page of a fault
    form, offers, errors = _read(data)
    if form is None or errors:
        return _page(request, token, visit, place, data, validation.phrase_empty_fields(errors))
    try:
        _record(visit, place, command, form, offers)
    except Refused as refused:
        if refused.code in GONE:
            return over(request, token)
        if refused.code == "command-id-reused":
            return _page(request, token, visit, place, data, {"": french.USED}, status=409)
        field = str(refused.details.get("field", ""))
        field = field if field in PlaceForm.model_fields else ""
        sentence = refusals.refusal(refused.code, refused.details, NoNames())
        return _page(request, token, visit, place, data, {field: sentence})
    now = place_of(visit)
    return _page(request, token, visit, now, sent=True) if now else over(request, token)


def _read(data: Mapping[str, Any]) -> tuple[PlaceForm | None, dict[UUID, PlaceOffer], dict[str, str]]:
    """Returns the file, the offers, and a sentence for each field that is refused."""
    of_offers: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for name in filter(_OF_OFFER.fullmatch, data):
        offer, _, field = name.rpartition("-")
        of_offers[offer][field] = data[name]
    form, errors = validate(PlaceForm, {name: data[name] for name in data if not _OF_OFFER.fullmatch(name)})
    offers = {}
    for offer, sent in of_offers.items():
        terms, refused = validate(PlaceOffer, sent)
        errors |= {f"{offer}-{name}": sentence for name, sentence in refused.items()}
        if terms:
            offers[UUID(offer)] = terms
    return form, offers, errors


def _gather_changes(
    place: OwnFile, seen: OwnFile, form: PlaceForm, terms: Mapping[UUID, PlaceOffer]
) -> tuple[dict[str, str], dict[UUID, OfferTerms]]:
    """Returns the whole of what the partner proposes: what waits, and what this form changes of the file as `seen`.

    Raises Refused("unknown-offer").
    """
    waiting = place.waiting
    fields, offers = (waiting.fields, waiting.offers) if waiting else ({}, {})
    now, then = place.offers, seen.offers
    if not terms.keys() <= now.keys() & then.keys():
        raise Refused("unknown-offer")
    changed = {id: {name for name, value in one if value != getattr(then[id], name)} for id, one in terms.items()}
    revised = {id: replace(now[id], **terms[id].model_dump(include=names)) for id, names in changed.items() if names}
    shown = seen.fields
    typed: dict[str, str] = {name: getattr(form, name) for name in FIELDS if getattr(form, name) != shown[name]}
    if typed.keys() & set(OF_COMMUNE):
        typed |= {name: getattr(form, name) for name in OF_COMMUNE} | commune_of(form.town, form.postal_code)
    return {**fields, **typed}, {**offers, **revised}


def _record(visit: Visit, place: OwnFile, command: UUID, form: PlaceForm, terms: Mapping[UUID, PlaceOffer]) -> None:
    """Takes the decision of the partner, as long as the link opens its referral."""
    link, today = visit.found.link.id, visit.served.today()
    history = visit.served.engine.history(place.stream)
    seen = OwnFile(place.stream, fold([known for known in history if known.originator_version <= form.seen]))
    fields, offers = _gather_changes(place, seen, form, terms)

    def holds(_: PartnerState, dossier: Any) -> bool:
        found = referral_of(dossier, link)
        return found is not None and is_open(dossier, found, today)

    sent = {"fields": fields, "offers": offers}
    step = Step({"partner": place.stream}, propose_changes, sent, guard=Guard(holds, {"dossier": visit.stream}))
    told = "place", form.model_dump(mode="json"), {str(id): one.model_dump() for id, one in terms.items()}
    by = partner_mails.actor_of(visit.found.referral)
    visit.served.engine.execute_all([step], told, by=by, command_id=command, via="link")


def _page(
    request: Request,
    token: str,
    visit: Visit,
    place: OwnFile,
    data: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    sent: bool = False,
    status: int = 200,
) -> Response:
    """Draws the file, with what was typed and refused. Once `sent`, it says what waits for a review."""
    typed = {name: text_of(data, name) for name in data} if data else {}
    of_offers = {
        f"{id}-{name}": getattr(terms, name) for id, terms in place.offers.items() for name in PlaceOffer.model_fields
    }
    set_frame(request, visit.structure)
    response = show(
        request,
        "partner_link/place.html",
        None,
        NOBODY,
        token=token,
        structure=visit.structure,
        advisor=visit.advisor,
        name=place.state.details.name,
        values=place.fields | of_offers | {"seen": str(place.state.version)} | typed,
        offers=place.offers,
        errors=errors or {},
        sent=sent,
        waiting=proposed_lines(place.state),
        nonce=new_nonce(visit.found.link.id, secrets.token_bytes(16), visit.served.engine.token),
    )
    return answer(response, status if status != 200 else 422 if errors else 200)
