"""The private feed of each person, whose address its owner can change."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from hmac import compare_digest
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, HTTPException, Request, Response
from icalendar import Event
from sqlalchemy import Connection

from pixflow.dossier.state import Dossier
from pixflow.team.absences import replace_calendar_address
from pixflow.team.staff import Staff
from pixflow.workshop.state import Workshop
from projections import advisor_queue, workshops
from projections.store.folds import folds_of
from web.desk import receipts
from web.desk.commands import record
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure
from web.http.forms import Form, FormData, validate
from web.http.templates import redirect
from web.pages.agenda.calendar_file import (
    CONTENT_TYPE,
    TaskAppointment,
    appointment_event,
    feed_file,
    workshop_event,
)
from web.pages.agenda.feed import token_of

router = APIRouter()
WithFeed = Annotated[Desk, allowed("advisor", "facilitator", "referent", "manager")]
PAST = timedelta(days=365)
"""The days that a feed goes back."""


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
    content = feed_file(events, served.refs.structure.name, f"{origin}/ateliers")
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
            known = token_of(served, person)
            if compare_digest(known.encode(), token.encode()) and _has_feed(host, served, member):
                return served, person
    raise HTTPException(404)


def _has_feed(host: Host, served: ServedStructure, member: Staff) -> bool:
    """Tells if a member may work here today: who came back, or lost their factors, is invited and confirmed first."""
    may_enter = host.demo or (member.access.enters and member.access.confirmed)
    return may_enter and member.works(served.today()) and not member.access.suspended


def _events(connection: Connection, served: ServedStructure, person: UUID, origin: str) -> Iterator[Event]:
    today = served.today()
    for id, state in _workshops(connection, person, served):
        yield workshop_event(served.refs, id, state, origin)
    rows = advisor_queue.appointments(connection, person, today, today - PAST)
    dossiers = folds_of(connection, {row.stream for row in rows})
    for row in rows:
        dossier = dossiers.get(row.stream)
        if isinstance(dossier, Dossier) and (appointment := dossier.appointments.get(row.key)):
            yield appointment_event(TaskAppointment(row.stream, row.key, row.kind, appointment), origin)


def _workshops(connection: Connection, person: UUID, served: ServedStructure) -> Iterator[tuple[UUID, Workshop]]:
    rows = workshops.of_person(connection, person, served.today() - PAST)
    states = folds_of(connection, [row.stream for row in rows])
    for row in rows:
        if isinstance(state := states.get(row.stream), Workshop):
            yield row.stream, state
