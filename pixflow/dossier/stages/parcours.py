"""Stage 4: refers, starts and ends each action of the prescription."""

from collections.abc import Iterator
from datetime import date
from typing import Literal
from uuid import UUID

from pixflow import identity
from pixflow.decision import OWN_DOSSIERS, decision
from pixflow.dossier.state import ActionState, Dossier, must_agree, must_be_open, must_have_referral
from pixflow.events.base import Event
from pixflow.events.dossier import (
    ActionDropped,
    ActionEnded,
    ActionStarted,
    PartnerChased,
    PartnerLinkIssued,
    ReferralAnswered,
    ReferralSent,
)
from pixflow.events.values import Channel, Partner
from pixflow.refused import Refused, parse, required


@decision("send_referral", OWN_DOSSIERS)
def send_referral(
    dossier: Dossier,
    *,
    action: UUID,
    partner: Partner,
    starts: date | None,
    ends: date | None,
    note: str,
    on: date,
    referral: UUID,
    email: str | None = None,
    link: UUID | None = None,
    until: date | None = None,
    offer: UUID | None = None,
    contact: UUID | None = None,
    to_contact: bool = False,
    agreed: bool = False,
) -> list[Event]:
    """Refers the young person to a partner for one action, or to another one before the first answers.

    With an `email`, the partner receives `link`, which opens the referral through `until`. `offer` is one of a listed
    partner's, `contact` a person there; `to_contact`: the link goes to their own address. Raises
    Refused("agreement-needed") for a link without the young person's agreement.
    """
    must_be_open(dossier)
    state = _running_action(dossier, action)
    name = required(partner.name, "partner")
    if state.referral:
        if state.referral.partner.name == name:
            return []
        if state.referral.answer == "accepted":
            raise Refused("already-referred", partner=state.referral.partner.name, on=state.referral.stamp.on)
    if starts and ends and ends < starts:
        raise Refused("ends-before-start", starts=starts, ends=ends)
    address = parse(identity.email, email or "", "email")
    sent = ReferralSent(
        referral=referral,
        action=action,
        partner=Partner(partner.id, name),
        starts=starts,
        ends=ends,
        note=note.strip(),
        on=on,
        email=address,
        partner_id=partner.id,
        offer=offer,
        contact=contact,
        agreed=agreed,
    )
    links = list(_link(sent, link, until) if address or to_contact else ())
    if links:
        must_agree(agreed)
    return [sent, *links]


def _link(sent: ReferralSent, link: UUID | None, until: date | None) -> Iterator[Event]:
    """Yields the link that goes to the address of a referral, or to that of its contact."""
    if link and until:
        yield PartnerLinkIssued(
            referral=sent.referral,
            link=link,
            purpose="answer",
            channel="email",
            address=sent.email,
            until=until,
            asked=False,
            on=sent.on,
        )


@decision("answer_referral", OWN_DOSSIERS)
def answer_referral(
    dossier: Dossier, *, referral: UUID, answer: Literal["accepted", "refused"], reason: str, on: date
) -> list[Event]:
    """Records the partner's answer. It comes from outside: the dossier's state never refuses it."""
    _, referral_state = must_have_referral(dossier, referral)
    if referral_state.answer == answer:
        return []
    if referral_state.answer:
        raise Refused("already-answered", answer=referral_state.answer)
    if answer == "refused":
        reason = required(reason, "reason")
    return [ReferralAnswered(referral=referral, answer=answer, reason=reason.strip(), on=on)]


@decision("chase_partner", OWN_DOSSIERS)
def chase_partner(
    dossier: Dossier, *, referral: UUID, channel: Channel, reached: bool, note: str, on: date
) -> list[Event]:
    """Records one chase of a partner. The next one is due after the same delay."""
    must_be_open(dossier)
    state, known = must_have_referral(dossier, referral)
    if known.answer:
        raise Refused("already-answered", answer=known.answer)
    _running_action(dossier, state.action.id)
    return [PartnerChased(referral=referral, channel=channel, reached=reached, note=note.strip(), on=on)]


@decision("start_action", OWN_DOSSIERS)
def start_action(dossier: Dossier, *, action: UUID, ends: date, on: date) -> list[Event]:
    """Starts the action. `ends` is its expected last day: the outcome is asked for then."""
    must_be_open(dossier)
    state = _running_action(dossier, action)
    if state.started:
        if state.started.on == on and state.ends == ends:
            return []
        raise Refused("already-started", on=state.started.on)
    if ends < on:
        raise Refused("ends-before-start", starts=on, ends=ends)
    return [ActionStarted(action=action, ends=ends, on=on)]


@decision("end_action", OWN_DOSSIERS)
def end_action(
    dossier: Dossier, *, action: UUID, outcome: Literal["done", "abandoned"], note: str, on: date
) -> list[Event]:
    """Records the outcome of the action: done, or abandoned by the young person."""
    must_be_open(dossier)
    state = dossier.parcours.actions.get(action)
    if state and state.outcome == outcome:
        return []
    _running_action(dossier, action)
    return [ActionEnded(action=action, outcome=outcome, note=note.strip(), on=on)]


@decision("drop_action", OWN_DOSSIERS)
def drop_action(dossier: Dossier, *, action: UUID, reason: str, on: date) -> list[Event]:
    """Drops the action, for a reason."""
    must_be_open(dossier)
    state = dossier.parcours.actions.get(action)
    if state and state.dropped:
        return []
    _running_action(dossier, action)
    return [ActionDropped(action=action, reason=required(reason, "reason"), on=on)]


def _running_action(dossier: Dossier, action: UUID) -> ActionState:
    state = dossier.parcours.actions.get(action)
    if state is None:
        raise Refused("unknown-action")
    if state.over:
        raise Refused("action-over")
    return state
