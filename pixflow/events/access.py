"""The access of a member of staff to their account: facts of the staff stream. Secrets and sessions are no events."""

from datetime import date
from typing import Literal

from pixflow.events.base import Event, event

SignInWay = Literal["passkey", "password", "issuer"]
SuspensionReason = Literal["colleague", "mass-reading", "operator"]
PLAIN = frozenset({"way", "reason", "on", "to_confirm"})
"""Fields in clear: codes and days."""


@event("staff.AccountInvited")
class AccountInvited(Event):
    """A member is invited to sign in. Invited again, the link before serves no more."""

    on: date


@event("staff.AccountOpened")
class AccountOpened(Event):
    """The member accepted the invitation, with both factors."""

    way: SignInWay
    on: date


@event("staff.AccountConfirmed")
class AccountConfirmed(Event):
    """A second person confirms the account: it reads and writes from now on."""

    on: date


@event("staff.AccountSuspended")
class AccountSuspended(Event):
    """The account is closed at once, until two people open it again."""

    reason: SuspensionReason
    on: date


@event("staff.ClosingRequested")
class ClosingRequested(Event):
    """Somebody asks to close an account, or for a departure, after many within the hour: a second person does it."""

    on: date


@event("staff.RestorationRequested")
class RestorationRequested(Event):
    """Somebody asks to open a suspended account again."""

    on: date


@event("staff.AccountRestored")
class AccountRestored(Event):
    """A second person opens a suspended account again."""

    on: date


@event("staff.FactorsResetRequested")
class FactorsResetRequested(Event):
    """Somebody asks to delete the factors of a member who lost them."""

    on: date


@event("staff.FactorsResetWithdrawn")
class FactorsResetWithdrawn(Event):
    """The factors are not deleted after all: nobody asks for it any longer."""

    on: date


@event("staff.FactorsReset")
class FactorsReset(Event):
    """A second person deletes the factors: the member is invited again. `to_confirm`: and confirmed again."""

    on: date
    to_confirm: bool = False
