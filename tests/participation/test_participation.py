from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.events.values import Moment, Profile
from pixflow.participation import matches
from pixflow.streams import participation_key
from tests.given import (
    AT,
    CAMPAIGN,
    DAY,
    DOSSIER,
    LATER,
    OTHER_DOSSIER,
    PARTICIPATION,
    PRESCRIBED,
    closed,
    confirmed,
    dispatched,
    given,
    imported,
    linked,
    opened,
    received,
    result,
    set_aside,
    settled,
    state_of,
    taken_back,
    vanished,
    withdrawn,
)

NEXT = datetime(2026, 9, 16, 9, tzinfo=UTC)
LAST = datetime(2026, 9, 17, 9, tzinfo=UTC)
HALF = Decimal("0.5")
SHARED = p.ResultShared(result=result(), exported_at=AT, on=DAY)
ROW: dict[str, Any] = {
    "campaign": CAMPAIGN, "purpose": "initial", "last_name": "MARTIN", "first_name": "Léa", "external_id": "00123",
    "imported": (("Site", "L'Aigle"),), "started": Moment(DAY), "progress": HALF, "ordinal": 0, "exported_at": AT,
    "on": DAY,
}  # fmt: skip
MATCH: dict[str, Any] = {
    "participation_id": PARTICIPATION, "dossier_id": DOSSIER, "automatic": False, "score": 86,
    "reasons": ("same-words",), "warnings": (), "others": (OTHER_DOSSIER,), "on": DAY,
}  # fmt: skip
MATCHED = p.MatchConfirmed(
    dossier=DOSSIER, automatic=False, score=86, reasons=("same-words",), others=(OTHER_DOSSIER,), on=DAY
)
LINKED = linked(progress="0.5")
UNDECLARED = imported(purpose=None)

# --- what the import says


def test_a_row_is_imported_with_its_result_when_it_is_shared() -> None:
    first = p.ParticipationImported(**ROW)
    given().when(matches.import_participation, **ROW, result=None).then(first)
    given().when(matches.import_participation, **ROW, result=result()).then(first, SHARED)


def follow(progress: str | None = "0.5", shared: Any = None, seen: datetime = NEXT) -> dict[str, Any]:
    return {
        "participation_id": PARTICIPATION,
        "progress": Decimal(progress) if progress else None,
        "result": shared,
        "exported_at": seen,
        "on": LATER,
    }


MORE = p.ParticipationProgressed(progress=Decimal("0.8"), exported_at=NEXT, on=LATER)
NOW_SHARED = p.ResultShared(result=result(), exported_at=NEXT, on=LATER)


def test_a_later_export_records_only_what_changed() -> None:
    given(imported()).when(matches.record_progress, **follow("0.5")).then_nothing()
    given(imported()).when(matches.record_progress, **follow("0.8")).then(participation=[MORE])
    given(imported()).when(matches.record_progress, **follow("1", result())).then(participation=[NOW_SHARED])
    given(imported(), SHARED).when(matches.record_progress, **follow("1", result())).then_nothing()


def test_the_matched_dossier_learns_what_changed() -> None:
    mine = (imported(), confirmed(), opened(), LINKED)
    advanced = d.ParticipationAdvanced(participation=PARTICIPATION, progress=Decimal("0.8"), on=LATER)
    given(*mine).when(matches.record_progress, **follow("0.8")).then(participation=[MORE], dossier=[advanced])
    received_now = received(LATER, result=result())
    given(*mine).when(matches.record_progress, **follow("1", result())).then(
        participation=[NOW_SHARED], dossier=[received_now]
    )
    given(*mine, closed()).when(matches.record_progress, **follow("0.8")).then(participation=[MORE], dossier=[advanced])


@pytest.mark.parametrize("seen", [AT, datetime(2026, 9, 14, tzinfo=UTC)])
def test_an_older_or_the_same_export_undoes_nothing(seen: datetime) -> None:
    given(imported()).when(matches.record_progress, **follow("0.8", result(), seen)).then_nothing()
    given(imported()).when(
        matches.record_disappearance, participation_id=PARTICIPATION, exported_at=seen, on=LATER
    ).then_nothing()


def test_what_was_never_imported_is_not_followed() -> None:
    given().when(matches.record_progress, **follow("0.8")).then_nothing()
    given().when(
        matches.record_disappearance, participation_id=PARTICIPATION, exported_at=NEXT, on=LATER
    ).then_nothing()
    given().when(matches.settle_purpose, purpose="initial").then_nothing()


def test_a_row_vanishes_here_and_on_the_matched_dossier() -> None:
    said: dict[str, Any] = {"participation_id": PARTICIPATION, "exported_at": NEXT, "on": LATER}
    given(imported()).when(matches.record_disappearance, **said).then(participation=[vanished(NEXT, LATER)])
    given(imported(), confirmed(), opened(), LINKED).when(matches.record_disappearance, **said).then(
        participation=[vanished(NEXT, LATER)], dossier=[withdrawn(LATER)]
    )


def test_a_vanished_row_keeps_its_result_and_waits_for_nobody() -> None:
    state = state_of("participation", imported(), SHARED, vanished(NEXT))
    assert (state.result, state.waiting) == (result(), False)


def test_a_row_that_vanished_comes_back_without_its_result_being_received_anew() -> None:
    back = p.ParticipationProgressed(progress=Decimal(1), exported_at=LAST, on=LATER)
    advanced = d.ParticipationAdvanced(participation=PARTICIPATION, progress=Decimal(1), on=LATER)
    gone = (imported(), SHARED, confirmed(), vanished(NEXT), opened(), linked(), received(), withdrawn())
    given(*gone).when(matches.record_progress, **follow("1", result(), LAST)).then(
        participation=[back], dossier=[advanced]
    )
    assert state_of("participation", *gone[:4], back).vanished is None


def test_a_purpose_settles_once_the_campaign_is_declared() -> None:
    given(UNDECLARED).when(matches.settle_purpose, purpose="initial").then(settled())
    given(imported()).when(matches.settle_purpose, purpose="initial").then_nothing()


# --- profiles

PROFILE = Profile(shared=Moment(DAY, AT), pix=204, certifiable=True)
WAITING = imported(purpose="profile", started=None, progress=None)
NOT_SENT = d.ParticipationLinked(
    participation=PARTICIPATION, campaign=CAMPAIGN, purpose="profile", started=None, progress=None, on=DAY
)


def sent(ordinal: int = 0, profile: Profile = PROFILE, seen: datetime = NEXT, on: date = LATER) -> p.ProfileShared:
    return p.ProfileShared(profile=profile, ordinal=ordinal, exported_at=seen, on=on)


def test_a_profile_is_imported_as_it_was_sent() -> None:
    row = ROW | {"purpose": "profile", "started": None, "progress": None, "ordinal": 1}
    given().when(matches.import_participation, **row, result=None, profile=PROFILE).then(
        p.ParticipationImported(**row), sent(1, seen=AT, on=DAY)
    )


def test_what_waited_is_sent_and_the_dossier_learns_it() -> None:
    told = follow(None) | {"profile": PROFILE, "ordinal": 1}
    given(WAITING).when(matches.record_progress, **told).then(participation=[sent(1)])
    theirs = d.ProfileReceived(participation=PARTICIPATION, profile=PROFILE, on=LATER)
    given(WAITING, confirmed(), opened(), NOT_SENT).when(matches.record_progress, **told).then(
        participation=[sent(1)], dossier=[theirs]
    )
    state = state_of("participation", WAITING, sent(1))
    assert (state.profile, state.ordinal, state.progress, state.waiting) == (PROFILE, 1, None, True)


def test_a_profile_shown_again_says_nothing_more_and_another_one_is_corrected() -> None:
    given(WAITING, sent()).when(
        matches.record_progress, **follow(None, seen=LAST) | {"profile": PROFILE}
    ).then_nothing()
    other = replace(PROFILE, pix=208)
    given(WAITING, sent()).when(matches.record_progress, **follow(None, seen=LAST) | {"profile": other}).then(
        participation=[sent(profile=other, seen=LAST)]
    )


def test_a_profile_comes_with_its_match() -> None:
    given(WAITING, sent(), opened()).when(matches.confirm_match, **MATCH).then(
        participation=[MATCHED],
        dossier=[NOT_SENT, d.ProfileReceived(participation=PARTICIPATION, profile=PROFILE, on=DAY)],
    )


def test_a_profile_sent_is_named_by_its_sending() -> None:
    def key(*events: Any) -> str:
        return participation_key(state_of("participation", *events))

    assert key(WAITING).endswith("|martin|lea|00123||0")
    assert key(WAITING, sent(2)).endswith(f"|martin|lea|00123|{AT.isoformat()}|2")
    day_only = sent(profile=replace(PROFILE, shared=Moment(DAY)))
    assert key(WAITING, day_only).endswith("|00123|2026-09-15|0")


# --- the purpose of its campaign corrected

AS_COMPLETE: dict[str, Any] = {
    "participation_id": PARTICIPATION, "purpose": "complete", "reason": "parcours Cléa", "on": LATER,
}  # fmt: skip
RESETTLED = p.PurposeSettled(purpose="complete", on=LATER)


def retractions(*versions: int) -> list[d.Retracted]:
    return [d.Retracted(version=version, reason="parcours Cléa", on=LATER) for version in versions]


def test_a_corrected_purpose_is_said_of_each_row() -> None:
    given(imported()).when(matches.resettle_purpose, **AS_COMPLETE).then(participation=[RESETTLED])
    given(imported(purpose="complete")).when(matches.resettle_purpose, **AS_COMPLETE).then_nothing()
    given(UNDECLARED).when(matches.resettle_purpose, **AS_COMPLETE).then_nothing()
    first, again = state_of("participation", imported()), state_of("participation", imported(), RESETTLED)
    assert (again.purpose, again.settled) == ("complete", first.settled)


def test_the_dossier_learns_again_what_pix_said_and_keeps_what_people_did() -> None:
    mine = (imported(progress=Decimal(1)), SHARED, confirmed(), *PRESCRIBED)
    again = [
        linked(LATER, purpose="complete", started=Moment(DAY)),
        received(LATER, purpose="complete", result=result()),
        d.CompleteDiagnosticTaken(participation=PARTICIPATION, on=LATER),
    ]
    given(*mine).when(matches.resettle_purpose, **AS_COMPLETE).then(
        participation=[RESETTLED], dossier=[*retractions(4, 3), *again]
    )
    state = state_of("dossier", *PRESCRIBED, *retractions(4, 3), *again)
    assert (state.diagnostic.current("initial"), state.diagnostic.current("complete")[0]) == (None, PARTICIPATION)
    assert list(state.prescription.built) == [PARTICIPATION]
    assert state.parcours.complete.accepted


def test_what_was_no_complete_diagnostic_is_no_longer_taken() -> None:
    taken_then = d.CompleteDiagnosticTaken(participation=PARTICIPATION, on=DAY)
    by_hand = d.CompleteDiagnosticTaken(participation=None, on=DAY)
    theirs = (opened(), linked(purpose="complete"), received(purpose="complete"), taken_then)
    mine = (imported(purpose="complete", progress=Decimal(1)), SHARED, confirmed())
    said = AS_COMPLETE | {"purpose": "initial"}
    again = [linked(LATER, started=Moment(DAY)), received(LATER, result=result())]
    decided = given(*mine, *theirs, by_hand).when(matches.resettle_purpose, **said).decided()
    assert decided["dossier"] == [*retractions(4, 3, 2), *again]
    assert state_of("dossier", *theirs, *retractions(4, 3, 2), *again).parcours.complete is None


def test_a_row_that_has_vanished_stays_so_under_its_new_purpose() -> None:
    mine = (imported(), vanished(NEXT), confirmed(), opened(), LINKED, withdrawn())
    decided = given(*mine).when(matches.resettle_purpose, **AS_COMPLETE).decided()
    assert decided["dossier"] == [
        *retractions(3, 2),
        linked(LATER, progress="0.5", purpose="complete", started=Moment(DAY)),
        withdrawn(LATER),
    ]


# --- whose it is


def test_a_match_is_confirmed_and_the_dossier_learns_of_the_participation() -> None:
    given(imported(), opened()).when(matches.confirm_match, **MATCH).then(participation=[MATCHED], dossier=[LINKED])


def test_a_shared_result_comes_with_the_match() -> None:
    given(imported(), SHARED, opened()).when(matches.confirm_match, **MATCH).then(
        participation=[MATCHED], dossier=[linked(), received()]
    )


def test_a_row_that_has_vanished_meanwhile_is_marked_on_the_dossier() -> None:
    given(imported(), vanished(NEXT), opened()).when(matches.confirm_match, **MATCH).then(
        participation=[MATCHED], dossier=[LINKED, withdrawn()]
    )


def test_a_match_is_recorded_on_a_closed_dossier() -> None:
    given(imported(), opened(), closed()).when(matches.confirm_match, **MATCH).then(
        participation=[MATCHED], dossier=[LINKED]
    )


def test_a_row_set_aside_may_be_matched_after_all() -> None:
    given(imported(), set_aside(), opened()).when(matches.confirm_match, **MATCH).then(
        participation=[MATCHED], dossier=[LINKED]
    )
    assert state_of("participation", imported(), set_aside(), MATCHED).set_aside is None


def test_a_match_is_refused() -> None:
    taken = (imported(), confirmed(dossier=OTHER_DOSSIER), opened())
    given(*taken).when(matches.confirm_match, **MATCH).refused("already-matched", dossier=OTHER_DOSSIER)
    given(UNDECLARED, opened()).when(matches.confirm_match, **MATCH).refused("undeclared-campaign")
    given(imported()).when(matches.confirm_match, **MATCH).refused("unknown-dossier")


def test_a_match_is_rejected_once() -> None:
    said = p.MatchRejected(dossier=OTHER_DOSSIER, on=DAY)
    given(imported()).when(matches.reject_match, dossier=OTHER_DOSSIER).then(said)
    assert state_of("participation", imported(), said).rejected == (OTHER_DOSSIER,)
    given(imported(), confirmed()).when(matches.reject_match, dossier=DOSSIER).refused("already-matched")


def test_a_row_is_set_aside_with_a_reason() -> None:
    given(imported()).when(matches.set_participation_aside, reason=" collègue ").then(set_aside())
    given(imported()).when(matches.set_participation_aside, reason=" ").refused("required", field="reason")
    given(imported(), confirmed()).when(matches.set_participation_aside, reason="collègue").refused("already-matched")
    assert not state_of("participation", imported(), set_aside()).waiting


def test_a_row_set_aside_by_mistake_waits_again() -> None:
    given(imported(), set_aside()).when(matches.undo_set_aside, reason="erreur").then(taken_back(2))
    given(imported(), set_aside()).when(matches.undo_set_aside, reason="").refused("required", field="reason")
    given(imported()).when(matches.undo_set_aside, reason="erreur").then_nothing()
    assert state_of("participation", imported(), set_aside(), taken_back(2)).waiting


def test_a_wrong_match_is_undone_with_all_that_followed() -> None:
    undo: dict[str, Any] = {"participation_id": PARTICIPATION, "reason": "homonyme", "on": LATER}
    history = (imported(), SHARED, MATCHED, opened(), linked(), received(), dispatched())
    given(*history).when(matches.undo_match, **undo).then(
        participation=[p.Retracted(version=3, reason="homonyme", on=LATER), p.MatchRejected(dossier=DOSSIER, on=LATER)],
        dossier=[d.Retracted(version=version, reason="homonyme", on=LATER) for version in (4, 3, 2)],
    )
    given(*history).when(matches.undo_match, **undo | {"reason": ""}).refused("required", field="reason")
    given(imported(), opened()).when(matches.undo_match, **undo).then_nothing()


def test_an_undone_match_waits_again_and_the_dossier_is_as_before() -> None:
    row = state_of("participation", imported(), MATCHED, taken_back(2), p.MatchRejected(dossier=DOSSIER, on=DAY))
    assert (row.waiting, row.dossier, row.rejected) == (True, None, (DOSSIER,))
    undo = [d.Retracted(version=version, reason="homonyme", on=DAY) for version in range(7, 2, -1)]
    after, before = state_of("dossier", *PRESCRIBED, *undo), state_of("dossier", *PRESCRIBED[:2])
    assert (after.diagnostic, after.prescription, after.parcours) == (
        before.diagnostic,
        before.prescription,
        before.parcours,
    )


# --- by itself

BY_NUMBER: dict[str, Any] = {"participation_id": PARTICIPATION, "dossier_id": DOSSIER, "on": DAY}
BY_ITSELF = p.MatchConfirmed(dossier=DOSSIER, automatic=True, score=100, reasons=("same-number", "same-words"), on=DAY)


@pytest.mark.parametrize(
    "row",
    [imported(), imported(last_name="Léa", first_name="MARTIN"), imported(external_id=" 00123 ")],
    ids=["as typed", "names the other way round", "blanks round the number"],
)
def test_equal_numbers_and_equal_names_match_by_themselves(row: p.ParticipationImported) -> None:
    given(row, opened()).when(matches.match_by_number, **BY_NUMBER).then(participation=[BY_ITSELF], dossier=[LINKED])


@pytest.mark.parametrize(
    "row",
    [
        (imported(external_id="123"),),
        (imported(external_id=None),),
        (imported(last_name="Martine"),),
        (imported(last_name="Martin Dupont"),),
        (imported(), set_aside()),
        (imported(), vanished(NEXT)),
        (imported(), p.MatchRejected(dossier=DOSSIER, on=DAY)),
        (imported(), confirmed(dossier=OTHER_DOSSIER)),
        (UNDECLARED,),
    ],
    ids=[
        "lost zeros",
        "no number",
        "other name",
        "word more",
        "set aside",
        "vanished",
        "rejected",
        "taken",
        "undeclared",
    ],
)
def test_anything_less_does_not(row: Any) -> None:
    given(*row, opened()).when(matches.match_by_number, **BY_NUMBER).then_nothing()


def test_no_dossier_without_a_number_or_not_opened_matches_by_itself() -> None:
    given(imported(), opened(number=None)).when(matches.match_by_number, **BY_NUMBER).then_nothing()
    given(imported()).when(matches.match_by_number, **BY_NUMBER).then_nothing()
