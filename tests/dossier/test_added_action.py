"""A prescription grows: one action more, and what stands beside it stays."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from pixflow.documents.grille import Band, Grille, Proposal
from pixflow.dossier import retraction
from pixflow.dossier.evolve import fold
from pixflow.dossier.identity import take_over_duplicate
from pixflow.dossier.stages.parcours import drop_action
from pixflow.dossier.stages.prescription import add_action
from pixflow.events import dossier as d
from pixflow.events.base import Event
from pixflow.events.values import Action
from pixflow.folding import retractions_by_version
from tests.given import (
    ACTION,
    ADDED,
    ADVISOR,
    DAY,
    DEBRIEFED,
    DIGITAL,
    LATER,
    LEC,
    OTHER_DOSSIER,
    PARTICIPATION,
    PRESCRIBED,
    PRESET,
    REFERRAL,
    SECOND,
    added,
    answered,
    built,
    closed,
    complete,
    dropped,
    ended,
    given,
    joined,
    linked,
    opened,
    received,
    result,
    retracted,
    sent,
    stamped,
    started,
    state_of,
    tasks_of,
)

SAID: dict[str, Any] = {
    "participation": PARTICIPATION, "proposal": "cap-digital", "label": "", "reason": "le veut aussi", "on": DAY,
    "grille": PRESET.grille, "action": ADDED,
}  # fmt: skip
FREE = SAID | {"proposal": "", "label": " Permis "}
UNDER_WAY = (*PRESCRIBED, sent(), answered(), started())
CLEA, PERMIS = Proposal("clea", "Diagnostic complet", "complete"), Action(ADDED, "Permis", "action")
WIDE = {"grille": Grille("G", bands=(Band(0, 40, "objectif", "court", (CLEA,)), Band(41, 100, "o", "c", ())))}


def test_an_action_of_the_band_or_another_one_is_added() -> None:
    given(*UNDER_WAY).when(add_action, **SAID | {"on": LATER}).then(added(LATER))
    given(*UNDER_WAY).when(add_action, **FREE | {"reason": " le veut aussi "}).then(added(action=PERMIS))


def test_what_stands_stays() -> None:
    before, after = state_of("dossier", *UNDER_WAY), state_of("dossier", *UNDER_WAY, added(LATER))
    assert after.parcours.actions[ACTION] == before.parcours.actions[ACTION]
    grown = after.prescription.built[PARTICIPATION]
    (one,) = grown.added
    assert (one.action, one.reason, one.by, one.stamp.on) == (DIGITAL, "le veut aussi", str(ADVISOR), LATER)
    assert [action.id for action in grown.all_actions] == [ACTION, ADDED]
    assert before.prescription.built[PARTICIPATION].all_actions == grown.actions


def test_an_added_action_is_referred_on_its_own_day() -> None:
    refer = [task for task in tasks_of(*UNDER_WAY, added(LATER)) if task.kind == "refer"]
    assert [(task.key, task.opens) for task in refer] == [(f"refer:{ADDED}", LATER)]


def test_dropping_one_action_drops_one() -> None:
    said = d.ActionDropped(action=ADDED, reason="trop loin", on=DAY)
    given(*UNDER_WAY, added()).when(drop_action, action=ADDED, reason="trop loin", on=DAY).then(said)
    actions = state_of("dossier", *UNDER_WAY, added(), said).parcours.actions
    assert [bool(one.dropped) for one in actions.values()] == [False, True]


@pytest.mark.parametrize(
    ("history", "changes", "code", "context"),
    [
        ((opened(),), {}, "not-the-current-result", {}),
        (DEBRIEFED, {}, "prescription-first", {}),
        ((*PRESCRIBED, closed()), {}, "closed", {"on": DAY}),
        ((*PRESCRIBED, linked(LATER, SECOND), received(LATER, SECOND)), {}, "not-the-current-result", {}),
        ((*PRESCRIBED, *map(retracted, (3, 4, 5, 6, 7))), {}, "not-the-current-result", {}),
        ((*DEBRIEFED, built(LATER)), {}, "before-its-prescription", {"field": "on", "built": LATER}),
        (PRESCRIBED, {"proposal": "cap-lec"}, "already-prescribed", {"field": "proposal", "action": "CAP LEC"}),
        (PRESCRIBED, {"proposal": "", "label": "cap lec"}, "already-prescribed", {"field": "label", "on": DAY}),
        ((*PRESCRIBED, added()), {"reason": "encore"}, "already-prescribed", {"action": "CAP Digital"}),
        ((*PRESCRIBED, added()), {"on": LATER}, "already-prescribed", {"action": "CAP Digital"}),
        (PRESCRIBED, {"proposal": "diagnostic-complet"}, "unknown-proposal", {"proposal": "diagnostic-complet"}),
        (PRESCRIBED, WIDE, "unknown-proposal", {"proposal": "cap-digital"}),
        (PRESCRIBED, {"grille": None}, "unknown-proposal", {"proposal": "cap-digital"}),
        (PRESCRIBED, {"proposal": "", "label": " "}, "required", {"field": "label"}),
        (PRESCRIBED, {"reason": " "}, "required", {"field": "reason"}),
        ((*PRESCRIBED, complete()), {**WIDE, "proposal": "clea"}, "done-before", {"action": "Diagnostic complet"}),
    ],
)
def test_an_addition_is_refused(history: tuple[Event, ...], changes: dict[str, Any], code: str, context: Any) -> None:
    given(*history).when(add_action, **SAID | changes).refused(code, **context)


@pytest.mark.parametrize("over", [dropped(action=ADDED), ended(action=ADDED)])
def test_what_ended_may_be_added_again(over: Event) -> None:
    again = replace(DIGITAL, id=SECOND)
    given(*PRESCRIBED, added(), over).when(add_action, **SAID | {"action": SECOND, "on": LATER}).then(
        added(LATER, again)
    )


def test_only_what_is_for_the_programme_of_today_is_added() -> None:
    cej = {
        "grille": Grille(
            "G", bands=(Band(0, 40, "o", "c", (Proposal("a", "Atelier", "action", programmes=("CEJ",)),)),)
        )
    }
    said = SAID | cej | {"proposal": "a"}
    given(*PRESCRIBED, joined("PACEA")).when(add_action, **said).refused("unknown-proposal", proposal="a")
    given(*PRESCRIBED, joined("CEJ")).when(add_action, **said).then(
        added(action=Action(ADDED, "Atelier", "action", "a"))
    )


def test_a_prescription_without_a_score_grows_by_free_actions() -> None:
    unread = d.PrescriptionBuilt(
        participation=PARTICIPATION, grille=None, percent=None, low=None, high=None, proposed=(),
        actions=(LEC,), wish="", project="—", reason="", on=DAY,
    )  # fmt: skip
    history = (opened(), linked(), received(result=result(mastery=None)), unread)
    given(*history).when(add_action, **FREE | {"grille": None}).then(added(action=PERMIS))


def struck(history: tuple[Event, ...], version: int) -> set[int]:
    events = stamped(history)
    strikes = retraction.retract(fold(events), version=version, reason="erreur", on=DAY, history=events)
    return set(retractions_by_version([*events, *stamped(strikes, after=len(events))]))


def test_taking_an_addition_back_takes_that_one_and_what_followed_it() -> None:
    history = (*UNDER_WAY, added(), sent(action=ADDED, referral=SECOND))
    assert struck(history, len(UNDER_WAY) + 1) == {len(UNDER_WAY) + 1, len(UNDER_WAY) + 2}
    assert struck(history, len(PRESCRIBED) + 1) == {len(PRESCRIBED) + 1, len(PRESCRIBED) + 2}


def test_a_prescription_taken_back_takes_what_was_added_to_it() -> None:
    history = (*PRESCRIBED, added(), sent(action=ADDED, referral=SECOND), d.NoteTaken(text="appelé", on=DAY))
    assert struck(history, len(PRESCRIBED)) == {len(PRESCRIBED) + n for n in range(3)}


def test_an_addition_without_its_prescription_changes_nothing() -> None:
    state = state_of("dossier", *DEBRIEFED, added())
    assert (state.prescription.built, state.parcours.actions) == ({}, {})


def test_a_merge_takes_it_over() -> None:
    there = stamped((*UNDER_WAY, added(LATER)), OTHER_DOSSIER)
    kept = stamped((opened(),))
    came = take_over_duplicate(
        fold(kept), other=fold(there), duplicate=OTHER_DOSSIER, duplicate_history=there, on=LATER, history=kept
    )
    state = fold([*kept, *stamped(came, after=1)])
    assert [bool(one.started) for one in state.parcours.actions.values()] == [True, False]
    assert state.prescription.built[PARTICIPATION].added[0].action == DIGITAL


@for_all(st.lists(st.sampled_from(["Permis", "permis ", "Code", "Vélo"]), max_size=6))
def test_additions_stand_beside_each_other_once_each(labels: list[str]) -> None:
    events = list(UNDER_WAY)
    for number, label in enumerate(labels):
        said = FREE | {"label": label, "reason": f"raison {number}", "action": UUID(int=number + 1)}
        state = state_of("dossier", *events)
        standing = {one.action.label.lower() for one in state.parcours.actions.values()}
        when = given(*events).when(add_action, **said)
        if label.strip().lower() in standing:
            when.refused("already-prescribed")
        else:
            events += when.decided()["dossier"]
    state = state_of("dossier", *events)
    wanted = {label.strip().lower() for label in labels}
    assert len(state.parcours.actions) == 1 + len(wanted)
    assert state.parcours.actions[ACTION].referrals[0].id == REFERRAL
    assert [one.id for one in state.prescription.built[PARTICIPATION].all_actions] == list(state.parcours.actions)
