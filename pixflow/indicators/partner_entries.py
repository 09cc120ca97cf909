"""Entries of the list of partners (I23): each partner, how fresh its file is, its offers by level, its names."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from pixflow.identity import normalise
from pixflow.indicators.entry import FigureEntry, happened
from pixflow.indicators.path import Mark
from pixflow.partners.freshness import FRESH, OLD
from pixflow.partners.state import PartnerState

SENT = "sent"
"""A referral, of a dossier's entries. The question tells which are those to a partner of the list."""
USED, ELSEWHERE = "used", "elsewhere"
LISTED, NAMED, JOINED = "listed", "named", "joined"
FRESH_UNTIL, OLD_FROM, UNKNOWN = "fresh", "old", "unknown"


def partner_entries(id: UUID, partner: PartnerState) -> Iterator[FigureEntry]:
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
        for low, high in terms.bands:
            yield happened("I23", Mark(stamp.on, stamp.version), level((low, high)), reason=terms.label)


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
