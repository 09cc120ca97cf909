"""Signing in, at the store: flows, both factors, and what the events of members ask of it."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pyotp
import pytest
from argon2 import PasswordHasher
from msgspec.structs import replace

from pixflow.events.base import Event, Recorded
from pixflow.events.staff import AccountInvited, AccountRestored, FactorsReset
from pixflow.refused import Refused
from pixflow.team.staff import Access
from tests.web.accounts.conftest import Clock
from web.accounts import accounts, memberships, sessions, sign_in
from web.accounts.accounts import Account
from web.accounts.factors import passwords, recovery
from web.accounts.memberships import Membership
from web.accounts.oidc.answers import Arrival
from web.accounts.sessions import Way
from web.accounts.sign_in import Flow
from web.accounts.site import Site
from web.accounts.store import AccountStore

HERE, THERE, NADIA, PAUL = (UUID(int=n) for n in (1, 2, 11, 12))
SECRET, SEED = "quatre girafes lisent lundi", bytes(20)
OPEN = Access(opened=True, confirmed=True)


@pytest.fixture
def nadia(store: AccountStore) -> Membership:
    account = accounts.create(store, "nadia@exemple.fr").id
    accounts.set_password(store, account, "hashed")
    memberships.accept(store, account, THERE, PAUL)
    return memberships.accept(store, account, HERE, NADIA)


def at(store: AccountStore, seconds: int = 0) -> datetime:
    return datetime.fromtimestamp(store.read_clock() + seconds, UTC)


def recorded(event: Event, when: datetime) -> list[Recorded]:
    return [Recorded(NADIA, 9, event, when, "operator", None, "web", uuid4())]


def awake(store: AccountStore) -> dict[UUID, bool]:
    """Tells which memberships of Nadia's account are open, by structure."""
    account = accounts.find_email(store, "nadia@exemple.fr")
    return {one.structure: one.is_open for one in memberships.of_account(store, account.id)}


def has_password(store: AccountStore) -> bool:
    account = accounts.find_email(store, "nadia@exemple.fr")
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


# --- flows


def test_a_flow_by_another_way_keeps_the_invitation_and_an_identity_without_account() -> None:
    arrival = Arrival(issuer="https://issuer.example", subject="1", is_strong=True, id_token="")
    waits = Flow("issuer", proved=True, must_enrol=True, invitation=HERE, next="/boite", arrival=arrival)
    assert waits.by("password") == Flow("password", invitation=HERE, arrival=arrival)
    known = Flow("issuer", account=NADIA, invitation=HERE, arrival=arrival)
    assert known.by("passkey", "/equipe") == Flow("passkey", invitation=HERE, next="/equipe"), "it is of that account"


def test_a_flow_begins_with_nothing_proved() -> None:
    begun = Flow("password", account=NADIA)
    assert (begun.proved, begun.must_enrol, begun.invitation, begun.next) == (False, False, None, "/")


def test_a_flow_lasts_ten_minutes_and_goes_on_once(store: AccountStore, clock: Clock) -> None:
    first, second = Flow("password"), Flow("password", account=NADIA)
    token = sign_in.begin(store, first)
    clock.pass_by(minutes=10, seconds=-1)
    assert sign_in.find(store, token) == first
    next = sign_in.go_on(store, token, second)
    assert next
    assert sign_in.find(store, token) is None
    assert sign_in.go_on(store, token, second) is None, "another tab went on"
    assert sign_in.find(store, next) == second
    clock.pass_by(minutes=10, seconds=1)
    assert sign_in.find(store, next) is None
    assert sign_in.go_on(store, next, second) is None


@pytest.mark.parametrize(("way", "member", "stays"), [
    ("password", False, True), ("passkey", False, False), ("passkey", True, True), ("issuer", False, False),
])  # fmt: skip
def test_who_accepts_ends_the_visits_of_others(store: AccountStore, way: Way, member: bool, stays: bool) -> None:
    """Whoever read the mail first may have chosen a password: it stays where its owner proved it."""
    account = accounts.create(store, "nadia@exemple.fr").id
    accounts.set_password(store, account, "hashed")
    if member:
        memberships.accept(store, account, HERE, NADIA)
    mine, theirs = (sign_in.begin(store, Flow("password", account=account)) for _ in range(2))
    sign_in.end_other_visits(store, account, way, but=mine)
    assert [sign_in.find(store, token) is not None for token in (mine, theirs)] == [True, False]
    assert has_password(store) == stays


# --- both factors


@pytest.fixture
def site(store: AccountStore) -> Site:
    return Site(store, "https://pixflow.exemple.fr")


@pytest.fixture
def account(store: AccountStore) -> Account:
    """Nadia's, with a password, an application and recovery codes."""
    made = accounts.create(store, "nadia@exemple.fr")
    accounts.set_password(store, made.id, passwords.hashed(SECRET))
    accounts.set_totp(store, made.id, SEED, 0)
    found = accounts.find(store, made.id)
    assert found
    return found


def proved(site: Site, password: str, email: str = "nadia@exemple.fr", known: str = "") -> Account | None:
    return sign_in.prove_password(site, email, password, None, known)


def code(store: AccountStore) -> str:
    return pyotp.TOTP(base64.b32encode(SEED).decode()).at(store.read_clock())


def test_a_password_proves_its_account_alone(site: Site, account: Account, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "pixflow.security")
    assert proved(site, SECRET) == account
    assert caplog.messages == []
    assert proved(site, "another one") is None
    assert proved(site, "the password of no account", "nobody@exemple.fr") is None
    assert caplog.messages == ["authn_login_fail"] * 2
    accounts.set_password(site.store, account.id, None)
    assert proved(site, "the password of no account") is None


@pytest.mark.usefixtures("true_hashes")
def test_an_older_hash_is_made_anew(site: Site, account: Account) -> None:
    older = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(SECRET)
    accounts.set_password(site.store, account.id, older)
    assert proved(site, "a guess") is None
    assert proved(site, SECRET) == replace(account, password=older), "a wrong one changes nothing"
    found = proved(site, SECRET)
    assert found
    assert found.password
    assert found.password != older
    assert passwords.matches(SECRET, found.password)
    assert proved(site, SECRET) == found, "once"


def test_a_code_serves_once_and_what_is_wrong_is_noted(
    site: Site, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pixflow.security")
    (lost, *_) = recovery.renew(site.store, account.id)
    assert not sign_in.prove_second(site, account, "recovery", code(site.store), None, "")
    assert not sign_in.prove_second(site, account, "totp", lost, None, "")
    assert caplog.messages == ["authn_login_fail"] * 2
    right = code(site.store)
    assert sign_in.prove_second(site, account, "totp", right, None, "")
    assert sign_in.prove_second(site, account, "recovery", lost, None, "")
    assert caplog.messages == ["authn_login_fail"] * 2
    assert not sign_in.prove_second(site, account, "totp", right, None, "")
    assert not sign_in.prove_second(site, account, "recovery", lost, None, "")


def test_a_right_factor_takes_the_attempts_back(site: Site, account: Account, clock: Clock) -> None:
    for _ in range(2):
        for _ in range(4):
            assert proved(site, "a guess") is None
            assert not sign_in.prove_second(site, account, "totp", "000000", None, "")
        assert proved(site, SECRET)
        assert sign_in.prove_second(site, account, "totp", code(site.store), None, "")
        clock.pass_by(minutes=2)


def test_who_guesses_locks_nobody_out_of_a_browser_that_is_known(site: Site, account: Account) -> None:
    mine = sign_in.known_device(site, account.id)
    stranger = sign_in.known_device(site, uuid4())
    forged = mine[:-1] + ("a" if mine[-1] != "a" else "b")
    for _ in range(5):
        assert proved(site, "a guess") is None
        assert not sign_in.prove_second(site, account, "totp", "000000", None, stranger)
    for known in ("", stranger, forged, f"{account.id}.1.", mine.rpartition(".")[0]):
        with pytest.raises(Refused, match="too-many-attempts"):
            proved(site, SECRET, known=known)
    assert proved(site, SECRET, known=mine) == account
    with pytest.raises(Refused, match="too-many-attempts"):
        sign_in.prove_second(site, account, "totp", code(site.store), None, stranger)
    assert sign_in.prove_second(site, account, "totp", code(site.store), None, mine)


def test_a_browser_is_known_to_five_accounts_for_a_year(site: Site, account: Account, clock: Clock) -> None:
    shared = sign_in.known_device(site, account.id)
    for _ in range(4):
        shared = sign_in.known_device(site, uuid4(), shared)
    assert len(sign_in.known_device(site, account.id, shared).split("~")) == 5, "once each"
    for _ in range(5):
        assert proved(site, "a guess") is None
    assert proved(site, SECRET, known=shared) == account
    for known in (sign_in.known_device(site, uuid4(), shared), f"{account.id}.1.é", "~~é"):
        with pytest.raises(Refused, match="too-many-attempts"):
            proved(site, SECRET, known=known)
    clock.pass_by(days=365)
    assert proved(site, "a guess", known=shared) is None
    with pytest.raises(Refused, match="too-many-attempts"):
        proved(site, SECRET, known=shared)
