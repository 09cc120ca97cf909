"""Passkeys without a browser: a right answer proves once; a bent one, a copy and a stranger prove nothing."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.web.accounts.authenticator import PRESENT, VERIFIED, Answer, Authenticator, Bend
from tests.web.accounts.conftest import Clock
from web.accounts import accounts, tables
from web.accounts.accounts import Account
from web.accounts.factors import passkeys
from web.accounts.factors.passkeys import BadPasskey
from web.accounts.store import AccountStore

URL = "https://pixflow.exemple.fr"


@pytest.fixture
def nadia(store: AccountStore) -> Account:
    return accounts.create(store, "nadia@exemple.fr")


@pytest.fixture
def key(store: AccountStore, nadia: Account) -> Authenticator:
    return enrolled(store, nadia, Authenticator(URL))


def enrolled(store: AccountStore, account: Account, key: Authenticator) -> Authenticator:
    options, token = passkeys.options_to_register(store, URL, account)
    passkeys.register(store, URL, account, token, key.make(options), "Téléphone")
    return key


def proved(store: AccountStore, key: Authenticator, bend: Bend | None = None, account: UUID | None = None) -> UUID:
    options, token = passkeys.options_to_prove(store, URL, account)
    return passkeys.prove(store, URL, token, key.prove(options, bend), account)


def refuses_proof(store: AccountStore, token: str, answer: str, account: UUID | None = None) -> None:
    with pytest.raises(BadPasskey):
        passkeys.prove(store, URL, token, answer, account)


def refuses_key(store: AccountStore, account: Account, token: str, answer: str) -> None:
    with pytest.raises(BadPasskey):
        passkeys.register(store, URL, account, token, answer, "")


def test_the_pages_do_without_what_only_a_sign_in_needs() -> None:
    """fido2 takes 110 ms to load, joserfc 80: the first passkey and the first sign-in at an issuer wait for them."""
    asked = "import sys, web.app; print(*sys.modules.keys() & {'fido2', 'joserfc', 'httpx2', 'zxcvbn'})"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


def test_a_passkey_proves_its_account(store: AccountStore, nadia: Account, key: Authenticator) -> None:
    assert proved(store, key) == nadia.id
    assert proved(store, key, account=nadia.id) == nadia.id


def bent(**said: Any) -> Bend:
    def bend(answer: Answer) -> None:
        for name, value in said.items():
            assert hasattr(answer, name)
            setattr(answer, name, value)

    return bend


BENT = {
    "challenge": bent(challenge="A" * 43),
    "origin": bent(origin="https://pixflow.exemple.fr.voleur.example"),
    "origin without TLS": bent(origin="http://pixflow.exemple.fr"),
    "relying party": bent(rp="voleur.example"),
    "signature": bent(signature=lambda made: made[:-1] + bytes([made[-1] ^ 1])),
    "no signature": bent(signature=lambda made: b""),
    "not verified": bent(flags=PRESENT),
    "not present": bent(flags=VERIFIED),
    "type": bent(type="webauthn.create"),
    "counter": bent(counter=0),
    "id": bent(id=b"another passkey."),
    "handle": bent(handle=b"another account."),
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT)
def test_a_bent_answer_proves_nothing(store: AccountStore, key: Authenticator, bend: Bend) -> None:
    proved(store, key)
    with pytest.raises(BadPasskey):
        proved(store, key, bend)
    proved(store, key)


@pytest.mark.parametrize(
    "name", [name for name in BENT if name not in ("signature", "no signature", "counter", "id", "handle")]
)
def test_a_bent_answer_enrols_nothing(store: AccountStore, nadia: Account, name: str) -> None:
    bend = BENT[name] if name != "type" else bent(type="webauthn.get")
    options, token = passkeys.options_to_register(store, URL, nadia)
    refuses_key(store, nadia, token, Authenticator(URL).make(options, bend))
    assert passkeys.of_account(store, nadia.id) == []


@pytest.mark.parametrize(
    "garbage", ["", "{", "[]", "null", '"x"', "{}", '{"id": 1}', '{"response": {}}', "é", "\ud800"]
)
def test_garbage_proves_and_enrols_nothing(store: AccountStore, nadia: Account, garbage: str) -> None:
    _, token = passkeys.options_to_prove(store, URL)
    refuses_proof(store, token, garbage)
    _, token = passkeys.options_to_register(store, URL, nadia)
    refuses_key(store, nadia, token, garbage)


def test_a_truncated_answer_proves_and_enrols_nothing(store: AccountStore, nadia: Account, key: Authenticator) -> None:
    other = Authenticator(URL)
    for part, share in ((part, share) for part in range(3) for share in (0, 0.2, 0.5, 0.8)):
        options, token = passkeys.options_to_prove(store, URL)
        refuses_proof(store, token, truncated(key.prove(options), part, share))
        options, token = passkeys.options_to_register(store, URL, nadia)
        refuses_key(store, nadia, token, truncated(other.make(options), min(part, 1), share))


def truncated(answer: str, part: int, share: float) -> str:
    """Cuts one field of an answer."""
    said = json.loads(answer)
    name = sorted(said["response"])[part]
    said["response"][name] = said["response"][name][: int(len(said["response"][name]) * share)]
    return json.dumps(said)


def test_a_challenge_serves_once_and_five_minutes(store: AccountStore, key: Authenticator, clock: Clock) -> None:
    options, token = passkeys.options_to_prove(store, URL)
    passkeys.prove(store, URL, token, key.prove(options))
    refuses_proof(store, token, key.prove(options))
    options, token = passkeys.options_to_prove(store, URL)
    clock.pass_by(minutes=5)
    refuses_proof(store, token, key.prove(options))


def test_a_challenge_is_no_row_before_a_passkey_has_answered_it(
    store: AccountStore, nadia: Account, key: Authenticator
) -> None:
    options, token = passkeys.options_to_prove(store, URL, nadia.id)
    for _ in range(20):
        passkeys.options_to_prove(store, URL)
        refuses_proof(store, token, key.prove(options, BENT["signature"]), nadia.id)
    assert answered(store) == 0
    passkeys.prove(store, URL, token, key.prove(options), nadia.id)
    assert answered(store) == 1, "a wrong answer before it does not use a challenge up"


def answered(store: AccountStore) -> int:
    with store.read() as connection:
        return len(connection.execute(select(tables.tickets).where(tables.tickets.c.kind != "challenge")).all())


def test_a_challenge_that_this_site_did_not_sign_proves_nothing(
    store: AccountStore, key: Authenticator, clock: Clock
) -> None:
    options, token = passkeys.options_to_prove(store, URL)
    random, until, signature = token.split(".")
    later = f"{random}.{int(until) + 60}.{signature}"
    for forged in ("", "x", "..", "é.é.é", f"{random}.{until}.", f"{random}.{until}.{'0' * 64}", later, token + " "):
        refuses_proof(store, forged, key.prove(options))
    other, _ = passkeys.options_to_prove(store, URL)
    refuses_proof(store, token, key.prove(other))
    clock.pass_by(hours=-1)
    refuses_proof(store, token, key.prove(options))


def test_of_eight_at_once_one_challenge_serves(store: AccountStore, nadia: Account) -> None:
    key = enrolled(store, nadia, Authenticator(URL, synced=True))
    options, token = passkeys.options_to_prove(store, URL)
    answer = key.prove(options)

    def tries(_: int) -> bool:
        try:
            return passkeys.prove(store, URL, token, answer) == nadia.id
        except BadPasskey:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(tries, range(8))) == 1


def test_a_copy_is_refused_and_a_synced_passkey_is_not(store: AccountStore, nadia: Account, key: Authenticator) -> None:
    proved(store, key)
    copy = Authenticator(URL, counter=key.counter, id=key.id, key=key.key)
    proved(store, key)
    with pytest.raises(BadPasskey):
        proved(store, copy)
    synced = enrolled(store, nadia, Authenticator(URL, synced=True))
    assert [proved(store, synced) for _ in range(3)] == [nadia.id] * 3


def test_another_account_proves_nothing_here(store: AccountStore, nadia: Account, key: Authenticator) -> None:
    paul = accounts.create(store, "paul@exemple.fr")
    theirs = enrolled(store, paul, Authenticator(URL))
    with pytest.raises(BadPasskey):
        proved(store, theirs, account=nadia.id)
    options, token = passkeys.options_to_prove(store, URL, nadia.id)
    refuses_proof(store, token, key.prove(options), paul.id)
    options, token = passkeys.options_to_register(store, URL, nadia)
    refuses_key(store, paul, token, Authenticator(URL).make(options))
    options, token = passkeys.options_to_register(store, URL, paul)
    refuses_key(store, paul, token, key.make(options))
    assert proved(store, key) == nadia.id


def test_removed_it_proves_nothing(store: AccountStore, nadia: Account, key: Authenticator) -> None:
    assert not passkeys.remove(store, accounts.create(store, "paul@exemple.fr").id, key.id)
    assert passkeys.remove(store, nadia.id, key.id)
    assert not passkeys.remove(store, nadia.id, key.id)
    with pytest.raises(BadPasskey):
        proved(store, key)
