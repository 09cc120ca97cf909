"""Workshops as iCalendar (RFC 5545), and the private feed of each person. Neither names a young person."""

from collections.abc import Iterable
from datetime import UTC, datetime
from hmac import compare_digest
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from icalendar import Calendar, Event

from pixflow.reference_data import References
from pixflow.workshop.state import Workshop
from projections import workshops
from projections.store.folds import fold_of
from web.french.events import workshops as french
from web.french.typography import say
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure

router = APIRouter()
CONTENT_TYPE = "text/calendar; charset=utf-8"


@router.get("/agenda/{token}.ics")
def feed(request: Request, token: str) -> Response:
    """Sends the workshops that the person of this token runs. 404 for an unknown token, and for that of a
    member who left or was suspended."""
    host: Host = request.app.state.host
    served, person = _person(host, token)
    with served.read().database.connect() as connection:
        rows = workshops.of_person(connection, person)
        found = [(row.stream, fold_of(connection, row.stream)) for row in rows]
    theirs = [(id, state) for id, state in found if isinstance(state, Workshop)]
    content = calendar_file(served.refs, theirs, name=f"Ateliers Pix, {served.refs.structure.name}")
    return Response(content, media_type=CONTENT_TYPE)


def address_of(served: ServedStructure, person: UUID) -> str:
    """Returns the address of a person's feed. It cannot be guessed."""
    return f"/agenda/{served.engine.token('agenda', str(person))}.ics"


def _person(host: Host, token: str) -> tuple[ServedStructure, UUID]:
    for served in host.structures.values():
        for person, member in served.refs.team.items():
            known = served.engine.token("agenda", str(person))
            if (
                compare_digest(known.encode(), token.encode())
                and member.works(served.today())
                and not member.access.suspended
            ):
                return served, person
    raise HTTPException(404)


def calendar_file(refs: References, workshops: Iterable[tuple[UUID, Workshop]], *, name: str = "") -> bytes:
    """Returns workshops as a calendar. `name` is the feed's.

    An event keeps its id when the workshop moves, and says when it is cancelled.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//pixflow//pixflow//FR")
    calendar.add("version", "2.0")
    if name:
        calendar.add("x-wr-calname", name)
    for id, workshop in workshops:
        calendar.add_component(_event(refs, id, workshop))
    return bytes(calendar.to_ical())


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
