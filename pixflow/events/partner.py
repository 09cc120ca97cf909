"""Partners of a structure, and the catalogue of places that its lists come from. Organisations only, no person."""

from datetime import date
from typing import Literal
from uuid import UUID

from pixflow.events.base import Event, event
from pixflow.events.values import OfferTerms, PartnerDetails

PLAIN = frozenset({
    "details", "source", "place", "updated", "digest", "field", "value", "offer", "terms", "channel", "reason",
    "fields", "offers", "other", "into", "name", "version", "on",
    "kind", "new", "changed", "unchanged", "gone", "aside", "outside", "refused",
    "groupings", "communes", "radius", "sites", "header", "columns", "credit", "outlines",
})  # fmt: skip
"""All of it is written in clear: it tells of organisations, of no young person and of nobody in the team."""

CorrectedField = Literal[
    "name", "address", "complement", "commune", "town", "postal_code", "phone", "email", "website", "booking",
    "hours", "summary",
]  # fmt: skip
DelistingReason = Literal["closed", "no-offer", "far", "not-a-partner", "mistake"]
AsideReason = Literal["not-a-partner", "far", "known", "other"]
"""Reasons from closed lists: a text could name a person, and these streams are in clear."""


@event("partner.PartnerSuggested")
class PartnerSuggested(Event):
    """A colleague suggests a partner: `review-partner` is owed until a référent lists it or sets it aside."""

    details: PartnerDetails
    on: date


@event("partner.PartnerListed")
class PartnerListed(Event):
    """A partner enters the list: by hand, or as a source tells it. `source` is "" by hand.

    `place` is the id of the place in its source, `updated` the source's date, `digest` that of what it tells.
    """

    details: PartnerDetails
    source: str
    place: str
    updated: date | None
    digest: str
    on: date


@event("partner.PartnerCorrected")
class PartnerCorrected(Event):
    """The team's word on one field. It counts until the source changes its own word."""

    field: CorrectedField
    value: str
    on: date


@event("partner.SourceTold")
class SourceTold(Event):
    """A source tells something else about the place, or another source tells of it."""

    source: str
    place: str
    updated: date | None
    digest: str
    details: PartnerDetails
    on: date


@event("partner.SourceWithdrawn")
class SourceWithdrawn(Event):
    """A source no longer has the place. The partner stays listed."""

    source: str
    place: str
    on: date


@event("partner.OfferListed")
class OfferListed(Event):
    offer: UUID
    terms: OfferTerms
    on: date


@event("partner.OfferRevised")
class OfferRevised(Event):
    offer: UUID
    terms: OfferTerms
    on: date


@event("partner.OfferClosed")
class OfferClosed(Event):
    offer: UUID
    on: date


@event("partner.RevisionProposed")
class RevisionProposed(Event):
    """The partner proposes a revision of its own file, by a link: `review-partner` is owed until a référent reads them.

    `fields` are pairs: a field of the file and its value. `offers` are pairs too: an open offer and its terms.
    """

    fields: tuple[tuple[str, str], ...]
    offers: tuple[tuple[UUID, OfferTerms], ...]
    on: date


@event("partner.PartnerVerified", closes=True)
class PartnerVerified(Event):
    """A member of the team asked the partner, and the file is right."""

    channel: Literal["call", "visit", "email"]
    on: date


@event("partner.PartnerReviewed", closes=True)
class PartnerReviewed(Event):
    """The référent has seen what the sources changed."""

    on: date


@event("partner.PartnerDelisted", closes=True)
class PartnerDelisted(Event):
    """A partner that is no longer proposed. Its referrals stay."""

    reason: DelistingReason
    on: date


@event("partner.PartnerRelisted")
class PartnerRelisted(Event):
    on: date


@event("partner.PartnersJoined")
class PartnersJoined(Event):
    """The partner `other` is the same one: its sources, offers and names follow in this stream."""

    other: UUID
    on: date


@event("partner.PartnerAbsorbed")
class PartnerAbsorbed(Event):
    """This partner is the same one as `into`, which goes on."""

    into: UUID
    on: date


@event("partner.DifferenceNoted")
class DifferenceNoted(Event):
    """The partner `other` looks the same and is another one: the question is not asked again."""

    other: UUID
    on: date


@event("partner.NameAttached")
class NameAttached(Event):
    """A free name of former referrals means this partner."""

    name: str
    on: date


@event("partner.PartnerUsed")
class PartnerUsed(Event):
    """Somebody was referred to this partner that day: at most one a day, without any id."""

    on: date


@event("partner.Retracted")
class Retracted(Event):
    """An event of the partner that no longer counts."""

    version: int
    reason: str
    on: date


# --- the catalogue, one a structure


@event("catalogue.CatalogueReceived")
class CatalogueReceived(Event):
    """A file of places was imported: its digest and its counts."""

    digest: str
    kind: str
    new: int
    changed: int
    unchanged: int
    gone: int
    aside: int
    outside: int
    refused: int
    on: date


@event("catalogue.PlaceSetAside")
class PlaceSetAside(Event):
    """A place that the structure does not keep: the next imports leave it out."""

    source: str
    place: str
    reason: AsideReason
    on: date


@event("catalogue.PlaceReclaimed")
class PlaceReclaimed(Event):
    """A place set aside is wanted after all: the next import proposes it."""

    source: str
    place: str
    on: date


@event("catalogue.TerritoryStated")
class TerritoryStated(Event):
    """The territory of the structure: groupings (EPCI) by SIREN, single communes, and kilometres around them.

    `sites` are pairs: the name of a site, and the code of its commune.
    """

    groupings: tuple[str, ...]
    communes: tuple[str, ...]
    radius: int
    sites: tuple[tuple[str, str], ...]
    on: date


@event("catalogue.TableMapped")
class TableMapped(Event):
    """The columns of an unknown table, by their names in the standard 1.0.2. `header` is a digest of its headers."""

    header: str
    columns: tuple[tuple[str, str], ...]
    on: date


@event("catalogue.OutlinesReceived")
class OutlinesReceived(Event):
    """The outlines of communes, as pairs: the code, and the rings in one text. `credit` names their producer."""

    credit: str
    outlines: tuple[tuple[str, str], ...]
    on: date
