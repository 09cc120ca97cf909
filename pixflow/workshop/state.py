"""The state of a workshop: hours and place, facilitators, seats, waiting list, attendance."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow.events import workshop as e
from pixflow.events.base import Event, Recorded
from pixflow.events.values import Presence
from pixflow.folding import Stamp, stamp_of
from pixflow.folding import fold as fold_events
from pixflow.refused import Refused

NEW = timedelta(days=1)
"""The time after which who joined by themselves runs a workshop as the others do."""


class WaitlistEntry(Struct, frozen=True):
    """A place on the waiting list. `until` is the last day of a seat offered to them, None without offer."""

    stamp: Stamp
    until: date | None = None


class Help(Struct, frozen=True):
    """An open call for the assistant: when, and by whom."""

    at: datetime
    by: str


class Workshop(Struct, frozen=True):
    """The state of a workshop.

    `announced` is the event that last set hours and place, `announced_by` its actor, `changed` its instant. `moves`
    counts such events. `planned_by` is who scheduled it; `newcomers` are the facilitators who joined a workshop of
    others by themselves, each with the instant. Seats and waiting list are in order; ids are those of dossiers.
    """

    version: int = 0
    scheduled: Stamp | None = None
    planned_by: str = ""
    announced: Stamp | None = None
    announced_by: str = ""
    changed: datetime | None = None
    moves: int = 0
    campaign: UUID | None = None
    site: str = ""
    place: str = ""
    starts: datetime | None = None
    ends: datetime | None = None
    day: date | None = None
    capacity: int = 0
    series: UUID | None = None
    facilitators: tuple[UUID, ...] = ()
    newcomers: dict[UUID, datetime] = {}
    seats: dict[UUID, Stamp] = {}
    waiting: dict[UUID, WaitlistEntry] = {}
    attendance: dict[UUID, Presence] = {}
    help: Help | None = None
    cancelled: Stamp | None = None
    reason: str = ""
    closed: Stamp | None = None

    @property
    def free(self) -> int:
        """The seats neither taken nor offered."""
        return self.capacity - len(self.seats) - sum(one.until is not None for one in self.waiting.values())

    @property
    def unmarked(self) -> list[UUID]:
        """The registrants without an attendance mark."""
        return [dossier for dossier in self.seats if dossier not in self.attendance]

    def count(self, presence: Presence) -> int:
        return sum(self.attendance.get(dossier) == presence for dossier in self.seats)

    def runs(self, person: str) -> bool:
        """Tells if this member of staff is one of the facilitators."""
        return any(str(facilitator) == person for facilitator in self.facilitators)

    def is_new(self, person: str, now: datetime) -> bool:
        """Tells if this facilitator joined by themselves within a day, and no colleague has agreed yet."""
        return any(str(one) == person and now - joined < NEW for one, joined in self.newcomers.items())


def fold(events: Sequence[Recorded]) -> Workshop:
    """Returns the workshop after these events, without the retracted ones. Its version is the last event's."""
    return fold_events(Workshop(), evolve, events)


def evolve(state: Workshop, recorded: Recorded) -> Workshop:
    stamp = stamp_of(recorded)
    changes = _seats(state, recorded.event, stamp) or _course(state, recorded, stamp)
    return replace(state, version=stamp.version, **changes)


def _course(state: Workshop, recorded: Recorded, stamp: Stamp) -> dict[str, Any]:
    event = recorded.event
    match event:
        case e.WorkshopScheduled():
            return {
                "scheduled": stamp,
                "planned_by": recorded.by,
                "campaign": event.campaign,
                "site": event.site,
                "capacity": event.capacity,
                "series": event.series,
                **_when(event, recorded, stamp),
            }
        case e.WorkshopMoved():
            return {"moves": state.moves + 1, **_when(event, recorded, stamp)}
        case e.WorkshopCancelled(reason=reason):
            return {
                "cancelled": stamp,
                "reason": reason,
                "changed": recorded.at,
                "moves": state.moves + 1,
                "waiting": {},
                "help": None,
            }
        case e.FacilitatorJoined(facilitator=who, alone=alone):
            joined = {who: recorded.at} if alone else {}
            others = tuple(known for known in state.facilitators if known != who)
            return {"facilitators": (*others, who), "newcomers": {**_without(state.newcomers, who), **joined}}
        case e.FacilitatorLeft(facilitator=who):
            others = tuple(known for known in state.facilitators if known != who)
            return {"facilitators": others, "newcomers": _without(state.newcomers, who)}
        case e.FacilitatorAccepted(facilitator=who):
            return {"newcomers": _without(state.newcomers, who)}
        case e.HelpAsked():
            return {"help": Help(recorded.at, recorded.by)}
        case e.HelpGiven():
            return {"help": None}
        case e.WorkshopClosed():
            return {"closed": stamp, "waiting": {}, "help": None}
    return {}


def _when(event: e.WorkshopScheduled | e.WorkshopMoved, recorded: Recorded, stamp: Stamp) -> dict[str, Any]:
    return {
        "place": event.place,
        "starts": event.starts,
        "ends": event.ends,
        "day": event.day,
        "announced": stamp,
        "announced_by": recorded.by,
        "changed": recorded.at,
    }


def _seats(state: Workshop, event: Event, stamp: Stamp) -> dict[str, Any]:
    match event:
        case e.SeatTaken(dossier=dossier):
            return {"seats": {**state.seats, dossier: stamp}, "waiting": _without(state.waiting, dossier)}
        case e.SeatReleased(dossier=dossier):
            return {"seats": _without(state.seats, dossier), "attendance": _without(state.attendance, dossier)}
        case e.WaitlistJoined(dossier=dossier):
            return {"waiting": {**state.waiting, dossier: WaitlistEntry(stamp)}}
        case e.WaitlistLeft(dossier=dossier) | e.SeatOfferLapsed(dossier=dossier):
            return {"waiting": _without(state.waiting, dossier)}
        case e.SeatOffered(dossier=dossier, until=until) if known := state.waiting.get(dossier):
            return {"waiting": {**state.waiting, dossier: replace(known, until=until)}}
        case e.AttendanceMarked(dossier=dossier, presence=presence):
            return {"attendance": {**state.attendance, dossier: presence}}
    return {}


def _without(known: dict[UUID, Any], dossier: UUID) -> dict[UUID, Any]:
    return {id: value for id, value in known.items() if id != dossier}


def waiting_without_seat(state: Workshop) -> Iterator[UUID]:
    """Yields the dossiers on the waiting list without a seat offer, in order."""
    return (dossier for dossier, one in state.waiting.items() if one.until is None)


# --- checks of decisions


def must_be_on(workshop: Workshop) -> None:
    """Raises Refused("unknown-workshop"), ("workshop-cancelled") or ("workshop-closed")."""
    if workshop.scheduled is None:
        raise Refused("unknown-workshop")
    if workshop.cancelled:
        raise Refused("workshop-cancelled", on=workshop.cancelled.on)
    if workshop.closed:
        raise Refused("workshop-closed", on=workshop.closed.on)


def must_have_begun(workshop: Workshop, on: date) -> None:
    """Raises Refused("workshop-to-come") before its day."""
    if workshop.day and on < workshop.day:
        raise Refused("workshop-to-come", day=workshop.day)
