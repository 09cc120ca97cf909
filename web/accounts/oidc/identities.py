"""Identities at an issuer: the pair (issuer, subject), never an e-mail, leads to an account."""

from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, select, text

from web.accounts import signed_rows
from web.accounts.store import AccountStore
from web.accounts.tables import identities

_LINK = text("""
    INSERT INTO identities (issuer, subject, account, created, mac)
    VALUES (:issuer, :subject, :account, :created, :mac)
    ON CONFLICT (issuer, subject) DO UPDATE SET account = :account, created = :created, mac = :mac
""").bindparams(bindparam("account", type_=Uuid))


def link(store: AccountStore, account: UUID, issuer: str, subject: str) -> None:
    """Links an identity to an account, and unlinks what the account had at this issuer and who had this identity."""
    row = {"issuer": issuer, "subject": subject, "account": account, "created": store.read_clock()}
    others = (identities.c.account == account) & (identities.c.issuer == issuer) & (identities.c.subject != subject)
    with store.write() as connection:
        connection.execute(delete(identities).where(others))
        connection.execute(_LINK, {**row, "mac": signed_rows.signature(store.key, identities, row)})


def find(store: AccountStore, issuer: str, subject: str) -> UUID | None:
    """Returns the account of an identity."""
    found = store.genuine(identities, identities.c.issuer == issuer, identities.c.subject == subject)
    return next((row.account for row in found), None)


def unlink(store: AccountStore, account: UUID, issuer: str) -> bool:
    """Removes the identity of an account at an issuer. Returns False when there is none."""
    mine = (identities.c.account == account) & (identities.c.issuer == issuer)
    return store.execute(delete(identities).where(mine)) > 0


def of_account(store: AccountStore, account: UUID) -> list[str]:
    """Returns the issuers at which an account has an identity."""
    return list(store.scalars(select(identities.c.issuer).where(identities.c.account == account)))
