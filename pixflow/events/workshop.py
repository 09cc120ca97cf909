"""A workshop: hours, place, facilitators, seats, attendance. Ids and counts only, no names."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from pixflow.events.base import Event
from pixflow.events.values import Presence, WorkshopPaper

PLAIN = frozenset({
    "campaign", "site", "place", "starts", "ends", "day", "capacity", "series", "on", "facilitator", "reason",
    "dossier", "until", "presence", "present", "absent", "excused", "version", "shown", "paper",
    "people",
})  # fmt: skip
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkshopScheduled(Event):
    """`starts` and `ends` are UTC, `day` is the structure's. Workshops of one form share their `series`."""

    TOPIC: ClassVar[str] = "workshop.WorkshopScheduled"
    campaign: UUID
    site: str
    place: str
    starts: datetime
    ends: datetime
    day: date
    capacity: int
    series: UUID | None
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilitatorJoined(Event):
    TOPIC: ClassVar[str] = "workshop.FacilitatorJoined"
    facilitator: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilitatorLeft(Event):
    TOPIC: ClassVar[str] = "workshop.FacilitatorLeft"
    facilitator: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkshopMoved(Event):
    """Another day, other hours or another place. Seats are kept."""

    TOPIC: ClassVar[str] = "workshop.WorkshopMoved"
    place: str
    starts: datetime
    ends: datetime
    day: date
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkshopCancelled(Event):
    TOPIC: ClassVar[str] = "workshop.WorkshopCancelled"
    reason: Literal["facilitator", "room", "technical", "too-few", "mistake", "other"]
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatTaken(Event):
    TOPIC: ClassVar[str] = "workshop.SeatTaken"
    dossier: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatReleased(Event):
    TOPIC: ClassVar[str] = "workshop.SeatReleased"
    dossier: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistJoined(Event):
    TOPIC: ClassVar[str] = "workshop.WaitlistJoined"
    dossier: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistLeft(Event):
    """A place on the waiting list is given up. A seat offered with it is free again."""

    TOPIC: ClassVar[str] = "workshop.WaitlistLeft"
    dossier: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatOffered(Event):
    """A seat offered to the first in line, through the day `until`."""

    TOPIC: ClassVar[str] = "workshop.SeatOffered"
    dossier: UUID
    until: date
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatOfferLapsed(Event):
    """An expired seat offer. The person leaves the list, and the next in line gets an offer."""

    TOPIC: ClassVar[str] = "workshop.SeatOfferLapsed"
    dossier: UUID
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceMarked(Event):
    """An attendance mark. The latest one counts. Difficulty and ease stand in the dossier only."""

    TOPIC: ClassVar[str] = "workshop.AttendanceMarked"
    CLOSES: ClassVar[bool] = True
    dossier: UUID
    presence: Presence
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAsked(Event):
    """The facilitator calls for the assistant."""

    TOPIC: ClassVar[str] = "workshop.HelpAsked"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpGiven(Event):
    TOPIC: ClassVar[str] = "workshop.HelpGiven"
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkshopClosed(Event):
    """The final counts: every registrant is marked."""

    TOPIC: ClassVar[str] = "workshop.WorkshopClosed"
    present: int
    absent: int
    excused: int
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class YoungPeopleSearched(Event):
    """A search among all young people, for somebody who came without a seat: so many names were shown."""

    TOPIC: ClassVar[str] = "workshop.YoungPeopleSearched"
    shown: int
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperIssued(Event):
    """A member of the team took a paper with the names of so many people, to print or as a PDF."""

    TOPIC: ClassVar[str] = "workshop.PaperIssued"
    paper: WorkshopPaper
    people: int
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted(Event):
    """An event of the workshop that no longer counts: a mark, a walk-in, a released seat."""

    TOPIC: ClassVar[str] = "workshop.Retracted"
    version: int
    reason: str
    on: date
