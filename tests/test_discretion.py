"""Tests that others are left nothing of what the grid keeps for the advisor, and all the rest."""

from typing import Any
from uuid import UUID

from hypothesis import given as drawn
from hypothesis import strategies as st

from pixflow.discretion import history_without_marked, marked_actions, without_marked
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as d
from pixflow.events.base import Event
from pixflow.events.values import Action, Partner
from tests.given import (
    ACTION,
    ADDED,
    DEBRIEFED,
    added,
    answered,
    built,
    dropped,
    ended,
    link_issued,
    references,
    sent,
    stamped,
    started,
    state_of,
)

REFS, REFERRED_AGAIN = references(), UUID(int=0xB8)
CHECK = Action(ADDED, "Illettrisme à vérifier", "check", "illettrisme")
LEC = Action(ACTION, "CAP LEC", "action", "cap-lec")
THERE: dict[str, Any] = {"partner": Partner(None, "Illettrisme 61"), "note": "illettrisme"}
OF_CHECK = (
    sent(referral=REFERRED_AGAIN, action=ADDED, **THERE),
    answered(answer="refused", referral=REFERRED_AGAIN),
    link_issued(referral=REFERRED_AGAIN, address="illettrisme@exemple.fr"),
    started(action=ADDED),
    ended(action=ADDED),
    dropped(action=ADDED),
)
OF_LEC = (sent(), answered(), link_issued(), started(), ended(), dropped())


def events_left(*events: Event) -> list[Event]:
    return [one.event for one in history_without_marked(REFS, stamped(events))]


def dossier(*events: Event) -> Dossier:
    state: Dossier = state_of("dossier", *events)
    return state


def test_a_prescription_is_left_with_its_other_actions_and_proposals() -> None:
    whole = built(actions=(CHECK, LEC))
    (*_, left) = events_left(*DEBRIEFED, whole)
    assert isinstance(left, d.PrescriptionBuilt)
    assert left.actions == (LEC,)
    assert left.proposed == ("cap-lec", "cap-digital", "plongee-numerique", "epn-fablab", "cafe-numerique")
    assert marked_actions(REFS, dossier(*DEBRIEFED, whole)) == {ADDED}


def test_an_action_added_for_the_advisor_alone_is_kept_back_with_what_became_of_it() -> None:
    grown = (*DEBRIEFED, built(actions=(LEC,)), added(action=CHECK))
    left = without_marked(REFS, dossier(*grown, *OF_CHECK))
    assert [one.all_actions for one in left.prescription.built.values()] == [(LEC,)]
    assert list(left.parcours.actions) == [ACTION]
    assert events_left(*grown, *OF_CHECK) == events_left(*grown[:-1])


def test_an_action_that_the_advisor_wrote_is_nobody_s_mark() -> None:
    own = Action(ADDED, "Illettrisme à vérifier", "action")
    state = dossier(*DEBRIEFED, built(actions=(own,)))
    assert without_marked(REFS, state) == dossier(*DEBRIEFED, *events_left(built(actions=(own,))))


@drawn(
    st.lists(st.booleans(), min_size=len(OF_CHECK), max_size=len(OF_CHECK)),
    st.sampled_from([(CHECK, LEC), (LEC, CHECK)]),
)
def test_whatever_became_of_it_no_event_and_no_state_says_it(order: list[bool], actions: tuple[Action, ...]) -> None:
    """`order` says which of the two actions moves first, time after time."""
    pairs = zip(OF_CHECK, OF_LEC, order, strict=True)
    after = [event for check, lec, first in pairs for event in ((check, lec) if first else (lec, check))]
    events = (*DEBRIEFED, built(actions=actions), *after)
    left, state = events_left(*events), dossier(*events)
    for told in (left, without_marked(REFS, state)):
        assert "illettrisme" not in repr(told).lower()
    assert [one for one in left if one in after] == list(OF_LEC)
    assert without_marked(REFS, state).parcours.actions == {ACTION: state.parcours.actions[ACTION]}
