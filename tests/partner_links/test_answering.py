"""A partner sees a referral, answers it, and says how it ended."""

from datetime import date, timedelta
from typing import Any

import pytest

from pixflow.events import dossier as d
from pixflow.events.base import Event
from pixflow.partner_links import issuing
from tests.given import DAY, LATER, PARTNER_LINK, PRESCRIBED, REFERRAL, answered, closed, given, link_issued, sent

LINKED = (*PRESCRIBED, sent(), link_issued())
ASKED = (*PRESCRIBED, sent(), answered(), link_issued(purpose="outcome"))
LINK: dict[str, Any] = {"link": PARTNER_LINK, "on": DAY}
NOTHING: dict[str, Any] = {"starts": None, "place": "", "refusal": None, "reason": ""}
ACCEPT = LINK | NOTHING | {"answer": "accepted", "starts": LATER, "place": " Médiathèque "}
REFUSE = LINK | NOTHING | {"answer": "refused", "refusal": "session-full", "reason": "en janvier"}
ACCEPTED = d.ReferralAnswered(
    referral=REFERRAL, answer="accepted", reason="", starts=LATER, place="Médiathèque", on=DAY
)
REFUSED = d.ReferralAnswered(referral=REFERRAL, answer="refused", reason="en janvier", refusal="session-full", on=DAY)
REPORT = LINK | {"outcome": "done", "day": DAY, "note": " assidue "}


def test_the_partner_sees_the_referral_once() -> None:
    seen = d.ReferralSeen(referral=REFERRAL, link=PARTNER_LINK, on=DAY)
    given(*LINKED).when(issuing.see_referral, **LINK).then(seen)
    given(*LINKED, seen, link_issued(link=REFERRAL)).when(issuing.see_referral, link=REFERRAL, on=LATER).then_nothing()


def test_the_partner_sees_again_a_referral_that_says_something_else() -> None:
    seen = d.ReferralSeen(referral=REFERRAL, link=PARTNER_LINK, on=DAY)
    corrected = d.ContactCorrected(phone="+33600000009", email=None, on=DAY)
    given(*LINKED, seen, corrected).when(issuing.see_referral, **LINK).then(seen)
    given(*LINKED, seen, REFUSED, corrected).when(issuing.see_referral, **LINK).then_nothing()


def test_the_partner_accepts_or_refuses() -> None:
    given(*LINKED).when(issuing.answer_by_link, **ACCEPT).then(ACCEPTED)
    given(*LINKED).when(issuing.answer_by_link, **REFUSE).then(REFUSED)


def test_an_answer_comes_from_outside_a_closed_dossier_records_it() -> None:
    given(*LINKED, closed()).when(issuing.answer_by_link, **REFUSE).then(REFUSED)


@pytest.mark.parametrize(
    ("before", "second"),
    [
        (ACCEPTED, REFUSE),
        (REFUSED, ACCEPT),
        (ACCEPTED, ACCEPT | {"starts": LATER + timedelta(days=1)}),
        (ACCEPTED, ACCEPT | {"place": "ailleurs"}),
        (REFUSED, REFUSE | {"refusal": "duplicate"}),
        (answered(), ACCEPT),
    ],
    ids=["turned over", "turned back", "another day", "another place", "another reason", "noted by the advisor"],
)
def test_another_answer_after_the_first_is_refused(before: Event, second: dict[str, Any]) -> None:
    given(*LINKED, before).when(issuing.answer_by_link, **second).refused("already-answered", on=DAY)


def test_an_answer_says_what_it_needs() -> None:
    accept, refuse = ACCEPT | {"starts": None}, REFUSE | {"refusal": None}
    given(*LINKED).when(issuing.answer_by_link, **accept).refused("required", field="starts")
    given(*LINKED).when(issuing.answer_by_link, **refuse).refused("required", field="refusal")
    other = REFUSE | {"refusal": "other", "reason": " "}
    given(*LINKED).when(issuing.answer_by_link, **other).refused("required", field="reason")


@pytest.mark.parametrize("starts", [DAY - timedelta(days=1), DAY + timedelta(days=367)])
def test_a_first_day_is_within_a_year(starts: date) -> None:
    given(*LINKED).when(issuing.answer_by_link, **ACCEPT | {"starts": starts}).refused(
        "day-out-of-range", field="starts"
    )


def test_what_the_other_answer_has_is_left_out() -> None:
    given(*LINKED).when(issuing.answer_by_link, **ACCEPT | {"refusal": "other", "reason": "x"}).then(ACCEPTED)
    given(*LINKED).when(issuing.answer_by_link, **REFUSE | {"starts": LATER, "place": "x"}).then(REFUSED)


def test_the_partner_studies_and_says_by_which_day() -> None:
    until = DAY + timedelta(days=14)
    promise = LINK | {"until": until}
    promised = d.AnswerPromised(referral=REFERRAL, until=until, on=DAY)
    given(*LINKED).when(issuing.promise_answer, **promise).then(promised)
    later = promise | {"until": until + timedelta(days=1)}
    given(*LINKED, promised).when(issuing.promise_answer, **later).refused("already-promised", until=until)
    given(*LINKED, promised).when(issuing.answer_by_link, **REFUSE).then(REFUSED)
    given(*LINKED, ACCEPTED).when(issuing.promise_answer, **promise).refused("already-answered")
    for day in (DAY, DAY + timedelta(days=61)):
        given(*LINKED).when(issuing.promise_answer, **promise | {"until": day}).refused("day-out-of-range")


def test_the_partner_says_how_it_ended() -> None:
    done = d.OutcomeReported(referral=REFERRAL, outcome="done", day=DAY, note="assidue", on=DAY)
    given(*ASKED).when(issuing.report_outcome, **REPORT).then(done)
    came = d.OutcomeReported(referral=REFERRAL, outcome="came", day=DAY, note="", on=DAY)
    given(*ASKED, came).when(issuing.report_outcome, **REPORT).then(done)
    given(*ASKED, done).when(issuing.report_outcome, **REPORT | {"outcome": "stopped"}).refused("already-reported")
    given(*ASKED, came).when(issuing.report_outcome, **REPORT | {"outcome": "came"}).refused("already-reported")
    given(*ASKED).when(issuing.report_outcome, **REPORT | {"day": LATER}).refused("day-out-of-range")


def test_a_link_takes_what_it_was_issued_for() -> None:
    given(*ASKED).when(issuing.answer_by_link, **REFUSE).refused("link-over")
    given(*LINKED).when(issuing.report_outcome, **REPORT).refused("link-over")


EVERYTHING: tuple[tuple[Any, dict[str, Any]], ...] = (
    (issuing.see_referral, LINK),
    (issuing.answer_by_link, ACCEPT),
    (issuing.promise_answer, LINK | {"until": LATER}),
)


@pytest.mark.parametrize(("decide", "told"), EVERYTHING)
def test_a_link_that_is_over_takes_nothing(decide: Any, told: dict[str, Any]) -> None:
    expired = told | {"on": DAY + timedelta(days=9)}
    given(*LINKED).when(decide, **expired).refused("link-over")
    revoked = d.PartnerLinkRevoked(referral=REFERRAL, link=PARTNER_LINK, on=DAY)
    given(*LINKED, revoked).when(decide, **told).refused("link-over")
    given(*LINKED).when(decide, **told | {"link": REFERRAL}).refused("link-over")
