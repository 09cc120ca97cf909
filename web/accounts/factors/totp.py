"""One-time codes of an authenticator application: RFC 6238, SHA-1, six digits, thirty seconds, one step either way."""

import base64
import secrets
import unicodedata

import pyotp
from sqlalchemy import update

from web.accounts.accounts import Account
from web.accounts.store import AccountStore
from web.accounts.tables import accounts

SEED_BYTES, DIGITS, STEP, WINDOW = 20, 6, 30, 1
ISSUER = "pixflow"


def new_seed() -> bytes:
    return secrets.token_bytes(SEED_BYTES)


def address(seed: bytes, email: str) -> str:
    """Returns the `otpauth:` address of a seed, for a QR code."""
    return _clock(seed).provisioning_uri(name=email, issuer_name=ISSUER)


def letters(seed: bytes) -> str:
    """Returns the seed as groups of four letters, to be typed."""
    text = base64.b32encode(seed).decode()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def step_of(seed: bytes, code: str, now: int) -> int | None:
    """Returns the step of a right code, None for a wrong one. Spaces and full-width digits are understood."""
    typed = unicodedata.normalize("NFKC", code).replace(" ", "")
    if len(typed) != DIGITS or not typed.isascii() or not typed.isdigit():
        return None
    clock, present = _clock(seed), now // STEP
    for step in range(present - WINDOW, present + WINDOW + 1):
        if pyotp.utils.strings_equal(typed, clock.generate_otp(step)):
            return step
    return None


def spend(store: AccountStore, account: Account, code: str) -> bool:
    """Tells if a code is right and was not used yet: each step serves once, over all processes."""
    if account.totp is None:
        return False
    step = step_of(account.totp, code, store.read_clock())
    if step is None:
        return False
    mine = (accounts.c.id == account.id) & (accounts.c.totp_step < step)
    return store.execute(update(accounts).where(mine).values(totp_step=step)) == 1


def _clock(seed: bytes) -> pyotp.TOTP:
    return pyotp.TOTP(base64.b32encode(seed).decode(), digits=DIGITS, interval=STEP)
