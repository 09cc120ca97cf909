"""Tasks of partners: a file to review or to verify; a person there who left, or whom nobody reaches."""

from collections.abc import Iterator
from datetime import date, timedelta

from pixflow.folding import Stamp
from pixflow.partners.contact_state import Contact
from pixflow.partners.state import PartnerState, contested, gone
from pixflow.reference_data import References
from pixflow.tasks.builder import task
from pixflow.tasks.task import Task

IN_USE = timedelta(days=365)
"""A partner is in use for so long after the last referral to it."""


def of_partner(partner: PartnerState, refs: References) -> list[Task]:
    """Returns the review that a partner's file needs, and the verification."""
    if partner.into or partner.delisted:
        return []
    if partner.listed is None:
        return [_review(refs, "suggested", partner.suggested)] if partner.suggested else []
    return [*_reviews(partner, refs), *_verifications(partner, refs)]


def of_contact(contact: Contact, refs: References) -> list[Task]:
    """Returns the update that a person of a partner needs: erased once they left, corrected when a means fails."""
    if contact.left:
        return [_update(refs, "left", contact.left)]
    first = min(contact.missed.items(), key=lambda one: one[1].version, default=None)
    return [_update(refs, *first)] if first else []


def _reviews(partner: PartnerState, refs: References) -> Iterator[Task]:
    """Yields the review of the corrections that a source contests, else of a place that a source lost while in use."""
    told = [one for name in contested(partner) if (one := partner.corrections[name].contested)]
    lost = [one for key in gone(partner) if (one := partner.sources[key].gone) and _in_use(partner, one.on)]
    if told:
        yield _review(refs, "contested", min(told, key=_order))
    elif lost:
        yield _review(refs, "gone", min(lost, key=_order))


def _verifications(partner: PartnerState, refs: References) -> Iterator[Task]:
    """Yields the verification before the first referral, or of a partner in use that nobody confirmed for long."""
    latest = max(filter(None, (partner.listed, partner.verified, *_told(partner))), key=_order)
    offered = [one.listed for one in partner.offers.values() if one.closed is None]
    if partner.used is None:
        if partner.verified is None and offered and partner.listed and not _is_told_by_hand(partner):
            yield _verify(refs, "new", max(partner.listed, min(offered, key=_order), key=_order))
        return
    confirmed = Stamp(partner.confirmed or latest.on, latest.version)
    opens = refs.calendar.add(confirmed.on, refs.protocol(confirmed.on).delays.verify_partner_opens)
    lapses = partner.used + IN_USE
    if opens < lapses:
        yield _verify(refs, "stale", confirmed, opens, lapses)


def _is_told_by_hand(partner: PartnerState) -> bool:
    """Tells if somebody wrote the file and knows how to reach the place. A name alone tells nothing."""
    stated = partner.details
    return not partner.sources and bool(stated.phone or stated.email or stated.address)


def _told(partner: PartnerState) -> Iterator[Stamp]:
    return (one.told for one in partner.sources.values())


def _in_use(partner: PartnerState, day: date) -> bool:
    return partner.used is not None and partner.used + IN_USE >= day


def _order(stamp: Stamp) -> int:
    return stamp.version


def _review(refs: References, by: str, stamp: Stamp) -> Task:
    return task(refs, "review-partner", "", "referent", stamp, {"by": by})


def _verify(refs: References, by: str, stamp: Stamp, opens: date | None = None, lapses: date | None = None) -> Task:
    return task(refs, "verify-partner", "", "referent", stamp, {"by": by}, opens, lapses=lapses)


def _update(refs: References, by: str, stamp: Stamp) -> Task:
    return task(refs, "update-contact", "", "referent", stamp, {"by": by})
