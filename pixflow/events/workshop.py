"""A workshop: hours, place, facilitators, seats, attendance. Ids and counts only, no names."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pixflow.events.base import Event, event
from pixflow.events.values import Presence, WorkshopPaper

PLAIN = frozenset({
    "campaign", "site", "place", "starts", "ends", "day", "capacity", "series", "on", "facilitator", "reason",
    "dossier", "until", "presence", "present", "absent", "excused", "version", "shown", "paper",
    "people", "alone", "pressed",
})  # fmt: skip
"""All of it is written in clear: it tells of no young person and of nobody in the team."""


@event("workshop.WorkshopScheduled")
class WorkshopScheduled(Event):
    """`starts` and `ends` are UTC, `day` is the structure's. Workshops of one form share their `series`."""

    campaign: UUID
    site: str
    place: str
    starts: datetime
    ends: datetime
    day: date
    capacity: int
    series: UUID | None
    on: date


@event("workshop.FacilitatorJoined")
class FacilitatorJoined(Event):
    """`alone`: by themselves, into a workshop that somebody else scheduled."""

    facilitator: UUID
    on: date
    alone: bool = False


@event("workshop.FacilitatorLeft")
class FacilitatorLeft(Event):
    facilitator: UUID
    on: date


@event("workshop.FacilitatorAccepted")
class FacilitatorAccepted(Event):
    """A colleague agrees that somebody runs it who joined by themselves."""

    facilitator: UUID
    on: date


@event("workshop.WorkshopMoved")
class WorkshopMoved(Event):
    """Another day, other hours or another place. Seats are kept."""

    place: str
    starts: datetime
    ends: datetime
    day: date
    on: date


@event("workshop.WorkshopCancelled")
class WorkshopCancelled(Event):
    reason: Literal["facilitator", "room", "technical", "too-few", "mistake", "other"]
    on: date


@event("workshop.SeatTaken")
class SeatTaken(Event):
    dossier: UUID
    on: date


@event("workshop.SeatReleased")
class SeatReleased(Event):
    dossier: UUID
    on: date


@event("workshop.WaitlistJoined")
class WaitlistJoined(Event):
    dossier: UUID
    on: date


@event("workshop.WaitlistLeft")
class WaitlistLeft(Event):
    """A place on the waiting list is given up. A seat offered with it is free again."""

    dossier: UUID
    on: date


@event("workshop.SeatOffered")
class SeatOffered(Event):
    """A seat offered to the first in line, through the day `until`."""

    dossier: UUID
    until: date
    on: date


@event("workshop.SeatOfferLapsed")
class SeatOfferLapsed(Event):
    """An expired seat offer. The person leaves the list, and the next in line gets an offer."""

    dossier: UUID
    on: date


@event("workshop.AttendanceMarked", closes=True)
class AttendanceMarked(Event):
    """An attendance mark. The latest one counts. Difficulty and ease stand in the dossier only.

    `pressed` is the hour (UTC) of a press that waited for the network.
    """

    dossier: UUID
    presence: Presence
    on: date
    pressed: datetime | None = None


@event("workshop.HelpAsked")
class HelpAsked(Event):
    """The facilitator calls for the assistant."""

    on: date


@event("workshop.HelpGiven")
class HelpGiven(Event):
    on: date


@event("workshop.WorkshopClosed")
class WorkshopClosed(Event):
    """The final counts: every registrant is marked."""

    present: int
    absent: int
    excused: int
    on: date


@event("workshop.YoungPeopleSearched")
class YoungPeopleSearched(Event):
    """A search among all young people, for somebody who came without a seat: so many names were shown."""

    shown: int
    on: date


@event("workshop.PaperIssued")
class PaperIssued(Event):
    """A member of the team took a paper with the names of so many people, to print or as a PDF."""

    paper: WorkshopPaper
    people: int
    on: date


@event("workshop.Retracted")
class Retracted(Event):
    """An event of the workshop that no longer counts: a mark, a walk-in, a released seat."""

    version: int
    reason: str
    on: date
