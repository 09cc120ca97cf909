"""A member of staff: one stream a person; the team is their fold."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from pixflow.events.base import Event, Personal
from pixflow.events.values import Role

PLAIN = frozenset({"site", "on", "role", "last_day", "absence", "first", "last", "deputy", "title", "version"})
"""What is written in clear: ids, days, and codes of what was done."""

# --- here, in which roles


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffJoined(Event):
    TOPIC: ClassVar[str] = "staff.StaffJoined"
    name: Personal[str]
    email: Personal[str]
    site: str | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    TOPIC: ClassVar[str] = "staff.RoleGranted"
    role: Role
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEnded(Event):
    TOPIC: ClassVar[str] = "staff.RoleEnded"
    role: Role
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLeft(Event):
    """Works here until `last_day`, that day included; said again with another day, it replaces the first."""

    TOPIC: ClassVar[str] = "staff.StaffLeft"
    last_day: date
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffReturned(Event):
    """Works here after all, or again: the departure counts no more, the roles are those held before it."""

    TOPIC: ClassVar[str] = "staff.StaffReturned"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactStated(Event):
    """The professional phone, E.164, that papers give; said again, it replaces the first, and None takes it away."""

    TOPIC: ClassVar[str] = "staff.ContactStated"
    phone: Personal[str | None]
    on: date


# --- away, and who sees to things meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceDeclared(Event):
    """Away from `first` to `last`, both included; said again of the same `absence`, it replaces what was said."""

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


# --- making Pix one's own


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferentDesignated(Event):
    """Named référent Pix of the Mission locale, or of a site: the role comes with it."""

    TOPIC: ClassVar[str] = "staff.ReferentDesignated"
    site: str | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PixTakenByStaff(Event):
    """Took the test themselves, to know it; no score is kept."""

    TOPIC: ClassVar[str] = "staff.PixTakenByStaff"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingAttended(Event):
    TOPIC: ClassVar[str] = "staff.TrainingAttended"
    title: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingHeld(Event):
    """Was told what Pix is for and how the structure uses it."""

    TOPIC: ClassVar[str] = "staff.BriefingHeld"
    title: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted(Event):
    """What was noted of a test, a training or a briefing never counts again."""

    TOPIC: ClassVar[str] = "staff.Retracted"
    version: int
    reason: Personal[str]
    on: date
