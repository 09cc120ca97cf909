"""A member of staff: one stream a person; the team is their fold. Secrets and sessions of an account are no events."""

from datetime import date
from typing import Literal
from uuid import UUID

from pixflow.events.base import Event, Personal, event
from pixflow.events.values import Role

PLAIN = frozenset({
    *("site", "on", "role", "last_day", "absence", "first", "last", "deputy", "title", "version", "until"),
    *("to_confirm", "number", "way", "reason", "wanted", "direction"),
})  # fmt: skip
"""Fields in clear: ids, days, and codes of actions."""

# --- membership and roles


@event("staff.StaffJoined")
class StaffJoined(Event):
    name: Personal[str]
    email: Personal[str]
    site: str | None
    on: date


@event("staff.RoleGranted")
class RoleGranted(Event):
    """A role, through `until` when it has an end. `to_confirm`: a second person confirms it, as roles that read all."""

    role: Role
    on: date
    until: date | None = None
    to_confirm: bool = False


@event("staff.RoleConfirmed")
class RoleConfirmed(Event):
    """A second person confirms a role that was granted: it counts from now on."""

    role: Role
    on: date


@event("staff.RoleEnded")
class RoleEnded(Event):
    role: Role
    on: date


@event("staff.StaffLeft")
class StaffLeft(Event):
    """The last day of work, included. A later one replaces it."""

    last_day: date
    on: date


@event("staff.StaffReturned")
class StaffReturned(Event):
    """The departure is cancelled, or the member is back, with the former roles."""

    on: date


@event("staff.ContactStated")
class ContactStated(Event):
    """The professional phone (E.164) printed on papers. A later one replaces it; None removes it."""

    phone: Personal[str | None]
    on: date


@event("staff.MonthlyPageChosen")
class MonthlyPageChosen(Event):
    """The member receives the page of the figures by e-mail each month, or no more. The latest choice counts."""

    wanted: bool
    on: date


@event("staff.CalendarAddressReplaced")
class CalendarAddressReplaced(Event):
    """The member's private feed has another address, their `number`-th change; the former one answers no more."""

    number: int
    on: date


# --- absences


@event("staff.AbsenceDeclared")
class AbsenceDeclared(Event):
    """Absent from `first` to `last`, both included. The same `absence` again replaces it."""

    absence: UUID
    first: date
    last: date
    deputy: UUID | None
    on: date


@event("staff.AbsenceCancelled")
class AbsenceCancelled(Event):
    absence: UUID
    on: date


# --- milestones


@event("staff.ReferentDesignated")
class ReferentDesignated(Event):
    """Designated référent Pix of the Mission locale or of a site, with the role."""

    site: str | None
    on: date


@event("staff.PixTakenByStaff", closes=True)
class PixTakenByStaff(Event):
    """The member took the test; no score is kept."""

    on: date


@event("staff.TrainingAttended")
class TrainingAttended(Event):
    title: str
    on: date


@event("staff.BriefingHeld", closes=True)
class BriefingHeld(Event):
    """The member was briefed on Pix and its use in the structure."""

    title: str
    on: date


@event("staff.Retracted")
class Retracted(Event):
    """A milestone that no longer counts."""

    version: int
    reason: Personal[str]
    on: date


# --- the access of a member of staff to their account: facts of the staff stream. Secrets and sessions are no events


SignInWay = Literal["passkey", "password", "issuer"]
SuspensionReason = Literal["colleague", "mass-reading", "operator"]


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
    """A second person confirms the account: it reads and writes from now on.

    `direction`: one of the two people is a manager or the operator.
    """

    on: date
    direction: bool = True


@event("staff.AccountSuspended")
class AccountSuspended(Event):
    """The account is closed at once, until two people open it again."""

    reason: SuspensionReason
    on: date


@event("staff.ClosingRequested")
class ClosingRequested(Event):
    """Somebody asks for a closing, after many within the hour: a second person does it.

    It closes an account, records a departure, or ends roles.
    """

    on: date


@event("staff.RestorationRequested")
class RestorationRequested(Event):
    """Somebody asks to open a suspended account again."""

    on: date


@event("staff.AccountRestored")
class AccountRestored(Event):
    """A second person opens a suspended account again. `direction`: one of the two is a manager or the operator."""

    on: date
    direction: bool = True


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
