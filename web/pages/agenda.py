"""Workshops and appointments as iCalendar, and the private feed of each person, whose address its owner can change.

RFC 5545, RFC 7986. No young person is named (docs/domain.md#papers).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from hmac import compare_digest
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Header, HTTPException, Request, Response
from icalendar import Calendar, Component, Event
from sqlalchemy import Connection

from pixflow.authorization import Subject
from pixflow.dossier.state import Appointment, Dossier
from pixflow.events.staff import CalendarAddressReplaced
from pixflow.reference_data import References
from pixflow.team.absences import replace_calendar_address
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
C = TypeVar("C", bound=Component)
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
    name = french.name(served.refs.structure.name)
    described = {"name": name, "x-wr-calname": name, "description": french.DESCRIPTION}
    described |= {"x-wr-caldesc": french.DESCRIPTION, "url": f"{origin}/ateliers", "x-published-ttl": "PT1H"}
    calendar = _calendar(events, described)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    content = bytes(calendar.to_ical())
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
            if not compare_digest(_token(served, person).encode(), token.encode()):
                continue
            access = member.access  # who came back, or lost their factors, is invited and confirmed first
            may_enter = host.demo or (access.enters and access.confirmed)
            if may_enter and member.works(served.today()) and not access.suspended:
                return served, person
    raise HTTPException(404)


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


def feed_of(desk: Desk, reference: str) -> dict[str, Any]:
    """Returns the feed of the person at the desk: its address, and the receipt of the change that `reference` names.

    `following` is the number of the next address, None for who may not change it.
    """
    may = desk.may(replace_calendar_address, Subject(member=desk.me))
    changed = any(isinstance(one.event, CalendarAddressReplaced) for one in receipts.events_of(desk, reference))
    return {
        "address": address_of(desk.served, desk.me),
        "following": desk.refs.team[desk.me].calendar + 1 if may else None,
        "receipt": Receipt(french.CHANGED) if changed else None,
    }


def address_of(served: ServedStructure, person: UUID) -> str:
    """Returns the address of a person's feed. It cannot be guessed."""
    return f"/agenda/{_token(served, person)}.ics"


def _token(served: ServedStructure, person: UUID) -> str:
    """Returns the secret part of an address; the first one has no number."""
    number = served.refs.team[person].calendar
    return served.engine.token("agenda", f"{person} {number}" if number else str(person))


# --- calendars


def calendar_file(events: Iterable[Event]) -> bytes:
    return bytes(_calendar(events, {}).to_ical())


def _calendar(events: Iterable[Event], described: Mapping[str, str]) -> Calendar:
    calendar = _filled(Calendar(), {"prodid": "-//pixflow//pixflow//FR", "version": "2.0", **described})
    for event in events:
        calendar.add_component(event)
    return calendar


def workshop_event(refs: References, id: UUID, workshop: Workshop, origin: str) -> Event:
    """Returns a workshop. It keeps its id when it moves, and its sequence rises when it moves or is cancelled."""
    campaign = refs.campaigns.get(workshop.campaign) if workshop.campaign else None
    names = [refs.team[one].name for one in workshop.facilitators if one in refs.team]
    described = {
        "uid": f"{id}@pixflow",
        "dtstamp": workshop.changed or datetime.min.replace(tzinfo=UTC),
        "dtstart": workshop.starts,
        "dtend": workshop.ends,
        "summary": french.workshop(campaign.name if campaign else ""),
        "description": french.details(names, workshop, (campaign and campaign.code) or ""),
        "location": words.place(workshop.site, workshop.place),
        "url": f"{origin}/ateliers/{id}",
        "sequence": workshop.moves,
        "status": "CANCELLED" if workshop.cancelled else "CONFIRMED",
    }
    return _filled(Event(), described)


def _appointment_event(task: Any, appointment: Appointment, origin: str) -> Event:
    """Returns the appointment of a task's row. It keeps its id when it moves; the title tells no difficulty."""
    described = {
        "uid": f"{task.stream}.{task.key}@pixflow",
        "dtstamp": datetime.combine(appointment.stamp.on, time(), UTC),
        "dtstart": appointment.at,
        "dtend": appointment.at + LENGTH,
        "summary": french.appointment(task.kind),
        "description": french.APPOINTMENT,
        **({"location": appointment.place} if appointment.place else {}),
        "url": f"{origin}/dossiers/{task.stream}",
        "sequence": appointment.stamp.version,
        "status": "CONFIRMED",
    }
    return _filled(Event(), described)


def _filled(component: C, described: Mapping[str, Any]) -> C:
    for name, value in described.items():
        component.add(name, value)
    return component
