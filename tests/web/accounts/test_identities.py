"""Identities at an issuer, on both databases: a pair leads to one account, and an account has one an issuer."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

from web.accounts.oidc import identities
from web.accounts.store import AccountStore

ISSUER, OTHER = "https://issuer.example", "https://other.example"


def test_a_pair_leads_to_one_account(store: AccountStore) -> None:
    nadia, paul = uuid4(), uuid4()
    identities.link(store, nadia, ISSUER, "one")
    identities.link(store, paul, OTHER, "one")
    assert identities.find(store, ISSUER, "one") == nadia
    assert identities.find(store, OTHER, "one") == paul
    for issuer, subject in ((f"{ISSUER}/", "one"), (ISSUER, "ONE"), (ISSUER, "one "), (ISSUER, "")):
        assert identities.find(store, issuer, subject) is None


def test_another_subject_takes_the_place_of_the_one_before(store: AccountStore) -> None:
    nadia, paul = uuid4(), uuid4()
    identities.link(store, nadia, ISSUER, "before")
    identities.link(store, nadia, OTHER, "there")
    identities.link(store, nadia, ISSUER, "after")
    assert identities.find(store, ISSUER, "before") is None
    assert identities.find(store, ISSUER, "after") == nadia
    assert sorted(identities.of_account(store, nadia)) == [ISSUER, OTHER]
    identities.link(store, paul, ISSUER, "after")
    assert identities.find(store, ISSUER, "after") == paul
    assert identities.of_account(store, nadia) == [OTHER]


def test_a_link_is_removed_once(store: AccountStore) -> None:
    nadia = uuid4()
    identities.link(store, nadia, ISSUER, "one")
    assert not identities.unlink(store, uuid4(), ISSUER)
    assert not identities.unlink(store, nadia, OTHER)
    assert identities.unlink(store, nadia, ISSUER)
    assert not identities.unlink(store, nadia, ISSUER)
    assert identities.find(store, ISSUER, "one") is None


def test_linked_eight_times_at_once(store: AccountStore) -> None:
    accounts: list[UUID] = [uuid4() for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda one: identities.link(store, one, ISSUER, "one"), accounts))
    assert identities.find(store, ISSUER, "one") in accounts
