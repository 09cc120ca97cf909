"""Accounts that two people give, without a page: who invites, confirms, suspends, gives back, resets."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, get_args
from uuid import UUID

import pytest
from msgspec.structs import replace

from pixflow.actor import OPERATOR, SITE
from pixflow.decision import Decision
from pixflow.events import staff as e
from pixflow.events.base import Event
from pixflow.events.staff import StaffReturned
from pixflow.events.values import Role
from pixflow.refused import Refused
from pixflow.team import accounts
from pixflow.team.membership import stewards
from pixflow.team.staff import Access, Staff, evolve_access
from tests.team.deciding import added_to

TODAY = date(2026, 9, 15)
AT = datetime(2026, 9, 15, 8, 0, tzinfo=UTC)
ME, OTHER, THIRD, HER = (UUID(int=n) for n in (1, 2, 3, 9))
NOTHING = Access()
ENTERS = Access(invited_by=OPERATOR, opened=True, confirmed=True, renewed=True)
PENDING = Access(invited_by=str(ME), opened=True)
SUSPENDED = replace(ENTERS, suspended="colleague")


def person(*roles: Role, state: Access = ENTERS, left: date | None = None) -> Staff:
    return Staff(version=1, roles=frozenset(roles), left=left, access=state)


TEAM = {ME: person("manager"), OTHER: person("administrator"), THIRD: person("advisor")}


def says(
    decide: Decision[..., list[Event]],
    state: Access,
    by: UUID | str = ME,
    team: Mapping[UUID, Staff] = TEAM,
    **more: Any,
) -> list[str] | str:
    """The events of a decision about HER, by name; the code of a refusal."""
    her = person(*more.pop("roles", ("advisor",)), state=state, left=more.pop("left", None))
    try:
        added = {"on": TODAY, "person": HER, "team": {**team, HER: her}, "actor": str(by), "now": AT}
        found = decide(her, **added_to(decide, **added), **more)
    except Refused as refused:
        return refused.code
    assert all(one.on == TODAY for one in found)  # type: ignore[attr-defined]
    return [type(one).__name__ for one in found]


ALL: dict[Any, dict[str, Any]] = {
    accounts.invite_account: {}, accounts.confirm_account: {}, accounts.suspend_account: {"reason": "colleague"},
    accounts.request_restoration: {}, accounts.restore_account: {}, accounts.request_factors_reset: {},
    accounts.withdraw_factors_reset: {}, accounts.reset_factors: {},
}  # fmt: skip


@pytest.mark.parametrize("decide", ALL, ids=lambda one: one.name)
def test_nobody_decides_of_their_own(decide: Decision[..., list[Event]]) -> None:
    for state in (Access(), PENDING, ENTERS):
        assert says(decide, state, by=HER, **ALL[decide]) == "own-account"


@pytest.mark.parametrize("decide", ALL, ids=lambda one: one.name)
def test_only_accounts_keepers_decide(decide: Decision[..., list[Event]]) -> None:
    assert {role for role in get_args(Role) if role in decide.roles.reach} == {"manager", "administrator"}
    assert set(decide.roles.reach.values()) == {"all"}
    assert decide.system == ((OPERATOR, SITE) if decide is accounts.suspend_account else (OPERATOR,))


def test_opening_is_the_program_s_alone() -> None:
    assert (accounts.open_account.roles.reach, accounts.open_account.system) == ({}, (SITE,))


@pytest.mark.parametrize(
    "decide",
    [accounts.invite_account, accounts.confirm_account, accounts.request_factors_reset, accounts.reset_factors],
    ids=lambda one: one.name,
)
def test_who_left_has_no_account(decide: Decision[..., list[Event]]) -> None:
    yesterday = TODAY - timedelta(days=1)
    assert says(decide, replace(PENDING, reset_by=str(ME)), by=OTHER, left=yesterday) == "has-left"


def test_opened_by_who_works_here_and_is_not_suspended() -> None:
    her = person("advisor", state=PENDING)
    assert [type(one).__name__ for one in accounts.open_account(her, way="passkey", on=TODAY)] == ["AccountOpened"]
    for one, code in (
        (changed_access(her, SUSPENDED), "account-suspended"),
        (replace(her, left=date(2026, 9, 14)), "has-left"),
    ):
        with pytest.raises(Refused, match=code):
            accounts.open_account(one, way="passkey", on=TODAY)


def changed_access(staff: Staff, state: Access) -> Staff:
    return replace(staff, access=state)


def test_stewards_are_those_who_enter_confirmed_and_keep_accounts() -> None:
    team = {
        ME: person("manager"), OTHER: person("administrator"), THIRD: person("advisor"),
        UUID(int=4): person("manager", state=PENDING), UUID(int=5): person("manager", state=SUSPENDED),
        UUID(int=6): person("manager", left=TODAY - timedelta(days=1)), UUID(int=7): person("manager", state=Access()),
        UUID(int=8): replace(person("manager"), awaiting={"manager": str(ME)}),
    }  # fmt: skip
    assert list(stewards(team, TODAY)) == [ME, OTHER]
    assert list(stewards(team, TODAY, but=ME)) == [OTHER]


INVITED, CONFIRMED = "AccountInvited", "AccountConfirmed"


def test_the_operator_is_the_second_person_until_two_can_be() -> None:
    assert says(accounts.invite_account, Access()) == [INVITED]
    assert says(accounts.invite_account, Access(), by=OPERATOR) == [INVITED], "two can confirm"
    for team in ({}, {ME: TEAM[ME]}, {ME: TEAM[ME], OTHER: person("manager", state=PENDING)}):
        assert says(accounts.invite_account, Access(), by=OPERATOR, team=team) == [INVITED, CONFIRMED]
        assert says(accounts.invite_account, Access(), by=ME, team=team) == [INVITED]
    alone = {ME: TEAM[ME]}
    assert says(accounts.invite_account, ENTERS, by=OPERATOR, team=alone) == [INVITED, CONFIRMED], "opened anew"
    reset = told(e.FactorsReset(on=TODAY, to_confirm=True), state=ENTERS)
    assert says(accounts.invite_account, reset, by=OPERATOR, team=alone) == [INVITED, CONFIRMED]
    assert says(accounts.invite_account, reset, by=OPERATOR) == [INVITED], "two can confirm"
    assert says(accounts.invite_account, Access(), by=OPERATOR, team=alone, roles=("manager",)) == [INVITED, CONFIRMED]
    assert says(accounts.invite_account, SUSPENDED) == "account-suspended"


def test_confirmed_by_another_than_who_invited() -> None:
    assert says(accounts.confirm_account, PENDING, by=ME) == "another-person"
    assert says(accounts.confirm_account, PENDING, by=OTHER) == [CONFIRMED]
    assert says(accounts.confirm_account, ENTERS, by=OTHER) == []
    assert says(accounts.confirm_account, Access(), by=OTHER) == "not-invited"
    assert says(accounts.confirm_account, PENDING, by=OPERATOR) == "another-person", "OTHER can"
    assert says(accounts.confirm_account, PENDING, by=OPERATOR, team={ME: TEAM[ME]}) == [CONFIRMED]
    by_operator = replace(PENDING, invited_by=OPERATOR)
    assert says(accounts.confirm_account, by_operator, by=OPERATOR) == "another-person", "ME and OTHER can"
    assert says(accounts.confirm_account, by_operator, by=OPERATOR, team={}) == [CONFIRMED]


def test_nobody_confirms_an_account_that_nobody_has_opened() -> None:
    """Whoever opens the link afterwards would be confirmed, unseen."""
    for by in (OTHER, OPERATOR):
        assert says(accounts.confirm_account, replace(PENDING, opened=False), by=by) == "not-opened"
    again = told(e.AccountInvited(on=TODAY), state=ENTERS)
    assert says(accounts.confirm_account, again, by=OTHER) == "not-opened", "invited once more"


def test_suspended_by_one_but_not_the_last_manager() -> None:
    def suspend(state: Access = ENTERS, **more: Any) -> list[str] | str:
        return says(accounts.suspend_account, state, reason="colleague", **more)

    assert suspend() == ["AccountSuspended"]
    assert suspend(SUSPENDED) == []
    assert suspend(roles=("manager",)) == ["AccountSuspended"], "OTHER is left to open it again"
    alone = {ME: TEAM[ME], THIRD: TEAM[THIRD]}
    for role in ("manager", "administrator"):
        assert suspend(roles=(role,), team=alone) == "last-steward"
        for by in (OPERATOR, SITE):
            assert suspend(roles=(role,), team=alone, by=by) == ["AccountSuspended"]
    assert suspend(roles=("advisor",), team=alone) == ["AccountSuspended"]


TWICE = [
    (accounts.request_restoration, accounts.restore_account, SUSPENDED, "restoration_by", "AccountRestored"),
    (accounts.request_factors_reset, accounts.reset_factors, ENTERS, "reset_by", "FactorsReset"),
]


@pytest.mark.parametrize(("ask", "do", "state", "by", "done"), TWICE, ids=["restored", "reset"])
def test_two_people_give_back(ask: Any, do: Any, state: Access, by: str, done: str) -> None:
    assert says(do, state) == "another-person"
    assert len(says(ask, state)) == 1
    asked = replace(state, **{by: str(ME)})
    assert says(ask, asked, by=OTHER) == []
    assert says(do, asked, by=ME) == "another-person"
    assert says(do, asked, by=OTHER)[0] == done


@pytest.mark.parametrize(("ask", "do", "state", "by", "done"), TWICE, ids=["restored", "reset"])
def test_who_asked_and_was_closed_since_asks_for_nothing(ask: Any, do: Any, state: Access, by: str, done: str) -> None:
    asked = replace(state, **{by: str(ME)})
    for gone in (person("manager", state=SUSPENDED), person("advisor"), person("manager", left=date(2026, 9, 14))):
        team = {**TEAM, ME: gone, UUID(int=4): person("manager")}
        assert says(do, asked, by=OTHER, team=team) == "another-person"
        assert len(says(ask, asked, by=OTHER, team=team)) == 1, "asked anew"
        assert says(do, replace(state, **{by: str(OTHER)}), by=UUID(int=4), team=team)[0] == done


MANAGERS, ADMINISTRATORS = (ME, UUID(int=4)), (OTHER, UUID(int=5))
BOTH_TWICE = {**dict.fromkeys(MANAGERS, TEAM[ME]), **dict.fromkeys(ADMINISTRATORS, TEAM[OTHER]), THIRD: TEAM[THIRD]}
SECOND_STEPS = [
    (accounts.reset_factors, ENTERS, "reset_by"),
    (accounts.restore_account, SUSPENDED, "restoration_by"),
    (accounts.confirm_account, PENDING, "invited_by"),
]


@pytest.mark.parametrize(("do", "state", "by"), SECOND_STEPS, ids=["reset", "restored", "confirmed"])
@pytest.mark.parametrize("roles", [("advisor",), ("facilitator",), ("referent",), ("manager",), ("auditor",)])
def test_of_each_pair_one_is_the_direction_where_names_are_read(
    do: Any, state: Access, by: str, roles: tuple[Role, ...]
) -> None:
    """Two administrators alone bring nobody in who reads names; the operator does where nobody of the team can."""
    people = (*MANAGERS, *ADMINISTRATORS)
    for first, second in product(people, people):
        found = says(do, replace(state, **{by: str(first)}), by=second, team=BOTH_TWICE, roles=roles)
        if first == second:
            assert found == "another-person"
        elif {first, second} <= set(ADMINISTRATORS):
            assert found == "direction-decides"
        else:
            assert isinstance(found, list)
    for first in people:
        asked = replace(state, **{by: str(first)})
        assert says(do, asked, by=OPERATOR, team=BOTH_TWICE, roles=roles) == "another-person", "a manager can"
    two = {one: BOTH_TWICE[one] for one in ADMINISTRATORS}
    asked = replace(state, **{by: str(OTHER)})
    assert isinstance(says(do, asked, by=OPERATOR, team=two, roles=roles), list), "no manager is left"
    assert isinstance(says(do, asked, by=ADMINISTRATORS[1], team=two, roles=("administrator",)), list), "reads no name"
    assert says(do, asked, by=OPERATOR, team=two, roles=("administrator",)) == "another-person", "the other one can"


def test_a_reset_that_was_asked_is_withdrawn_by_one() -> None:
    asked = replace(ENTERS, reset_by=str(ME))
    for by in (ME, OTHER, OPERATOR):
        assert says(accounts.withdraw_factors_reset, asked, by=by) == ["FactorsResetWithdrawn"]
    assert says(accounts.withdraw_factors_reset, ENTERS) == []
    withdrawn = told(e.FactorsResetWithdrawn(on=TODAY), state=asked)
    assert withdrawn == ENTERS
    assert says(accounts.reset_factors, withdrawn, by=OTHER) == "another-person"


def test_after_a_reset_roles_wait_for_a_second_person_again() -> None:
    """Those of a newcomer: all that read everything, and an advisor's by the hand of an administrator."""
    asked = replace(ENTERS, reset_by=str(ME))

    def reset(by: UUID | str, *roles: Role, team: Mapping[UUID, Staff] = TEAM) -> list[str] | str:
        return says(accounts.reset_factors, asked, by=by, roles=roles, team=team)

    assert reset(OTHER, "manager", "referent") == ["FactorsReset", "RoleGranted", "RoleGranted"]
    assert reset(OTHER, "advisor") == ["FactorsReset", "RoleGranted"]
    assert reset(UUID(int=4), "advisor", team=BOTH_TWICE) == ["FactorsReset"], "a manager did it"
    alone = {ME: TEAM[ME]}
    assert reset(OPERATOR, "manager", team=alone) == ["FactorsReset", "RoleGranted", "RoleConfirmed"]


@pytest.mark.parametrize(("ask", "do", "state", "by", "done"), TWICE, ids=["restored", "reset"])
def test_the_operator_gives_back_only_where_nobody_of_the_team_can(
    ask: Any, do: Any, state: Access, by: str, done: str
) -> None:
    mine, theirs = replace(state, **{by: str(ME)}), replace(state, **{by: OPERATOR})
    assert len(says(ask, state, by=OPERATOR)) == 1
    assert says(do, mine, by=OPERATOR) == "another-person", "OTHER can"
    assert says(do, theirs, by=OPERATOR) == "another-person", "ME and OTHER can"
    assert says(do, theirs, by=ME) == [done]
    one = {ME: TEAM[ME], THIRD: TEAM[THIRD]}
    assert says(do, mine, by=OPERATOR, team=one) == [done]
    assert says(do, mine, by=ME, team=one) == "another-person", "the operator can"
    assert says(do, theirs, by=OPERATOR, team=one) == "another-person", "ME can"
    none = {THIRD: TEAM[THIRD]}
    assert says(do, state, by=OPERATOR, team=none) == "another-person", "nobody asked"
    assert says(do, theirs, by=OPERATOR, team=none, roles=("manager",))[0] == done


def test_what_is_not_there_is_not_given_back() -> None:
    assert says(accounts.request_restoration, ENTERS) == "not-suspended"
    assert says(accounts.restore_account, ENTERS) == []
    assert says(accounts.request_factors_reset, Access()) == "not-invited"
    assert says(accounts.reset_factors, Access()) == []


def test_nothing_is_asked_of_what_is_done() -> None:
    assert says(accounts.request_restoration, replace(ENTERS, since=AT)) == []
    assert says(accounts.request_factors_reset, Access(invited_by=OPERATOR, reset_at=AT)) == []
    again = replace(ENTERS, reset_at=AT)
    assert says(accounts.request_factors_reset, again) == ["FactorsResetRequested"], "opened since"


def told(*events: Event, state: Access = NOTHING, worked: bool = True) -> Access:
    for one in events:
        state = evolve_access(state, one, str(ME), AT, worked=worked)
    return state


def test_the_account_as_events_tell_it() -> None:
    invited, confirmed = e.AccountInvited(on=TODAY), e.AccountConfirmed(on=TODAY)
    opened = e.AccountOpened(way="passkey", on=TODAY)
    assert told(invited) == Access(invited_by=str(ME))
    assert told(invited, opened) == Access(invited_by=str(ME), opened=True)
    for order in ((invited, confirmed, opened), (invited, opened, confirmed)):
        assert told(*order) == Access(str(ME), opened=True, confirmed=True, renewed=True)
    assert not told(invited, opened, confirmed, invited, opened).confirmed, "another account may answer"
    assert told(invited, opened, confirmed, invited, confirmed, opened).confirmed
    reset = e.FactorsReset(on=TODAY, to_confirm=True)
    assert not told(invited, opened, confirmed, reset, invited, opened).confirmed, "one person alone invites"
    assert not told(invited, opened, confirmed, invited, confirmed, reset, invited, opened).confirmed
    assert told(invited, opened, confirmed, reset, invited, opened, confirmed).confirmed
    assert told(invited, opened, confirmed, reset) == Access(str(ME), reset_at=AT)
    before = e.FactorsReset(on=TODAY)
    assert told(invited, opened, confirmed, before, invited, opened).confirmed, "of an earlier version"
    assert told(invited, opened, before) == Access(str(ME), reset_at=AT), "it confirms nobody"
    assert told(invited, opened, confirmed, before) == Access(str(ME), confirmed=True, renewed=True, reset_at=AT)
    assert told(invited, opened, confirmed, invited).confirmed, "nobody has answered yet"


def test_the_pending_steps_as_events_tell_them() -> None:
    on = {"on": TODAY}
    closed = told(e.AccountSuspended(reason="mass-reading", **on), state=ENTERS)
    assert (closed.suspended, closed.enters, closed.restoration_by) == ("mass-reading", False, None)
    asked = told(e.RestorationRequested(**on), state=closed)
    assert asked.restoration_by == str(ME)
    again = told(e.AccountSuspended(reason="operator", **on), state=asked)
    assert (again.suspended, again.restoration_by) == ("operator", None), "asked anew"
    back = told(e.AccountRestored(on=TODAY), state=asked)
    assert (back.suspended, back.restoration_by, back.enters) == (None, None, True)
    lost = told(e.FactorsResetRequested(**on), state=ENTERS)
    assert (lost.reset_by, lost.enters) == (str(ME), True)
    gone = told(e.FactorsReset(on=TODAY, to_confirm=True), state=lost)
    assert (gone.reset_by, gone.opened, gone.enters, gone.confirmed) == (None, False, False, False)
    assert gone.reset_at == AT


def test_who_comes_back_is_invited_again_and_stays_suspended() -> None:
    back = StaffReturned(on=TODAY)
    assert told(back, state=ENTERS, worked=False) == Access()
    kept = replace(SUSPENDED, since=AT, reset_at=AT)
    assert told(back, state=kept, worked=False) == Access(suspended="colleague", since=AT, reset_at=AT)
    assert told(back, state=ENTERS, worked=True) == ENTERS
