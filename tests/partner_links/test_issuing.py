"""A link is issued, mailed, revoked, asked for again; whether it opens its referral is computed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from pixflow.dossier.retraction import retract
from pixflow.dossier.stages.parcours import send_referral
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as d
from pixflow.events.base import Event
from pixflow.events.values import Partner
from pixflow.partner_links import issuing
from pixflow.partner_links.validity import is_open, referral_of
from tests.given import (
    ACTION,
    DAY,
    LATER,
    OTHER_DOSSIER,
    PARTNER_LINK,
    PRESCRIBED,
    REFERRAL,
    SECOND,
    answered,
    closed,
    dropped,
    given,
    link_issued,
    sent,
    stamped,
    state_of,
)

LAST = DAY + timedelta(days=8)
NEW = UUID(int=0xB8)
ADDRESS = "accueil@viaformation.example"
LINKED = (*PRESCRIBED, sent(), link_issued())
ISSUE: dict[str, Any] = {
    "referral": REFERRAL, "channel": "email", "address": ADDRESS, "on": DAY, "link": PARTNER_LINK, "until": LAST,
    "agreed": True,
}  # fmt: skip
AGREED = link_issued(agreed=True)
RENEW: dict[str, Any] = {"link": PARTNER_LINK, "new": NEW, "until": LAST, "address": ADDRESS, "on": LATER}
REPORTED = d.OutcomeReported(referral=REFERRAL, outcome="done", day=DAY, note="", on=DAY)
REVOKED = d.PartnerLinkRevoked(referral=REFERRAL, link=PARTNER_LINK, on=DAY)


def opens(day: date, *events: Event, link: UUID = PARTNER_LINK) -> bool:
    dossier: Dossier = state_of("dossier", *events)
    found = referral_of(dossier, link)
    return found is not None and is_open(dossier, found, day)


def test_a_referral_to_an_address_issues_its_link() -> None:
    refer = {
        "action": ACTION, "partner": Partner(None, "viaformation"), "starts": None, "ends": None, "note": "",
        "on": DAY, "referral": REFERRAL, "email": " Accueil@viaformation.example ", "link": PARTNER_LINK, "until": LAST,
        "agreed": True,
    }  # fmt: skip
    said = replace(sent(), email=ADDRESS, agreed=True)
    given(*PRESCRIBED).when(send_referral, **refer).then(said, link_issued())
    given(*PRESCRIBED).when(send_referral, **refer | {"email": "viaformation"}).refused("bad-email", field="email")
    given(*PRESCRIBED).when(send_referral, **refer | {"email": None}).then(sent(agreed=True))


def test_no_name_leaves_by_mail_before_the_young_person_agrees() -> None:
    refer = {
        "action": ACTION, "partner": Partner(None, "viaformation"), "starts": None, "ends": None, "note": "",
        "on": DAY, "referral": REFERRAL, "link": PARTNER_LINK, "until": LAST,
    }  # fmt: skip
    asks = given(*PRESCRIBED)
    asks.when(send_referral, **refer | {"email": ADDRESS}).refused("agreement-needed", field="agreed")
    asks.when(send_referral, **refer | {"to_contact": True}).refused("agreement-needed", field="agreed")
    asks.when(send_referral, **refer).then(sent())
    silent = ISSUE | {"agreed": False}
    given(*PRESCRIBED, sent()).when(issuing.issue_link, **silent).refused("agreement-needed", field="agreed")
    given(*PRESCRIBED, sent()).when(issuing.issue_link, **silent | {"channel": "paper"}).then(
        link_issued(channel="paper", address="")
    )
    given(*PRESCRIBED, sent(agreed=True)).when(issuing.issue_link, **silent).then(link_issued())
    given(*LINKED[:-1], AGREED).when(issuing.issue_link, **silent | {"link": NEW}).then(link_issued(link=NEW))


def test_the_clock_writes_to_no_partner_that_was_only_called() -> None:
    clock = {"referral": REFERRAL, "address": ADDRESS, "link": NEW, "until": LAST, "on": LATER}
    for links in ((), (link_issued(channel="paper", address=""),)):
        called = (*PRESCRIBED, sent(), *links)
        given(*called).when(issuing.remind_partner, **clock).then_nothing()
        given(*called, answered()).when(issuing.ask_outcome, **clock).then_nothing()


def test_an_advisor_issues_a_link_by_mail_or_on_paper() -> None:
    given(*PRESCRIBED, sent()).when(issuing.issue_link, **ISSUE).then(AGREED)
    paper = ISSUE | {"channel": "paper", "address": "what was typed"}
    given(*PRESCRIBED, sent()).when(issuing.issue_link, **paper).then(
        link_issued(channel="paper", address="", agreed=True)
    )
    outcome = link_issued(purpose="outcome", agreed=True)
    given(*PRESCRIBED, sent(), answered()).when(issuing.issue_link, **ISSUE).then(outcome)


def test_a_link_is_not_issued_for_what_waits_for_no_partner() -> None:
    issue = (issuing.issue_link, ISSUE)
    given(*PRESCRIBED).when(issue[0], **ISSUE).refused("unknown-referral")
    given(*PRESCRIBED, sent()).when(issue[0], **ISSUE | {"address": "x"}).refused("bad-email", field="address")
    given(*PRESCRIBED, sent(), dropped()).when(issue[0], **ISSUE).refused("action-over")
    given(*PRESCRIBED, sent(), closed()).when(issue[0], **ISSUE).refused("closed")
    given(*PRESCRIBED, sent(), answered(answer="refused")).when(issue[0], **ISSUE).refused("already-answered")
    given(*PRESCRIBED, sent(), answered(), REPORTED).when(issue[0], **ISSUE).refused("already-answered")


def test_a_link_opens_its_referral_through_its_last_day() -> None:
    assert [opens(day, *LINKED) for day in (DAY, LAST, LAST + timedelta(days=1))] == [True, True, False]
    assert not opens(DAY, *LINKED, link=NEW)


@pytest.mark.parametrize(
    "after",
    [
        (link_issued(link=NEW),),
        (REVOKED,),
        (dropped(),),
        (d.ActionEnded(action=ACTION, outcome="abandoned", note="", on=DAY),),
        (d.Retracted(version=len(PRESCRIBED) + 1, reason="erreur", on=DAY),),
        (d.Retracted(version=len(PRESCRIBED) + 2, reason="erreur", on=DAY),),
        (d.DossierMerged(into=OTHER_DOSSIER, participations=(), gives_number=False, on=DAY),),
        (d.PersonErased(reason="request", on=DAY),),
    ],
    ids=["a newer link", "revoked", "dropped", "ended", "referral retracted", "link retracted", "merged", "erased"],
)
def test_a_link_ends_with_what_it_leads_to(after: tuple[Event, ...]) -> None:
    assert opens(DAY, *LINKED)
    assert not opens(DAY, *LINKED, *after)


def test_retracting_a_referral_retracts_its_links_and_what_was_said_by_them() -> None:
    seen = d.ReferralSeen(referral=REFERRAL, link=PARTNER_LINK, on=DAY)
    events = (*LINKED, seen, d.AnswerPromised(referral=REFERRAL, until=LAST, on=DAY))
    first = len(PRESCRIBED) + 1
    decided = retract(state_of("dossier", *events), version=first, reason="erreur", on=DAY, history=stamped(events))
    assert [event.version for event in decided] == [first + 3, first + 2, first + 1, first]  # type: ignore[attr-defined]


def test_what_was_read_is_not_retracted_alone() -> None:
    seen = d.ReferralSeen(referral=REFERRAL, link=PARTNER_LINK, on=DAY)
    undo = {"version": len(LINKED) + 1, "reason": "erreur", "on": DAY}
    given(*LINKED, seen).when(retract, **undo, history=stamped((*LINKED, seen))).refused("not-retractable")


def test_a_link_is_revoked_once_and_asked_for_no_more() -> None:
    revoke = {"referral": REFERRAL, "on": DAY}
    given(*LINKED).when(issuing.revoke_link, **revoke).then(REVOKED)
    given(*PRESCRIBED, sent()).when(issuing.revoke_link, **revoke).then_nothing()
    given(*LINKED, REVOKED).when(issuing.renew_link, **RENEW).refused("link-over")
    given(*LINKED, REVOKED).when(issuing.issue_link, **ISSUE | {"link": NEW}).then(link_issued(link=NEW, agreed=True))


def test_the_partner_asks_for_a_new_link_once_a_day() -> None:
    again = link_issued(link=NEW, on=LATER, until=LAST, asked=True)
    given(*LINKED).when(issuing.renew_link, **RENEW).then(again)
    third = RENEW | {"new": UUID(int=0xB9)}
    given(*LINKED, again).when(issuing.renew_link, **third).then_nothing()
    assert given(*LINKED, again).when(issuing.renew_link, **third | {"on": LAST}).decided()


@pytest.mark.parametrize(
    "after",
    [
        (answered(),),
        (answered(answer="refused"),),
        (dropped(),),
        (closed(),),
        (d.DossierMerged(into=OTHER_DOSSIER, participations=(), gives_number=False, on=DAY),),
    ],
    ids=["accepted", "refused", "dropped", "closed", "merged"],
)
def test_no_new_link_for_what_waits_for_no_partner(after: tuple[Event, ...]) -> None:
    given(*LINKED, *after).when(issuing.renew_link, **RENEW).refused("link-over")


def test_an_unknown_link_is_over() -> None:
    given(*LINKED).when(issuing.renew_link, **RENEW | {"link": SECOND}).refused("link-over")


def test_the_clock_chases_a_silent_partner_twice_at_most() -> None:
    remind = {"referral": REFERRAL, "address": ADDRESS, "link": NEW, "until": LAST, "on": LATER}
    chased = d.PartnerChased(referral=REFERRAL, channel="email", reached=False, note="", on=LATER, automatic=True)
    again = link_issued(link=NEW, on=LATER, until=LAST)
    given(*LINKED).when(issuing.remind_partner, **remind).then(chased, again)
    given(*LINKED, REVOKED).when(issuing.remind_partner, **remind).then_nothing()
    given(*LINKED, chased, chased).when(issuing.remind_partner, **remind).then_nothing()
    given(*LINKED, answered()).when(issuing.remind_partner, **remind).then_nothing()
    given(*LINKED, closed()).when(issuing.remind_partner, **remind).then_nothing()


def test_the_clock_asks_for_the_outcome_of_what_was_accepted() -> None:
    ask = {"referral": REFERRAL, "address": ADDRESS, "link": NEW, "until": LAST, "on": LATER}
    given(*LINKED, answered()).when(issuing.ask_outcome, **ask).then(
        link_issued(link=NEW, on=LATER, until=LAST, purpose="outcome")
    )
    given(*LINKED).when(issuing.ask_outcome, **ask).then_nothing()
    given(*LINKED, answered(), REPORTED).when(issuing.ask_outcome, **ask).then_nothing()


def test_an_automatic_chase_is_no_try_of_the_advisor() -> None:
    chased = d.PartnerChased(referral=REFERRAL, channel="email", reached=False, note="", on=LATER, automatic=True)
    state = state_of("dossier", *LINKED, chased)
    assert (state.chases, state.last.on) == ({}, DAY)
    assert [stamp.on for stamp in state.parcours.actions[ACTION].referrals[0].reminders] == [LATER]
