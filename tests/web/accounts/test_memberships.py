"""Memberships of two accounts in two structures: what is done to one is done to no other."""

from uuid import UUID

import pytest

from tests.web.accounts.conftest import Clock
from web.accounts import accounts, invitations, memberships, sessions, views
from web.accounts.memberships import Membership
from web.accounts.store import AccountStore
from web.accounts.views import KeptView

HERE, THERE = UUID(int=1), UUID(int=2)
NADIA, PAUL, OTHER = (UUID(int=n) for n in (11, 12, 13))
Pair = tuple[UUID, UUID]


@pytest.fixture
def made(store: AccountStore) -> dict[Pair, Membership]:
    """Nadia and Paul are members of both structures, by accounts of their own, in a session each."""
    found = {}
    for email, member in (("nadia@exemple.fr", NADIA), ("paul@exemple.fr", PAUL)):
        account = accounts.create(store, email).id
        for structure in (HERE, THERE):
            found[structure, member] = memberships.accept(store, account, structure, member)
    return found


@pytest.fixture
def tokens(store: AccountStore, made: dict[Pair, Membership]) -> dict[Pair, str]:
    return {pair: sessions.begin(store, one, "password", "") for pair, one in made.items()}


def opened(store: AccountStore) -> set[Pair]:
    """The memberships that are open, by structure and member."""
    return {
        (structure, member)
        for structure in (HERE, THERE)
        for member, one in memberships.of_structure(store, structure).items()
        if one.is_open
    }


def in_use(store: AccountStore, tokens: dict[Pair, str]) -> set[Pair]:
    """The sessions that lead somewhere."""
    return {pair for pair, token in tokens.items() if sessions.find(store, token)}


def but(made: dict[Pair, Membership], *left_out: Pair) -> set[Pair]:
    return made.keys() - set(left_out)


def test_what_ends_is_one_membership(
    store: AccountStore, made: dict[Pair, Membership], tokens: dict[Pair, str], clock: Clock
) -> None:
    for structure in (HERE, THERE):
        for member in (NADIA, PAUL):
            views.keep(store, structure, member, KeptView("CEJ", "/boite"))
    assert memberships.end(store, HERE, [NADIA, OTHER]) == 1
    clock.pass_by(minutes=1)
    assert memberships.end(store, HERE, [NADIA]) == 0, "once"
    assert opened(store) == but(made, (HERE, NADIA))
    assert in_use(store, tokens) == but(made, (HERE, NADIA))
    known = memberships.of_member(store, HERE, NADIA)
    assert known.ended == store.read_clock() - 60
    assert {pair for pair in made if views.of_member(store, *pair)} == but(made, (HERE, NADIA))


def test_what_sleeps_and_wakes_is_one_membership(
    store: AccountStore, made: dict[Pair, Membership], tokens: dict[Pair, str], clock: Clock
) -> None:
    memberships.sleep(store, HERE, [NADIA])
    assert opened(store) == but(made, (HERE, NADIA))
    assert in_use(store, tokens) == but(made, (HERE, NADIA))
    memberships.sleep(store, THERE, [NADIA, PAUL])
    memberships.renew(store, made[THERE, PAUL], clock.now, wakes=False)
    assert opened(store) == {(HERE, PAUL)}
    memberships.renew(store, made[THERE, NADIA], clock.now, wakes=True)
    assert opened(store) == {(HERE, PAUL), (THERE, NADIA)}
    accepted = {pair: memberships.of_member(store, *pair) for pair in made}
    younger = {pair for pair, one in accepted.items() if one and one.accepted == made[pair].accepted + 1}
    assert younger == {(THERE, PAUL), (THERE, NADIA)}


def test_a_renewal_takes_the_later_instant(store: AccountStore, made: dict[Pair, Membership], clock: Clock) -> None:
    event = clock.now
    clock.pass_by(days=1)
    memberships.renew(store, made[HERE, NADIA], event, wakes=False)
    known = memberships.of_member(store, HERE, NADIA)
    assert known.accepted == store.read_clock()


def test_what_sleeps_elsewhere_is_of_one_account(store: AccountStore, made: dict[Pair, Membership]) -> None:
    assert memberships.sleep_elsewhere(store, made[HERE, NADIA].account, HERE) == 1
    assert opened(store) == but(made, (THERE, NADIA))


def test_an_account_that_nobody_uses_sleeps_where_it_is_asked(
    store: AccountStore, made: dict[Pair, Membership], clock: Clock
) -> None:
    clock.pass_by(days=90, seconds=-1)
    memberships.sleep_unused(store, HERE, [NADIA, PAUL])
    assert opened(store) == set(made)
    clock.pass_by(seconds=1)
    memberships.sleep_unused(store, HERE, [NADIA])
    assert opened(store) == but(made, (HERE, NADIA))
    accounts.note_use(store, made[HERE, PAUL].account)
    memberships.sleep_unused(store, HERE, [PAUL])
    assert opened(store) == but(made, (HERE, NADIA)), "Paul signed in"


def test_a_membership_of_yesterday_does_not_sleep_though_its_account_is_old(
    store: AccountStore, made: dict[Pair, Membership], clock: Clock
) -> None:
    clock.pass_by(days=100)
    memberships.accept(store, made[HERE, NADIA].account, HERE, NADIA)
    memberships.sleep_unused(store, HERE, [NADIA])
    assert opened(store) == set(made)


def test_the_jobs_of_a_structure_learn_of_an_account_that_nobody_uses(
    store: AccountStore, made: dict[Pair, Membership], clock: Clock
) -> None:
    begun = memberships.read_standing(store)
    assert {structure: len(rows) for structure, rows in begun.items()} == {HERE: 2, THERE: 2}
    clock.pass_by(days=90, seconds=-1)
    assert memberships.read_standing(store) == begun
    clock.pass_by(seconds=1)
    over = memberships.read_standing(store)
    assert not over[HERE] & begun[HERE]
    accounts.note_use(store, made[HERE, PAUL].account)
    known = memberships.read_standing(store)
    assert [len(known[structure] & begun[structure]) for structure in (HERE, THERE)] == [1, 1], "Paul signed in"
    assert [len(known[structure] & over[structure]) for structure in (HERE, THERE)] == [1, 1], "Nadia did not"
    memberships.accept(store, made[HERE, NADIA].account, HERE, NADIA)
    assert not memberships.read_standing(store)[HERE] & over[HERE], "her membership is new"


def test_the_last_use_is_told_by_member(store: AccountStore, made: dict[Pair, Membership], clock: Clock) -> None:
    first = store.read_clock()
    clock.pass_by(days=3)
    accounts.note_use(store, made[HERE, PAUL].account)
    memberships.accept(store, made[HERE, NADIA].account, THERE, OTHER)
    assert memberships.last_used(store, HERE) == {NADIA: first, PAUL: store.read_clock()}


def test_an_account_that_accepts_again_moves(
    store: AccountStore, made: dict[Pair, Membership], tokens: dict[Pair, str], clock: Clock
) -> None:
    clock.pass_by(seconds=5)
    moved = memberships.accept(store, made[HERE, NADIA].account, HERE, OTHER)
    assert (moved.member, moved.asleep, moved.accepted, moved.ended) == (OTHER, False, store.read_clock(), None)
    assert opened(store) == but(made, (HERE, NADIA)) | {(HERE, OTHER)}
    assert in_use(store, tokens) == but(made, (HERE, NADIA))
    assert [one.structure for one in sessions.of_account(store, moved.account)] == [THERE], "the one here is gone"
    memberships.accept(store, made[THERE, PAUL].account, HERE, OTHER)
    assert opened(store) == but(made, (HERE, NADIA), (HERE, PAUL)) | {(HERE, OTHER)}
    assert in_use(store, tokens) == but(made, (HERE, NADIA), (HERE, PAUL))
    of_member = memberships.of_member(store, HERE, OTHER)
    assert of_member.account == made[HERE, PAUL].account


def test_an_invitation_is_joined_once(store: AccountStore, made: dict[Pair, Membership]) -> None:
    invitation, _ = invitations.invite(store, HERE, OTHER, "jeanne@exemple.fr", "operator")
    account = accounts.create(store, "jeanne@exemple.fr").id
    joined = memberships.join(store, account, invitation)
    assert (joined.structure, joined.member, joined.account) == (HERE, OTHER, account)
    assert memberships.join(store, account, invitation) is None
    assert opened(store) == set(made) | {(HERE, OTHER)}
    assert memberships.of_account(store, account) == [joined]
