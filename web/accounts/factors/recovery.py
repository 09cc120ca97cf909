"""Recovery codes: eight, each once, for whoever lost their second factor."""

import secrets
from uuid import UUID

from sqlalchemy import delete

from web.accounts import signed_rows
from web.accounts.site_key import digest
from web.accounts.store import AccountStore
from web.accounts.tables import recovery_codes

CODES, LETTERS, GROUP = 8, 24, 4
ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"
"""No letter is mistaken for another: 24 of these 32 are 120 bits, so that a plain digest may keep them."""


def renew(store: AccountStore, account: UUID) -> list[str]:
    """Replaces the codes of an account, and returns the new ones: they are shown once."""
    letters = ["".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(CODES)]
    codes = ["-".join(code[at : at + GROUP] for at in range(0, LETTERS, GROUP)) for code in letters]
    with store.write() as connection:
        connection.execute(delete(recovery_codes).where(recovery_codes.c.account == account))
        for code in codes:
            signed_rows.add(store.key, connection, recovery_codes, digest=_digest(account, code), account=account)
    return codes


def spend(store: AccountStore, account: UUID, code: str) -> bool:
    """Tells if a code is one of the account's, and uses it up. Case, spaces and hyphens do not matter."""
    mine = (recovery_codes.c.account == account, recovery_codes.c.digest == _digest(account, code))
    with store.write() as connection:
        spent = connection.execute(delete(recovery_codes).where(*mine).returning(recovery_codes))
        return len(signed_rows.genuine(store.key, recovery_codes, spent)) == 1


def _digest(account: UUID, code: str) -> bytes:
    plain = code.lower().replace("-", "").replace(" ", "").strip()
    return digest(f"{account} {plain}")
