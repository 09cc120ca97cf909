"""Decisions on the links of a referral: issued, mailed, revoked, opened, answered."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from pixflow import identity
from pixflow.actor import CLOCK, PARTNER
from pixflow.decision import NOBODY, OWN_DOSSIERS, decision
from pixflow.dossier.reach import concerns
from pixflow.dossier.state import Dossier, Referral, must_agree, must_be_open, must_have_referral
from pixflow.events.base import Event, Recorded
from pixflow.events.dossier import (
    AnswerPromised,
    OutcomeReported,
    PartnerChased,
    PartnerLinkIssued,
    PartnerLinkMailed,
    PartnerLinkReturned,
    PartnerLinkRevoked,
    ReferralAnswered,
    ReferralSeen,
)
from pixflow.events.values import LinkChannel, LinkPurpose, PartnerRefusal
from pixflow.folding import after_last
from pixflow.partner_links.validity import MOST_REMINDERS, LinkedReferral, is_awaited, is_open, referral_of
from pixflow.refused import Refused, required


@decision("issue_link", OWN_DOSSIERS)
def issue_link(
    dossier: Dossier,
    *,
    referral: UUID,
    channel: LinkChannel,
    address: str,
    on: date,
    link: UUID,
    until: date,
    agreed: bool = False,
) -> list[Event]:
    """Issues a link for the partner's answer, or for the outcome once they accepted. It ends the one before.

    Raises Refused: "unknown-referral", "action-over", "already-answered" after a refusal or an outcome, "bad-email",
    "agreement-needed" for an e-mail to which the young person has not agreed.
    Without an `address`, an e-mail goes to that of the contact: here and below.
    """
    must_be_open(dossier)
    action, state = must_have_referral(dossier, referral)
    if _has(state, link):
        return []
    if action.over:
        raise Refused("action-over")
    if not is_awaited(dossier, action, state):
        raise Refused("already-answered", answer=state.answer)
    to = _address(state, address) if channel == "email" else ""
    if channel == "email":
        must_agree(state.agreed or agreed)
    return [_issue(state, link, channel, to, until, on, agreed=agreed and not state.agreed)]


@decision("revoke_link", OWN_DOSSIERS)
def revoke_link(dossier: Dossier, *, referral: UUID, on: date) -> list[Event]:
    """Revokes the link of a referral: it opens nothing any more, and the partner cannot ask for another."""
    action, state = must_have_referral(dossier, referral)
    if state.link is None or not is_open(dossier, LinkedReferral(action, state, state.link), on):
        return []
    return [PartnerLinkRevoked(referral=referral, link=state.link.id, on=on)]


@decision("renew_link", NOBODY, system=(PARTNER,))
def renew_link(dossier: Dossier, *, link: UUID, on: date, new: UUID, until: date, address: str) -> list[Event]:
    """Issues the link that a partner asks for from an old one, once a day a referral, to the address on file.

    Raises Refused("link-over") for a link that leads to nothing any more, or that the advisor revoked.
    """
    target = referral_of(dossier, link)
    if target is None or dossier.merged or not is_awaited(dossier, target.action, target.referral):
        raise Refused("link-over")
    latest = target.referral.links[-1]
    if latest.revoked or (target.referral.answer and latest.purpose == "answer"):
        raise Refused("link-over")
    if any(one.asked and one.stamp.on == on for one in target.referral.links):
        return []
    return [_issue(target.referral, new, "email", _address(target.referral, address), until, on, is_requested=True)]


@decision("remind_partner", NOBODY, system=(CLOCK,))
def remind_partner(dossier: Dossier, *, referral: UUID, address: str, link: UUID, until: date, on: date) -> list[Event]:
    """Chases a silent partner by e-mail, with a fresh link. Records nothing when they are no longer waited for."""
    action, state = must_have_referral(dossier, referral)
    awaited = is_awaited(dossier, action, state) and state.answer is None and state.by_mail
    if not awaited or len(state.reminders) >= MOST_REMINDERS or _has(state, link) or _is_revoked(state):
        return []
    chased = PartnerChased(referral=referral, channel="email", reached=False, note="", on=on, automatic=True)
    return [chased, _issue(state, link, "email", _address(state, address), until, on)]


@decision("ask_outcome", NOBODY, system=(CLOCK,))
def ask_outcome(dossier: Dossier, *, referral: UUID, address: str, link: UUID, until: date, on: date) -> list[Event]:
    """Issues the link for the outcome, on the last day of an action that the partner accepted."""
    action, state = must_have_referral(dossier, referral)
    answered = state.answer is not None and state.by_mail
    if not is_awaited(dossier, action, state) or not answered or _has(state, link) or _is_revoked(state):
        return []
    return [_issue(state, link, "email", _address(state, address), until, on)]


@decision("note_mailed_link", NOBODY, system=(CLOCK,))
def note_mailed_link(dossier: Dossier, *, link: UUID, on: date) -> list[Event]:
    """Records that the e-mail with this link left."""
    linked = referral_of(dossier, link)
    if linked is None or linked.link.mailed:
        return []
    return [PartnerLinkMailed(referral=linked.referral.id, link=link, on=on)]


@decision("note_returned_link", NOBODY, system=(CLOCK,))
def note_returned_link(dossier: Dossier, *, link: UUID, on: date) -> list[Event]:
    """Records that the mail server refuses the address of this link."""
    linked = referral_of(dossier, link)
    if linked is None or linked.link.mailed or linked.link.returned:
        return []
    return [PartnerLinkReturned(referral=linked.referral.id, link=link, on=on)]


def mail_address(text: str) -> str:
    """Returns an e-mail address. Raises Refused("bad-email")."""
    try:
        return identity.email(text)
    except ValueError:
        raise Refused("bad-email", field="address") from None


def _address(known: Referral, text: str) -> str:
    """Returns the address to write on a link, "" for that of the contact. Raises Refused("bad-email")."""
    return mail_address(text) if text or known.contact is None else ""


def _issue(
    referral: Referral,
    link: UUID,
    channel: LinkChannel,
    address: str,
    until: date,
    on: date,
    *,
    is_requested: bool = False,
    agreed: bool = False,
) -> Event:
    return PartnerLinkIssued(
        referral=referral.id,
        link=link,
        purpose="outcome" if referral.answer else "answer",
        channel=channel,
        address=address,
        until=until,
        asked=is_requested,
        on=on,
        agreed=agreed,
    )


def _has(known: Referral, link: UUID) -> bool:
    return any(one.id == link for one in known.links)


def _is_revoked(known: Referral) -> bool:
    """Tells if no e-mail leaves until the advisor issues another link: they revoked it, or its address is unknown."""
    return known.link is not None and bool(known.link.revoked or known.link.returned)


# --- decisions of a partner, by link: they see a referral, answer it, and say how it ended


ONE_DAY = timedelta(days=1)
LONGEST_STUDY = timedelta(days=60)
LATEST_START = timedelta(days=366)


@decision("see_referral", NOBODY, system=(PARTNER,))
def see_referral(dossier: Dossier, *, link: UUID, on: date, history: Sequence[Recorded]) -> list[Event]:
    """Records that the partner sees the referral, once for what it says. Raises Refused("link-over")."""
    referral = _open(dossier, link, on).referral
    later = after_last(history, lambda event: concerns(event, referral.id))
    told = any(isinstance(one.event, ReferralSeen) and one.event.referral == referral.id for one in later)
    if referral.seen and (told or referral.answer == "refused"):
        return []
    return [ReferralSeen(referral=referral.id, link=link, on=on)]


@decision("answer_by_link", NOBODY, system=(PARTNER,))
def answer_by_link(
    dossier: Dossier,
    *,
    link: UUID,
    answer: Literal["accepted", "refused"],
    starts: date | None,
    place: str,
    refusal: PartnerRefusal | None,
    reason: str,
    on: date,
) -> list[Event]:
    """Records the partner's answer: the first day of an acceptance, or the reason of a refusal.

    Raises Refused("link-over"), or "already-answered" when another answer stands: the advisor alone undoes it.
    """
    referral = _open(dossier, link, on, "answer").referral
    if answer == "accepted":
        if starts is None:
            raise Refused("required", field="starts")
        if not referral.stamp.on <= starts <= on + LATEST_START:
            raise Refused("day-out-of-range", field="starts", first=referral.stamp.on, last=on + LATEST_START)
        said = ReferralAnswered(
            referral=referral.id, answer=answer, reason="", on=on, starts=starts, place=place.strip(), refusal=None
        )
    else:
        if refusal is None:
            raise Refused("required", field="refusal")
        reason = required(reason, "reason") if refusal == "other" else reason.strip()
        said = ReferralAnswered(referral=referral.id, answer=answer, reason=reason, on=on, refusal=refusal)
    if referral.answered is None:
        return [said]
    same = (referral.answer, referral.place, referral.refusal, referral.reason) == (
        answer,
        said.place,
        said.refusal,
        said.reason,
    )
    if same and (answer == "refused" or referral.starts == starts):
        return []
    raise Refused("already-answered", answer=referral.answer, on=referral.answered.on)


@decision("promise_answer", NOBODY, system=(PARTNER,))
def promise_answer(dossier: Dossier, *, link: UUID, until: date | None, on: date) -> list[Event]:
    """Records the day by which the partner answers, once. Raises Refused, "day-out-of-range" beyond 60 days."""
    referral = _open(dossier, link, on, "answer").referral
    if referral.answered:
        raise Refused("already-answered", answer=referral.answer, on=referral.answered.on)
    if until is None:
        raise Refused("required", field="until")
    if referral.promised == until:
        return []
    if referral.promised:
        raise Refused("already-promised", until=referral.promised)
    if not on < until <= on + LONGEST_STUDY:
        raise Refused("day-out-of-range", field="until", first=on + ONE_DAY, last=on + LONGEST_STUDY)
    return [AnswerPromised(referral=referral.id, until=until, on=on)]


@decision("report_outcome", NOBODY, system=(PARTNER,))
def report_outcome(
    dossier: Dossier, *, link: UUID, outcome: Literal["came", "done", "stopped"], day: date, note: str, on: date
) -> list[Event]:
    """Records the partner's word about the young person. It changes nothing until the advisor confirms it.

    Somebody who came may finish or stop later; nothing else changes a first word.
    """
    referral = _open(dossier, link, on, "outcome").referral
    report, note = referral.report, note.strip()
    if report and (report.outcome, report.day, report.note) == (outcome, day, note):
        return []
    if report and (report.outcome != "came" or outcome == "came"):
        raise Refused("already-reported", on=report.stamp.on)
    if not referral.stamp.on <= day <= on:
        raise Refused("day-out-of-range", field="day", first=referral.stamp.on, last=on)
    return [OutcomeReported(referral=referral.id, outcome=outcome, day=day, note=note, on=on)]


def _open(dossier: Dossier, link: UUID, on: date, purpose: LinkPurpose | None = None) -> LinkedReferral:
    """Returns the referral that a link opens. Raises Refused("link-over")."""
    linked = referral_of(dossier, link)
    if linked is None or not is_open(dossier, linked, on) or purpose not in (None, linked.link.purpose):
        raise Refused("link-over")
    return linked
