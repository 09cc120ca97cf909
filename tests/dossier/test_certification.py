"""Beyond the actions: the complete diagnostic, the certification, the CV, the retake."""

from datetime import date
from typing import Any

import pytest

from pixflow.dossier.evolve import fold
from pixflow.dossier.stages.certification import (
    add_result_to_cv,
    decline_certification,
    decline_complete_diagnostic,
    decline_retake,
    obtain_certification,
    plan_retake,
    propose_certification,
    register_certification,
    take_certification,
    take_complete_diagnostic,
)
from pixflow.events import dossier as d
from pixflow.events.base import Event
from pixflow.events.values import Action
from tests.given import (
    ACTION,
    ADDED,
    CAMPAIGN,
    CLEA,
    DAY,
    DEBRIEFED,
    LATER,
    LEC,
    PARTICIPATION,
    PRESCRIBED,
    RESULT_IN,
    built,
    certification,
    certification_taken,
    certified,
    closed,
    complete,
    ended,
    given,
    linked,
    no_certification,
    no_retake,
    not_certified,
    not_complete,
    on_cv,
    opened,
    registered,
    retake,
    stamped,
    started,
)

SESSION = date(2026, 10, 14)
BEFORE = date(2026, 9, 14)

# --- the complete diagnostic


def test_the_complete_diagnostic_is_taken_on_the_word_of_who_was_there() -> None:
    given(opened()).when(take_complete_diagnostic).then(complete())
    given(opened(), not_complete()).when(take_complete_diagnostic, on=LATER).then(complete(LATER))
    given().when(take_complete_diagnostic).refused("unknown-dossier")
    given(opened(), closed()).when(take_complete_diagnostic).refused("closed", on=DAY)


def test_taken_whatever_the_day_or_the_export_it_is_not_said_again() -> None:
    for known in (complete(), complete(participation=PARTICIPATION)):
        given(opened(), known).when(take_complete_diagnostic, on=LATER).then_nothing()


def test_the_complete_diagnostic_is_declined_with_a_reason() -> None:
    said: dict[str, Any] = {"reason": " pas le temps ", "on": DAY}
    given(opened()).when(decline_complete_diagnostic, **said).then(not_complete())
    given(opened(), not_complete()).when(decline_complete_diagnostic, **said | {"reason": "autre"}).then_nothing()
    given(opened()).when(decline_complete_diagnostic, reason=" ").refused("required", field="reason")
    given(opened(), complete()).when(decline_complete_diagnostic, **said).refused("complete-taken", on=DAY)


# --- the certification

PROPOSED = (opened(), certification())
REGISTERED = (*PROPOSED, registered(SESSION))
TAKEN = (*REGISTERED, certification_taken(SESSION))
OBTAINED = (*TAKEN, certified(SESSION))
NOT_OBTAINED = (*TAKEN, not_certified(SESSION))
DECLINED = (opened(), no_certification())
STEPS: dict[str, tuple[Event, ...]] = {
    "": (opened(),), "proposed": PROPOSED, "registered": REGISTERED, "taken": TAKEN, "obtained": OBTAINED,
    "not-obtained": NOT_OBTAINED, "declined": DECLINED,
}  # fmt: skip
REGISTER: dict[str, Any] = {"session": SESSION, "place": " Alençon ", "on": DAY}
OUTCOME: dict[str, Any] = {"obtained": True, "level": " 3 ", "note": "", "on": SESSION}
PROPOSAL: dict[str, Any] = {"note": " ", "on": DAY}
REFUSAL: dict[str, Any] = {"reason": " pas son projet ", "on": DAY}


@pytest.mark.parametrize(
    ("decide", "arguments", "event", "steps"),
    [
        (propose_certification, PROPOSAL, certification(), {"", "declined", "not-obtained"}),
        (decline_certification, REFUSAL, no_certification(), {"", "proposed", "registered"}),
        (register_certification, REGISTER, registered(SESSION), {"proposed", "not-obtained"}),
        (take_certification, {"on": SESSION}, certification_taken(SESSION), {"proposed", "registered"}),
        (obtain_certification, OUTCOME, certified(SESSION), {"registered", "taken"}),
        (obtain_certification, OUTCOME | {"obtained": False}, not_certified(SESSION), {"registered", "taken"}),
    ],
    ids=["proposed", "declined", "registered", "taken", "obtained", "not obtained"],
)
def test_each_step_follows_some_others(decide: Any, arguments: dict[str, Any], event: Event, steps: set[str]) -> None:
    for step in steps:
        given(*STEPS[step]).when(decide, **arguments).then(event)


@pytest.mark.parametrize(
    ("decide", "arguments", "code", "steps"),
    [
        (propose_certification, PROPOSAL, "certification-under-way", {"registered", "taken", "obtained"}),
        (decline_certification, REFUSAL, "certification-taken", {"taken", "obtained", "not-obtained"}),
        (register_certification, REGISTER, "certification-not-proposed", {"", "taken", "obtained", "declined"}),
        (take_certification, {"on": DAY}, "certification-not-proposed", {"", "obtained", "not-obtained", "declined"}),
        (obtain_certification, OUTCOME, "certification-not-taken", {"", "proposed", "not-obtained", "declined"}),
        (
            obtain_certification, OUTCOME | {"obtained": False}, "certification-not-taken",
            {"", "proposed", "obtained", "declined"},
        ),
    ],
    ids=["proposed", "declined", "registered", "taken", "obtained", "not obtained"],
)  # fmt: skip
def test_and_no_step_follows_the_others(decide: Any, arguments: dict[str, Any], code: str, steps: set[str]) -> None:
    for step in steps:
        given(*STEPS[step]).when(decide, **arguments).refused(code)


@pytest.mark.parametrize(
    ("step", "decide", "arguments"),
    [
        ("proposed", propose_certification, PROPOSAL | {"note": "encore", "on": LATER}),
        ("declined", decline_certification, REFUSAL | {"on": LATER}),
        ("registered", register_certification, REGISTER | {"on": LATER}),
        ("taken", take_certification, {"on": LATER}),
        ("obtained", obtain_certification, OUTCOME),
        ("not-obtained", obtain_certification, OUTCOME | {"obtained": False}),
    ],
)
def test_where_it_stands_already_nothing_is_recorded(step: str, decide: Any, arguments: dict[str, Any]) -> None:
    given(*STEPS[step]).when(decide, **arguments).then_nothing()


def test_under_way_the_refusal_says_how_far_it_is() -> None:
    given(*REGISTERED).when(propose_certification, **PROPOSAL).refused("certification-under-way", step="registered")


def test_another_session_replaces_the_first() -> None:
    other = date(2026, 11, 18)
    given(*REGISTERED).when(register_certification, **REGISTER | {"session": other}).then(registered(other))
    elsewhere = d.CertificationRegistered(session=SESSION, place="Flers", on=DAY)
    given(*REGISTERED).when(register_certification, **REGISTER | {"place": "Flers"}).then(elsewhere)


def test_nobody_is_registered_for_a_session_that_is_past() -> None:
    given(*PROPOSED).when(register_certification, **REGISTER | {"session": BEFORE}).refused(
        "session-past", field="session", session=BEFORE
    )


def test_a_certification_is_declined_with_a_reason() -> None:
    given(*PROPOSED).when(decline_certification, reason=" ").refused("required", field="reason")


def test_what_is_said_beside_it_is_kept() -> None:
    noted = d.CertificationProposed(note="pour un BTS", on=DAY)
    given(opened()).when(propose_certification, note=" pour un BTS ").then(noted)
    missed = d.CertificationNotObtained(note="à deux pix près", on=SESSION)
    said = OUTCOME | {"obtained": False, "note": " à deux pix près "}
    given(*TAKEN).when(obtain_certification, **said).then(missed)


# --- the CV


def test_a_result_is_added_to_the_cv_once() -> None:
    given(*RESULT_IN).when(add_result_to_cv, on=LATER).then(on_cv(LATER))
    given(*RESULT_IN, on_cv()).when(add_result_to_cv, on=LATER).then_nothing()
    given(opened(), linked()).when(add_result_to_cv).refused("no-result")


# --- the retake

AGAIN: dict[str, Any] = {"campaign": CAMPAIGN, "planned_for": SESSION, "on": LATER}
DONE = (*PRESCRIBED, started(), ended())


def test_the_test_is_planned_to_be_taken_again() -> None:
    said = retake(LATER, SESSION)
    given(*DONE).when(plan_retake, **AGAIN).then(said)
    given(*DONE, no_retake()).when(plan_retake, **AGAIN).then(said)
    given(*DONE, retake(DAY, DAY)).when(plan_retake, **AGAIN).then(said)
    given(*DONE, retake(DAY, SESSION)).when(plan_retake, **AGAIN).then_nothing()


def test_a_retake_follows_a_first_result_and_is_not_planned_in_the_past() -> None:
    given(opened(), linked()).when(plan_retake, **AGAIN).refused("no-result")
    given(*DONE).when(plan_retake, **AGAIN | {"planned_for": DAY}).refused("planned-before", planned_for=DAY, on=LATER)


def test_a_retake_is_declined_with_a_reason() -> None:
    given(*DONE).when(decline_retake, reason=" en emploi ", on=LATER).then(no_retake(LATER))
    given(*DONE, retake()).when(decline_retake, reason="en emploi", on=LATER).then(no_retake(LATER))
    given(*DONE).when(decline_retake, reason=" ", on=LATER).refused("required", field="reason")


def test_declined_once_it_may_be_declined_again_only_after_another_action_was_done() -> None:
    given(*DONE, no_retake()).when(decline_retake, reason="encore", on=LATER).then_nothing()
    two = built(actions=(LEC, Action(ADDED, "CAP Digital", "action")))
    history = (*DEBRIEFED, two, ended(), no_retake(), ended(LATER, ADDED))
    given(*history).when(decline_retake, reason="en emploi", on=LATER).then(no_retake(LATER))


# --- before it is prescribed

EACH = (CLEA, Action(ACTION, "Valoriser sur son CV", "cv"), Action(ADDED, "Certification", "certification"))


def actions(*before: Event) -> dict[str, tuple[bool, bool]]:
    """By the kind of action: was it begun, and is it over, in a prescription built after these."""
    dossier = fold(stamped((*DEBRIEFED, *before, built(LATER, actions=EACH))))
    return {one.action.kind: (one.started is not None, one.over) for one in dossier.parcours.actions.values()}


def test_what_was_done_before_it_is_prescribed_is_done_from_the_start() -> None:
    assert actions() == {"complete": (False, False), "cv": (False, False), "certification": (False, False)}
    done = (complete(), on_cv(), *OBTAINED[1:])
    assert actions(*done) == {"complete": (False, True), "cv": (False, True), "certification": (False, True)}
    assert actions(not_complete())["complete"] == (False, False)


@pytest.mark.parametrize(
    ("step", "begun"), [("proposed", True), ("registered", True), ("taken", True), ("declined", False)]
)
def test_a_certification_under_way_needs_no_referral(step: str, begun: bool) -> None:
    assert actions(*STEPS[step][1:])["certification"] == (begun, False)
