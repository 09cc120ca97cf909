"""Tasks outside a dossier: of exports, workshops, the team, the shared knowledge and partners."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec.structs import replace

from pixflow.folding import Stamp
from pixflow.participation.campaign import Campaign
from pixflow.participation.state import Participation
from pixflow.partners.state import Contact, PartnerState, contested, list_gone_sources, proposed
from pixflow.reference_data import References
from pixflow.resources.state import Resource, TeamQuestion
from pixflow.structure import Structure
from pixflow.tasks.task import Task, task, when, without_escalation
from pixflow.team.staff import Staff
from pixflow.workshop.state import Workshop


def of_participation(participation: Participation, refs: References) -> list[Task]:
    """Returns the matching task of a participation that waits for a match."""
    if not participation.waiting or participation.imported is None or participation.settled is None:
        return []
    stamp = max(participation.imported, participation.settled, key=when)
    return [task(refs, "match-participation", "", stamp)]


def of_campaign(campaign: Campaign, refs: References) -> list[Task]:
    """Returns the declaration task of a campaign found in an export."""
    if campaign.found is None or campaign.declared:
        return []
    return [task(refs, "declare-campaign", "", campaign.found, {"campaign": campaign.name})]


# --- the task of a workshop once its day has come: mark attendance


def of_workshop(workshop: Workshop, refs: References) -> list[Task]:
    """Returns a task for each facilitator while a person with a seat is unmarked; none once cancelled.

    The first one's escalates; the others' do not, so that a late workshop stands once before those who steer.
    """
    if workshop.announced is None or workshop.day is None or workshop.cancelled or not workshop.unmarked:
        return []
    campaign = refs.campaigns.get(workshop.campaign) if workshop.campaign else None
    held = Stamp(workshop.day, workshop.announced.version)
    details = {"campaign": campaign.name} if campaign else {}
    owed = task(refs, "mark-attendance", "", held, details)
    first, *others = workshop.facilitators or (None,)
    return [
        replace(owed, owner=first),
        *(replace(without_escalation(owed), key=f"mark-attendance:{one}", owner=one) for one in others),
    ]


# --- tasks of the team's own use of Pix: a newcomer takes the test and is told of it, a site has its référent


BRIEFED = frozenset({"advisor", "facilitator"})
"""The roles whose newcomers are told what Pix is for."""


def of_staff(member: Staff, refs: References) -> list[Task]:
    """Returns what is owed for a newcomer, through their last day. Those there at the opening are none."""
    if member.joined is None or refs.structure.opened is None or member.joined <= refs.structure.opened:
        return []
    gone = member.left + timedelta(days=1) if member.left else None
    joined, briefing, owed = Stamp(member.joined, 1), member.last("briefing"), []
    if "advisor" in member.roles and member.last("pix") is None:
        owed.append(task(refs, "take-pix", "", joined))
    if member.roles & BRIEFED and (briefing is None or briefing.stamp.on < joined.on):
        owed.append(task(refs, "brief-newcomer", "", joined))
    return [replace(one, lapses=gone) for one in owed]


def of_structure(structure: Structure, refs: References) -> list[Task]:
    """Returns the confirmation of the team, and the designation of a référent owed for each site that has none."""
    if structure.opened is None or not refs.protocols.published:
        return []
    opened = Stamp(structure.opened, 1)
    last = structure.confirmed or opened
    opens = refs.calendar.add(last.on, refs.protocol(last.on).delays.confirm_team_opens)
    without = ((site, _without_since(site, opened.on, refs)) for site in structure.sites)
    owed = [task(refs, "designate-referent", site, Stamp(day, 1), {"site": site}) for site, day in without if day]
    return [task(refs, "confirm-team", "", last, opens=opens), *owed]


def _without_since(site: str, opened: date, refs: References) -> date | None:
    """Returns the first day that a site has no référent; None when no end of theirs is known."""
    own = [one for one in refs.team.values() if "referent" in one.roles and one.designated_for in (None, site)]
    lasts = [min(filter(None, (one.left, one.ends.get("referent"))), default=None) for one in own]
    if None in lasts:
        return None
    ended = [one.ended["referent"] for one in refs.team.values() if "referent" in one.ended]
    return max([opened, *ended, *(day + timedelta(days=1) for day in lasts if day)])


# --- tasks of the shared knowledge: a question to answer, a resource to read again


DOUBTED_BY = 2
"""Colleagues whose last word on a resource is "not useful" before somebody reads it again."""


def of_question(question: TeamQuestion, refs: References) -> list[Task]:
    if question.asked is None or question.ended:
        return []
    return [task(refs, "answer-question", "", question.asked)]


def of_resource(resource: Resource, refs: References) -> list[Task]:
    """Returns the reading that a resource needs: of a proposal, after doubts, or because nobody read it for long."""
    if resource.proposal:
        return [_revise(refs, "proposed", resource.proposal.stamp)]
    if resource.checked is None or not resource.is_shown:
        return []
    doubts = resource.doubts
    if len(doubts) >= DOUBTED_BY:
        return [_revise(refs, "doubted", doubts[DOUBTED_BY - 1].stamp)]
    known: Stamp = resource.checked.stamp
    opens = refs.calendar.add(known.on, refs.protocol(known.on).delays.revise_resource_opens)
    return [_revise(refs, "unread", known, opens)]


def _revise(refs: References, by: str, stamp: Stamp, opens: date | None = None) -> Task:
    return task(refs, "revise-resource", by, stamp, {"by": by}, opens)


# --- tasks of partners: a file to review or to verify; a person there who left, or whom nobody reaches


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
        return [task(refs, "update-contact", "", contact.left, {"by": "left"})]
    first = min(contact.missed.items(), key=lambda one: one[1].version, default=None)
    return [task(refs, "update-contact", "", first[1], {"by": first[0]})] if first else []


def _reviews(partner: PartnerState, refs: References) -> Iterator[Task]:
    """Yields the review of what the partner proposes, else of the corrections that a source contests.

    Else it is of a place that a source lost while in use.
    """
    contested_stamps = [one for name in contested(partner) if (one := partner.corrections[name].contested)]
    lost = [
        one for key in list_gone_sources(partner) if (one := partner.sources[key].gone) and _in_use(partner, one.on)
    ]
    if changes := proposed(partner):
        yield _review(refs, "proposed", changes.stamp)
    elif contested_stamps:
        yield _review(refs, "contested", min(contested_stamps, key=_order))
    elif lost:
        yield _review(refs, "gone", min(lost, key=_order))


def _review(refs: References, by: str, stamp: Stamp) -> Task:
    return task(refs, "review-partner", "", stamp, {"by": by})


def _verifications(partner: PartnerState, refs: References) -> Iterator[Task]:
    """Yields the verification before the first referral, or of a partner in use that nobody confirmed for long."""
    told = (one.told for one in partner.sources.values())
    latest = max(filter(None, (partner.listed, partner.verified, *told)), key=_order)
    offered = [one.listed for one in partner.offers.values() if one.closed is None]
    if partner.used is None:
        if partner.verified is None and offered and partner.listed and not _is_told_by_hand(partner):
            stamp = max(partner.listed, min(offered, key=_order), key=_order)
            yield task(refs, "verify-partner", "", stamp, {"by": "new"})
        return
    confirmed = Stamp(partner.confirmed or latest.on, latest.version)
    opens = refs.calendar.add(confirmed.on, refs.protocol(confirmed.on).delays.verify_partner_opens)
    lapses = partner.used + IN_USE
    if opens < lapses:
        yield task(refs, "verify-partner", "", confirmed, {"by": "stale"}, opens, lapses=lapses)


def _is_told_by_hand(partner: PartnerState) -> bool:
    """Tells if somebody wrote the file and knows how to reach the place. A name alone tells nothing."""
    stated = partner.details
    return not partner.sources and bool(stated.phone or stated.email or stated.address)


def _in_use(partner: PartnerState, day: date) -> bool:
    return partner.used is not None and partner.used + IN_USE >= day


def _order(stamp: Stamp) -> int:
    return stamp.version
