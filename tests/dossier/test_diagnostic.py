from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pixflow.dossier.stages.diagnostic import (
    advance_participation,
    link_participation,
    receive_profile,
    receive_result,
    withdraw_participation,
)
from pixflow.events.dossier import (
    CompleteDiagnosticTaken,
    ParticipationAdvanced,
    ParticipationLinked,
    ParticipationWithdrawn,
    ProfileReceived,
    ResultReceived,
)
from pixflow.events.values import Moment, Profile, Result
from tests.given import (
    CAMPAIGN,
    DAY,
    LATER,
    PARTICIPATION,
    RESULT_IN,
    SECOND,
    assigned,
    closed,
    given,
    linked,
    opened,
    presented,
    received,
    result,
    state_of,
    tasks_of,
    withdrawn,
)

LINK: dict[str, Any] = {
    "participation": PARTICIPATION, "campaign": CAMPAIGN, "purpose": "initial", "started": Moment(DAY),
    "progress": Decimal("0.5"), "on": DAY,
}  # fmt: skip
LINKED = ParticipationLinked(**LINK)
SHARED: dict[str, Any] = {"participation": PARTICIPATION, "purpose": "initial", "result": result(), "on": DAY}
HALF = linked(progress="0.5")


def test_a_participation_is_linked() -> None:
    given(opened()).when(link_participation, **LINK).then(LINKED)


def test_a_participation_is_linked_with_its_result_and_marked_when_it_has_vanished() -> None:
    gone = ParticipationWithdrawn(participation=PARTICIPATION, on=DAY)
    shared = ResultReceived(**SHARED)
    given(opened()).when(link_participation, **LINK, result=result()).then(LINKED, shared)
    given(opened()).when(link_participation, **LINK, result=result(), vanished=True).then(LINKED, shared, gone)


def test_a_progress_is_followed() -> None:
    more: dict[str, Any] = {"participation": PARTICIPATION, "progress": Decimal(1), "on": LATER}
    given(opened(), HALF).when(advance_participation, **more).then(ParticipationAdvanced(**more))


def test_the_same_progress_of_a_vanished_participation_shows_it_again() -> None:
    same: dict[str, Any] = {"participation": PARTICIPATION, "progress": Decimal("0.5"), "on": LATER}
    given(opened(), HALF, withdrawn()).when(advance_participation, **same).then(ParticipationAdvanced(**same))
    state = state_of("dossier", opened(), HALF, withdrawn(), ParticipationAdvanced(**same))
    assert state.diagnostic.participations[PARTICIPATION].withdrawn is None


def test_finished_is_when_an_export_first_showed_it() -> None:
    done = ParticipationAdvanced(participation=PARTICIPATION, progress=Decimal(1), on=LATER)
    again = ParticipationAdvanced(participation=PARTICIPATION, progress=Decimal(1), on=date(2026, 9, 30))
    link = state_of("dossier", opened(), HALF, done, again).diagnostic.participations[PARTICIPATION]
    assert (link.finished.on, link.finished.version) == (LATER, 3)


def test_a_vanished_participation_is_marked_and_keeps_its_result() -> None:
    gone: dict[str, Any] = {"participation": PARTICIPATION, "on": LATER}
    given(*RESULT_IN).when(withdraw_participation, **gone).then(ParticipationWithdrawn(**gone))
    link = state_of("dossier", *RESULT_IN, withdrawn()).diagnostic.participations[PARTICIPATION]
    assert (link.result, link.withdrawn.version) == (result(), 5)


def test_a_result_is_received() -> None:
    given(opened(), linked()).when(receive_result, **SHARED).then(ResultReceived(**SHARED))


def test_a_corrected_result_replaces_the_first() -> None:
    other = SHARED | {"result": result(mastery="0.36")}
    given(*RESULT_IN).when(receive_result, **other).then(ResultReceived(**other))
    assert state_of("dossier", *RESULT_IN, ResultReceived(**other)).diagnostic.current("initial")[1].result.mastery == (
        Decimal("0.36")
    )


def test_a_result_shown_again_after_it_vanished_is_back() -> None:
    given(*RESULT_IN, withdrawn()).when(receive_result, **SHARED).then(ResultReceived(**SHARED))


@pytest.mark.parametrize(
    ("decide", "arguments"),
    [
        (advance_participation, {"progress": Decimal(1)}),
        (withdraw_participation, {}),
        (receive_result, {"purpose": "initial", "result": result()}),
    ],
)
def test_what_is_not_linked_changes_nothing_here(decide: Any, arguments: dict[str, Any]) -> None:
    given(opened(), linked()).when(decide, participation=SECOND, **arguments).then_nothing()


def test_what_comes_from_pix_is_recorded_on_a_closed_dossier_for_the_referent_to_review() -> None:
    history = (opened(), HALF, closed())
    given(*history).when(receive_result, **SHARED).then(ResultReceived(**SHARED))
    assert state_of("dossier", *history, received(LATER)).late.on == LATER
    assert state_of("dossier", opened(), HALF, received()).late is None


# --- the complete diagnostic, and profiles

COMPLETE: dict[str, Any] = {"participation": PARTICIPATION, "purpose": "complete", "result": result(), "on": LATER}
CLEA = linked(purpose="complete")
TAKEN = CompleteDiagnosticTaken(participation=PARTICIPATION, on=LATER)


def test_a_complete_result_says_that_the_complete_diagnostic_was_taken() -> None:
    given(opened(), CLEA).when(receive_result, **COMPLETE).then(ResultReceived(**COMPLETE), TAKEN)
    state = state_of("dossier", opened(), CLEA, ResultReceived(**COMPLETE), TAKEN)
    assert state.parcours.complete.accepted
    assert state.diagnostic.current("initial") is None


def test_a_complete_result_that_was_shared_before_its_match_says_it_too() -> None:
    given(opened()).when(link_participation, **LINK | {"purpose": "complete", "result": result()}).then(
        ParticipationLinked(**LINK | {"purpose": "complete"}),
        received(purpose="complete", result=result()),
        CompleteDiagnosticTaken(participation=PARTICIPATION, on=DAY),
    )


def test_another_result_of_the_same_participation_does_not_say_it_again() -> None:
    corrected = COMPLETE | {"result": result(mastery="0.8")}
    given(opened(), CLEA, received(purpose="complete"), TAKEN).when(receive_result, **corrected).then(
        ResultReceived(**corrected)
    )


def test_a_complete_result_owes_neither_dispatch_nor_debrief() -> None:
    owed = tasks_of(opened(), assigned(), presented(), CLEA, ResultReceived(**COMPLETE), TAKEN)
    assert {task.kind for task in owed} == {"plan-diagnostic"}


PROFILE = Profile(shared=Moment(DAY), pix=204, certifiable=True, certifiable_competences=10)
COLLECTED = linked(purpose="profile", started=None)
SENT: dict[str, Any] = {"participation": PARTICIPATION, "profile": PROFILE, "on": LATER}


def test_a_profile_is_received_once() -> None:
    given(opened(), COLLECTED).when(receive_profile, **SENT).then(ProfileReceived(**SENT))
    given(opened()).when(receive_profile, **SENT).then_nothing()
    assert state_of("dossier", opened(), COLLECTED, ProfileReceived(**SENT)).diagnostic.profile == PROFILE


def test_a_profile_sent_before_its_match_comes_with_it() -> None:
    link = LINK | {"purpose": "profile", "started": None, "progress": None}
    given(opened()).when(link_participation, **link, profile=PROFILE).then(
        ParticipationLinked(**link), ProfileReceived(participation=PARTICIPATION, profile=PROFILE, on=DAY)
    )


def test_a_certifiable_profile_lets_the_certification_be_proposed() -> None:
    story = (opened(), assigned(), CLEA, ResultReceived(**COMPLETE), TAKEN)
    second = linked(participation=SECOND, purpose="profile", started=None)
    for certifiable in (True, False):
        profile = ProfileReceived(participation=SECOND, profile=replace(PROFILE, certifiable=certifiable), on=LATER)
        kinds = {task.kind for task in tasks_of(*story, second, profile)}
        assert ("propose-certification" in kinds) == certifiable


# --- which result counts


def two(first: Result, second: Result, **later: Any) -> Any:
    return state_of(
        "dossier",
        opened(),
        linked(),
        received(result=first),
        linked(participation=SECOND, **later),
        received(participation=SECOND, result=second, purpose=later.get("purpose", "initial")),
    ).diagnostic


def test_the_current_result_is_the_latest_shared_whatever_the_order_of_import() -> None:
    old, new = result(date(2026, 5, 4)), result(date(2026, 9, 1))
    assert two(old, new).current("initial")[0] == SECOND
    assert two(new, old).current("initial")[0] == PARTICIPATION


def test_of_two_shared_the_same_day_the_later_hour_counts_then_the_later_start() -> None:
    morning, evening = (Result(shared=Moment(DAY, datetime(2026, 9, 15, h, tzinfo=UTC)), mastery=None) for h in (8, 17))
    assert two(evening, morning).current("initial")[0] == PARTICIPATION
    assert two(morning, evening).current("initial")[0] == SECOND
    assert two(result(), result(), started=Moment(LATER)).current("initial")[0] == SECOND
    assert two(result(), result(), started=Moment(date(2026, 9, 1))).current("initial")[0] == PARTICIPATION


def test_each_purpose_has_its_own_current_result() -> None:
    diagnostic = two(result(), result(LATER), purpose="complete")
    assert diagnostic.current("initial")[0] == PARTICIPATION
    assert diagnostic.current("complete")[0] == SECOND
    assert diagnostic.current("profile") is None
