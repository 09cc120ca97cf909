"""Decisions of an import: what a source tells of a partner, and that it no longer has the place."""

from datetime import date

from pixflow.decision import REFERENT_AND_MANAGER, decision
from pixflow.events.base import Event
from pixflow.events.territory import partner as e
from pixflow.events.values import PartnerDetails
from pixflow.partners.state import PartnerState, place_key
from pixflow.refused import Refused, required


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
