from dataclasses import replace
from datetime import date
from functools import reduce
from typing import Any
from uuid import UUID

import pytest

from pixflow.events import staff as e
from pixflow.events.staff import RoleGranted, StaffJoined
from pixflow.streams import KINDS
from pixflow.team.absences import replace_calendar_address
from pixflow.team.membership import (
    add_member,
    change_roles,
    choose_monthly_page,
    record_departure,
    state_contact,
    undo_departure,
)
from pixflow.team.staff import Staff, evolve, fold
from tests.given import COLLEAGUE, DAY, LATER, given, stamped, state_of

JOINED = StaffJoined(name="Camille Roy", email="camille.roy@ml.fr", site="L'Aigle", on=DAY)
ADVISOR, REFERENT = (RoleGranted(role=role, on=DAY) for role in ("advisor", "referent"))
CONFIRMED = e.RoleConfirmed(role="referent", on=DAY)
LEFT = e.StaffLeft(last_day=LATER, on=DAY)
MANAGER, ADMINISTRATOR = UUID(int=0xA8), UUID(int=0xA9)
OTHER_REFERENT = {COLLEAGUE: Staff(1, name="Sophie", roles=frozenset({"referent"}))}
DIRECTION = Staff(1, name="Hélène", roles=frozenset({"manager"}))
CAMILLE: dict[str, Any] = {
    "name": "Camille Roy", "email": "Camille.Roy@ml.fr ", "site": "L'Aigle", "roles": ("advisor", "referent"),
    "on": DAY, "team": {MANAGER: DIRECTION}, "actor": str(MANAGER),
}  # fmt: skip


def test_a_member_receives_the_monthly_page_or_no_more() -> None:
    wanted = e.MonthlyPageChosen(wanted=True, on=DAY)
    given(JOINED).when(choose_monthly_page, wanted=True).then(wanted)
    given(JOINED).when(choose_monthly_page, wanted=False).then()
    given(JOINED, wanted).when(choose_monthly_page, wanted=False).then(replace(wanted, wanted=False))
    given(JOINED, LEFT).when(choose_monthly_page, wanted=True, on=date(2026, 9, 17)).refused("has-left")


def test_somebody_joins_in_several_roles() -> None:
    given().when(add_member, **CAMILLE).then(JOINED, ADVISOR, REFERENT)
    assert state_of("staff", JOINED, ADVISOR, REFERENT).roles == {"advisor", "referent"}


def test_another_role_is_added_to_those_held() -> None:
    given(JOINED, ADVISOR).when(add_member, **CAMILLE).then(REFERENT)
    given(JOINED, ADVISOR).when(add_member, **CAMILLE | {"roles": ()}).then_nothing()
    given(JOINED, ADVISOR).when(add_member, **CAMILLE, until=DAY).then(replace(REFERENT, until=DAY))


@pytest.mark.parametrize(
    ("changes", "code", "details"),
    [
        ({"roles": ("advisor", "king")}, "unknown-role", {"role": "king", "field": "roles"}),
        ({"roles": ()}, "required", {"field": "roles"}),
        ({"email": "camille"}, "bad-email", {"field": "email"}),
        ({"name": " "}, "required", {"field": "name"}),
    ],
)
def test_somebody_is_refused(changes: dict[str, Any], code: str, details: dict[str, Any]) -> None:
    given().when(add_member, **CAMILLE | changes).refused(code, **details)


def test_an_address_of_a_calendar_is_given_once() -> None:
    first = e.CalendarAddressReplaced(number=1, on=DAY)
    given(JOINED).when(replace_calendar_address, number=1).then(first)
    given(JOINED, first).when(replace_calendar_address, number=2).then(replace(first, number=2))
    given(JOINED, first).when(replace_calendar_address, number=1).then()
    given(JOINED, LEFT).when(replace_calendar_address, number=1, on=date(2026, 9, 17)).refused("has-left")


def test_a_phone_is_stated_changed_and_taken_away() -> None:
    said = e.ContactStated(phone="+33199001234", on=DAY)
    given().when(add_member, **CAMILLE, phone="01 99 00 12 34").then(JOINED, ADVISOR, REFERENT, said)
    given(JOINED, ADVISOR, said).when(add_member, **CAMILLE | {"roles": ()}).then_nothing()
    given(JOINED, ADVISOR).when(add_member, **CAMILLE | {"roles": ()}, phone="01.99.00.12.34").then(said)
    given(JOINED, said).when(state_contact, phone="06 12 34 56 78").then(replace(said, phone="+33612345678"))
    for nothing in (" ", None):
        given(JOINED, said).when(state_contact, phone=nothing).then(replace(said, phone=None))
    given(JOINED).when(state_contact, phone="112").refused("bad-phone", field="phone")
    given(JOINED, LEFT).when(state_contact, phone=None, on=date(2026, 9, 17)).refused("has-left")
    assert state_of("staff", JOINED, said, replace(said, phone=None)).phone is None


def test_an_address_is_one_person_s() -> None:
    assert KINDS["staff"].claims(state_of("staff", JOINED)) == {("email", "camille.roy@ml.fr")}


# --- roles


def test_roles_are_those_said_and_no_others() -> None:
    change = given(JOINED, ADVISOR, REFERENT).when(
        change_roles,
        roles=("facilitator", "referent"),
        on=LATER,
        team={MANAGER: DIRECTION, **OTHER_REFERENT},
        actor=str(MANAGER),
    )
    change.then(RoleGranted(role="facilitator", on=LATER), e.RoleEnded(role="advisor", on=LATER))
    given(JOINED, ADVISOR).when(change_roles, roles=("advisor",), on=LATER).then_nothing()


@pytest.mark.parametrize(
    ("before", "roles", "code"),
    [
        ((), ("advisor",), "unknown-person"),
        ((JOINED, ADVISOR), (), "required"),
        ((JOINED, ADVISOR), ("king",), "unknown-role"),
        ((JOINED, ADVISOR, replace(LEFT, last_day=DAY)), ("advisor",), "has-left"),
    ],
)
def test_roles_are_refused(before: tuple[Any, ...], roles: tuple[str, ...], code: str) -> None:
    given(*before).when(change_roles, roles=roles, on=LATER).refused(code)


def test_the_last_referent_gives_the_role_up_only_when_it_is_said_twice() -> None:
    change = {"roles": ("advisor",), "on": LATER, "actor": str(MANAGER)}
    alone, several = {MANAGER: DIRECTION}, {MANAGER: DIRECTION, **OTHER_REFERENT}
    given(JOINED, REFERENT, CONFIRMED).when(change_roles, **change, team=alone).refused("last-referent")
    given(JOINED, REFERENT, CONFIRMED).when(change_roles, **change, team=alone, anyway=True).then(
        RoleGranted(role="advisor", on=LATER), e.RoleEnded(role="referent", on=LATER)
    )
    given(JOINED, REFERENT, CONFIRMED).when(change_roles, **change, team=several).then(
        RoleGranted(role="advisor", on=LATER), e.RoleEnded(role="referent", on=LATER)
    )


# --- leaving


def test_somebody_works_here_until_their_last_day_included() -> None:
    given(JOINED, ADVISOR).when(record_departure, last_day=LATER).then(LEFT)
    staff = state_of("staff", JOINED, ADVISOR, LEFT)
    assert [staff.works(day) for day in (DAY, LATER, LATER.replace(day=17))] == [True, True, False]
    assert staff.roles_on(LATER) == {"advisor"} == staff.roles
    assert staff.roles_on(LATER.replace(day=17)) == frozenset()
    assert not Staff().works(DAY), "nobody yet"


def test_the_last_day_may_be_said_again() -> None:
    sooner = {"last_day": DAY, "on": DAY}
    given(JOINED, ADVISOR, LEFT).when(record_departure, **sooner).then(replace(LEFT, last_day=DAY))
    given(JOINED, ADVISOR, LEFT).when(record_departure, last_day=LATER).then_nothing()
    given().when(record_departure, **sooner).refused("unknown-person")


def test_the_last_referent_leaves_only_when_it_is_said_twice() -> None:
    given(JOINED, REFERENT, CONFIRMED).when(record_departure, last_day=LATER).refused("last-referent")
    given(JOINED, REFERENT, CONFIRMED).when(record_departure, last_day=LATER, anyway=True).then(LEFT)
    given(JOINED, REFERENT, CONFIRMED).when(record_departure, last_day=LATER, team=OTHER_REFERENT).then(LEFT)
    leaving_too = {COLLEAGUE: Staff(1, roles=frozenset({"referent"}), left=LATER)}
    given(JOINED, REFERENT, CONFIRMED).when(record_departure, last_day=LATER, team=leaving_too).refused("last-referent")
    herself = {UUID(int=0xA1): state_of("staff", JOINED, REFERENT, CONFIRMED)}
    given(JOINED, REFERENT, CONFIRMED).when(record_departure, last_day=LATER, team=herself).refused("last-referent")


def test_a_departure_can_be_called_off_and_roles_are_those_held_before() -> None:
    back = e.StaffReturned(on=LATER)
    given(JOINED, ADVISOR, LEFT).when(undo_departure, on=LATER).then(back)
    given(JOINED, ADVISOR).when(undo_departure, on=LATER).then_nothing()
    assert state_of("staff", JOINED, ADVISOR, LEFT, back).roles_on(LATER.replace(day=30)) == {"advisor"}


def test_somebody_added_again_after_leaving_is_back() -> None:
    gone = replace(LEFT, last_day=DAY)
    again = CAMILLE | {"on": LATER, "actor": str(ADMINISTRATOR)}
    given(JOINED, ADVISOR, gone).when(add_member, **again).then(
        e.StaffReturned(on=LATER), replace(ADVISOR, on=LATER, to_confirm=True), replace(REFERENT, on=LATER)
    )
    given(JOINED, ADVISOR, REFERENT, LEFT).when(add_member, **again).then_nothing()


# --- the references fold one event at a time


def test_folding_event_by_event_gives_the_same_person_when_something_was_taken_back() -> None:
    taken, trained = e.PixTakenByStaff(on=DAY), e.TrainingAttended(title="Pix Orga", on=DAY)
    history = stamped([JOINED, ADVISOR, taken, trained, e.Retracted(version=3, reason="erreur", on=DAY)])
    assert reduce(evolve, history, Staff()) == fold(history)
    assert [one.kind for one in fold(history).milestones] == ["training"]
