"""A member of staff: one stream a person; the team is their fold."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from pixflow.events.base import Event, Personal
from pixflow.events.values import Role

PLAIN = frozenset(
    {
        "site",
        "on",
        "role",
        "last_day",
        "absence",
        "first",
        "last",
        "deputy",
        "title",
        "version",
        "until",
        "to_confirm",
        "number",
    }
)
"""Fields in clear: ids, days, and codes of actions."""

# --- membership and roles


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffJoined(Event):
    TOPIC: ClassVar[str] = "staff.StaffJoined"
    name: Personal[str]
    email: Personal[str]
    site: str | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    """A role, through `until` when it has an end. `to_confirm`: a second person confirms it, as roles that read all."""

    TOPIC: ClassVar[str] = "staff.RoleGranted"
    role: Role
    on: date
    until: date | None = None
    to_confirm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleConfirmed(Event):
    """A second person confirms a role that was granted: it counts from now on."""

    TOPIC: ClassVar[str] = "staff.RoleConfirmed"
    role: Role
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEnded(Event):
    TOPIC: ClassVar[str] = "staff.RoleEnded"
    role: Role
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLeft(Event):
    """The last day of work, included. A later one replaces it."""

    TOPIC: ClassVar[str] = "staff.StaffLeft"
    last_day: date
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffReturned(Event):
    """The departure is cancelled, or the member is back, with the former roles."""

    TOPIC: ClassVar[str] = "staff.StaffReturned"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactStated(Event):
    """The professional phone (E.164) printed on papers. A later one replaces it; None removes it."""

    TOPIC: ClassVar[str] = "staff.ContactStated"
    phone: Personal[str | None]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarAddressReplaced(Event):
    """The member's private feed has another address, their `number`-th change; the former one answers no more."""

    TOPIC: ClassVar[str] = "staff.CalendarAddressReplaced"
    number: int
    on: date


# --- absences


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceDeclared(Event):
    """Absent from `first` to `last`, both included. The same `absence` again replaces it."""

    TOPIC: ClassVar[str] = "staff.AbsenceDeclared"
    absence: UUID
    first: date
    last: date
    deputy: UUID | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceCancelled(Event):
    TOPIC: ClassVar[str] = "staff.AbsenceCancelled"
    absence: UUID
    on: date


# --- milestones


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferentDesignated(Event):
    """Designated référent Pix of the Mission locale or of a site, with the role."""

    TOPIC: ClassVar[str] = "staff.ReferentDesignated"
    site: str | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PixTakenByStaff(Event):
    """The member took the test; no score is kept."""

    TOPIC: ClassVar[str] = "staff.PixTakenByStaff"
    CLOSES: ClassVar[bool] = True
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingAttended(Event):
    TOPIC: ClassVar[str] = "staff.TrainingAttended"
    title: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingHeld(Event):
    """The member was briefed on Pix and its use in the structure."""

    TOPIC: ClassVar[str] = "staff.BriefingHeld"
    CLOSES: ClassVar[bool] = True
    title: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted(Event):
    """A milestone that no longer counts."""

    TOPIC: ClassVar[str] = "staff.Retracted"
    version: int
    reason: Personal[str]
    on: date
