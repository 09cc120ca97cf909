"""Passkeys: WebAuthn with user verification, so that one gesture is two factors (webauthn.py).

A challenge stands five minutes and serves once. That of a new passkey is a ticket. That of a proof is signed, bound to
its account, and a row only once a passkey has answered it: whoever asks for challenges fills nothing. The relying party
is the host of PIXFLOW_URL, for ever.
"""

import struct
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm
from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from web import security_events
from web.accounts import tickets
from web.accounts.accounts import Account
from web.accounts.site_key import digest, new_token
from web.accounts.store import AccountStore
from web.accounts.tables import accounts, passkeys

KIND, ANSWERED, SECONDS, LONGEST_NAME = "challenge", "answered", 5 * 60, 60

_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, struct.error, UnsupportedAlgorithm)
"""The errors of fido2 for bytes that are no answer of an authenticator."""


class BadPasskey(Exception):
    """The answer of an authenticator that does not prove what was asked; the reason is for the log."""


class Passkey(Struct, frozen=True):
    """A passkey of an account."""

    id: bytes
    name: str
    created: int
    used: int


class _Challenge(Struct):
    state: dict[str, Any]
    account: UUID


def options_to_register(store: AccountStore, url: str, account: Account) -> tuple[dict[str, Any], str]:
    """Returns the options of the browser's `create`, as JSON, and the token of their challenge."""
    from web.accounts.factors import webauthn

    options, state = webauthn.register_begin(url, account, [one.id for one in of_account(store, account.id)])
    token = tickets.issue(store, KIND, _Challenge(state, account.id), SECONDS, account.id)
    return options, token


def register(store: AccountStore, url: str, account: Account, token: str, answer: str, name: str) -> None:
    """Keeps the passkey that an authenticator made. Raises BadPasskey."""
    from web.accounts.factors import webauthn

    challenge = tickets.take(store, KIND, token, _Challenge)
    if challenge is None or challenge.account != account.id:
        raise BadPasskey("the challenge is unknown, used or expired")
    try:
        data, counter = webauthn.register_complete(url, challenge.state, answer)
    except _UNREADABLE as error:
        raise BadPasskey(type(error).__name__) from error
    if data is None:
        raise BadPasskey("no credential")
    now = store.read_clock()
    try:
        store.add(
            passkeys,
            id=data.credential_id,
            account=account.id,
            public_key=bytes(data),
            counter=counter,
            name=name.strip()[:LONGEST_NAME] or "Clé",
            created=now,
            used=now,
        )
    except IntegrityError:
        raise BadPasskey("this passkey is known already") from None


def options_to_prove(store: AccountStore, url: str, account: UUID | None = None) -> tuple[dict[str, Any], str]:
    """Returns the options of the browser's `get`, as JSON, and the token of their challenge.

    Without an account, any passkey of this site may answer.
    """
    from web.accounts.factors import webauthn

    name = f"{new_token()}.{store.read_clock() + SECONDS}"
    token = f"{name}.{store.key.sign(_bound(name, account))}"
    known = of_account(store, account) if account else ()
    options, _ = webauthn.prove_begin(url, [one.id for one in known], digest(token))
    return options, token


def prove(store: AccountStore, url: str, token: str, answer: str, account: UUID | None = None) -> UUID:
    """Returns the account that a passkey proves. Raises BadPasskey.

    A counter that does not grow shows a copied passkey. Synced passkeys stay at zero.
    """
    try:
        return _proved(store, url, token, answer, account)
    except BadPasskey:
        security_events.note("authn_login_fail", "passkey", account=account)
        raise


def _proved(store: AccountStore, url: str, token: str, answer: str, account: UUID | None) -> UUID:
    from web.accounts.factors import webauthn

    name, _, signature = token.rpartition(".")
    if not store.key.has_signed(_bound(name, account), signature):
        raise BadPasskey("the challenge is unknown")
    until = int(name.rpartition(".")[2])
    if not 0 < until - store.read_clock() <= SECONDS:
        raise BadPasskey("the challenge has expired")
    _, state = webauthn.prove_begin(url, (), digest(token))
    try:
        response = webauthn.read(answer)
        row = next(iter(store.genuine(passkeys, passkeys.c.id == response.raw_id)), None)
        if row is None or (account and row.account != account):
            raise BadPasskey("an unknown passkey")
        webauthn.prove_complete(url, state, row.public_key, response)
    except _UNREADABLE as error:
        raise BadPasskey(type(error).__name__) from error
    handle = response.response.user_handle
    counter = response.response.authenticator_data.counter
    if not tickets.spend(store, ANSWERED, token, until):
        raise BadPasskey("the challenge is used")
    grows = (passkeys.c.counter < counter) | ((passkeys.c.counter == 0) & (counter == 0))
    with store.write() as connection:
        known = connection.execute(select(accounts.c.handle).where(accounts.c.id == row.account)).scalar()
        if handle is not None and handle != known:
            raise BadPasskey("the handle of another account")
        changed = (
            update(passkeys).where(passkeys.c.id == row.id, grows).values(counter=counter, used=store.read_clock())
        )
        if connection.execute(changed).rowcount != 1:
            raise BadPasskey("the counter does not grow: this passkey was copied")
    return UUID(str(row.account))


def of_account(store: AccountStore, account: UUID) -> Sequence[Passkey]:
    """Returns the passkeys of an account, the oldest first."""
    query = select(passkeys).where(passkeys.c.account == account).order_by(passkeys.c.created, passkeys.c.id)
    return [Passkey(row.id, row.name, row.created, row.used) for row in store.rows(query)]


def remove(store: AccountStore, account: UUID, id: bytes) -> bool:
    return store.execute(delete(passkeys).where(passkeys.c.account == account, passkeys.c.id == id)) == 1


def _bound(name: str, account: UUID | None) -> str:
    """Returns what the signature of a challenge covers: nothing else that the site signs begins so."""
    return f"challenge {name} {account or ''}"
