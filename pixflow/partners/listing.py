"""Decisions on partners: listed, corrected, verified, joined, delisted; their offers and their places."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import takewhile
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from rapidfuzz import fuzz

from pixflow import identity
from pixflow.actor import PARTNER
from pixflow.decision import NOBODY, REFERENT_AND_MANAGER, TEAM, decision
from pixflow.events import partner as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import OfferTerms, PartnerDetails
from pixflow.folding import not_retracted, retractions_by_version
from pixflow.partners.state import PartnerState, place_key, proposed, to_review
from pixflow.refused import Refused, parse, required
from pixflow.websites import website


@decision("import_place", REFERENT_AND_MANAGER)
def import_place(
    partner: PartnerState,
    *,
    source: str,
    place: str,
    updated: date | None,
    digest: str,
    details: PartnerDetails,
    on: date,
) -> list[Event]:
    """Lists the place of a source, or records that the source tells something else of it.

    Raises Refused("partner-joined").
    """
    required(details.name, "name")
    if partner.into:
        raise Refused("partner-joined")
    known = partner.sources.get(place_key(source, place))
    if known and known.digest == digest and not known.gone:
        return []
    told = e.SourceTold if partner.listed else e.PartnerListed
    return [told(details=details, source=source, place=place, updated=updated, digest=digest, on=on)]


@decision("withdraw_place", REFERENT_AND_MANAGER)
def withdraw_place(partner: PartnerState, *, source: str, place: str, on: date) -> list[Event]:
    """Records that a source no longer has the place. The partner stays listed."""
    known = partner.sources.get(place_key(source, place))
    return [e.SourceWithdrawn(source=source, place=place, on=on)] if known and not known.gone else []


# --- fields of a partner's file as the team types them, in the form in which pages show and dial them


_SHORT_NUMBER = re.compile(r"[0-9]{4}|1[0-9]{1,2}")
"""Short numbers of services, such as 39 49."""


def normalise_field(field: str, text: str) -> str:
    """Returns a field as it is stored; most are left as they are typed.

    Raises Refused: "bad-phone", "bad-email", "bad-website", "bad-booking". A page would leave such an address
    out without a word.
    """
    return parse(_READ.get(field, str), text.strip(), field)


def as_stated(details: PartnerDetails) -> PartnerDetails:
    """Returns a file with each of these fields as `stated` gives it."""
    fields: dict[str, Any] = {name: normalise_field(name, getattr(details, name)) for name in _READ}
    return replace(details, **fields)


def _phone(text: str) -> str:
    digits = re.sub(r"[\s.]", "", text)
    return digits if _SHORT_NUMBER.fullmatch(digits) else identity.phone(text)


_READ = {"phone": _phone, "email": identity.email, "website": website, "booking": website}
"""The fields that have a form."""


# --- decisions on a partner's file: suggest, list, correct, verify, review, delist, take back


UNDOABLE = (
    e.PartnerCorrected, e.OfferListed, e.OfferRevised, e.OfferClosed, e.PartnerVerified, e.PartnerReviewed,
    e.PartnerDelisted, e.PartnerRelisted, e.DifferenceNoted, e.NameAttached,
)  # fmt: skip
"""The events that `take_back_partner_event` retracts. A join has a decision of its own."""
OF_BULKS = (*UNDOABLE, e.SourceTold, e.SourceWithdrawn, e.PartnersJoined, e.PartnerAbsorbed)
"""The events that `take_back_partner_command` retracts, and the listing of a place by its source."""


@decision("suggest_partner", TEAM)
def suggest_partner(partner: PartnerState, *, details: PartnerDetails, on: date) -> list[Event]:
    """Suggests a partner to the référent."""
    required(details.name, "name")
    return [] if partner.version else [e.PartnerSuggested(details=as_stated(details), on=on)]


@decision("list_partner", REFERENT_AND_MANAGER)
def list_partner(partner: PartnerState, *, details: PartnerDetails, on: date) -> list[Event]:
    """Lists a partner by hand, or one that a colleague suggested."""
    required(details.name, "name")
    if partner.listed:
        return []
    details = details if partner.suggested else as_stated(details)
    return [e.PartnerListed(details=details, source="", place="", updated=None, digest="", on=on)]


@decision("correct_partner", REFERENT_AND_MANAGER)
def correct_partner(partner: PartnerState, *, field: e.CorrectedField, value: str, on: date) -> list[Event]:
    """Corrects one field of the file. The name is never empty; others are as `stated` gives them."""
    must_be_listed(partner)
    value = required(value, field) if field == "name" else normalise_field(field, value)
    known = partner.corrections.get(field)
    if known.value == value if known and not known.contested else getattr(partner.details, field) == value:
        return []
    return [e.PartnerCorrected(field=field, value=value, on=on)]


@decision("verify_partner", TEAM)
def verify_partner(partner: PartnerState, *, channel: Literal["call", "visit", "email"], on: date) -> list[Event]:
    """Records that a colleague asked the partner, and the file is right."""
    must_be_proposed(partner)
    if partner.verified and partner.verified.on == on:
        return []
    return [e.PartnerVerified(channel=channel, on=on)]


MOST_PROPOSALS = 5
"""Proposals of changes that a partner sends in a day."""


@decision("propose_changes", NOBODY, system=(PARTNER,))
def propose_changes(
    partner: PartnerState,
    *,
    fields: Mapping[str, str],
    offers: Mapping[UUID, OfferTerms],
    on: date,
    history: Sequence[Recorded],
) -> list[Event]:
    """Records what the partner proposes to change of its own file, for a référent to review.

    Raises Refused("proposed-often") beyond five times a day, "unknown-offer", and those of `stated` and of an offer.
    """
    must_be_proposed(partner)
    details, open_offers = partner.details, partner.open_offers()
    said = {
        name: required(text, name) if name == "name" else normalise_field(name, text) for name, text in fields.items()
    }
    if not offers.keys() <= open_offers.keys():
        raise Refused("unknown-offer")
    changed = {name: value for name, value in said.items() if getattr(details, name) != value}
    terms = {id: checked for id, one in offers.items() if (checked := _check_terms(one)) != open_offers[id]}
    waiting = proposed(partner)
    if (changed, terms) == ((waiting.fields, waiting.offers) if waiting else ({}, {})):
        return []
    if sum(isinstance(one.event, e.RevisionProposed) and one.event.on == on for one in history) >= MOST_PROPOSALS:
        raise Refused("proposed-often")
    return [e.RevisionProposed(fields=tuple(changed.items()), offers=tuple(terms.items()), on=on)]


@decision("review_partner", REFERENT_AND_MANAGER)
def review_partner(partner: PartnerState, *, on: date) -> list[Event]:
    """Records that the référent has seen what the sources changed, which counts, and what the partner proposes."""
    must_be_listed(partner)
    if partner.reviewed and not to_review(partner):
        return []
    return [e.PartnerReviewed(on=on)]


@decision("delist_partner", REFERENT_AND_MANAGER)
def delist_partner(partner: PartnerState, *, reason: e.DelistingReason, on: date) -> list[Event]:
    """Takes a partner off the list, or declines a suggestion."""
    if partner.listed is None and partner.suggested is None:
        raise Refused("unknown-partner")
    _must_go_on(partner)
    return [] if partner.delisted else [e.PartnerDelisted(reason=reason, on=on)]


@decision("relist_partner", REFERENT_AND_MANAGER)
def relist_partner(partner: PartnerState, *, on: date) -> list[Event]:
    must_be_listed(partner)
    return [e.PartnerRelisted(on=on)] if partner.delisted else []


@decision("attach_name", REFERENT_AND_MANAGER)
def attach_name(partner: PartnerState, *, name: str, on: date) -> list[Event]:
    """Records that a free name of former referrals means this partner."""
    must_be_listed(partner)
    name = " ".join(required(name, "name").split())
    return [] if name.casefold() in map(str.casefold, partner.names) else [e.NameAttached(name=name, on=on)]


@decision("use_partner", TEAM)
def use_partner(partner: PartnerState, *, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Records the day of a referral to this partner, once a day, and again after any change: no undo is free then."""
    must_be_proposed(partner)
    is_last = isinstance(not_retracted(history)[-1].event, e.PartnerUsed)
    return [] if is_last and partner.used and partner.used >= on else [e.PartnerUsed(on=on)]


@decision("take_back_partner_event", REFERENT_AND_MANAGER)
def take_back(
    partner: PartnerState, *, version: int, reason: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Retracts an event of the team on this partner. Raises Refused("not-noted") for another one."""
    if version in retractions_by_version(history):
        return []
    if not any(r.originator_version == version and isinstance(r.event, UNDOABLE) for r in not_retracted(history)):
        raise Refused("not-noted")
    return [e.Retracted(version=version, reason=required(reason, "reason"), on=on)]


@decision("take_back_partner_command", REFERENT_AND_MANAGER)
def take_back_command(
    partner: PartnerState, *, command: UUID, reason: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Retracts all that an import, or a press on several partners, did to this one.

    Raises Refused: "moved" when something followed, "not-noted" for a command that is neither.
    """
    events = not_retracted(history)
    mine = [one for one in events if one.command == command]
    if not mine:
        return []
    others = (one.event for one in mine if not isinstance(one.event, OF_BULKS))
    if not all(isinstance(event, e.PartnerListed) and event.source for event in others):
        raise Refused("not-noted")
    if mine != events[-len(mine) :]:
        raise Refused("moved")
    reason = required(reason, "reason")
    return [e.Retracted(version=one.originator_version, reason=reason, on=on) for one in reversed(mine)]


def must_be_listed(partner: PartnerState) -> None:
    """Raises Refused("unknown-partner") or ("partner-joined")."""
    if partner.listed is None:
        raise Refused("unknown-partner")
    _must_go_on(partner)


def must_be_proposed(partner: PartnerState) -> None:
    """Raises the refusals of `must_be_listed`, and Refused("partner-delisted")."""
    must_be_listed(partner)
    if partner.delisted:
        raise Refused("partner-delisted", on=partner.delisted.on)


def _must_go_on(partner: PartnerState) -> None:
    if partner.into:
        raise Refused("partner-joined")


# --- decisions on the offers of a partner: list, revise, close


MOST_SEATS = 10_000
"""The largest number of seats of an offer: a telephone number is none."""


@decision("list_offer", REFERENT_AND_MANAGER)
def list_offer(partner: PartnerState, *, offer: UUID, terms: OfferTerms, on: date) -> list[Event]:
    """Lists something that the partner offers."""
    must_be_proposed(partner)
    terms = _check_terms(terms)
    if offer in partner.offers or terms in partner.open_offers().values():
        return []
    return [e.OfferListed(offer=offer, terms=terms, on=on)]


@decision("revise_offer", REFERENT_AND_MANAGER)
def revise_offer(partner: PartnerState, *, offer: UUID, terms: OfferTerms, on: date) -> list[Event]:
    must_be_listed(partner)
    offer_state = partner.offers.get(offer)
    if offer_state is None or offer_state.closed:
        raise Refused("unknown-offer")
    terms = _check_terms(terms)
    return [] if offer_state.terms == terms else [e.OfferRevised(offer=offer, terms=terms, on=on)]


@decision("close_offer", REFERENT_AND_MANAGER)
def close_offer(partner: PartnerState, *, offer: UUID, on: date) -> list[Event]:
    """Closes an offer: it is no longer proposed. Its referrals stay."""
    must_be_listed(partner)
    offer_state = partner.offers.get(offer)
    if offer_state is None:
        raise Refused("unknown-offer")
    return [] if offer_state.closed else [e.OfferClosed(offer=offer, on=on)]


def _check_terms(terms: OfferTerms) -> OfferTerms:
    """Returns the terms with a label. Raises Refused: "required", "bad-seats", "bad-band"."""
    if terms.seats is not None and not 0 <= terms.seats <= MOST_SEATS:
        raise Refused("bad-seats", field="seats", most=MOST_SEATS)
    if any(not 0 <= low <= high <= 100 for low, high in terms.bands):
        raise Refused("bad-band", field="bands")
    return replace(terms, label=required(terms.label, "label"))


# --- decisions on two partners that look the same: join them, undo that, or note that they differ


@decision("join_partner", REFERENT_AND_MANAGER)
def join_partner(partner: PartnerState, *, other: UUID, takes: PartnerState, on: date) -> list[Event]:
    """Joins another partner to this one: its sources, names and other open offers follow. `takes` is its state."""
    must_be_proposed(partner)
    if other in partner.joined:
        return []
    must_be_listed(takes)
    sources = (one for key, one in takes.sources.items() if key not in partner.sources)
    mine = list(partner.open_offers().values())
    return [
        e.PartnersJoined(other=other, on=on),
        *(
            e.SourceTold(
                source=one.source, place=one.place, updated=one.updated, digest=one.digest, details=one.details, on=on
            )
            for one in sources
        ),
        *(
            e.OfferListed(offer=id, terms=terms, on=on)
            for id, terms in takes.open_offers().items()
            if terms not in mine
        ),
        *(e.NameAttached(name=name, on=on) for name in takes.names if name not in partner.names),
    ]


@decision("absorb_partner", REFERENT_AND_MANAGER)
def absorb_partner(partner: PartnerState, *, into: UUID, on: date) -> list[Event]:
    """Ends a partner that was joined to another one. Raises Refused("partner-joined")."""
    if partner.into == into:
        return []
    must_be_listed(partner)
    return [e.PartnerAbsorbed(into=into, on=on)]


@decision("undo_join", REFERENT_AND_MANAGER)
def undo_join(partner: PartnerState, *, other: UUID, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Retracts a join on one of its two streams, with all that it brought. `other` is the partner on the other side.

    A join brings the events that follow it in its command, up to the next join.
    """
    events = not_retracted(history)
    joins = [r for r in events if _joins(r.event, other)]
    if not joins:
        return []
    if partner.into and partner.into != other:
        raise Refused("partner-joined")
    join = joins[-1]
    after = (r for r in events if r.originator_version > join.originator_version)
    brought = takewhile(lambda r: r.command == join.command and not isinstance(r.event, e.PartnersJoined), after)
    versions = [join.originator_version, *(r.originator_version for r in brought)]
    reason = required(reason, "reason")
    return [e.Retracted(version=version, reason=reason, on=on) for version in sorted(versions, reverse=True)]


@decision("note_difference", REFERENT_AND_MANAGER)
def note_difference(partner: PartnerState, *, other: UUID, on: date) -> list[Event]:
    """Records that another partner only looks the same."""
    must_be_listed(partner)
    return [] if other in partner.different else [e.DifferenceNoted(other=other, on=on)]


def _joins(event: Event, other: UUID) -> bool:
    match event:
        case e.PartnersJoined(other=joined) | e.PartnerAbsorbed(into=joined):
            return joined == other
    return False


# --- listed partners that a free name of former referrals may mean, with the reasons. A person decides


MOST = 3
CLOSE = 85
"""Likeness of two names, 0 to 100, from which one may be the other mistyped."""
_SMALL = frozenset({"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "sur"})
Reason = Literal["same", "within", "close"]


class KnownName(Struct, frozen=True):
    """The name of a listed partner and that of its commune, both normalised."""

    partner: UUID
    name: str
    town: str


def matches(name: str, names: Iterable[KnownName]) -> list[tuple[UUID, Reason, bool]]:
    """Returns the partners that a normalised name may mean, the likeliest first, and why.

    One is sure when no other may be meant, and two words at least say so.
    """
    pairs = [(reason, one) for one in names if (reason := _reason(name, one))]
    order: Sequence[Reason] = ("same", "within", "close")
    pairs.sort(key=lambda pair: (order.index(pair[0]), -fuzz.token_sort_ratio(name, pair[1].name), pair[1].name))
    words = len(_words(name))
    return [(one.partner, reason, len(pairs) == 1 and (reason == "same" or words > 1)) for reason, one in pairs[:MOST]]


def _reason(name: str, one: KnownName) -> Reason | None:
    said, own, there = _words(name), _words(one.name), _words(one.town)
    if not said or not own:
        return None
    if said == own or said == own | there:
        return "same"
    if said < own or own < said:
        return "within"
    return "close" if fuzz.token_sort_ratio(" ".join(sorted(said)), " ".join(sorted(own))) >= CLOSE else None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.replace("-", " ").replace("'", " ").split()) - _SMALL
