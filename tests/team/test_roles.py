"""Roles that a second person confirms; nobody changes their own."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args
from uuid import UUID

import pytest

from pixflow.actor import OPERATOR
from pixflow.decision import Decision
from pixflow.events import staff as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Role
from pixflow.refused import Refused
from pixflow.team.accounts import confirm_account
from pixflow.team.membership import (
    add_member,
    change_roles,
    confirm_role,
    designate_referent,
    direction_confirms,
    granted_roles,
    record_departure,
    undo_departure,
)
from pixflow.team.staff import Staff, fold
from tests.given import ADVISOR, DAY, LATER, given, stamped, state_of

MANAGER, OTHER_MANAGER, ADMINISTRATOR, OTHER = (UUID(int=0xB0 + n) for n in range(4))
TEAM = {
    MANAGER: Staff(1, roles=frozenset({"manager"})),
    OTHER_MANAGER: Staff(1, roles=frozenset({"manager"})),
    ADMINISTRATOR: Staff(1, roles=frozenset({"administrator"})),
    OTHER: Staff(1, roles=frozenset({"administrator"})),
}
JOINED = e.StaffJoined(name="Camille Roy", email="camille.roy@ml.fr", site=None, on=DAY)
FACILITATOR = e.RoleGranted(role="facilitator", on=DAY)
NEW: dict[str, Any] = {"name": "Camille Roy", "email": "camille.roy@ml.fr", "site": None, "on": DAY, "team": TEAM}
PERSON = str(ADVISOR)
"""The person of the stream in `given`."""


def asked(role: Role, on: date = DAY) -> e.RoleGranted:
    """A role that waits for a second person; an advisor's or a facilitator's does only when the event says so."""
    return e.RoleGranted(role=role, on=on, to_confirm=role in ("advisor", "facilitator"))


def held(role: Role) -> tuple[Event, ...]:
    return asked(role), e.RoleConfirmed(role=role, on=DAY)


def granted_by(giver: UUID | str, *events: Event) -> Staff:
    return fold([recorded_by(giver, one) for one in stamped(events)])


def recorded_by(giver: UUID | str, one: Recorded) -> Recorded:
    return Recorded(**{name: getattr(one, name) for name in one.__struct_fields__} | {"by": str(giver)})


@pytest.mark.parametrize("role", ["referent", "manager", "auditor", "administrator"])
def test_a_role_that_reads_everything_counts_once_confirmed(role: Role) -> None:
    given().when(add_member, **NEW, roles=(role,), actor=str(MANAGER)).then(JOINED, asked(role))
    given(JOINED, FACILITATOR).when(change_roles, roles=("facilitator", role), team=TEAM, actor=str(MANAGER)).then(
        asked(role)
    )
    waiting = state_of("staff", JOINED, FACILITATOR, asked(role))
    assert (waiting.roles_on(DAY), waiting.roles_granted(DAY)) == ({"facilitator"}, {"facilitator", role})
    confirmed = state_of("staff", JOINED, FACILITATOR, asked(role), e.RoleConfirmed(role=role, on=DAY))
    assert confirmed.roles_on(DAY) == {"facilitator", role}


@pytest.mark.parametrize("role", ["advisor", "facilitator"])
def test_other_roles_count_at_once_by_the_hand_of_the_direction(role: Role) -> None:
    given().when(add_member, **NEW, roles=(role,), actor=str(MANAGER)).then(JOINED, e.RoleGranted(role=role, on=DAY))
    held_at_once = state_of("staff", JOINED, e.RoleGranted(role=role, on=DAY))
    assert (held_at_once.awaiting, held_at_once.awaiting_since) == ({}, {})


@pytest.mark.parametrize("role", ["advisor", "facilitator"])
def test_an_administrator_makes_no_advisor_nor_facilitator_alone(role: Role) -> None:
    """An advisor may receive anybody; a facilitator reads the names of every workshop."""
    given().when(add_member, **NEW, roles=(role,), actor=str(ADMINISTRATOR)).then(JOINED, asked(role))


def test_an_administrator_gives_a_former_advisor_no_dossier_back_alone() -> None:
    again: dict[str, Any] = {"roles": ("advisor", "facilitator"), "on": LATER, "team": TEAM}
    before = (JOINED, FACILITATOR)
    given(*before).when(change_roles, **again, actor=str(ADMINISTRATOR)).then(asked("advisor", LATER))
    given(*before).when(change_roles, **again, actor=str(MANAGER)).then(e.RoleGranted(role="advisor", on=LATER))


def test_the_operator_is_a_second_person() -> None:
    given().when(add_member, **NEW, roles=("manager",), actor=OPERATOR).then(
        JOINED, asked("manager"), e.RoleConfirmed(role="manager", on=DAY)
    )


@pytest.mark.parametrize(
    ("giver", "second", "code"),
    [
        (ADMINISTRATOR, MANAGER, ""),
        (MANAGER, ADMINISTRATOR, ""),
        (MANAGER, OTHER_MANAGER, ""),
        (MANAGER, OPERATOR, ""),
        (ADMINISTRATOR, OPERATOR, ""),
        (MANAGER, MANAGER, "same-person-confirms"),
        (ADMINISTRATOR, ADMINISTRATOR, "same-person-confirms"),
        (MANAGER, PERSON, "own-roles"),
        (ADMINISTRATOR, OTHER, "direction-confirms"),
    ],
)
def test_one_of_two_people_is_the_direction(giver: UUID, second: UUID | str, code: str) -> None:
    waiting = granted_by(giver, JOINED, asked("referent"))
    said: dict[str, Any] = {"role": "referent", "on": DAY, "person": ADVISOR, "team": TEAM, "actor": str(second)}
    if code:
        with pytest.raises(Exception, match=code):
            confirm_role(waiting, **said)
    else:
        assert confirm_role(waiting, **said) == [e.RoleConfirmed(role="referent", on=DAY)]


def test_what_does_not_wait_is_not_confirmed() -> None:
    said: dict[str, Any] = {"on": DAY, "team": TEAM, "actor": str(MANAGER)}
    given(JOINED, FACILITATOR).when(confirm_role, role="facilitator", **said).then_nothing()
    given(JOINED, FACILITATOR).when(confirm_role, role="manager", **said).refused("role-not-granted")
    ended = e.RoleEnded(role="manager", on=DAY)
    given(JOINED, asked("manager"), ended).when(confirm_role, role="manager", **said).refused("role-not-granted")


@pytest.mark.parametrize(
    ("decide", "sent"),
    [
        (change_roles, {"roles": ("facilitator", "manager")}),
        (change_roles, {"roles": ("advisor",)}),
        (designate_referent, {"site": None}),
        (add_member, {"roles": ("manager",), "name": "Camille Roy", "email": "camille.roy@ml.fr", "site": None}),
    ],
)
def test_nobody_changes_their_own_roles(decide: Decision[..., Any], sent: dict[str, Any]) -> None:
    given(JOINED, FACILITATOR).when(decide, **sent, team=TEAM, actor=PERSON).refused("own-roles")


def test_a_role_ends_on_its_last_day() -> None:
    until = replace(asked("auditor"), until=LATER)
    given().when(add_member, **NEW, roles=("auditor",), until=LATER, actor=str(MANAGER)).then(JOINED, until)
    given().when(add_member, **NEW, roles=("auditor",), until=DAY.replace(day=1)).refused("until-past", field="until")
    auditor = state_of("staff", JOINED, until, e.RoleConfirmed(role="auditor", on=DAY))
    assert [auditor.roles_on(day) for day in (LATER, LATER.replace(day=17))] == [{"auditor"}, set()]
    over = {**NEW, "on": LATER.replace(day=17)}
    given(JOINED, until, e.RoleConfirmed(role="auditor", on=DAY)).when(
        add_member, **over, roles=("auditor",), actor=str(MANAGER)
    ).then(asked("auditor", LATER.replace(day=17)))


def test_a_role_counts_as_held_for_ninety_days_after_its_end() -> None:
    """However it ended: taken back, past its last day, or after a departure and a return."""
    ended = (JOINED, FACILITATOR, *held("manager"), e.RoleEnded(role="manager", on=DAY))
    over = (JOINED, FACILITATOR, replace(asked("manager"), until=DAY), e.RoleConfirmed(role="manager", on=DAY))
    away = (*over, e.StaffLeft(last_day=DAY, on=DAY), e.StaffReturned(on=LATER))
    for events in (ended, over, away):
        state = state_of("staff", *events)
        assert state.roles_held(DAY + timedelta(days=90)) == {"facilitator", "manager"}
        assert state.roles_held(DAY + timedelta(days=91)) == {"facilitator"}
        again = state_of("staff", *events, asked("manager", LATER))
        assert "manager" in again.roles_held(DAY + timedelta(days=400))


LET_IN: tuple[Event, ...] = (
    JOINED, e.RoleGranted(role="administrator", on=DAY), e.RoleConfirmed(role="administrator", on=DAY),
    e.AccountInvited(on=DAY), e.AccountOpened(way="passkey", on=DAY), e.AccountConfirmed(on=DAY, direction=False),
)  # fmt: skip


def test_no_role_that_reads_counts_by_an_account_that_two_administrators_let_in() -> None:
    confirm: dict[str, Any] = {"on": DAY, "person": ADVISOR, "team": TEAM}
    said: dict[str, Any] = {"team": TEAM, "actor": str(MANAGER)}
    given(*LET_IN).when(change_roles, roles=("administrator", "advisor"), **said).then(
        e.RoleGranted(role="advisor", on=DAY, to_confirm=True)
    )
    for role in get_args(Role):
        waiting = granted_by(ADMINISTRATOR, *LET_IN, asked(role))
        if role == "administrator":
            assert confirm_role(waiting, role=role, **confirm, actor=str(MANAGER))
            continue
        with pytest.raises(Refused, match="direction-lets-in"):
            confirm_role(waiting, role=role, **confirm, actor=str(MANAGER))
        assert confirm_role(waiting, role=role, **confirm, actor=OPERATOR)
        for seen in (e.AccountConfirmed(on=DAY), e.AccountRestored(on=DAY), e.FactorsReset(on=DAY, to_confirm=True)):
            after = granted_by(ADMINISTRATOR, *LET_IN, asked(role), seen)
            assert confirm_role(after, role=role, **confirm, actor=str(MANAGER))


def test_a_manager_confirms_an_account_again_before_a_role_that_reads() -> None:
    confirmed = e.AccountConfirmed(on=DAY)
    given(*LET_IN).when(confirm_account, team=TEAM, actor=str(MANAGER)).then()
    waits = given(*LET_IN, asked("manager"))
    waits.when(confirm_account, team=TEAM, actor=str(MANAGER)).then(confirmed)
    waits.when(confirm_account, team=TEAM, actor=str(ADMINISTRATOR)).then()


def test_a_role_that_is_confirmed_or_ends_changes_nothing_of_another_one_that_waits() -> None:
    waiting = (JOINED, asked("manager"), asked("auditor", LATER))
    for said in (e.RoleConfirmed(role="manager", on=LATER), e.RoleEnded(role="manager", on=LATER)):
        state = state_of("staff", *waiting, said)
        assert state.awaiting == {"auditor": PERSON}
        assert state.awaiting_since == {"auditor": LATER}


def test_who_comes_back_after_leaving_waits_for_a_second_person() -> None:
    left = e.StaffLeft(last_day=DAY, on=DAY)
    before = (JOINED, e.RoleGranted(role="advisor", on=DAY), *held("manager"))
    back = e.StaffReturned(on=LATER)
    said: dict[str, Any] = {"on": LATER, "team": TEAM}
    given(*before, left).when(undo_departure, **said, actor=str(MANAGER)).then(back, asked("manager", LATER))
    given(*before, left).when(undo_departure, **said, actor=str(ADMINISTRATOR)).then(
        back, asked("advisor", LATER), asked("manager", LATER)
    )
    given(*before, left).when(undo_departure, **said | {"on": DAY}, actor=str(ADMINISTRATOR)).then(
        replace(back, on=DAY)
    )


def test_a_later_last_day_brings_nobody_back() -> None:
    gone = (JOINED, FACILITATOR, e.StaffLeft(last_day=DAY, on=DAY))
    said: dict[str, Any] = {"on": LATER, "team": TEAM, "actor": str(MANAGER)}
    given(*gone).when(record_departure, last_day=LATER, **said).refused("has-left", last_day=DAY)
    given(*gone).when(record_departure, last_day=date(2026, 9, 14), **said).then(
        e.StaffLeft(last_day=date(2026, 9, 14), on=LATER)
    )


def test_the_last_manager_stays_one_unless_the_operator_says_so() -> None:
    director = (JOINED, *held("manager"))
    alone = {
        ADMINISTRATOR: TEAM[ADMINISTRATOR],
        OTHER: Staff(1, roles=frozenset({"manager"}), awaiting={"manager": ""}),
    }
    said: dict[str, Any] = {"on": DAY, "team": alone, "anyway": True}
    for actor in (str(ADMINISTRATOR), PERSON):
        given(*director).when(record_departure, last_day=LATER, **said, actor=actor).refused("last-of-direction")
    changed = {"roles": ("advisor",), "actor": str(ADMINISTRATOR)}
    given(*director).when(change_roles, **said, **changed).refused("last-of-direction")
    left = e.StaffLeft(last_day=LATER, on=DAY)
    given(*director).when(record_departure, last_day=LATER, **said, actor=OPERATOR).then(left)
    given(*director).when(record_departure, last_day=LATER, **said | {"team": TEAM}, actor=str(MANAGER)).then(left)


def test_the_operator_too_says_so_about_the_last_manager() -> None:
    alone: dict[str, Any] = {"on": DAY, "team": {ADMINISTRATOR: TEAM[ADMINISTRATOR]}, "actor": OPERATOR}
    director = (JOINED, *held("manager"))
    given(*director).when(record_departure, last_day=LATER, **alone).refused("last-of-direction")
    given(*director).when(record_departure, last_day=LATER, **alone, anyway=True).then(
        e.StaffLeft(last_day=LATER, on=DAY)
    )


def test_a_role_that_waits_is_the_last_of_nothing() -> None:
    """It never counted: taking it away leaves the structure as it was."""
    alone: dict[str, Any] = {"on": DAY, "team": {ADMINISTRATOR: TEAM[ADMINISTRATOR]}, "actor": str(ADMINISTRATOR)}
    given(JOINED, FACILITATOR, asked("manager"), asked("referent")).when(
        change_roles, roles=("facilitator",), **alone
    ).then(e.RoleEnded(role="referent", on=DAY), e.RoleEnded(role="manager", on=DAY))


@pytest.mark.parametrize(("last_day", "stays"), [(LATER, True), (DAY, False)])
def test_who_stays_is_counted_the_day_after(last_day: date, stays: bool) -> None:
    other = Staff(1, roles=frozenset({"manager", "facilitator"}), ends={"manager": last_day})
    said: dict[str, Any] = {"roles": ("facilitator",), "on": DAY, "team": {MANAGER: other}, "actor": str(MANAGER)}
    ended = given(JOINED, FACILITATOR, *held("manager")).when(change_roles, **said)
    if stays:
        ended.then(e.RoleEnded(role="manager", on=DAY))
    else:
        ended.refused("last-of-direction")


@pytest.mark.parametrize("role", ["advisor", "facilitator"])
def test_the_operator_confirms_no_role_that_waits_for_nobody(role: Role) -> None:
    given().when(add_member, **NEW, roles=(role,), actor=OPERATOR).then(JOINED, e.RoleGranted(role=role, on=DAY))


def test_one_ends_no_role_of_their_own_and_changing_nothing_is_no_change() -> None:
    both = given(JOINED, FACILITATOR, e.RoleGranted(role="advisor", on=DAY))
    said: dict[str, Any] = {"on": DAY, "team": TEAM, "actor": PERSON}
    both.when(change_roles, roles=("advisor",), **said).refused("own-roles")
    both.when(change_roles, roles=("advisor", "facilitator"), **said).then()
    assert granted_roles(Staff(), [], on=DAY, person=ADVISOR, team=TEAM, actor=PERSON) == []


def test_no_role_of_somebody_who_left_is_confirmed() -> None:
    given(JOINED, asked("manager"), e.StaffLeft(last_day=DAY, on=DAY)).when(
        confirm_role, role="manager", on=LATER, team=TEAM, actor=str(MANAGER)
    ).refused("has-left")


def test_the_direction_confirms_the_roles_that_give_names_to_read() -> None:
    by: dict[str, Any] = {"team": TEAM, "actor": str(ADMINISTRATOR), "day": DAY}
    assert {role for role in get_args(Role) if direction_confirms(role, **by)} == {"advisor", "facilitator"}
    assert not direction_confirms("advisor", **{**by, "actor": str(MANAGER)})
