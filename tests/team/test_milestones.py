"""Making Pix one's own: who leads, who took the test, who was trained, who was told."""

from typing import Any

import pytest

from pixflow.decision import Decision
from pixflow.events import staff as e
from pixflow.events.base import Event
from pixflow.team.membership import attend_training, designate_referent, hold_briefing, take_pix, undo_milestone
from tests.given import ADVISOR, DAY, LATER, given, state_of

JOINED = (
    e.StaffJoined(name="Nadia", email="nadia@ml.fr", site=None, on=DAY), e.RoleGranted(role="advisor", on=DAY),
)  # fmt: skip
ASKED = e.RoleGranted(role="referent", on=DAY)
DESIGNATED = e.ReferentDesignated(site="L'Aigle", on=DAY)
TAKEN = e.PixTakenByStaff(on=DAY)
TRAINED = e.TrainingAttended(title="Pix Orga", on=DAY)
BRIEFED = e.BriefingHeld(title="Réunion d’équipe", on=DAY)


def test_a_referent_is_designated_for_a_site_and_the_role_comes_with_it() -> None:
    given(*JOINED).when(designate_referent, site="L'Aigle").then(ASKED, DESIGNATED)
    staff = state_of("staff", *JOINED, ASKED, DESIGNATED)
    assert (staff.roles, staff.designated_for) == ({"advisor", "referent"}, "L'Aigle")
    assert staff.roles_on(DAY) == {"advisor"}, "a second person confirms it"
    whole = e.ReferentDesignated(site=None, on=LATER)
    given(*JOINED, ASKED, DESIGNATED).when(designate_referent, site=None, on=LATER).then(whole)


def test_nobody_designates_themselves() -> None:
    given(*JOINED).when(designate_referent, site=None, actor=str(ADVISOR)).refused("own-roles")


def test_a_designation_ends_with_the_role() -> None:
    staff = state_of("staff", *JOINED, ASKED, DESIGNATED, e.RoleEnded(role="referent", on=LATER))
    assert (staff.roles, staff.designated, staff.designated_for) == ({"advisor"}, None, None)
    assert staff.ended == {"referent": LATER}
    other = state_of("staff", *JOINED, ASKED, DESIGNATED, e.RoleEnded(role="advisor", on=LATER))
    assert (other.roles, other.designated_for, other.ended) == ({"referent"}, "L'Aigle", {"advisor": LATER})
    assert other.designated is not None


def test_the_test_is_taken_once() -> None:
    given(*JOINED).when(take_pix).then(TAKEN)
    given(*JOINED, TAKEN).when(take_pix, on=LATER).refused("already-noted", on=DAY)


def test_a_training_and_a_briefing_have_their_title() -> None:
    given(*JOINED).when(attend_training, title=" Pix Orga ").then(TRAINED)
    given(*JOINED).when(hold_briefing, title="Réunion d’équipe").then(BRIEFED)
    given(*JOINED, TRAINED).when(attend_training, title="Médiation", on=LATER).then(
        e.TrainingAttended(title="Médiation", on=LATER)
    )
    for decide in (attend_training, hold_briefing):
        given(*JOINED).when(decide, title=" ").refused("required", field="title")


def test_the_latest_of_a_kind_is_known() -> None:
    again = e.TrainingAttended(title="Médiation", on=LATER)
    staff = state_of("staff", *JOINED, again, TRAINED)
    latest = staff.last("training")
    assert latest is not None
    assert (latest.title, latest.stamp.on) == ("Médiation", LATER)
    assert staff.last("briefing") is None


@pytest.mark.parametrize(("noted", "version"), [(TAKEN, 3), (TRAINED, 3), (BRIEFED, 3)])
def test_what_was_noted_by_mistake_is_taken_back(noted: Event, version: int) -> None:
    back = e.Retracted(version=version, reason="autre personne", on=LATER)
    given(*JOINED, noted).when(undo_milestone, version=version, reason="autre personne", on=LATER).then(back)
    assert state_of("staff", *JOINED, noted, back).milestones == ()


def test_a_role_is_not_taken_back_this_way() -> None:
    for version in (1, 2, 9):
        given(*JOINED).when(undo_milestone, version=version, reason="erreur").refused("not-noted")
    given(*JOINED, TAKEN).when(undo_milestone, version=3, reason=" ").refused("required", field="reason")


@pytest.mark.parametrize(
    ("decide", "told"),
    [
        (designate_referent, {"site": None}),
        (take_pix, {}),
        (attend_training, {"title": "Pix Orga"}),
        (hold_briefing, {"title": "Réunion"}),
    ],
)
def test_only_who_works_here(decide: Decision[..., Any], told: dict[str, Any]) -> None:
    given().when(decide, **told).refused("unknown-person")
    gone = e.StaffLeft(last_day=DAY, on=DAY)
    given(*JOINED, gone).when(decide, **told, on=LATER).refused("has-left", last_day=DAY)
