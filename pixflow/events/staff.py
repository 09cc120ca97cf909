"""A member of staff: one stream a person; the team is their fold."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pixflow.events import Event
from pixflow.events.values import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffJoined(Event):
    TOPIC: ClassVar[str] = "staff.StaffJoined"
    name: str
    email: str
    site: str | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    TOPIC: ClassVar[str] = "staff.RoleGranted"
    role: Role
    on: date
