"""Tests that the accounts store follows the events of members: once, and whatever was cut off."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from pixflow.events.access import AccountInvited, AccountRestored, FactorsReset
from pixflow.events.base import Event, Recorded
from pixflow.team.access import Access
from tests.web.accounts.conftest import Clock
from web.accounts import accounts, memberships, sessions, sign_in
from web.accounts.store import AccountStore
from web.accounts.types import Membership

HERE, THERE, NADIA, PAUL = (UUID(int=n) for n in (1, 2, 11, 12))
OPEN = Access(opened=True, confirmed=True)


@pytest.fixture
def nadia(store: AccountStore) -> Membership:
    account = accounts.create(store, "nadia@exemple.fr").id
    accounts.set_password(store, account, "hashed")
    memberships.accept(store, account, THERE, PAUL)
    return memberships.accept(store, account, HERE, NADIA)


def at(store: AccountStore, seconds: int = 0) -> datetime:
    return datetime.fromtimestamp(store.now() + seconds, UTC)


def recorded(event: Event, when: datetime) -> list[Recorded]:
    return [Recorded(NADIA, 9, event, when, "operator", None, "web", uuid4())]


def awake(store: AccountStore) -> dict[UUID, bool]:
    """Tells which memberships of Nadia's account are open, by structure."""
    account = accounts.find_email(store, "nadia@exemple.fr")
    assert account
    return {one.structure: one.is_open for one in memberships.of_account(store, account.id)}


def has_password(store: AccountStore) -> bool:
    account = accounts.find_email(store, "nadia@exemple.fr")
    assert account
    return account.password is not None


def test_who_is_suspended_sleeps_here_alone(store: AccountStore, nadia: Membership) -> None:
    token = sessions.begin(store, nadia, "password", "")
    sign_in.follow(store, HERE, {NADIA: Access(suspended="colleague", since=at(store, 5)), PAUL: OPEN})
    assert awake(store) == {HERE: False, THERE: True}
    assert sessions.find(store, token) is None


def test_who_is_restored_wakes_once(store: AccountStore, clock: Clock, nadia: Membership) -> None:
    memberships.sleep(store, HERE, [NADIA])
    clock.pass_by(minutes=5)
    restored = Access(opened=True, since=at(store))
    clock.pass_by(minutes=5)
    sign_in.follow(store, HERE, {NADIA: restored})
    assert awake(store)[HERE], "it was cut off"
    memberships.sleep(store, HERE, [NADIA])
    sign_in.follow(store, HERE, {NADIA: restored})
    assert not awake(store)[HERE], "it was followed"
    sign_in.follow(store, HERE, {NADIA: restored}, recorded(AccountInvited(on=at(store).date()), at(store)))
    assert not awake(store)[HERE], "another event asks nothing"
    sign_in.follow(store, HERE, {NADIA: restored}, recorded(AccountRestored(on=at(store).date()), at(store)))
    assert awake(store)[HERE], "it is restored at this moment"


def test_nobody_wakes_who_is_suspended_or_was_never(store: AccountStore, clock: Clock, nadia: Membership) -> None:
    memberships.sleep(store, HERE, [NADIA])
    clock.pass_by(minutes=5)
    for access in (OPEN, Access(suspended="colleague", since=at(store))):
        sign_in.follow(store, HERE, {NADIA: access}, recorded(AccountRestored(on=at(store).date()), at(store)))
        assert not awake(store)[HERE]
    sign_in.follow(store, HERE, {})
    assert not awake(store)[HERE], "an older backup does not know her"


def test_lost_factors_go_once(store: AccountStore, clock: Clock, nadia: Membership) -> None:
    token = sessions.begin(store, nadia, "password", "")
    clock.pass_by(minutes=5)
    lost = Access(reset_at=at(store))
    clock.pass_by(minutes=5)
    sign_in.follow(store, HERE, {NADIA: lost})
    assert not has_password(store), "it was cut off"
    assert awake(store) == {HERE: True, THERE: False}
    assert sessions.find(store, token) is None
    accounts.set_password(store, nadia.account, "another")
    sign_in.follow(store, HERE, {NADIA: lost})
    sign_in.follow(store, HERE, {NADIA: lost}, recorded(AccountInvited(on=at(store).date()), at(store)))
    assert has_password(store), "it was followed"
    sign_in.follow(store, HERE, {NADIA: lost}, recorded(FactorsReset(on=at(store).date()), at(store)))
    assert not has_password(store), "it is reset at this moment"


def test_a_reset_leaves_who_sleeps_asleep(store: AccountStore, clock: Clock, nadia: Membership) -> None:
    memberships.sleep(store, HERE, [NADIA])
    clock.pass_by(minutes=5)
    sign_in.follow(store, HERE, {NADIA: Access(reset_at=at(store))})
    assert not awake(store)[HERE]


@pytest.mark.parametrize("late", [timedelta(), timedelta(microseconds=1), timedelta(seconds=0.999)])
def test_an_event_of_the_second_of_a_membership_is_followed_once(
    store: AccountStore, nadia: Membership, late: timedelta
) -> None:
    lost = Access(reset_at=at(store) + late)
    memberships.sleep(store, HERE, [NADIA])
    sign_in.follow(store, HERE, {NADIA: Access(since=at(store) + late)})
    assert awake(store)[HERE]
    memberships.accept(store, nadia.account, HERE, NADIA)
    sign_in.follow(store, HERE, {NADIA: lost})
    assert not has_password(store)
    accounts.set_password(store, nadia.account, "another")
    sign_in.follow(store, HERE, {NADIA: lost})
    assert has_password(store)


def test_the_ninety_days_begin_again(store: AccountStore, clock: Clock, nadia: Membership) -> None:
    clock.pass_by(days=80)
    sign_in.follow(store, HERE, {NADIA: Access(opened=True, since=at(store))})
    clock.pass_by(days=20)
    memberships.sleep_unused(store, HERE, [NADIA])
    memberships.sleep_unused(store, THERE, [PAUL])
    assert awake(store) == {HERE: True, THERE: False}
