"""Workshops as iCalendar (RFC 5545), for the calendars people have: hours, place and campaign; nobody's name."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from icalendar import Calendar, Event

from pixflow.reference_data import References
from pixflow.workshop.state import Workshop
from web.french.events import workshops as french
from web.french.vocabulary import say

CONTENT_TYPE = "text/calendar; charset=utf-8"


def calendar(refs: References, workshops: Iterable[tuple[UUID, Workshop]], *, name: str = "") -> bytes:
    """Each workshop as an event that keeps its id when it moves; a cancelled one says so. `name` is the feed's."""
    made = Calendar()
    made.add("prodid", "-//pixflow//pixflow//FR")
    made.add("version", "2.0")
    if name:
        made.add("x-wr-calname", name)
    for id, workshop in workshops:
        made.add_component(_event(refs, id, workshop))
    return bytes(made.to_ical())


def _event(refs: References, id: UUID, workshop: Workshop) -> Event:
    campaign = refs.campaigns.get(workshop.campaign) if workshop.campaign else None
    title = say("Atelier Pix : {campaign}", campaign=campaign.name) if campaign else "Atelier Pix"
    event = Event()
    event.add("uid", f"{id}@pixflow")
    event.add("dtstamp", workshop.changed or datetime.min.replace(tzinfo=UTC))
    event.add("dtstart", workshop.starts)
    event.add("dtend", workshop.ends)
    event.add("summary", title)
    event.add("location", french.place(workshop.site, workshop.place))
    event.add("sequence", workshop.moves)
    event.add("status", "CANCELLED" if workshop.cancelled else "CONFIRMED")
    return event
