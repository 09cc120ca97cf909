"""Reach of a correction: who outside holds what a fact said, and what is owed to them."""

from dataclasses import replace
from datetime import date

import hypothesis
import pytest
from hypothesis import strategies as st

from pixflow.dossier import identity, privacy, reach, retraction
from pixflow.events import dossier as d
from pixflow.events.base import Event
from pixflow.tasks import of_dossier
from tests.given import (
    ACTION,
    DAY,
    OTHER_DOSSIER,
    PARTNER_LINK,
    PRESCRIBED,
    REFERRAL,
    SECOND,
    added,
    answered,
    given,
    link_issued,
    note,
    opened,
    planned,
    presented,
    references,
    reminded,
    sent,
    stamped,
    state_of,
)

FICHE, SHEET = d.PaperIssued(paper="fiche", on=DAY), d.PaperIssued(paper="prescription", on=DAY)
COPY = d.CopyIssued(on=DAY)
MAILED = d.PartnerLinkMailed(referral=REFERRAL, link=PARTNER_LINK, on=DAY)
RETURNED = d.PartnerLinkReturned(referral=REFERRAL, link=PARTNER_LINK, on=DAY)
SEEN = d.ReferralSeen(referral=REFERRAL, link=PARTNER_LINK, on=DAY)
RENAMED = d.IdentityCorrected(
    last_name="Martin", first_name="Léa", birth_date=None, imilo_number=None, site="L'Aigle", on=DAY
)
TOLD = d.HolderInformed(referral=REFERRAL, answer="told", note="", on=DAY)


def taken_back(version: int, **holders: object) -> d.Retracted:
    return d.Retracted(version=version, reason="erreur", on=DAY, **holders)  # type: ignore[arg-type]


# --- who holds it


@pytest.mark.parametrize(
    ("after", "holders"),
    [
        ((), {}),
        ((FICHE,), {"papers": ("fiche",)}),
        ((FICHE, FICHE, COPY), {"papers": ("fiche", "copy")}),
        ((SHEET,), {}),
        ((MAILED,), {}),
    ],
)
def test_a_plan_is_held_on_the_fiche_and_in_a_copy(after: tuple[Event, ...], holders: dict[str, object]) -> None:
    given(opened(), planned(), *after).when(retraction.retract, version=2, reason="erreur").then(
        taken_back(2, **holders)
    )


@pytest.mark.parametrize(
    ("after", "is_told"),
    [
        ((link_issued(),), False),
        ((link_issued(), MAILED), True),
        ((link_issued(), MAILED, RETURNED), False),
        ((link_issued(), MAILED, RETURNED, SEEN), True),
        ((answered(),), True),
        ((reminded(),), False),
        ((d.PartnerChased(referral=REFERRAL, channel="phone", reached=True, note="", on=DAY),), True),
        ((d.PartnerChased(referral=SECOND, channel="phone", reached=True, note="", on=DAY),), False),
    ],
)
def test_a_referral_is_held_by_a_partner_who_learned_of_it(after: tuple[Event, ...], is_told: bool) -> None:
    history = stamped([*PRESCRIBED, sent(), *after])
    struck = retraction.retract(state_of("dossier", *PRESCRIBED), version=8, reason="?", on=DAY, history=history)
    told = [one for one in struck if isinstance(one, d.Retracted) and one.version == 8]
    assert told[0].referrals == ((REFERRAL,) if is_told else ())


def test_what_left_before_a_fact_does_not_hold_it() -> None:
    given(opened(), FICHE, COPY, planned()).when(retraction.retract, version=4, reason="erreur").then(taken_back(4))


def test_what_follows_from_a_fact_is_held_too() -> None:
    history = stamped([*PRESCRIBED, sent(), answered(), SHEET])
    struck = retraction.retract(state_of("dossier", *PRESCRIBED), version=7, reason="?", on=DAY, history=history)
    held = {one.version: (one.papers, one.referrals) for one in struck if isinstance(one, d.Retracted)}
    assert held == {9: (("prescription",), ()), 8: (("prescription",), (REFERRAL,)), 7: (("prescription",), ())}


def test_an_action_added_before_the_sheet_is_held_by_it() -> None:
    version = len(PRESCRIBED) + 1
    given(*PRESCRIBED, added(), SHEET).when(retraction.retract, version=version, reason="erreur").then(
        taken_back(version, papers=("prescription",))
    )
    given(*PRESCRIBED, SHEET, added()).when(retraction.retract, version=version + 1, reason="erreur").then(
        taken_back(version + 1)
    )
    assert reach.says_else("prescription", added())


def test_a_name_is_held_by_everybody_and_work_of_the_team_by_nobody() -> None:
    history = (*PRESCRIBED, RENAMED, sent(), SEEN, SHEET, COPY)
    given(*history).when(retraction.retract, version=8, reason="erreur").then(
        taken_back(8, papers=("prescription", "copy"), referrals=(REFERRAL,), partners=("viaformation",))
    )
    snoozed = d.TaskSnoozed(task="present-pix", until=date(2026, 9, 20), reason="congés", on=DAY)
    given(opened(), snoozed, COPY).when(retraction.retract, version=2, reason="erreur").then(taken_back(2))


def test_what_left_is_told_in_its_order_without_what_was_taken_back() -> None:
    history = stamped([opened(), planned(), FICHE, note(), link_issued(), MAILED, answered(), taken_back(7), SEEN])
    assert [one.originator_version for one in reach.left_since(history, 1)] == [3, 6, 9]
    assert [one.originator_version for one in reach.left_since(history, 5)] == [6, 9]


OUT = (FICHE, SHEET, COPY, link_issued(), MAILED, RETURNED, SEEN, answered(), note())


@hypothesis.given(st.lists(st.sampled_from(OUT)), st.lists(st.sampled_from(OUT)), st.sampled_from([2, 9, 10]))
def test_a_holder_received_something_after_the_fact_and_is_informed_once(
    before: list[Event], after: list[Event], version: int
) -> None:
    base = (opened(), planned(), *PRESCRIBED[1:], RENAMED, sent())
    events = [*base[:9], *before, *base[9:], *after]
    version += len(before) if version > 9 else 0
    history = stamped(events)
    struck = retraction.retract(state_of("dossier", *events), version=version, reason="?", on=DAY, history=history)
    told = [one for one in struck if isinstance(one, d.Retracted)]
    since = events[min(events.index(events[one.version - 1]) for one in told) + 1 :]  # where it was first said
    issued = {one.paper for one in since if isinstance(one, d.PaperIssued)} | ({"copy"} if COPY in since else set())
    assert {paper for one in told for paper in one.papers} <= issued
    learned = any(one in (MAILED, SEEN, answered()) for one in since)
    assert all(learned and one.partners == ("viaformation",) for one in told if one.referrals)
    state = state_of("dossier", *events, *struck)
    informed = [
        one for who in state.holders for one in reach.inform_holder(state, referral=who, answer="told", note="", on=DAY)
    ]
    assert len(informed) == len(state.holders)
    assert owed(*events, *struck, *informed) == {}


RINGS = d.ContactCorrected(phone="+33612345678", email="lea@exemple.fr", on=DAY)
MOVED = {"phone": "0698765432", "email": "lea@exemple.fr"}
DROPPED = d.ActionDropped(action=ACTION, reason="autre projet", on=DAY)
REFUSED = answered(answer="refused")


@pytest.mark.parametrize(
    ("after", "is_told"),
    [
        ((MAILED,), True),
        ((SEEN, answered()), True),
        ((SEEN, REFUSED), False),
        ((SEEN, DROPPED), False),
        ((MAILED, RETURNED), False),
        ((), False),
    ],
)
def test_a_new_telephone_is_for_the_partners_who_may_call(after: tuple[Event, ...], is_told: bool) -> None:
    now = d.ContactCorrected(phone="+33698765432", email="lea@exemple.fr", on=DAY)
    then = replace(now, referrals=(REFERRAL,), partners=("viaformation",)) if is_told else now
    history = (*PRESCRIBED, RINGS, sent(), link_issued(), *after)
    given(*history).when(identity.correct_contact, **MOVED).then(then)
    assert list(owed(*history, then)) == ([f"inform-holder:{REFERRAL}"] if is_told else [])
    assert owed(*history, then, SEEN) == {}, "the link shows the new one"


def test_a_telephone_that_nobody_had_is_nowhere_outside() -> None:
    said = d.ContactCorrected(phone="+33698765432", email="lea@exemple.fr", on=DAY)
    given(*PRESCRIBED, sent(), SEEN).when(identity.correct_contact, **MOVED).then(said)


def test_a_new_name_is_on_every_paper_and_known_to_the_partners_who_go_on() -> None:
    named = {"last_name": "Martin", "first_name": "Léa", "birth_date": None, "imilo_number": None, "site": "L'Aigle"}
    then = replace(RENAMED, papers=("fiche", "copy"), referrals=(REFERRAL,), partners=("viaformation",))
    given(*PRESCRIBED, sent(), SEEN, FICHE, COPY).when(identity.correct_identity, **named).then(then)


# --- what is owed to them


def owed(*events: Event) -> dict[str, dict[str, str]]:
    found = of_dossier(state_of("dossier", *events), references())
    return {one.key: one.why.details for one in found if one.kind == "inform-holder"}


def test_each_holder_is_informed_once_and_a_paper_printed_again_informs_by_itself() -> None:
    struck = taken_back(8, papers=("prescription", "copy"), referrals=(REFERRAL,), partners=("viaformation",))
    history = (*PRESCRIBED, RENAMED, sent(), struck)
    partner = {f"inform-holder:{REFERRAL}": {"by": "partner", "partner": "viaformation"}}
    assert owed(*history) == {"inform-holder": {"by": "person", "papers": "prescription copy"}, **partner}
    assert owed(*history, SHEET) == {"inform-holder": {"by": "person", "papers": "copy"}, **partner}
    assert owed(*history, SHEET, COPY) == partner
    given(*history).when(reach.inform_holder, referral=REFERRAL, answer="told", note="").then(TOLD)
    assert owed(*history, SHEET, COPY, TOLD) == {}


def test_nobody_is_informed_of_nothing() -> None:
    given(*PRESCRIBED, sent()).when(reach.inform_holder, referral=REFERRAL, answer="told", note="").then_nothing()
    given(*PRESCRIBED, sent()).when(reach.inform_holder, referral=None, answer="told", note="").then_nothing()


def test_who_need_not_be_informed_has_a_reason() -> None:
    history = (opened(), planned(), FICHE, taken_back(2, papers=("fiche",)))
    said = {"referral": None, "answer": "needless"}
    given(*history).when(reach.inform_holder, **said, note=" ").refused("required", field="note")
    given(*history).when(reach.inform_holder, **said, note=" perdue ").then(
        d.HolderInformed(referral=None, answer="needless", note="perdue", on=DAY)
    )


def test_the_paper_of_a_corrected_fact_is_another_paper_the_same_day() -> None:
    history = (opened(), planned(), FICHE, taken_back(2, papers=("fiche",)))
    again = {"paper": "fiche", "actor": str(stamped([FICHE])[0].by)}
    given(*history[:3]).when(privacy.issue_paper, **again).then_nothing()
    given(*history).when(privacy.issue_paper, **again).then(FICHE)


@pytest.mark.parametrize(
    ("between", "is_another"), [((), False), ((note(),), False), ((RENAMED,), True), ((planned(),), True)]
)
def test_a_paper_that_says_something_else_is_another_paper_the_same_day(
    between: tuple[Event, ...], is_another: bool
) -> None:
    again = {"paper": "fiche", "actor": str(stamped([FICHE])[0].by)}
    said = given(opened(), planned(), FICHE, *between).when(privacy.issue_paper, **again)
    said.then(FICHE) if is_another else said.then_nothing()


def test_a_paper_of_a_told_correction_is_another_paper_the_same_day() -> None:
    informed = d.HolderInformed(referral=None, answer="told", note="", on=DAY)
    again = {"paper": "fiche", "actor": str(stamped([FICHE])[0].by)}
    history = (opened(), planned(), FICHE, taken_back(2, papers=("fiche",)), informed)
    given(*history).when(privacy.issue_paper, **again).then(FICHE)


def test_a_copy_after_a_fact_is_another_copy_the_same_day() -> None:
    actor = str(stamped([COPY])[0].by)
    given(opened(), COPY).when(privacy.issue_copy, actor=actor).then_nothing()
    given(opened(), COPY, note()).when(privacy.issue_copy, actor=actor).then(COPY)


def test_what_is_recorded_again_is_owed_to_nobody() -> None:
    history = (opened(), presented(), COPY, taken_back(2, papers=("copy",)))
    given(*history).when(retraction.reinstate, versions=(2,)).then(
        presented(), d.HolderInformed(referral=None, answer="needless", note="", on=DAY)
    )


def test_who_is_owed_another_correction_is_still_told_of_it() -> None:
    phone = d.ContactCorrected(phone="+33600000009", email=None, on=DAY)
    twice = (*PRESCRIBED, RENAMED, phone, sent(), SEEN)
    first, second = (taken_back(n, referrals=(REFERRAL,), partners=("viaformation",)) for n in (8, 9))
    needless = d.HolderInformed(referral=REFERRAL, answer="needless", note="", on=DAY)
    given(*twice, first, second).when(retraction.reinstate, versions=(8,)).then(RENAMED)
    given(*twice, second, TOLD, first).when(retraction.reinstate, versions=(8,)).then(RENAMED, needless)
    given(*twice, first, second).when(retraction.reinstate, versions=(8, 9)).then(RENAMED, phone, needless)


def test_what_was_recorded_again_is_held_since_it_was_first_said() -> None:
    history = (opened(), planned(), FICHE, taken_back(2, papers=("fiche",)), planned())
    given(*history).when(retraction.retract, version=5, reason="erreur").then(taken_back(5, papers=("fiche",)))
    assert [one.originator_version for one in reach.told_since(stamped(history), stamped(history)[4])] == [3]


def test_a_merge_ends_the_links_of_the_duplicate_and_owes_them_another() -> None:
    double = (*PRESCRIBED, sent(), link_issued(), MAILED)
    other, history = state_of("dossier", *double), stamped(double, OTHER_DOSSIER)
    said = {"other": other, "duplicate": OTHER_DOSSIER, "duplicate_history": history}
    joined = identity.take_over_duplicate(state_of("dossier", opened()), **said, on=DAY, history=stamped([opened()]))
    assert joined[0] == d.DuplicateJoined(duplicate=OTHER_DOSSIER, referrals=(REFERRAL,), on=DAY)
    assert set(owed(opened(), *joined)) == {f"inform-holder:{REFERRAL}"}
    assert owed(opened(), *joined, taken_back(2)) == {}
