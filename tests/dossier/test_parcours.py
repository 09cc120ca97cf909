from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pixflow.dossier.stages.parcours import (
    answer_referral,
    chase_partner,
    drop_action,
    end_action,
    send_referral,
    start_action,
)
from pixflow.events.dossier import (
    ActionDropped,
    ActionEnded,
    ActionStarted,
    PartnerChased,
    ReferralAnswered,
    ReferralSent,
)
from pixflow.events.values import Partner
from tests.given import (
    ACTION,
    ADDED,
    DAY,
    LATER,
    PRESCRIBED,
    REFERRAL,
    SECOND,
    answered,
    closed,
    dropped,
    ended,
    given,
    opened,
    sent,
    started,
    state_of,
)

END = date(2026, 12, 18)
REFER: dict[str, Any] = {
    "action": ACTION, "partner": Partner(None, "viaformation"), "starts": None, "ends": None, "note": "", "on": DAY,
    "referral": REFERRAL,
}  # fmt: skip
SENT = ReferralSent(**REFER)
ELSEWHERE = REFER | {"partner": Partner(None, "EPN"), "referral": SECOND}


def test_the_young_person_is_referred_to_a_partner() -> None:
    given(*PRESCRIBED).when(send_referral, **REFER).then(SENT)
    spaced = REFER | {"partner": Partner(None, "  viaformation ")}
    given(*PRESCRIBED).when(send_referral, **spaced).then(SENT)


def test_a_referral_that_holds_is_not_doubled() -> None:
    given(*PRESCRIBED, sent()).when(send_referral, **REFER | {"referral": SECOND}).then_nothing()
    accepted = given(*PRESCRIBED, sent(), answered())
    accepted.when(send_referral, **ELSEWHERE).refused("already-referred", partner="viaformation", on=DAY)


def test_another_partner_is_asked_while_the_first_is_silent() -> None:
    given(*PRESCRIBED, sent()).when(send_referral, **ELSEWHERE).then(ReferralSent(**ELSEWHERE))


def test_the_partner_who_accepts_holds_though_another_was_asked_meanwhile() -> None:
    both = (*PRESCRIBED, sent(ends=END), ReferralSent(**ELSEWHERE))
    third = REFER | {"partner": Partner(None, "Café"), "referral": ADDED}
    given(*both).when(send_referral, **third).then(ReferralSent(**third))
    accepted = (*both, answered())
    given(*accepted).when(send_referral, **third).refused("already-referred", partner="viaformation")
    given(*accepted, answered(answer="refused", referral=SECOND)).when(send_referral, **third).refused(
        "already-referred"
    )
    action = state_of("dossier", *accepted).parcours.actions[ACTION]
    assert (action.referral.id, action.ends) == (REFERRAL, END)
    waiting = state_of("dossier", *both, answered(answer="refused")).parcours.actions[ACTION]
    assert (waiting.referral.id, waiting.ends) == (SECOND, None)
    begun = state_of("dossier", *both, started(ends=LATER), answered()).parcours.actions[ACTION]
    assert begun.ends == LATER


def test_after_a_refusal_another_partner_is_asked() -> None:
    refused = given(*PRESCRIBED, sent(), answered(answer="refused"))
    refused.when(send_referral, **ELSEWHERE).then(ReferralSent(**ELSEWHERE))
    same = REFER | {"referral": SECOND}
    refused.when(send_referral, **same).then(ReferralSent(**same))


def test_the_end_that_a_refusing_partner_gave_goes_with_it() -> None:
    again = replace(SENT, referral=SECOND)
    state = state_of("dossier", *PRESCRIBED, sent(ends=END), answered(answer="refused"), again)
    assert state.parcours.actions[ACTION].ends is None
    running = state_of("dossier", *PRESCRIBED, started(ends=END), sent())
    assert running.parcours.actions[ACTION].ends == END


@pytest.mark.parametrize(
    ("changes", "code", "details"),
    [
        ({"partner": Partner(None, " ")}, "required", {"field": "partner"}),
        ({"starts": LATER, "ends": DAY}, "ends-before-start", {"starts": LATER, "ends": DAY}),
        ({"action": ADDED}, "unknown-action", {}),
    ],
)
def test_a_referral_is_refused(changes: dict[str, Any], code: str, details: dict[str, Any]) -> None:
    given(*PRESCRIBED).when(send_referral, **REFER | changes).refused(code, **details)


def test_the_partner_accepts_or_refuses_with_a_reason() -> None:
    yes: dict[str, Any] = {"referral": REFERRAL, "answer": "accepted", "reason": "", "on": LATER}
    no = yes | {"answer": "refused", "reason": "complet"}
    given(*PRESCRIBED, sent()).when(answer_referral, **yes).then(ReferralAnswered(**yes))
    given(*PRESCRIBED, sent()).when(answer_referral, **no).then(ReferralAnswered(**no))
    given(*PRESCRIBED, sent()).when(answer_referral, **no | {"reason": ""}).refused("required", field="reason")
    given(*PRESCRIBED, sent(), answered()).when(answer_referral, **no).refused("already-answered", answer="accepted")
    given(*PRESCRIBED).when(answer_referral, **yes).refused("unknown-referral")


REMIND: dict[str, Any] = {"referral": REFERRAL, "channel": "phone", "reached": True, "note": " rappelle ", "on": LATER}


def test_each_try_to_have_a_partner_s_answer_is_a_fact_of_its_own() -> None:
    said = PartnerChased(**REMIND | {"note": "rappelle"})
    given(*PRESCRIBED, sent()).when(chase_partner, **REMIND).then_each_time(said)
    given(*PRESCRIBED, sent(), said).when(chase_partner, **REMIND).then_each_time(said)
    state = state_of("dossier", *PRESCRIBED, sent(), said, said)
    assert [mark.version for mark in state.chases[f"chase-partner:{REFERRAL}"]] == [9, 10]


def test_a_partner_who_answered_or_whose_action_is_over_is_not_chased() -> None:
    for answer in ("accepted", "refused"):
        history = (*PRESCRIBED, sent(), answered(answer=answer))
        given(*history).when(chase_partner, **REMIND).refused("already-answered", answer=answer)
    for over in (ended(), dropped()):
        given(*PRESCRIBED, sent(), over).when(chase_partner, **REMIND).refused("action-over")
    given(*PRESCRIBED).when(chase_partner, **REMIND).refused("unknown-referral")
    given(*PRESCRIBED, sent(), closed()).when(chase_partner, **REMIND).refused("closed")


def test_an_answer_is_recorded_on_a_closed_dossier_for_the_referent_to_review() -> None:
    said = ReferralAnswered(referral=REFERRAL, answer="accepted", reason="", on=LATER)
    history = (*PRESCRIBED, sent(), closed())
    given(*history).when(answer_referral, referral=REFERRAL, answer="accepted", reason="", on=LATER).then(said)
    assert state_of("dossier", *history, said).late.on == LATER


def test_an_action_starts_with_the_day_it_should_be_over() -> None:
    given(*PRESCRIBED).when(start_action, action=ACTION, ends=END).then(ActionStarted(action=ACTION, ends=END, on=DAY))
    given(*PRESCRIBED, started()).when(start_action, action=ACTION, ends=END, on=LATER).refused(
        "already-started", on=DAY
    )
    given(*PRESCRIBED, started()).when(start_action, action=ACTION, ends=LATER).refused("already-started")
    given(*PRESCRIBED).when(start_action, action=ACTION, ends=DAY, on=LATER).refused("ends-before-start", ends=DAY)


def test_an_action_is_done_or_abandoned_once() -> None:
    done = ActionEnded(action=ACTION, outcome="done", note="", on=LATER)
    said: dict[str, Any] = {"action": ACTION, "outcome": "done", "note": " ", "on": LATER}
    given(*PRESCRIBED, started()).when(end_action, **said).then(done)
    given(*PRESCRIBED).when(end_action, **said).then(done)
    given(*PRESCRIBED, ended()).when(end_action, **said | {"outcome": "abandoned"}).refused("action-over")


def test_an_action_is_dropped_with_a_reason() -> None:
    said = ActionDropped(action=ACTION, reason="trop loin", on=DAY)
    given(*PRESCRIBED).when(drop_action, action=ACTION, reason="trop loin").then(said)
    given(*PRESCRIBED, sent()).when(drop_action, action=ACTION, reason="").refused("required", field="reason")


OVER: list[tuple[Any, dict[str, Any]]] = [
    (send_referral, REFER),
    (start_action, {"action": ACTION, "ends": END, "on": DAY}),
    (end_action, {"action": ACTION, "outcome": "done", "note": "", "on": DAY}),
    (drop_action, {"action": ACTION, "reason": "non", "on": DAY}),
]


@pytest.mark.parametrize(("decide", "arguments"), OVER)
def test_nothing_more_happens_to_an_action_that_is_over(decide: Any, arguments: dict[str, Any]) -> None:
    if decide is not end_action:
        given(*PRESCRIBED, ended()).when(decide, **arguments).refused("action-over")
    if decide is not drop_action:
        given(*PRESCRIBED, dropped()).when(decide, **arguments).refused("action-over")


@pytest.mark.parametrize(("decide", "arguments"), OVER)
def test_the_dossier_must_know_the_action(decide: Any, arguments: dict[str, Any]) -> None:
    given(opened()).when(decide, **arguments).refused("unknown-action")
