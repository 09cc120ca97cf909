"""The state of a partner: its sources, the team's corrections, its offers, what was joined to it."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow.events.base import Recorded
from pixflow.events.territory import partner as e
from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.folding import Stamp, stamp_of
from pixflow.folding import fold as fold_events

NAMES = tuple(field.name for field in fields(PartnerDetails))


class SourceState(Struct, frozen=True):
    """The last word of one source. `gone` once the source no longer has the place."""

    source: str
    place: str
    updated: date | None
    digest: str
    details: PartnerDetails
    told: Stamp
    gone: Stamp | None = None

    @property
    def key(self) -> str:
        return place_key(self.source, self.place)


class FieldCorrection(Struct, frozen=True):
    """The team's word on a field. `contested` is the event of a source that changed its own word since."""

    value: str
    stamp: Stamp
    contested: Stamp | None = None


class OfferState(Struct, frozen=True):
    terms: OfferTerms
    listed: Stamp
    closed: Stamp | None = None


class PartnerState(Struct, frozen=True):
    """The state of a partner.

    `stated` is what was listed or suggested by hand. `used` is the last day somebody was referred to it. `into` is the
    partner that it was joined to, `joined` those joined to it, `different` those that only look the same.
    """

    version: int = 0
    suggested: Stamp | None = None
    listed: Stamp | None = None
    stated: PartnerDetails = PartnerDetails()
    sources: dict[str, SourceState] = {}
    corrections: dict[str, FieldCorrection] = {}
    offers: dict[UUID, OfferState] = {}
    verified: Stamp | None = None
    reviewed: Stamp | None = None
    delisted: Stamp | None = None
    delisting: str = ""
    into: UUID | None = None
    joined: tuple[UUID, ...] = ()
    different: tuple[UUID, ...] = ()
    names: tuple[str, ...] = ()
    used: date | None = None

    @property
    def details(self) -> PartnerDetails:
        """The file: the team's word, then what was stated by hand, then the sources, the latest one first.

        Without a point where the team names another commune: it would be drawn where it is not.
        """
        told = [self.stated, *(one.details for one in self._by_freshness())]
        found = {name: next((value for one in told if (value := getattr(one, name))), None) for name in NAMES}
        corrected = {name: one.value for name, one in self.corrections.items() if one.contested is None}
        if (theirs := found["commune"]) and corrected.get("commune", theirs) != theirs:
            found["point"] = None
        known = {name: value for name, value in found.items() if value is not None}
        return PartnerDetails(**(known | corrected))

    @property
    def confirmed(self) -> date | None:
        """The latest day that a source or the team confirms."""
        days = [one.updated for one in self.sources.values()]
        stamps = [self.verified, self.listed if not self.sources else None]
        return max(filter(None, [*days, *(one.on for one in stamps if one)]), default=None)

    @property
    def is_proposed(self) -> bool:
        """Tells if it stands in the list of partners."""
        return self.listed is not None and self.delisted is None and self.into is None

    def open_offers(self) -> dict[UUID, OfferTerms]:
        return {id: one.terms for id, one in self.offers.items() if one.closed is None}

    def _by_freshness(self) -> list[SourceState]:
        return sorted(
            self.sources.values(),
            key=lambda one: (one.gone is None, one.updated or date.min, one.told.version),
            reverse=True,
        )


def place_key(source: str, place: str) -> str:
    """Returns the key of a place: its id is unique within its source."""
    return f"{source}|{place}"


def fold(events: Sequence[Recorded]) -> PartnerState:
    """Returns the partner after these events, without the retracted ones. Its version is the last event's."""
    state = fold_events(PartnerState(), evolve, events)
    return replace(state, version=events[-1].originator_version) if events else state


def evolve(state: PartnerState, recorded: Recorded) -> PartnerState:
    event = recorded.event
    stamp = stamp_of(recorded)
    changes = _file(state, event, stamp) or _offers(state, event, stamp) or _standing(state, event, stamp)
    return replace(state, version=stamp.version, **changes)


def _file(state: PartnerState, event: object, stamp: Stamp) -> dict[str, Any]:
    match event:
        case e.PartnerSuggested(details=details):
            return {"suggested": stamp, "stated": details}
        case e.PartnerListed(source="", details=details):
            return {"listed": stamp, "stated": details}
        case e.PartnerListed() | e.SourceTold():
            told = SourceState(event.source, event.place, event.updated, event.digest, event.details, stamp)
            before = state.sources.get(told.key)
            return {
                "listed": state.listed or stamp,
                "sources": {**state.sources, told.key: told},
                "corrections": _contested(state.corrections, before, told),
            }
        case e.PartnerCorrected(field=field, value=value):
            return {"corrections": {**state.corrections, field: FieldCorrection(value, stamp)}}
        case e.SourceWithdrawn(source=source, place=place) if known := state.sources.get(place_key(source, place)):
            return {"sources": {**state.sources, known.key: replace(known, gone=stamp)}}
    return {}


def _contested(
    corrections: dict[str, FieldCorrection], before: SourceState | None, told: SourceState
) -> dict[str, FieldCorrection]:
    """Marks the corrections of fields whose source has another word than before."""
    if before is None:
        return corrections
    moved = {name for name in corrections if getattr(before.details, name) != getattr(told.details, name)}
    return {
        name: replace(one, contested=one.contested or told.told) if name in moved else one
        for name, one in corrections.items()
    }


def _offers(state: PartnerState, event: object, stamp: Stamp) -> dict[str, Any]:
    match event:
        case e.OfferListed(offer=offer, terms=terms):
            return {"offers": {**state.offers, offer: OfferState(terms, stamp)}}
        case e.OfferRevised(offer=offer, terms=terms) if known := state.offers.get(offer):
            return {"offers": {**state.offers, offer: replace(known, terms=terms)}}
        case e.OfferClosed(offer=offer) if known := state.offers.get(offer):
            return {"offers": {**state.offers, offer: replace(known, closed=stamp)}}
    return {}


def _standing(state: PartnerState, event: object, stamp: Stamp) -> dict[str, Any]:
    match event:
        case e.PartnerVerified():
            return {"verified": stamp}
        case e.PartnerReviewed():
            return {"reviewed": stamp}
        case e.PartnerDelisted(reason=reason):
            return {"delisted": stamp, "delisting": reason}
        case e.PartnerRelisted():
            return {"delisted": None, "delisting": ""}
        case e.PartnersJoined(other=other):
            return {"joined": (*state.joined, other)}
        case e.PartnerAbsorbed(into=into):
            return {"into": into}
        case e.DifferenceNoted(other=other):
            return {"different": (*state.different, other)}
        case e.NameAttached(name=name):
            return {"names": (*state.names, name)}
        case e.PartnerUsed():
            return {"used": max(filter(None, (state.used, stamp.on)))}
    return {}


def to_review(partner: PartnerState) -> bool:
    """Tells if a source changed or lost something since the last review."""
    return bool(contested(partner)) or bool(gone(partner))


def contested(partner: PartnerState) -> dict[str, str]:
    """Returns the fields where a source has another word since the team's, with the team's word."""
    since = partner.reviewed.version if partner.reviewed else 0
    return {
        name: one.value for name, one in partner.corrections.items() if one.contested and one.contested.version > since
    }


def gone(partner: PartnerState) -> list[str]:
    """Returns the keys of the sources that no longer have the place, since the last review."""
    since = partner.reviewed.version if partner.reviewed else 0
    return [key for key, one in partner.sources.items() if one.gone and one.gone.version > since]
