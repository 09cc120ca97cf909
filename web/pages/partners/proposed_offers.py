"""The offers that the words of sources propose for all partners: the référent confirms several at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from pixflow.engine import Step, new_id
from pixflow.events.base import Recorded
from pixflow.events.partner import OfferListed
from pixflow.events.values import OfferKind, OfferTerms
from pixflow.folding import not_retracted, retractions_by_version
from pixflow.partners.listing import list_offer, take_back
from pixflow.partners.state import proposed_kinds, terms_of
from projections import partners
from projections.statements import by_key
from web.desk import receipts
from web.desk.bulk import BulkOutcome, RowOutcome, row_outcome
from web.desk.commands import must, read_button, record_all
from web.desk.desk import Desk
from web.desk.receipts import Receipt, UndoForm, row_command
from web.french.events.sentences import AT_ONCE
from web.french.territory import files
from web.french.typography import plural, typeset
from web.http.addresses import SIZE, PageNumber, Pager, address
from web.http.forms import Form, FormData, Spaced
from web.http.people import NOBODY
from web.http.templates import show
from web.pages.partners.listing import LIST, NOWHERE, AtPartners

router = APIRouter()
PATH = f"{LIST}/offres"
UNDO = f"{PATH}/annuler"
NONE_TICKED = "Cochez au moins une offre."
NO_MORE = "ce n’est plus une offre à confirmer, rechargez la page."
FOLLOWED = "autre chose a suivi : corrigez sur sa fiche."
_Ticked = Annotated[
    tuple[Annotated[tuple[UUID, OfferKind], Spaced], ...], Field(max_length=SIZE * len(files.PROPOSED_OFFERS))
]


class ProposedOffersForm(Form):
    """The ticked offers of a page, or `all` that it showed; each is a partner's id, a space and the kind of offer."""

    ticked: _Ticked = ()
    shown: _Ticked = ()
    all: bool = False


@dataclass(frozen=True, slots=True)
class ProposingPartner:
    """A listed partner, and the kinds of offers that its sources propose and that nobody has listed or closed."""

    stream: UUID
    name: str
    town: str
    kinds: Sequence[OfferKind]


def proposing(desk: Desk) -> list[ProposingPartner]:
    """Returns the partners with an offer to confirm, by commune, then by name."""
    return desk.memory.partners.get_or_make("proposing", lambda: list(_proposing(desk)))


def _proposing(desk: Desk) -> Iterator[ProposingPartner]:
    told = partners.every_offer(desk.read)
    for row in partners.listed(desk.read):
        known = {partners.terms_of(offer).kind for offer in told.get(row.stream, ())}
        kinds = [kind for kind in proposed_kinds(partners.details_of(row)) if kind not in known]
        if kinds:
            yield ProposingPartner(row.stream, row.name, typeset(row.town) or NOWHERE, kinds)


def proposed_terms(desk: Desk, kind: OfferKind) -> OfferTerms:
    """Returns the terms proposed for a kind of offer, with the bands of the grid in force."""
    bands = [(band.low, band.high) for band in desk.refs.grille(desk.today).document.bands]
    return terms_of(kind, files.PROPOSED_OFFERS[kind], bands)


@router.get(PATH)
def read(request: Request, desk: AtPartners, p: PageNumber = 1, recu: str = "") -> Response:
    """Shows a page of the offers to confirm; `recu` names the command that confirmed some."""
    must(desk, list_offer)
    return _page(request, desk, p, receipt=_receipt(desk, recu))


@router.post(PATH)
def confirm(request: Request, desk: AtPartners, data: FormData, p: PageNumber = 1) -> Response:
    """Lists the ticked offers, with one command for each partner."""
    must(desk, list_offer)
    form = read_button(ProposedOffersForm, data)
    ticked = by_key(form.shown if form.all else form.ticked)
    if not ticked:
        return _page(request, desk, p, error=NONE_TICKED)
    known = {one.stream: one for one in proposing(desk)}
    rows = [_confirm(desk, form.command_id, stream, kinds, known) for stream, kinds in ticked.items()]
    return _answer(request, desk, BulkOutcome(rows, form.command_id), p)


def kind_of(named: str) -> OfferKind | None:
    """Returns the kind of offer of a text, None where no terms are proposed for it."""
    return next((kind for kind in files.PROPOSED_OFFERS if kind == named), None)


def _confirm(
    desk: Desk, bulk: UUID, stream: UUID, kinds: Sequence[OfferKind], partner_by_stream: Mapping[UUID, ProposingPartner]
) -> RowOutcome:
    """Lists the offers of one partner. One that was listed, closed or delisted meanwhile is refused."""
    command, row = row_command(bulk, stream), partners.find(desk.read, stream)
    name = row.name if row else str(stream)
    proposed = partner_by_stream[stream].kinds if stream in partner_by_stream else ()
    if not desk.engine.has_recorded(command) and not set(kinds) <= set(proposed):
        return RowOutcome(name, refused=NO_MORE)
    steps = [
        Step({"partner": stream}, list_offer, {"offer": new_id(command, kind), "terms": proposed_terms(desk, kind)})
        for kind in dict.fromkeys(kinds)
    ]
    return row_outcome(desk, name, record_all(desk, steps, ("confirm offers", sorted(kinds)), command_id=command))


@router.post(UNDO)
def undo(request: Request, desk: AtPartners, data: FormData) -> Response:
    """Takes back the offers that a press confirmed, but for the partners that something followed."""
    must(desk, take_back)
    form = read_button(UndoForm, data)
    listed = by_key((one.originator_id, one) for one in _offers_of(desk, str(form.receipt)))
    rows = [_take_back(desk, form.command_id, stream, offers) for stream, offers in listed.items()]
    return _answer(request, desk, BulkOutcome(rows, form.command_id), 1)


def _offers_of(desk: Desk, reference: str) -> list[Recorded]:
    return [one for one in receipts.events_of(desk, reference) if isinstance(one.event, OfferListed)]


def _take_back(desk: Desk, bulk: UUID, stream: UUID, offers: Sequence[Recorded]) -> RowOutcome:
    trail, row, command = desk.trail(stream), partners.find(desk.read, stream), row_command(bulk, stream)
    versions, name = {one.originator_version for one in offers}, row.name if row else str(stream)
    if not _is_last(trail, versions) and not desk.engine.has_recorded(command):
        return RowOutcome(name, refused=FOLLOWED)
    steps = [
        Step({"partner": stream}, take_back, {"version": version, "reason": AT_ONCE})
        for version in sorted(versions, reverse=True)
    ]
    return row_outcome(desk, name, record_all(desk, steps, ("take back offers", sorted(versions)), command_id=command))


def _is_last(trail: Sequence[Recorded], versions: set[int]) -> bool:
    """True when nothing followed these events, and they are not taken back."""
    told = not_retracted(trail)
    return versions.isdisjoint(retractions_by_version(trail)) and told[-1].originator_version in versions


# --- what was just recorded, and the page


def _answer(request: Request, desk: Desk, outcomes: BulkOutcome, number: int) -> Response:
    """Redirects to the receipt, or shows the result of each partner when one was refused."""
    if not outcomes.refused:
        page = str(number) if number > 1 else ""
        return RedirectResponse(address(PATH, {"p": page, "recu": outcomes.reference}), 303)
    desk.refresh()
    return _page(request, desk, number, receipt=_undoable(desk, outcomes.receipt(), outcomes.reference), status=422)


def _receipt(desk: Desk, reference: str) -> Receipt | None:
    """Returns how many offers a press confirmed, or took back."""
    events = [one.event for one in receipts.events_of(desk, reference)]
    if not events or not events[0].TOPIC.startswith("partner."):
        return None
    if not isinstance(events[0], OfferListed):
        return Receipt(plural(len(events), "offre n’est plus inscrite.", "offres ne sont plus inscrites."))
    title = plural(len(events), "offre inscrite.", "offres inscrites.")
    return _undoable(desk, Receipt(title), reference)


def _undoable(desk: Desk, receipt: Receipt, reference: str) -> Receipt:
    """Returns the receipt with its undo, while the offers of one partner at least can be taken back."""
    listed = by_key((one.originator_id, one.originator_version) for one in _offers_of(desk, reference))
    trails: dict[UUID, Any] = desk.trails(listed)
    is_open = any(_is_last(trails[stream], set(versions)) for stream, versions in listed.items())
    return receipt.with_undo(reference, UNDO) if is_open else receipt


def _page(
    request: Request, desk: Desk, number: int, *, receipt: Receipt | None = None, error: str = "", status: int = 200
) -> Response:
    every = proposing(desk)
    pager = Pager.at(len(every), number, PATH, {})
    return show(
        request,
        "partners/proposed_offers.html",
        "offers",
        NOBODY,
        status=422 if error else status,
        rows=every[pager.offset : pager.offset + SIZE],
        pager=pager,
        here=pager.under(""),
        offers=sum(len(one.kinds) for one in every),
        titles=files.PROPOSED_OFFERS,
        receipt=receipt,
        error=error,
    )
