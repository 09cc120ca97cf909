"""Partners of a structure, and the catalogue of places that its lists come from. Organisations only, no person."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pixflow.events.base import Event
from pixflow.events.values import OfferTerms, PartnerDetails

PLAIN = frozenset({
    "details", "source", "place", "updated", "digest", "field", "value", "offer", "terms", "channel", "reason",
    "other", "into", "name", "version", "on",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerSuggested(Event):
    """A colleague suggests a partner: `review-partner` is owed until a référent lists it or sets it aside."""

    TOPIC: ClassVar[str] = "partner.PartnerSuggested"
    details: PartnerDetails
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerListed(Event):
    """A partner enters the list: by hand, or as a source tells it. `source` is "" by hand.

    `place` is the id of the place in its source, `updated` the source's date, `digest` that of what it tells.
    """

    TOPIC: ClassVar[str] = "partner.PartnerListed"
    details: PartnerDetails
    source: str
    place: str
    updated: date | None
    digest: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerCorrected(Event):
    """The team's word on one field. It counts until the source changes its own word."""

    TOPIC: ClassVar[str] = "partner.PartnerCorrected"
    field: CorrectedField
    value: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTold(Event):
    """A source tells something else about the place, or another source tells of it."""

    TOPIC: ClassVar[str] = "partner.SourceTold"
    source: str
    place: str
    updated: date | None
    digest: str
    details: PartnerDetails
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWithdrawn(Event):
    """A source no longer has the place. The partner stays listed."""

    TOPIC: ClassVar[str] = "partner.SourceWithdrawn"
    source: str
    place: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferListed(Event):
    TOPIC: ClassVar[str] = "partner.OfferListed"
    offer: UUID
    terms: OfferTerms
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRevised(Event):
    TOPIC: ClassVar[str] = "partner.OfferRevised"
    offer: UUID
    terms: OfferTerms
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferClosed(Event):
    TOPIC: ClassVar[str] = "partner.OfferClosed"
    offer: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerVerified(Event):
    """A member of the team asked the partner, and the file is right."""

    TOPIC: ClassVar[str] = "partner.PartnerVerified"
    CLOSES: ClassVar[bool] = True
    channel: Literal["call", "visit", "email"]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerReviewed(Event):
    """The référent has seen what the sources changed."""

    TOPIC: ClassVar[str] = "partner.PartnerReviewed"
    CLOSES: ClassVar[bool] = True
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerDelisted(Event):
    """A partner that is no longer proposed. Its referrals stay."""

    TOPIC: ClassVar[str] = "partner.PartnerDelisted"
    CLOSES: ClassVar[bool] = True
    reason: DelistingReason
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRelisted(Event):
    TOPIC: ClassVar[str] = "partner.PartnerRelisted"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnersJoined(Event):
    """The partner `other` is the same one: its sources, offers and names follow in this stream."""

    TOPIC: ClassVar[str] = "partner.PartnersJoined"
    other: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAbsorbed(Event):
    """This partner is the same one as `into`, which goes on."""

    TOPIC: ClassVar[str] = "partner.PartnerAbsorbed"
    into: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceNoted(Event):
    """The partner `other` looks the same and is another one: the question is not asked again."""

    TOPIC: ClassVar[str] = "partner.DifferenceNoted"
    other: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NameAttached(Event):
    """A free name of former referrals means this partner."""

    TOPIC: ClassVar[str] = "partner.NameAttached"
    name: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerUsed(Event):
    """Somebody was referred to this partner that day: at most one a day, without any id."""

    TOPIC: ClassVar[str] = "partner.PartnerUsed"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted(Event):
    """An event of the partner that no longer counts."""

    TOPIC: ClassVar[str] = "partner.Retracted"
    version: int
    reason: str
    on: date


# --- the catalogue, one a structure


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueReceived(Event):
    """A file of places was imported: its digest and its counts."""

    TOPIC: ClassVar[str] = "catalogue.CatalogueReceived"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSetAside(Event):
    """A place that the structure does not keep: the next imports leave it out."""

    TOPIC: ClassVar[str] = "catalogue.PlaceSetAside"
    source: str
    place: str
    reason: AsideReason
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceReclaimed(Event):
    """A place set aside is wanted after all: the next import proposes it."""

    TOPIC: ClassVar[str] = "catalogue.PlaceReclaimed"
    source: str
    place: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryStated(Event):
    """The territory of the structure: groupings (EPCI) by SIREN, single communes, and kilometres around them.

    `sites` are pairs: the name of a site, and the code of its commune.
    """

    TOPIC: ClassVar[str] = "catalogue.TerritoryStated"
    groupings: tuple[str, ...]
    communes: tuple[str, ...]
    radius: int
    sites: tuple[tuple[str, str], ...]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapped(Event):
    """The columns of an unknown table, by their names in the standard 1.0.2. `header` is a digest of its headers."""

    TOPIC: ClassVar[str] = "catalogue.TableMapped"
    header: str
    columns: tuple[tuple[str, str], ...]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlinesReceived(Event):
    """The outlines of communes, as pairs: the code, and the rings in one text. `credit` names their producer."""

    TOPIC: ClassVar[str] = "catalogue.OutlinesReceived"
    credit: str
    outlines: tuple[tuple[str, str], ...]
    on: date
