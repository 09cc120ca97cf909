"""An account and its session, as read from the accounts store."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

Way = Literal["passkey", "password", "issuer"]


class Account(Struct, frozen=True):
    """An account. `totp` is the opened seed of its codes, `passkeys` and `recovery` are counts."""

    id: UUID
    email: str
    handle: bytes
    password: str | None
    totp: bytes | None
    passkeys: int
    recovery: int

    @property
    def is_complete(self) -> bool:
        """Tells if both factors can be proved here: by a passkey, or by a password and a code."""
        return self.passkeys > 0 or (self.password is not None and self.totp is not None)


class Membership(Struct, frozen=True):
    """A member of staff in one structure that an account stands for, since the instant `accepted`."""

    structure: UUID
    member: UUID
    account: UUID
    asleep: bool
    accepted: int
    ended: int | None

    @property
    def is_open(self) -> bool:
        return self.ended is None and not self.asleep


class Session(Struct, frozen=True):
    """A session: `digest` of its cookie, `is_locked` after half an hour without a page.

    `proved` is the last instant when a factor was: factors are changed within ten minutes of it. `is_lone`: its account
    has a single way in.
    """

    digest: bytes
    account: UUID
    structure: UUID
    member: UUID
    created: int
    seen: int
    proved: int
    way: Way
    device: str
    is_locked: bool
    is_lone: bool = False


def is_lone(passkeys: int, recovery: int, issuers: int, *, password: bool) -> bool:
    """Tells if who loses one thing has no way in left: a passkey, or the application of a `password` with its codes.

    A recovery code is a way in after a password only. An issuer gives its people back their ways in.
    """
    return not issuers and passkeys + (password and 1 + bool(recovery)) == 1
