from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from pixflow.dossier.prescription import build_prescription, dispatch_result, hold_debrief
from pixflow.events.dossier import AdvisorAssigned, DebriefHeld, PrescriptionBuilt, ProjectStated, ResultDispatched
from pixflow.events.values import Action
from tests.given import (
    ACTION,
    ADDED,
    ADVISOR,
    COLLEAGUE,
    DAY,
    DEBRIEFED,
    GRILLE,
    LATER,
    LOW,
    PARTICIPATION,
    PRESCRIBED,
    PRESET,
    RESULT_IN,
    SECOND,
    assigned,
    built,
    closed,
    debriefed,
    dispatched,
    given,
    linked,
    opened,
    received,
    result,
    state_of,
)  # fmt: skip

DEBRIEF: dict[str, Any] = {"participation": PARTICIPATION, "channel": "meeting", "note": "", "on": DAY}
SENT: dict[str, Any] = {"participation": PARTICIPATION, "advisor": ADVISOR, "on": DAY}
CHOICE: dict[str, Any] = {
    "participation": PARTICIPATION, "kept": ("cap-lec",), "added": (), "wish": "", "project": "", "reason": "",
    "on": DAY, "action_ids": (ACTION, ADDED), **GRILLE,
}  # fmt: skip
BUILT = PrescriptionBuilt(
    participation=PARTICIPATION, grille=1, percent=35, low=0, high=40, proposed=LOW,
    actions=(Action(ACTION, "CAP LEC", "action", "cap-lec"),), wish="", project="—", reason="", on=DAY,
)  # fmt: skip
NEWER = (linked(LATER, SECOND), received(LATER, SECOND))


def test_a_result_is_dispatched_to_the_dossier_s_advisor() -> None:
    given(*RESULT_IN).when(dispatch_result, **SENT).then(ResultDispatched(**SENT))


def test_choosing_another_advisor_assigns_the_dossier_too() -> None:
    other = SENT | {"advisor": COLLEAGUE}
    assigned_too = AdvisorAssigned(advisor=COLLEAGUE, on=DAY)
    given(*RESULT_IN).when(dispatch_result, **other).then(assigned_too, ResultDispatched(**other))
    given(opened(), linked(), received()).when(dispatch_result, **other).then(assigned_too, ResultDispatched(**other))


def test_a_result_is_dispatched_once() -> None:
    other = SENT | {"advisor": COLLEAGUE}
    given(*RESULT_IN, dispatched()).when(dispatch_result, **other).refused("already-dispatched", advisor=ADVISOR)


def test_a_debrief_is_held() -> None:
    given(*RESULT_IN).when(hold_debrief, **DEBRIEF).then(DebriefHeld(**DEBRIEF))


def test_a_debrief_is_held_once() -> None:
    given(*DEBRIEFED).when(hold_debrief, **DEBRIEF | {"on": LATER}).refused("already-debriefed", on=DAY)


def test_the_prescription_says_what_it_relied_on() -> None:
    given(*DEBRIEFED).when(build_prescription, **CHOICE).then(BUILT)


def test_the_order_kept_is_the_advisor_s_and_nothing_is_kept_twice() -> None:
    both = CHOICE | {"kept": ("epn-fablab", "cap-lec", "epn-fablab")}
    actions = (
        Action(ACTION, "Ateliers en EPN ou fablab", "action", "epn-fablab"),
        Action(ADDED, "CAP LEC", "action", "cap-lec"),
    )
    given(*DEBRIEFED).when(build_prescription, **both).then(replace(BUILT, actions=actions))


def test_an_action_from_outside_the_grid_needs_a_reason() -> None:
    more = CHOICE | {"added": (" Permis ", " ")}
    given(*DEBRIEFED).when(build_prescription, **more).refused("reason-needed")
    actions = (*BUILT.actions, Action(ADDED, "Permis", "action"))
    said = replace(BUILT, actions=actions, reason="le veut")
    given(*DEBRIEFED).when(build_prescription, **more | {"reason": " le veut "}).then(said)


def test_keeping_nothing_of_the_band_needs_a_reason() -> None:
    outside = CHOICE | {"kept": (), "added": ("Permis",)}
    given(*DEBRIEFED).when(build_prescription, **outside).refused("reason-needed")
    said = replace(BUILT, actions=(Action(ACTION, "Permis", "action"),), reason="seul souhait")
    given(*DEBRIEFED).when(build_prescription, **outside | {"reason": "seul souhait"}).then(said)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kept": ("diagnostic-complet",)}, "unknown-proposal"),
        ({"kept": (), "reason": "rien ne va"}, "no-action"),
        ({"participation": SECOND}, "not-the-current-result"),
    ],
)
def test_a_prescription_is_refused(changes: dict[str, Any], code: str) -> None:
    given(*DEBRIEFED).when(build_prescription, **CHOICE | changes).refused(code)


def test_the_debrief_comes_first() -> None:
    given(*RESULT_IN, dispatched()).when(build_prescription, **CHOICE).refused("debrief-first")


def test_another_choice_is_not_taken_over_the_first() -> None:
    given(*PRESCRIBED).when(build_prescription, **CHOICE | {"kept": ("cap-digital",)}).refused("already-built", on=DAY)
    given(*PRESCRIBED).when(build_prescription, **CHOICE | {"wish": "un ordinateur"}).refused("already-built")


def test_a_result_without_a_score_gives_no_reading() -> None:
    history = (opened(), assigned(), linked(), received(result=result(mastery=None)), debriefed())
    given(*history).when(build_prescription, **CHOICE).refused("no-score")


def test_the_project_is_the_one_said_else_the_dossier_s() -> None:
    known = (*DEBRIEFED, ProjectStated(project="vente", on=DAY))
    given(*known).when(build_prescription, **CHOICE).then(replace(BUILT, project="vente"))
    given(*known).when(build_prescription, **CHOICE | {"project": "cuisine"}).then(replace(BUILT, project="cuisine"))


@pytest.mark.parametrize(
    ("mastery", "percent", "low", "high"),
    [
        ("0", 0, 0, 40),
        ("0.40", 40, 0, 40),
        ("0.41", 41, 41, 70),
        ("0.7", 70, 41, 70),
        ("0.71", 71, 71, 100),
        ("1", 100, 71, 100),
    ],
)
def test_the_band_is_the_score_s(mastery: str, percent: int, low: int, high: int) -> None:
    history = (opened(), assigned(), linked(), received(result=result(mastery=mastery)), debriefed())
    first = next(band for band in PRESET.grille.bands if band.low == low).proposals[0]
    (event,) = given(*history).when(build_prescription, **CHOICE | {"kept": (first.id,)}).decided()["dossier"]
    assert isinstance(event, PrescriptionBuilt)
    assert (event.percent, event.low, event.high, event.actions[0].label) == (percent, low, high, first.label)


@pytest.mark.parametrize(
    ("decide", "arguments"), [(dispatch_result, SENT), (hold_debrief, DEBRIEF), (build_prescription, CHOICE)]
)
def test_only_the_current_result_of_an_open_dossier_is_worked_on(decide: Any, arguments: dict[str, Any]) -> None:
    given().when(decide, **arguments).refused("unknown-dossier")
    given(opened()).when(decide, **arguments).refused("not-the-current-result")
    given(*PRESCRIBED, *NEWER).when(decide, **arguments).refused("not-the-current-result")
    given(opened(), linked(), received(), closed()).when(decide, **arguments).refused("closed")
    other = arguments | {"participation": SECOND}
    complete = (linked(participation=SECOND, purpose="complete"), received(participation=SECOND, purpose="complete"))
    given(opened(), *complete).when(decide, **other).refused("not-the-current-result")


def test_a_newer_result_is_built_upon_beside_the_first() -> None:
    state = state_of("dossier", *PRESCRIBED, *NEWER, built(LATER, SECOND, (Action(ADDED, "CAP Digital", "action"),)))
    assert set(state.prescription.built) == {PARTICIPATION, SECOND}
    assert set(state.parcours.actions) == {ACTION, ADDED}
    assert state.prescription.built[PARTICIPATION].percent == 35
    assert state.diagnostic.current("initial")[1].result.mastery == Decimal("0.35")
