"""Decisions on two partners that look the same: join them, undo that, or note that they differ."""

from collections.abc import Sequence
from datetime import date
from itertools import takewhile
from uuid import UUID

from pixflow.decision import REFERENT_AND_MANAGER, Argument, decision
from pixflow.events.base import Event, Recorded
from pixflow.events.territory import partner as e
from pixflow.events.values import PartnerDetails
from pixflow.folding import not_retracted
from pixflow.partners.listing import must_be_listed, must_be_proposed
from pixflow.partners.state import PartnerState
from pixflow.refused import Refused, required


@decision("join_partner", REFERENT_AND_MANAGER)
def join_partner(partner: PartnerState, *, other: UUID, takes: PartnerState, on: date) -> list[Event]:
    """Joins another partner to this one: its sources, open offers and names follow. `takes` is its state."""
    must_be_proposed(partner)
    if other in partner.joined:
        return []
    must_be_listed(takes)
    told = (one for key, one in takes.sources.items() if key not in partner.sources)
    return [
        e.PartnersJoined(other=other, on=on),
        *(_told(one.source, one.place, one.updated, one.digest, one.details, on) for one in told),
        *(e.OfferListed(offer=id, terms=terms, on=on) for id, terms in takes.open_offers().items()),
        *(e.NameAttached(name=name, on=on) for name in takes.names if name not in partner.names),
    ]


@decision("absorb_partner", REFERENT_AND_MANAGER)
def absorb_partner(partner: PartnerState, *, into: UUID, on: date) -> list[Event]:
    """Ends a partner that was joined to another one. Raises Refused("partner-joined")."""
    if partner.into == into:
        return []
    must_be_listed(partner)
    return [e.PartnerAbsorbed(into=into, on=on)]


@decision("undo_join", REFERENT_AND_MANAGER, Argument.HISTORY)
def undo_join(partner: PartnerState, *, other: UUID, reason: str, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Retracts a join on one of its two streams, with all that it brought. `other` is the partner on the other side.

    A join brings the events that follow it in its command, up to the next join.
    """
    told = not_retracted(history)
    joins = [r for r in told if _joins(r.event, other)]
    if not joins:
        return []
    if partner.into and partner.into != other:
        raise Refused("partner-joined")
    join = joins[-1]
    after = (r for r in told if r.originator_version > join.originator_version)
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


def _told(
    source: str, place: str, updated: date | None, digest: str, details: PartnerDetails, on: date
) -> e.SourceTold:
    return e.SourceTold(source=source, place=place, updated=updated, digest=digest, details=details, on=on)
