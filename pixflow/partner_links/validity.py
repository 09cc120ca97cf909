"""Which link opens which referral, on a day. It is computed from the dossier: nothing has to close a link."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from msgspec import Struct

from pixflow.dossier.state import ActionState, Dossier, PartnerLink, Referral
from pixflow.reference_data import References

MOST_REMINDERS = 2


class LinkedReferral(Struct, frozen=True):
    """A link, with its referral and the action that the referral is about."""

    action: ActionState
    referral: Referral
    link: PartnerLink


def every_link(dossier: Dossier) -> Iterator[LinkedReferral]:
    for action in dossier.parcours.actions.values():
        for referral in action.referrals:
            for link in referral.links:
                yield LinkedReferral(action, referral, link)


def referral_of(dossier: Dossier, link: UUID) -> LinkedReferral | None:
    """Returns the referral of a link, None for one that is not of this dossier."""
    return next((one for one in every_link(dossier) if one.link.id == link), None)


def is_open(dossier: Dossier, linked_referral: LinkedReferral, day: date) -> bool:
    """Tells if a link opens its referral on a day: the latest of the referral, not revoked, within its days.

    A link ends with the action, and with a dossier merged into another one.
    """
    latest = linked_referral.referral.link is not None and linked_referral.referral.link.id == linked_referral.link.id
    ended = linked_referral.link.revoked or linked_referral.action.over or dossier.merged
    return latest and not ended and day <= linked_referral.link.until


def is_awaited(dossier: Dossier, action: ActionState, referral: Referral) -> bool:
    """Tells if the partner has something to say: an answer, or an outcome after they accepted."""
    if dossier.closed or action.over or referral.answer == "refused":
        return False
    return referral.answer is None or not has_ended(referral)


def has_ended(referral: Referral) -> bool:
    """Tells if the partner said that the young person finished or stopped."""
    return referral.report is not None and referral.report.outcome != "came"


def reminder_day(referral: Referral, refs: References) -> date | None:
    """Returns the day of the next e-mail to a silent partner, None when there is none (docs/domain.md#partner-links).

    A chase starts the delay again, and a promised answer puts it off. None leaves once the referral has lapsed, nor to
    a partner that no e-mail was meant for.
    """
    if referral.answer or not referral.by_mail or len(referral.reminders) >= MOST_REMINDERS:
        return None
    delays = refs.protocol(referral.stamp.on).delays
    turn = max([referral.stamp, *referral.reminders], key=lambda stamp: stamp.on).on
    due = max(refs.calendar.add(turn, delays.chase_partner_opens), referral.promised or turn)
    return due if due < lapse_day(referral, refs) else None


def chase_day(referral: Referral, refs: References) -> date:
    """Returns the day from which a silent partner is chased: a promised answer puts it off."""
    opens = refs.calendar.add(referral.stamp.on, refs.protocol(referral.stamp.on).delays.chase_partner_opens)
    return max(opens, referral.promised or opens)


def lapse_day(referral: Referral, refs: References) -> date:
    """Returns the day when a silent partner is no longer waited for: a promised answer puts it off."""
    delays = refs.protocol(referral.stamp.on).delays
    lapses = refs.calendar.add(referral.stamp.on, delays.chase_partner_lapses)
    promised = referral.promised
    return max(lapses, refs.calendar.add(promised, delays.chase_partner)) if promised else lapses


def outcome_day(action: ActionState, referral: Referral) -> date | None:
    """Returns the day when the partner who accepted is asked for the outcome: the last one of the action.

    None when no end is known, when they were asked or have said it, or when no e-mail was meant for them.
    """
    asked = not referral.by_mail or any(link.purpose == "outcome" for link in referral.links)
    if referral.answer != "accepted" or action.referral != referral or asked or has_ended(referral):
        return None
    return action.ends
