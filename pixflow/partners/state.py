"""The states of partners, of people there, and of the catalogue of places."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from dataclasses import replace as with_terms
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from dateutil.relativedelta import relativedelta
from msgspec import Struct
from msgspec.structs import replace

from pixflow.events import contact as c
from pixflow.events import partner as e
from pixflow.events.base import Recorded
from pixflow.events.values import ContactDetails, OfferKind, OfferTerms, PartnerDetails
from pixflow.folding import Stamp, stamp_of
from pixflow.folding import fold as fold_events

NAMES = tuple(field.name for field in fields(PartnerDetails))
TERMS = tuple(field.name for field in fields(OfferTerms))


class SourceState(Struct, frozen=True):
    """The last word of one source. `gone` once the source no longer has the place, `joined` when a join brought it."""

    source: str
    place: str
    updated: date | None
    digest: str
    details: PartnerDetails
    told: Stamp
    gone: Stamp | None = None
    joined: bool = False

    @property
    def key(self) -> str:
        return place_key(self.source, self.place)


class FieldCorrection(Struct, frozen=True):
    """The team's word on a field. `contested` is the event of a source that changed its own word since."""

    value: str
    contested: Stamp | None = None


class OfferState(Struct, frozen=True):
    terms: OfferTerms
    listed: Stamp
    closed: Stamp | None = None


class ProposedChanges(Struct, frozen=True):
    """Words of its file, and terms of its offers, that the partner proposes and nobody has reviewed."""

    fields: dict[str, str]
    offers: dict[UUID, OfferTerms]
    stamp: Stamp


class PartnerState(Struct, frozen=True):
    """The state of a partner.

    `stated` is what was listed or suggested by hand. `used` is the last day somebody was referred to it. `into` is the
    partner that it was joined to, `joined` those joined to it, `different` those that only look the same. `join` is the
    command of the last join.
    """

    version: int = 0
    suggested: Stamp | None = None
    listed: Stamp | None = None
    stated: PartnerDetails = PartnerDetails()
    sources: dict[str, SourceState] = {}
    corrections: dict[str, FieldCorrection] = {}
    offers: dict[UUID, OfferState] = {}
    changes: ProposedChanges | None = None
    verified: Stamp | None = None
    reviewed: Stamp | None = None
    delisted: Stamp | None = None
    into: UUID | None = None
    joined: tuple[UUID, ...] = ()
    join: UUID | None = None
    different: tuple[UUID, ...] = ()
    names: tuple[str, ...] = ()
    used: date | None = None

    @property
    def details(self) -> PartnerDetails:
        """The file: the team's word, then what was stated by hand, then the sources, the latest one first.

        The sources that a join brought come after its own. Without a point where the team names another commune: it
        would be drawn where it is not.
        """
        fresh = sorted(
            self.sources.values(),
            key=lambda one: (one.gone is None, not one.joined, one.updated or date.min, one.told.version),
            reverse=True,
        )
        told = [self.stated, *(one.details for one in fresh)]
        word_by_field = {name: next((value for one in told if (value := getattr(one, name))), None) for name in NAMES}
        corrected = {name: one.value for name, one in self.corrections.items() if one.contested is None}
        if (theirs := word_by_field["commune"]) and corrected.get("commune", theirs) != theirs:
            word_by_field["point"] = None
        known = {name: value for name, value in word_by_field.items() if value is not None}
        return PartnerDetails(**(known | corrected))

    @property
    def confirmed(self) -> date | None:
        """The day that its file is of: the team's verification, else the latest date of a source."""
        if stamp := self.checked:
            return stamp.on
        return max(filter(None, (one.updated for one in self.sources.values())), default=None)

    @property
    def checked(self) -> Stamp | None:
        """The last time that the team answered for the file: it verified it, or wrote it by hand."""
        return self.verified or (self.listed if all(one.joined for one in self.sources.values()) else None)

    @property
    def is_proposed(self) -> bool:
        """Tells if it stands in the list of partners."""
        return self.listed is not None and self.delisted is None and self.into is None

    def open_offers(self) -> dict[UUID, OfferTerms]:
        return {id: one.terms for id, one in self.offers.items() if one.closed is None}


def place_key(source: str, place: str) -> str:
    """Returns the key of a place: its id is unique within its source."""
    return f"{source}|{place}"


def fold(events: Sequence[Recorded]) -> PartnerState:
    """Returns the partner after these events, without the retracted ones. Its version is the last event's."""
    return fold_events(PartnerState(), evolve, events)


def evolve(state: PartnerState, recorded: Recorded) -> PartnerState:
    event = recorded.event
    stamp = stamp_of(recorded)
    changes = (
        _file(state, recorded, stamp) or _offers(state, event, stamp) or _changes_of_standing(state, recorded, stamp)
    )
    return replace(state, version=stamp.version, **changes)


def _file(state: PartnerState, recorded: Recorded, stamp: Stamp) -> dict[str, Any]:
    match event := recorded.event:
        case e.PartnerSuggested(details=details):
            return {"suggested": stamp, "stated": details}
        case e.PartnerListed(source="", details=details):
            return {"listed": stamp, "stated": details}
        case e.PartnerListed() | e.SourceTold():
            before = state.sources.get(place_key(event.source, event.place))
            joined = before.joined if before else state.join is not None and state.join == recorded.command
            source_state = SourceState(
                event.source, event.place, event.updated, event.digest, event.details, stamp, joined=joined
            )
            return {
                "listed": state.listed or stamp,
                "sources": {**state.sources, source_state.key: source_state},
                "corrections": _contested(state.corrections, before, source_state),
            }
        case e.PartnerCorrected(field=field, value=value):
            return {"corrections": {**state.corrections, field: FieldCorrection(value)}}
        case e.SourceWithdrawn(source=source, place=place) if known := state.sources.get(place_key(source, place)):
            return {"sources": {**state.sources, known.key: replace(known, gone=stamp)}}
    return {}


def _contested(
    corrections: dict[str, FieldCorrection], before: SourceState | None, source: SourceState
) -> dict[str, FieldCorrection]:
    """Marks the corrections of fields whose source has another word than before."""
    if before is None:
        return corrections
    moved = {name for name in corrections if getattr(before.details, name) != getattr(source.details, name)}
    return {
        name: replace(one, contested=one.contested or source.told) if name in moved else one
        for name, one in corrections.items()
    }


def _offers(state: PartnerState, event: object, stamp: Stamp) -> dict[str, Any]:
    match event:
        case e.OfferListed(offer=offer, terms=terms):
            return {"offers": {**state.offers, offer: OfferState(terms, stamp)}}
        case e.OfferRevised(offer=offer, terms=terms) if offer_state := state.offers.get(offer):
            changes = _follows(state.changes, offer, offer_state.terms, terms)
            return {"offers": {**state.offers, offer: replace(offer_state, terms=terms)}, "changes": changes}
        case e.OfferClosed(offer=offer) if offer_state := state.offers.get(offer):
            return {"offers": {**state.offers, offer: replace(offer_state, closed=stamp)}}
    return {}


def _follows(
    changes: ProposedChanges | None, offer: UUID, before: OfferTerms, after: OfferTerms
) -> ProposedChanges | None:
    """Returns what a partner proposes once the team revised an offer: the terms that it leaves are those of now."""
    wanted = changes.offers.get(offer) if changes else None
    if changes is None or wanted is None:
        return changes
    left = {name: getattr(after, name) for name in TERMS if getattr(wanted, name) == getattr(before, name)}
    return replace(changes, offers={**changes.offers, offer: with_terms(wanted, **left)})


def _changes_of_standing(state: PartnerState, recorded: Recorded, stamp: Stamp) -> dict[str, Any]:
    match recorded.event:
        case e.PartnerVerified():
            return {"verified": stamp}
        case e.PartnerReviewed():
            return {"reviewed": stamp, "changes": None}
        case e.RevisionProposed(fields=fields, offers=offers):
            return {"changes": ProposedChanges(dict(fields), dict(offers), stamp)}
        case e.PartnerDelisted():
            return {"delisted": stamp}
        case e.PartnerRelisted():
            return {"delisted": None}
        case e.PartnersJoined(other=other):
            return {"joined": (*state.joined, other), "join": recorded.command}
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
    """Tells if a source changed or lost something, or the partner proposes something, since the last review."""
    return bool(contested(partner) or list_gone_sources(partner) or proposed(partner))


def proposed(partner: PartnerState) -> ProposedChanges | None:
    """Returns what the partner proposes and is not so yet, None for nothing."""
    changes = partner.changes
    if changes is None:
        return None
    details, offers = partner.details, partner.open_offers()
    fields = {name: value for name, value in changes.fields.items() if getattr(details, name) != value}
    terms = {id: one for id, one in changes.offers.items() if offers.get(id, one) != one}
    return ProposedChanges(fields, terms, changes.stamp) if fields or terms else None


def contested(partner: PartnerState) -> dict[str, str]:
    """Returns the fields where a source has another word since the team's, with the team's word."""
    since = partner.reviewed.version if partner.reviewed else 0
    return {
        name: one.value for name, one in partner.corrections.items() if one.contested and one.contested.version > since
    }


def list_gone_sources(partner: PartnerState) -> list[str]:
    """Returns the keys of the sources that no longer have the place, since the last review."""
    since = partner.reviewed.version if partner.reviewed else 0
    return [key for key, one in partner.sources.items() if one.gone and one.gone.version > since]


# --- the state of a contact: a person to call at a partner


class Contact(Struct, frozen=True):
    """A person at a partner. `revised` is the last word on them, `missed` the means that fail since then.

    An erased person has nothing but `erased`.
    """

    version: int = 0
    partner: UUID | None = None
    details: ContactDetails = ContactDetails("")
    revised: Stamp | None = None
    missed: dict[c.Means, Stamp] = {}
    left: Stamp | None = None
    erased: Stamp | None = None

    @property
    def is_there(self) -> bool:
        """Tells if the person may be asked."""
        return self.revised is not None and self.left is None

    @property
    def mail(self) -> str:
        """The address where an e-mail reaches them, "" for none."""
        return self.details.email if self.is_there and "email" not in self.missed else ""


def evolve_contact(state: Contact, recorded: Recorded) -> Contact:
    event = recorded.event
    stamp = stamp_of(recorded)
    if isinstance(event, c.ContactErased):
        return Contact(version=stamp.version, erased=stamp)
    return replace(state, version=stamp.version, **_changes(state, event, stamp))


def _changes(state: Contact, event: object, stamp: Stamp) -> dict[str, Any]:
    match event:
        case c.ContactNamed(partner=partner, details=details):
            return {"partner": partner, "details": details, "revised": stamp}
        case c.ContactRevised(details=details):
            return {"details": details, "revised": stamp, "missed": {}, "left": None}
        case c.ContactMissed(means=means):
            return {"missed": {**state.missed, means: stamp}}
        case c.ContactLeft():
            return {"left": stamp}
    return {}


# --- the state of the catalogue: the files received, the places set aside, the territory, the outlines


class Territory(Struct, frozen=True):
    """Groupings by SIREN, communes by code, kilometres around them, and the commune of each site."""

    groupings: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    radius: int = 0
    sites: dict[str, str] = {}

    @property
    def is_stated(self) -> bool:
        return bool(self.groupings or self.communes)


class Catalogue(Struct, frozen=True):
    """The state of the catalogue.

    `received` is the digest of the last file of each kind, `aside` are the places set aside, by key, with the reason.
    """

    version: int = 0
    territory: Territory = Territory()
    received: dict[str, str] = {}
    aside: dict[str, str] = {}
    tables: dict[str, dict[str, str]] = {}
    credit: str = ""
    outlines: dict[str, str] = {}


def evolve_catalogue(state: Catalogue, recorded: Recorded) -> Catalogue:
    event = recorded.event
    state = replace(state, version=recorded.originator_version)
    match event:
        case e.CatalogueReceived():
            return replace(state, received={**state.received, event.kind: event.digest})
        case e.PlaceSetAside():
            return replace(state, aside={**state.aside, place_key(event.source, event.place): event.reason})
        case e.PlaceReclaimed():
            key = place_key(event.source, event.place)
            return replace(state, aside={one: reason for one, reason in state.aside.items() if one != key})
        case e.TerritoryStated():
            territory = Territory(event.groupings, event.communes, event.radius, dict(event.sites))
            return replace(state, territory=territory)
        case e.TableMapped():
            return replace(state, tables={**state.tables, event.header: dict(event.columns)})
        case e.OutlinesReceived():
            return replace(state, credit=event.credit, outlines=dict(event.outlines))
    return state


# --- freshness of a partner's file, as data·inclusion counts it (score_qualite.py)


Freshness = Literal["fresh", "ageing", "old", "unknown"]
FRESH, OLD = relativedelta(months=6), relativedelta(years=2)


def freshness(confirmed: date | None, today: date) -> Freshness:
    """Returns how fresh a file is: fresh up to 6 months, old from 2 years on."""
    if confirmed is None:
        return "unknown"
    fresh, ageing = first_days(today)
    if confirmed >= fresh:
        return "fresh"
    return "ageing" if confirmed >= ageing else "old"


@lru_cache(maxsize=8)
def first_days(today: date) -> tuple[date, date]:
    """Returns the first days whose files are fresh, and ageing."""
    fresh, ageing = today - FRESH, today - OLD
    while fresh + FRESH < today:
        fresh += timedelta(1)
    while ageing + OLD <= today:
        ageing += timedelta(1)
    return fresh, ageing


# --- offers that the words of a source propose for a partner. The référent confirms them (docs/domain.md#partners)


_DIGITAL = {
    "Maîtrise des outils numériques du quotidien", "Compréhension du monde numérique",
    "Utilisation sécurisée du numérique", "numerique--maitriser-les-fondamentaux-du-numerique",
}  # fmt: skip
_ACCESS = {"Accès internet et matériel informatique", "numerique--acceder-a-une-connexion-internet"}
_BANDS: dict[OfferKind, tuple[int, ...]] = {
    "digital": (0, 1), "literacy": (0,), "general": (1,), "specialised": (2,), "certification": (2,),
}  # fmt: skip
"""Ranks of the grid's bands that a kind of offer is for; none for a place to take the test."""


def proposed_kinds(details: PartnerDetails) -> list[OfferKind]:
    """Returns the kinds of offers that the words of the sources propose."""
    words = {*details.services, *details.thematics, *details.special_care, *details.labels, *details.support}
    return list(dict.fromkeys(_kinds(words, details)))


def terms_of(kind: OfferKind, label: str, bands: Collection[tuple[int, int]] = ()) -> OfferTerms:
    """Returns the terms proposed for a kind, with the bands of the grid in force."""
    ordered = sorted(bands)
    wanted = tuple(ordered[rank] for rank in _BANDS.get(kind, ()) if rank < len(ordered))
    return OfferTerms(label=label, kind=kind, bands=wanted)


def terms_of_service(name: str, thematics: Collection[str], kinds: Collection[str]) -> OfferTerms:
    """Returns the terms of a service of data·inclusion."""
    details = PartnerDetails(thematics=tuple(thematics), kinds=tuple(kinds))
    found = proposed_kinds(details)
    return OfferTerms(label=name, kind=found[0] if found else "general")


def _kinds(words: Collection[str], details: PartnerDetails) -> Iterator[OfferKind]:
    if any(word.startswith("lecture-ecriture-calcul--") for word in words) or "Illettrisme" in words:
        yield "literacy"
    if _DIGITAL & set(words):
        yield "digital"
    if "Insertion professionnelle via le numérique" in words:
        yield "general"
    if "Grande école du numérique" in words or "OF" in details.kinds or "formation" in details.kinds:
        yield "specialised"
    if "Certification PIX" in words:
        yield "certification"
    if _ACCESS & set(words) or "En autonomie" in words:
        yield "access"
    if details.itinerant:
        yield "cafe"
