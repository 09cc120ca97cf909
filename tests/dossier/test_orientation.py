from datetime import date, timedelta
from typing import Any

from pixflow.dossier.stages.orientation import assess_need, decline_diagnostic, plan_diagnostic, present_pix
from pixflow.events.dossier import DiagnosticDeclined, DiagnosticPlanned, NeedAssessed, PixPresented
from tests.given import (
    CAMPAIGN,
    DAY,
    HELD,
    LATER,
    OTHER_WORKSHOP,
    PLAN,
    RESULT_IN,
    SECOND,
    absent,
    booked,
    declined,
    given,
    joined,
    linked,
    needed,
    opened,
    planned,
    presented,
    state_of,
    unbooked,
)

FICHE: dict[str, Any] = {
    "campaign": CAMPAIGN, "modality": "office", "mediator": False, "place": "L'Aigle", "planned_for": LATER, "on": DAY,
    "plan": PLAN,
}  # fmt: skip


def test_the_advisor_judges_whether_pix_concerns_somebody() -> None:
    wanted: dict[str, Any] = {"needed": True, "reason": " le demande ", "on": DAY}
    said = NeedAssessed(needed=True, reason="le demande", on=DAY)
    given(opened()).when(assess_need, **wanted).then(said)
    given(opened()).when(assess_need, **wanted | {"reason": " "}).then(needed())
    given(opened(), needed(needed=False)).when(assess_need, **wanted).then(said)
    given(opened(), needed()).when(assess_need, **wanted | {"on": LATER}).then_nothing()


def test_that_it_does_not_needs_a_reason() -> None:
    spared: dict[str, Any] = {"needed": False, "reason": "à l'aise", "on": DAY}
    given(opened()).when(assess_need, **spared).then(needed(needed=False))
    given(opened(), needed()).when(assess_need, **spared).then(needed(needed=False))
    given(opened(), needed(needed=False)).when(assess_need, **spared | {"reason": ""}).then_nothing()
    given(opened()).when(assess_need, **spared | {"reason": " "}).refused("required", field="reason")


def test_pix_is_presented_once() -> None:
    given(opened()).when(present_pix, occasion="welcome").then(PixPresented(occasion="welcome", on=DAY))


def test_another_day_is_another_thing_to_say() -> None:
    given(opened(), presented()).when(present_pix, occasion="welcome", on=LATER).refused("already-presented", on=DAY)


def test_the_entry_into_the_cej_is_an_occasion_of_those_who_entered_it() -> None:
    entry: dict[str, Any] = {"occasion": "cej", "on": LATER}
    for others in ((), (joined("PACEA"),)):
        given(opened(), *others).when(present_pix, **entry).refused("not-in-cej", field="occasion")
    given(opened(), joined("PACEA"), joined()).when(present_pix, **entry).then(PixPresented(**entry))


def test_a_programme_that_changes_afterwards_is_no_error() -> None:
    entry: dict[str, Any] = {"occasion": "cej", "on": DAY}
    left = (joined("PACEA", on=LATER), joined("autre", on=LATER + timedelta(days=1)))
    given(opened(), joined(), PixPresented(**entry), *left).when(present_pix, **entry).then_nothing()
    given(opened(), joined(), *left).when(present_pix, **entry).then(PixPresented(**entry))
    after = entry | {"on": LATER + timedelta(days=1)}
    given(opened(), joined(), *left).when(present_pix, **after).refused("not-in-cej")


def test_pix_may_be_presented_after_a_refusal_of_the_test() -> None:
    again = PixPresented(occasion="follow-up", on=LATER)
    given(opened(), declined()).when(present_pix, occasion="follow-up", on=LATER).then(again)


def test_the_fiche_is_filled() -> None:
    given(opened()).when(plan_diagnostic, **FICHE).then(DiagnosticPlanned(**FICHE))


def test_a_plan_in_a_workshop_says_that_the_person_waits_for_a_seat() -> None:
    there = FICHE | {"modality": "workshop"}
    given(opened()).when(plan_diagnostic, **there, waits=True).then(DiagnosticPlanned(**there, waits=True))
    given(opened()).when(plan_diagnostic, **FICHE, waits=True).then(DiagnosticPlanned(**FICHE))


def test_another_plan_replaces_the_first() -> None:
    at_home = FICHE | {"modality": "home", "place": "", "plan": SECOND}
    given(opened(), planned()).when(plan_diagnostic, **at_home).then(DiagnosticPlanned(**at_home))
    state = state_of("dossier", opened(), planned(), DiagnosticPlanned(**at_home))
    assert (state.orientation.plan.id, state.orientation.plan.modality) == (SECOND, "home")


def test_the_same_fiche_with_another_id_is_the_same_plan() -> None:
    given(opened(), DiagnosticPlanned(**FICHE)).when(plan_diagnostic, **FICHE | {"plan": SECOND}).then_nothing()


def test_the_same_fiche_after_a_refusal_is_a_new_plan() -> None:
    history = (opened(), DiagnosticPlanned(**FICHE), declined())
    given(*history).when(plan_diagnostic, **FICHE | {"plan": SECOND}).then(
        DiagnosticPlanned(**FICHE | {"plan": SECOND})
    )
    assert state_of("dossier", *history, planned()).orientation.declined is None


def test_a_test_is_not_planned_for_a_day_before_the_fiche() -> None:
    before = FICHE | {"planned_for": date(2026, 9, 14)}
    given(opened()).when(plan_diagnostic, **before).refused("planned-before", planned_for=date(2026, 9, 14), on=DAY)


def test_who_has_a_seat_in_a_workshop_gives_it_up_before_another_way_is_planned() -> None:
    given(opened(), booked()).when(plan_diagnostic, **FICHE).refused("seat-booked", day=HELD)
    in_workshop = FICHE | {"modality": "workshop"}
    given(opened(), booked()).when(plan_diagnostic, **in_workshop).then(DiagnosticPlanned(**in_workshop))
    given(opened(), booked(), unbooked()).when(plan_diagnostic, **FICHE).then(DiagnosticPlanned(**FICHE))


def test_a_seat_counts_though_another_was_spoken_of_since_and_no_longer_once_its_day_is_past() -> None:
    late = (opened(), booked(DAY, workshop=OTHER_WORKSHOP), booked(), absent(DAY, workshop=OTHER_WORKSHOP))
    given(*late).when(plan_diagnostic, **FICHE).refused("seat-booked", day=HELD)
    unmarked = (opened(), booked(DAY))
    at_home = FICHE | {"modality": "home", "on": LATER}
    given(*unmarked).when(plan_diagnostic, **at_home).then(DiagnosticPlanned(**at_home))


def test_the_young_person_may_decline() -> None:
    said = DiagnosticDeclined(reason="pas maintenant", on=DAY)
    given(opened(), presented()).when(decline_diagnostic, reason=" pas maintenant ").then(said)


def test_declining_needs_a_reason() -> None:
    given(opened()).when(decline_diagnostic, reason="  ").refused("required", field="reason")


def test_a_test_taken_is_not_declined_any_more() -> None:
    given(*RESULT_IN).when(decline_diagnostic, reason="non").refused("already-tested")


def test_a_test_begun_may_still_be_declined() -> None:
    said = DiagnosticDeclined(reason="non", on=DAY)
    given(opened(), linked(progress="0.4")).when(decline_diagnostic, reason="non").then(said)


def test_who_has_a_seat_to_come_declines_once_it_is_released() -> None:
    given(opened(), booked()).when(decline_diagnostic, reason="non").refused("seat-booked")
