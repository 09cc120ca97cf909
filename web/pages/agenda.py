"""Workshops and appointments as iCalendar, and the private feed of each person, whose address its owner can change.

RFC 5545, RFC 7986. No young person is named (docs/domain.md#papers).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hmac import compare_digest
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, HTTPException, Request, Response
from icalendar import Calendar, Event
from sqlalchemy import Connection

from pixflow.authorization import Subject
from pixflow.dossier.state import Appointment, Dossier
from pixflow.events.staff import CalendarAddressReplaced
from pixflow.reference_data import References
from pixflow.team.absences import replace_calendar_address
from pixflow.team.staff import Staff
from pixflow.workshop.state import Workshop
from projections import advisor_queue, workshops
from projections.store.folds import folds_of
from web.desk import receipts
from web.desk.commands import record
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.french import agenda as french
from web.french.events import workshops as words
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure
from web.http.forms import Form, FormData, validate
from web.http.templates import redirect

router = APIRouter()
WithFeed = Annotated[Desk, allowed("advisor", "facilitator", "referent", "manager")]
PAST = timedelta(days=365)
"""The days that a feed goes back."""
CONTENT_TYPE = "text/calendar; charset=utf-8"
LENGTH = timedelta(hours=1)
"""The length of an appointment: nobody states one."""
REFRESH = timedelta(hours=1)

# --- the feed


class AddressForm(Form):
    """The change of the address; `number` is that of the new one."""

    number: int


@router.get("/agenda/{token}.ics")
def feed(request: Request, token: str, if_none_match: Annotated[str, Header()] = "") -> Response:
    """Sends the appointments and workshops of the person of this token; 304 while they are those of an entity tag.

    Raises 404 for an unknown or former token, and for that of a member whose account does not open.
    """
    host: Host = request.app.state.host
    served, person = _person(host, token)
    origin = origin_of(request)
    with served.read().database.connect() as connection:
        events = list(_events(connection, served, person, origin))
    content = _feed_file(events, served.refs.structure.name, f"{origin}/ateliers")
    headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"', "Cache-Control": "private, no-cache"}
    known = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    if headers["ETag"] in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=CONTENT_TYPE, headers=headers)


@router.post("/agenda/adresse")
def change_address(request: Request, desk: WithFeed, data: FormData) -> Response:
    """Gives the person another address; the former one answers no more."""
    form, _ = validate(AddressForm, data)
    if form is None:
        raise HTTPException(422)
    outcome = record(desk, {"staff": desk.me}, replace_calendar_address, command_id=form.command_id, number=form.number)
    if outcome.refused:
        raise HTTPException(403)
    return redirect(request, f"/ateliers?agenda={receipts.reference(outcome.recorded)}#agenda")


def origin_of(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _person(host: Host, token: str) -> tuple[ServedStructure, UUID]:
    for served in host.structures.values():
        for person, member in served.refs.team.items():
            known = _token(served, person)
            if compare_digest(known.encode(), token.encode()) and _has_feed(host, served, member):
                return served, person
    raise HTTPException(404)


def _has_feed(host: Host, served: ServedStructure, member: Staff) -> bool:
    """Tells if a member may work here today: who came back, or lost their factors, is invited and confirmed first."""
    may_enter = host.demo or (member.access.enters and member.access.confirmed)
    return may_enter and member.works(served.today()) and not member.access.suspended


def _events(connection: Connection, served: ServedStructure, person: UUID, origin: str) -> Iterator[Event]:
    today = served.today()
    held = [row.stream for row in workshops.of_person(connection, person, today - PAST)]
    states = folds_of(connection, held)
    for id in held:
        if isinstance(state := states.get(id), Workshop):
            yield workshop_event(served.refs, id, state, origin)
    rows = advisor_queue.appointments(connection, person, today, today - PAST)
    dossiers = folds_of(connection, {row.stream for row in rows})
    for row in rows:
        dossier = dossiers.get(row.stream)
        if isinstance(dossier, Dossier) and (appointment := dossier.appointments.get(row.key)):
            yield _appointment_event(row, appointment, origin)


# --- its address


@dataclass(frozen=True, slots=True)
class CalendarFeed:
    """The address of a feed, the receipt of its change, and the number of the next; None for who may not change it."""

    address: str
    following: int | None
    receipt: Receipt | None


def feed_of(desk: Desk, reference: str) -> CalendarFeed:
    """Returns the feed of the person at the desk; `reference` names the change of its address."""
    may = desk.may(replace_calendar_address, Subject(member=desk.me))
    following = desk.refs.team[desk.me].calendar + 1 if may else None
    return CalendarFeed(address_of(desk.served, desk.me), following, _receipt(desk, reference))


def _receipt(desk: Desk, reference: str) -> Receipt | None:
    """Returns the receipt of a change of address, None for anything else."""
    changed = any(isinstance(one.event, CalendarAddressReplaced) for one in receipts.events_of(desk, reference))
    return Receipt(french.CHANGED) if changed else None


def address_of(served: ServedStructure, person: UUID) -> str:
    """Returns the address of a person's feed. It cannot be guessed."""
    return f"/agenda/{_token(served, person)}.ics"


def _token(served: ServedStructure, person: UUID) -> str:
    """Returns the secret part of an address; the first one has no number."""
    number = served.refs.team[person].calendar
    return served.engine.token("agenda", f"{person} {number}" if number else str(person))


# --- calendars


def calendar_file(events: Iterable[Event]) -> bytes:
    return bytes(_calendar(events).to_ical())


def _feed_file(events: Iterable[Event], structure: str, url: str) -> bytes:
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
    names = [refs.team[one].name for one in workshop.facilitators if one in refs.team]
    event = _event(f"{id}@pixflow", workshop.starts, workshop.ends, workshop.changed)
    event.add("summary", french.workshop(campaign.name if campaign else ""))
    event.add("description", french.details(names, workshop, (campaign and campaign.code) or ""))
    event.add("location", words.place(workshop.site, workshop.place))
    event.add("url", f"{origin}/ateliers/{id}")
    event.add("sequence", workshop.moves)
    event.add("status", "CANCELLED" if workshop.cancelled else "CONFIRMED")
    return event


def _appointment_event(task: Any, appointment: Appointment, origin: str) -> Event:
    """Returns the appointment of a task's row. It keeps its id when it moves; the title tells no difficulty."""
    on = datetime.combine(appointment.stamp.on, time(), UTC)
    event = _event(f"{task.stream}.{task.key}@pixflow", appointment.at, appointment.at + LENGTH, on)
    event.add("summary", french.appointment(task.kind))
    event.add("description", french.APPOINTMENT)
    if appointment.place:
        event.add("location", appointment.place)
    event.add("url", f"{origin}/dossiers/{task.stream}")
    event.add("sequence", appointment.stamp.version)
    event.add("status", "CONFIRMED")
    return event


def _event(uid: str, starts: datetime | None, ends: datetime | None, changed: datetime | None) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", changed or datetime.min.replace(tzinfo=UTC))
    event.add("dtstart", starts)
    event.add("dtend", ends)
    return event
