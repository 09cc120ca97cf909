"""The access of a member of staff to their account: facts of the staff stream. Secrets and sessions are no events."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from pixflow.events.base import Event

SignInWay = Literal["passkey", "password", "issuer"]
SuspensionReason = Literal["colleague", "mass-reading", "operator"]
PLAIN = frozenset({"way", "reason", "on", "to_confirm"})
"""Fields in clear: codes and days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInvited(Event):
    """A member is invited to sign in. Invited again, the link before serves no more."""

    TOPIC: ClassVar[str] = "staff.AccountInvited"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(Event):
    """The member accepted the invitation, with both factors."""

    TOPIC: ClassVar[str] = "staff.AccountOpened"
    way: SignInWay
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConfirmed(Event):
    """A second person confirms the account: it reads and writes from now on."""

    TOPIC: ClassVar[str] = "staff.AccountConfirmed"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSuspended(Event):
    """The account is closed at once, until two people open it again."""

    TOPIC: ClassVar[str] = "staff.AccountSuspended"
    reason: SuspensionReason
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingRequested(Event):
    """Somebody asks to close an account, or for a departure, after many within the hour: a second person does it."""

    TOPIC: ClassVar[str] = "staff.ClosingRequested"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorationRequested(Event):
    """Somebody asks to open a suspended account again."""

    TOPIC: ClassVar[str] = "staff.RestorationRequested"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRestored(Event):
    """A second person opens a suspended account again."""

    TOPIC: ClassVar[str] = "staff.AccountRestored"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorsResetRequested(Event):
    """Somebody asks to delete the factors of a member who lost them."""

    TOPIC: ClassVar[str] = "staff.FactorsResetRequested"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorsResetWithdrawn(Event):
    """The factors are not deleted after all: nobody asks for it any longer."""

    TOPIC: ClassVar[str] = "staff.FactorsResetWithdrawn"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorsReset(Event):
    """A second person deletes the factors: the member is invited again. `to_confirm`: and confirmed again."""

    TOPIC: ClassVar[str] = "staff.FactorsReset"
    on: date
    to_confirm: bool = False
