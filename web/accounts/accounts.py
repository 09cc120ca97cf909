"""Accounts: one a person and a site, found by their e-mail, whatever the structures they work for."""

import os
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import Label, delete, exists, func, select

from pixflow.identity import email as known_email
from web import security_events
from web.accounts import signed_rows
from web.accounts.store import AccountStore
from web.accounts.tables import accounts, identities, memberships, passkeys, recovery_codes, tickets

HANDLE = 16
"""Random bytes of a passkey's user id: never the e-mail."""
KEPT = 365 * 24 * 3600
"""Seconds that an account is kept without a membership."""


class Account(Struct, frozen=True):
    """An account. `totp` is the opened seed of its codes; `passkeys`, `recovery` and `issuers` are counts."""

    id: UUID
    email: str
    handle: bytes
    password: str | None
    totp: bytes | None
    passkeys: int
    recovery: int
    issuers: int

    @property
    def is_complete(self) -> bool:
        """Tells if both factors can be proved here: by a passkey, or by a password and a code."""
        return self.passkeys > 0 or (self.password is not None and self.totp is not None)


def create(store: AccountStore, email: str) -> Account:
    """Creates an account without any factor. Raises ValueError for a text that is no e-mail address."""
    id, now, address = uuid4(), store.read_clock(), known_email(email)
    store.add(
        accounts,
        id=id,
        email_digest=store.key.email_digest(address),
        email=store.key.seal(address.encode(), f"e-mail {id}"),
        handle=os.urandom(HANDLE),
        created=now,
        used=now,
    )
    security_events.note("user_created", account=id)
    made = find(store, id)
    assert made
    return made


def new_or_empty(store: AccountStore, email: str) -> Account | None:
    """Returns a new account, or the one of this e-mail that cannot sign in yet; None when it can."""
    account = find_email(store, email)
    if account is None:
        return create(store, email)
    return None if account.is_complete or account.issuers else account


def find(store: AccountStore, id: UUID | None) -> Account | None:
    return _find_where(store, accounts.c.id == id)


def find_email(store: AccountStore, email: str) -> Account | None:
    return _find_where(store, accounts.c.email_digest == store.key.email_digest(email))


def set_password(store: AccountStore, account: UUID, hashed: str | None) -> None:
    store.change(accounts, accounts.c.id == account, password=hashed)


def set_totp(store: AccountStore, account: UUID, seed: bytes, step: int) -> None:
    """Stores the seed of the codes, sealed. `step` is that of the code that proved it: it serves no more."""
    sealed = store.key.seal(seed, f"totp {account}")
    store.change(accounts, accounts.c.id == account, totp=sealed, totp_step=step)


def note_use(store: AccountStore, account: UUID) -> None:
    store.change(accounts, accounts.c.id == account, used=store.read_clock())


def forget_factors(store: AccountStore, account: UUID) -> None:
    """Deletes every factor of an account: it signs in no more before it is invited again."""
    with store.write() as connection:
        for table in (passkeys, recovery_codes, identities):
            connection.execute(delete(table).where(table.c.account == account))
        signed_rows.change(store.key, connection, accounts, accounts.c.id == account, password=None, totp=None)
    security_events.note("user_updated", "all", account=account)


def sweep(store: AccountStore) -> None:
    """Deletes the accounts that had no membership for a year, with their factors."""
    before = store.read_clock() - KEPT
    here = (memberships.c.ended.is_(None)) | (memberships.c.ended > before)
    kept = exists().where(memberships.c.account == accounts.c.id, here)
    with store.write() as connection:
        gone = set(connection.execute(select(accounts.c.id).where(accounts.c.created <= before, ~kept)).scalars())
        for table in (passkeys, recovery_codes, identities, memberships, tickets) if gone else ():
            connection.execute(delete(table).where(table.c.account.in_(gone)))
        connection.execute(delete(accounts).where(accounts.c.id.in_(gone)))


def _find_where(store: AccountStore, where: Any) -> Account | None:
    found = store.rows(select(accounts, *ways()).where(where))
    row = next(iter(signed_rows.genuine(store.key, accounts, found)), None)
    return row and Account(
        id=row.id,
        email=store.key.open_sealed(row.email, f"e-mail {row.id}").decode(),
        handle=row.handle,
        password=row.password,
        totp=store.key.open_sealed(row.totp, f"totp {row.id}") if row.totp else None,
        passkeys=row.passkeys,
        recovery=row.recovery,
        issuers=row.issuers,
    )


def ways() -> list[Label[int]]:
    """Returns the columns that count the ways in of an account of a query: `passkeys`, `recovery`, `issuers`."""
    counted = {"passkeys": passkeys, "recovery": recovery_codes, "issuers": identities}
    return [
        select(func.count()).where(table.c.account == accounts.c.id).scalar_subquery().label(name)
        for name, table in counted.items()
    ]
