from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from pixflow.documents.grille import Band, Grille, Proposal
from pixflow.dossier.stages.prescription import (
    assign_self_study,
    build_prescription,
    dispatch_result,
    explore_difficulty,
    follow_self_study,
    hold_debrief,
)
from pixflow.events.dossier import (
    AdvisorAssigned,
    DebriefHeld,
    DifficultyExplored,
    PrescriptionBuilt,
    ProjectStated,
    ResultDispatched,
    SelfStudyFollowed,
)
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
    STUDY,
    assigned,
    built,
    closed,
    debriefed,
    dispatched,
    explored,
    followed,
    given,
    joined,
    linked,
    opened,
    received,
    result,
    state_of,
    studied,
)

DEBRIEF: dict[str, Any] = {"participation": PARTICIPATION, "channel": "meeting", "note": "", "on": DAY}
SENT: dict[str, Any] = {"participation": PARTICIPATION, "advisor": ADVISOR, "on": DAY}
CHOICE: dict[str, Any] = {
    "participation": PARTICIPATION, "kept": ("cap-lec",), "added": (), "wish": "", "project": "", "reason": "",
    "on": DAY, "action_ids": (ACTION, ADDED), **GRILLE,
}  # fmt: skip
BUILT = PrescriptionBuilt(
    participation=PARTICIPATION,
    grille=1,
    percent=35,
    low=0,
    high=40,
    proposed=LOW,
    actions=(Action(ACTION, "CAP LEC", "action", "cap-lec"),),
    wish="",
    project="—",
    reason="",
    on=DAY,
)
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


def test_what_comes_after_a_result_is_not_before_it() -> None:
    """A result may be learned after its debrief, but it was shared before."""
    learned = (opened(), assigned(), linked(on=LATER), received(on=LATER, result=result(DAY)))
    given(*learned).when(hold_debrief, **DEBRIEF).then(DebriefHeld(**DEBRIEF))
    early = {"on": DAY - timedelta(1)}
    given(*learned).when(hold_debrief, **DEBRIEF | early).refused("before-its-result", field="on", shared=DAY)
    held = (*learned, debriefed(on=LATER))
    given(*held).when(build_prescription, **CHOICE).refused("before-its-debrief", field="on", debriefed=LATER)


def test_a_debrief_is_held() -> None:
    given(*RESULT_IN).when(hold_debrief, **DEBRIEF).then(DebriefHeld(**DEBRIEF))


def test_a_debrief_is_held_once() -> None:
    given(*DEBRIEFED).when(hold_debrief, **DEBRIEF | {"on": LATER}).refused("already-debriefed", on=DAY)


def test_a_debrief_may_find_the_cause_of_a_difficulty_and_give_tutorials() -> None:
    both = DEBRIEF | {"cause": "digital", "tutorials": " Chercher sur le web ", "study": STUDY}
    given(*RESULT_IN).when(hold_debrief, **both).then(DebriefHeld(**DEBRIEF), explored(), studied())
    blank = both | {"tutorials": " "}
    given(*RESULT_IN).when(hold_debrief, **blank).then(DebriefHeld(**DEBRIEF), explored())
    known = (*RESULT_IN, studied())
    given(*known).when(hold_debrief, **both | {"study": SECOND}).then(DebriefHeld(**DEBRIEF), explored())


def test_another_cause_is_said_in_words() -> None:
    other = DEBRIEF | {"cause": "other"}
    given(*RESULT_IN).when(hold_debrief, **other).refused("required", field="note")
    noted = DEBRIEF | {"note": "la vue"}
    given(*RESULT_IN).when(hold_debrief, **noted, cause="other").then(DebriefHeld(**noted), explored(cause="other"))


EXPLORE: dict[str, Any] = {"cause": "comprehension", "note": " ", "tutorials": "", "on": DAY, "study": STUDY}


def test_a_difficulty_is_explored_in_an_interview_of_its_own() -> None:
    found = explored(cause="comprehension")
    given(opened()).when(explore_difficulty, **EXPLORE).then(found)
    given(opened()).when(explore_difficulty, **EXPLORE | {"tutorials": " Chercher sur le web "}).then(found, studied())
    given(opened()).when(explore_difficulty, **EXPLORE | {"tutorials": " "}).then(found)
    given(opened()).when(explore_difficulty, **EXPLORE | {"cause": "other"}).refused("required", field="note")
    noted = DifficultyExplored(cause="other", note="la vue", on=DAY)
    given(opened()).when(explore_difficulty, **EXPLORE | {"cause": "other", "note": " la vue "}).then(noted)


def test_an_interview_of_another_day_or_another_cause_is_another_one() -> None:
    history = (opened(), explored(cause="comprehension"))
    given(*history).when(explore_difficulty, **EXPLORE).then_nothing()
    given(*history).when(explore_difficulty, **EXPLORE | {"on": LATER}).then(explored(LATER, "comprehension"))
    given(*history).when(explore_difficulty, **EXPLORE | {"cause": "both"}).then(explored(cause="both"))
    given(*history).when(explore_difficulty, **EXPLORE | {"tutorials": "Chercher sur le web"}).then(studied())


ASSIGN: dict[str, Any] = {"tutorials": " Chercher sur le web ", "on": DAY, "study": STUDY}


def test_tutorials_are_given_once_until_they_are_worked_through() -> None:
    given(opened()).when(assign_self_study, **ASSIGN).then(studied())
    for history in ((opened(), studied()), (opened(), studied(), followed(outcome="ongoing"))):
        given(*history).when(assign_self_study, **ASSIGN | {"study": SECOND}).then_nothing()
    again = ASSIGN | {"study": SECOND}
    given(opened(), studied(), followed()).when(assign_self_study, **again).then(studied(study=SECOND))
    given(opened()).when(assign_self_study, **ASSIGN | {"tutorials": " "}).refused("required", field="tutorials")


FOLLOW: dict[str, Any] = {"study": STUDY, "outcome": "done", "note": " ", "on": LATER}


@pytest.mark.parametrize("outcome", ["done", "ongoing", "stopped"])
def test_a_self_study_is_followed_up(outcome: str) -> None:
    said = FOLLOW | {"outcome": outcome}
    given(opened(), studied()).when(follow_self_study, **said).then(followed(LATER, outcome))
    given(opened(), studied(), followed(outcome="ongoing")).when(follow_self_study, **said).then(
        followed(LATER, outcome)
    )


def test_a_self_study_that_is_over_is_not_followed_any_more() -> None:
    for outcome in ("done", "stopped"):
        history = (opened(), studied(), followed(outcome=outcome))
        given(*history).when(follow_self_study, **FOLLOW).refused("study-over", on=DAY)
        given(*history).when(follow_self_study, **FOLLOW | {"outcome": "ongoing", "on": DAY}).refused("study-over")
    given(opened(), studied(), followed(LATER)).when(follow_self_study, **FOLLOW).then_nothing()
    given(opened()).when(follow_self_study, **FOLLOW).refused("unknown-study")
    noted = SelfStudyFollowed(study=STUDY, outcome="done", note="trois sur quatre", on=LATER)
    given(opened(), studied()).when(follow_self_study, **FOLLOW | {"note": " trois sur quatre "}).then(noted)


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


ATELIER = Proposal("atelier", "Atelier CEJ", "action", programmes=("CEJ",))
CAP = Proposal("cap-lec", "CAP LEC", "action")
CONDITIONS: dict[str, Any] = {
    "grille": Grille("G", bands=(Band(0, 100, "objectif", "court", (ATELIER, CAP)),)), "number": 1,
}  # fmt: skip


def test_what_is_for_another_programme_is_neither_proposed_nor_kept() -> None:
    for history, proposed in (
        (DEBRIEFED, ("cap-lec",)),
        ((*DEBRIEFED, joined("PACEA")), ("cap-lec",)),
        ((*DEBRIEFED, joined("CEJ")), ("atelier", "cap-lec")),
    ):
        (event,) = given(*history).when(build_prescription, **CHOICE | CONDITIONS).decided()["dossier"]
        assert isinstance(event, PrescriptionBuilt)
        assert event.proposed == proposed
    kept = CHOICE | CONDITIONS | {"kept": ("atelier",)}
    given(*DEBRIEFED, joined("PACEA")).when(build_prescription, **kept).refused("unknown-proposal", proposal="atelier")


def test_a_reason_is_asked_when_nothing_of_what_is_proposed_is_kept() -> None:
    only = {"grille": Grille("G", bands=(Band(0, 100, "objectif", "court", (ATELIER,)),))}
    outside = CHOICE | CONDITIONS | only | {"kept": (), "added": ("Permis",)}
    given(*DEBRIEFED, joined("PACEA")).when(build_prescription, **outside).refused("reason-needed")
    (event,) = (
        given(*DEBRIEFED, joined("PACEA"))
        .when(build_prescription, **outside | {"reason": "rien pour le PACEA"})
        .decided()["dossier"]
    )
    assert isinstance(event, PrescriptionBuilt)
    assert (event.proposed, event.actions[0].label) == ((), "Permis")


def test_the_debrief_comes_first() -> None:
    given(*RESULT_IN, dispatched()).when(build_prescription, **CHOICE).refused("debrief-first")


def test_another_choice_is_not_taken_over_the_first() -> None:
    given(*PRESCRIBED).when(build_prescription, **CHOICE | {"kept": ("cap-digital",)}).refused("already-built", on=DAY)
    given(*PRESCRIBED).when(build_prescription, **CHOICE | {"wish": "un ordinateur"}).refused("already-built")


def test_a_result_without_a_score_is_read_by_no_grid_and_the_advisor_says_what_is_done_and_why() -> None:
    history = (opened(), assigned(), linked(), received(result=result(mastery=None)), debriefed())
    said = CHOICE | {"kept": (), "added": ("Refaire le test ensemble",), "reason": "panne pendant le test"}
    again = Action(said["action_ids"][0], "Refaire le test ensemble", "action")
    unread = replace(BUILT, grille=None, percent=None, low=None, high=None, proposed=(), actions=(again,))
    given(*history).when(build_prescription, **said).then(replace(unread, reason="panne pendant le test"))
    given(*history).when(build_prescription, **said | {"reason": " "}).refused("reason-needed")
    given(*history).when(build_prescription, **said | {"added": ()}).refused("no-action")
    given(*history).when(build_prescription, **CHOICE).refused("unknown-proposal", proposal="cap-lec")


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
