"""Decisions on the offers of a partner: list, revise, close."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from pixflow.decision import REFERENT_AND_MANAGER, decision
from pixflow.events.base import Event
from pixflow.events.territory.partner import OfferClosed, OfferListed, OfferRevised
from pixflow.events.values import OfferTerms
from pixflow.partners.listing import must_be_listed, must_be_proposed
from pixflow.partners.state import OfferState, PartnerState
from pixflow.refused import Refused, required

MOST_SEATS = 10_000
"""The largest number of seats of an offer: a telephone number is none."""


@decision("list_offer", REFERENT_AND_MANAGER)
def list_offer(partner: PartnerState, *, offer: UUID, terms: OfferTerms, on: date) -> list[Event]:
    """Lists something that the partner offers."""
    must_be_proposed(partner)
    terms = _checked(terms)
    if offer in partner.offers or terms in partner.open_offers().values():
        return []
    return [OfferListed(offer=offer, terms=terms, on=on)]


@decision("revise_offer", REFERENT_AND_MANAGER)
def revise_offer(partner: PartnerState, *, offer: UUID, terms: OfferTerms, on: date) -> list[Event]:
    known = _open(partner, offer)
    terms = _checked(terms)
    return [] if known.terms == terms else [OfferRevised(offer=offer, terms=terms, on=on)]


@decision("close_offer", REFERENT_AND_MANAGER)
def close_offer(partner: PartnerState, *, offer: UUID, on: date) -> list[Event]:
    """Closes an offer: it is no longer proposed. Its referrals stay."""
    must_be_listed(partner)
    known = partner.offers.get(offer)
    if known is None:
        raise Refused("unknown-offer")
    return [] if known.closed else [OfferClosed(offer=offer, on=on)]


def _open(partner: PartnerState, offer: UUID) -> OfferState:
    must_be_listed(partner)
    known = partner.offers.get(offer)
    if known is None or known.closed:
        raise Refused("unknown-offer")
    return known


def _checked(terms: OfferTerms) -> OfferTerms:
    """Returns the terms with a label. Raises Refused: "required", "bad-seats", "bad-band"."""
    if terms.seats is not None and not 0 <= terms.seats <= MOST_SEATS:
        raise Refused("bad-seats", field="seats", most=MOST_SEATS)
    if any(not 0 <= low <= high <= 100 for low, high in terms.bands):
        raise Refused("bad-band", field="bands")
    return replace(terms, label=required(terms.label, "label"))
