"""Passwords: argon2id, and what a password must not be (OWASP Password Storage, ASVS 5.0 6.2)."""

from collections.abc import Iterable
from functools import cache
from hashlib import sha1
from mmap import ACCESS_READ, mmap
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pixflow.identity import normalise
from pixflow.refused import Refused

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


def matches(password: str, password_hash: str | None) -> bool:
    """Tells if a password is the known one. Without one, takes the same time and answers False."""
    with _at_once:
        try:
            return _hasher().verify(password_hash or _nobody(), password) and password_hash is not None
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
    plain = normalise(password).replace(" ", "")
    parts = (part for word in words for part in normalise(word).split() if len(part) >= _PART)
    if word := next((part for part in (*_HOUSE, *parts) if part in plain), None):
        raise Refused("password-word", field="password", word=word)
    if zxcvbn(password[:_READ])["guesses"] < _GUESSES:
        raise Refused("password-weak", field="password")
    if breached and password in Breached(breached):
        raise Refused("password-breached", field="password")


# --- the list of breached passwords that an operator may provide: lines `SHA1:COUNT`, sorted (Have I Been Pwned)

DIGITS = 40


class Breached:
    """A file of breached passwords. `password in Breached(path)` bisects it, without reading it whole.

    Raises OSError when the file cannot be read, ValueError when it is empty.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __contains__(self, password: str) -> bool:
        wanted = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        with open(self.path, "rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as lines:
            low, high = 0, len(lines)
            while low < high:
                start = _line_start(lines, (low + high) // 2)
                digest = lines[start : start + DIGITS].upper()
                if digest == wanted:
                    return True
                if digest < wanted:
                    end = lines.find(b"\n", start)
                    low = len(lines) if end < 0 else end + 1
                else:
                    high = start
            return False


def is_sorted(path: Path, looks: int = 1_000) -> bool:
    """Tells if the digests at `looks` places of the file are digests in ascending order."""
    with open(path, "rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as lines:
        places = (len(lines) * look // looks for look in range(looks))
        starts = dict.fromkeys(_line_start(lines, at) for at in places)
        found = [lines[start : start + DIGITS].upper() for start in starts]
    return found == sorted(found) and all(len(one) == DIGITS and one.isalnum() for one in found)


def _line_start(lines: mmap, at: int) -> int:
    return lines.rfind(b"\n", 0, at) + 1
