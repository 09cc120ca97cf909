"""Workshops and appointments as iCalendar (RFC 5545, RFC 7986). No young person is named (docs/domain.md#papers)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from icalendar import Calendar, Event

from pixflow.dossier.state import Appointment
from pixflow.reference_data import References
from pixflow.workshop.state import Workshop
from web.french import agenda as french
from web.french.events import workshops as words

CONTENT_TYPE = "text/calendar; charset=utf-8"
LENGTH = timedelta(hours=1)
"""The length of an appointment: nobody states one."""
REFRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TaskAppointment:
    """The appointment of a task: its dossier, its key, its kind."""

    dossier: UUID
    key: str
    kind: str
    appointment: Appointment


def calendar_file(events: Iterable[Event]) -> bytes:
    return bytes(_calendar(events).to_ical())


def feed_file(events: Iterable[Event], structure: str, url: str) -> bytes:
    """Returns a person's feed: its name, its description, the address `url` of its page, and how often to read it."""
    calendar = _calendar(events)
    name = french.name(structure)
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("description", french.DESCRIPTION)
    calendar.add("x-wr-caldesc", french.DESCRIPTION)
    calendar.add("url", url)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    return bytes(calendar.to_ical())


def _calendar(events: Iterable[Event]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//pixflow//pixflow//FR")
    calendar.add("version", "2.0")
    for event in events:
        calendar.add_component(event)
    return calendar


def workshop_event(refs: References, id: UUID, workshop: Workshop, origin: str) -> Event:
    """Returns a workshop. It keeps its id when it moves, and its sequence rises when it moves or is cancelled."""
    campaign = refs.campaigns.get(workshop.campaign) if workshop.campaign else None
    event = _event(f"{id}@pixflow", workshop.starts, workshop.ends, workshop.changed)
    event.add("summary", french.workshop(campaign.name if campaign else ""))
    event.add("description", french.details(_names(refs, workshop), workshop, (campaign and campaign.code) or ""))
    event.add("location", words.place(workshop.site, workshop.place))
    event.add("url", f"{origin}/ateliers/{id}")
    event.add("sequence", workshop.moves)
    event.add("status", "CANCELLED" if workshop.cancelled else "CONFIRMED")
    return event


def appointment_event(task: TaskAppointment, origin: str) -> Event:
    """Returns an appointment. It keeps its id when it moves; the title tells no difficulty."""
    set_ = task.appointment
    on = datetime.combine(set_.stamp.on, time(), UTC)
    event = _event(f"{task.dossier}.{task.key}@pixflow", set_.at, set_.at + LENGTH, on)
    event.add("summary", french.appointment(task.kind))
    event.add("description", french.APPOINTMENT)
    if set_.place:
        event.add("location", set_.place)
    event.add("url", f"{origin}/dossiers/{task.dossier}")
    event.add("sequence", set_.stamp.version)
    event.add("status", "CONFIRMED")
    return event


def _event(uid: str, starts: datetime | None, ends: datetime | None, changed: datetime | None) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", changed or datetime.min.replace(tzinfo=UTC))
    event.add("dtstart", starts)
    event.add("dtend", ends)
    return event


def _names(refs: References, workshop: Workshop) -> list[str]:
    return [refs.team[one].name for one in workshop.facilitators if one in refs.team]
