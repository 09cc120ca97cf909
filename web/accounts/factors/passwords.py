"""Passwords: argon2id, and the words that a password must not contain (OWASP Password Storage, ASVS 5.0 6.2)."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pixflow.identity import normalise
from pixflow.refused import Refused
from web.accounts.factors.breached import Breached

SHORTEST, LONGEST = 12, 128
_GUESSES = 10**10
_READ = 72
"""zxcvbn takes seconds on a long text: it is given this many characters."""
_PART = 4
"""Shortest part of a name that a password must not contain."""
_HOUSE = ("missionlocale", "pixflow", "motdepasse", "azerty", "qwerty", "123456")
"""Parts that no password has: the house, and what everybody tries first. zxcvbn knows no French."""
_at_once = BoundedSemaphore(2)
"""A hash takes 46 MiB: two at a time."""


@cache
def _hasher() -> PasswordHasher:
    """Returns argon2id with the first of OWASP's equal minima: 46 MiB, one pass, one thread."""
    return PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)


@cache
def _nobody() -> str:
    return hashed("the password of no account")


def hashed(password: str) -> str:
    with _at_once:
        return _hasher().hash(password)


def matches(password: str, known: str | None) -> bool:
    """Tells if a password is the known one. Without one, takes the same time and answers False."""
    with _at_once:
        try:
            return _hasher().verify(known or _nobody(), password) and known is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(known: str) -> bool:
    """Tells if a hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(known)


def check_strength(password: str, words: Iterable[str], breached: Path | None = None) -> None:
    """Raises Refused with the first rule that a new password breaks.

    Codes: "password-short", "password-long", "password-word" (with the word), "password-weak", "password-breached".
    `words` are those of the person, the structure and its sites.
    """
    from zxcvbn import zxcvbn  # its dictionaries take 20 ms to load: at a new password, not at each start

    if len(password) < SHORTEST:
        raise Refused("password-short", field="password", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Refused("password-long", field="password", longest=LONGEST)
    if word := _word_inside(password, words):
        raise Refused("password-word", field="password", word=word)
    if zxcvbn(password[:_READ])["guesses"] < _GUESSES:
        raise Refused("password-weak", field="password")
    if breached and password in Breached(breached):
        raise Refused("password-breached", field="password")


def _word_inside(password: str, words: Iterable[str]) -> str | None:
    plain = normalise(password).replace(" ", "")
    parts = (part for word in words for part in normalise(word).split() if len(part) >= _PART)
    return next((part for part in (*_HOUSE, *parts) if part in plain), None)
