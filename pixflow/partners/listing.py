"""Decisions on a partner's file: suggest, list, correct, verify, review, delist, take back."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pixflow.decision import REFERENT_AND_MANAGER, TEAM, Argument, decision
from pixflow.events.base import Event, Recorded
from pixflow.events.territory import partner as e
from pixflow.events.values import PartnerDetails
from pixflow.folding import not_retracted, retractions_by_version
from pixflow.partners.state import PartnerState, to_review
from pixflow.partners.stated import as_stated, stated
from pixflow.refused import Refused, required

UNDOABLE = (
    e.PartnerCorrected, e.OfferListed, e.OfferRevised, e.OfferClosed, e.PartnerVerified, e.PartnerReviewed,
    e.PartnerDelisted, e.PartnerRelisted, e.DifferenceNoted, e.NameAttached,
)  # fmt: skip
"""The events that `take_back_partner_event` retracts. A join has a decision of its own."""


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
    value = required(value, field) if field == "name" else stated(field, value)
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


@decision("review_partner", REFERENT_AND_MANAGER)
def review_partner(partner: PartnerState, *, on: date) -> list[Event]:
    """Records that the référent has seen what the sources changed. What they say counts."""
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
def use_partner(partner: PartnerState, *, on: date) -> list[Event]:
    """Records the day of a referral to this partner, once a day."""
    must_be_proposed(partner)
    return [] if partner.used and partner.used >= on else [e.PartnerUsed(on=on)]


@decision("take_back_partner_event", REFERENT_AND_MANAGER, Argument.HISTORY)
def take_back(
    partner: PartnerState, *, version: int, reason: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Retracts an event of the team on this partner. Raises Refused("not-noted") for another one."""
    if version in retractions_by_version(history):
        return []
    if not any(r.originator_version == version and isinstance(r.event, UNDOABLE) for r in not_retracted(history)):
        raise Refused("not-noted")
    return [e.Retracted(version=version, reason=required(reason, "reason"), on=on)]


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
