"""Entries of the list of partners (I23): each partner, how fresh its file is, its offers by level, its names."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from pixflow.events.values import OfferTerms
from pixflow.identity import normalise
from pixflow.indicators.entry import Basis, FigureEntry, happened
from pixflow.indicators.path import Mark
from pixflow.partners.freshness import FRESH, OLD
from pixflow.partners.state import PartnerState

SENT = "sent"
"""A referral, of a dossier's entries. The question tells which are those to a partner of the list."""
USED, ELSEWHERE = "used", "elsewhere"
LISTED, NAMED, JOINED = "listed", "named", "joined"
FRESH_UNTIL, OLD_FROM, UNKNOWN = "fresh", "old", "unknown"
ANY_LEVEL = "any-level"
"""The offers that name no level."""


def partner_entries(basis: Basis, id: UUID, partner: PartnerState) -> Iterator[FigureEntry]:
    """Yields a partner of the list, its names, and one entry for each offer and level.

    One joined to another only says which: whoever was referred to it was referred to the other.
    """
    if partner.into:
        yield happened("I23", Mark(date.min, partner.version), JOINED, subject=partner.into)
        return
    if not partner.listed:
        return
    mark = Mark(partner.listed.on, partner.listed.version)
    for name in sorted({normalise(one) for one in (partner.details.name, *partner.names)}):
        yield happened("I23", mark, NAMED, reason=name, subject=id)
    if partner.delisted:
        return
    yield happened("I23", mark, LISTED)
    yield from _freshness(partner, mark)
    for offer, terms in partner.open_offers().items():
        stamp = partner.offers[offer].listed
        for part in sorted({level(band) for band in _bands(basis, stamp.on, terms)}) or [ANY_LEVEL]:
            yield happened("I23", Mark(stamp.on, stamp.version), part, reason=terms.label)


def _bands(basis: Basis, day: date, terms: OfferTerms) -> Iterator[tuple[int, int]]:
    """Yields the bands of an offer: those that it names, and those of its proposals in the grid of a day."""
    yield from terms.bands
    for band in basis.grille(day).bands if terms.proposals else ():
        if any(proposal.id in terms.proposals for proposal in band.proposals):
            yield band.low, band.high


def level(band: tuple[int, int]) -> str:
    """Returns the part of the offers for a band of the grid."""
    low, high = band
    return f"{low}-{high}"


def _freshness(partner: PartnerState, mark: Mark) -> Iterator[FigureEntry]:
    """Yields the days when the file stops being fresh, and when it is old: each is open until its day."""
    if (confirmed := partner.confirmed) is None:
        yield happened("I23", mark, UNKNOWN)
        return
    yield happened("I23", mark, FRESH_UNTIL, "open", due=confirmed + FRESH)
    yield happened("I23", mark, OLD_FROM, "open", due=confirmed + OLD - timedelta(1))
