"""Somebody's workshops as a private feed: whoever has the address reads it, so it names no young person."""

from hmac import compare_digest
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.workshop.state import Workshop
from projections import workshops
from projections.store.catch_up import fold_of
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure
from web.pages.workshops.calendar_file import CONTENT_TYPE, calendar

router = APIRouter()


@router.get("/agenda/{token}.ics")
def feed(request: Request, token: str) -> Response:
    """The workshops that the person of this token runs; 404 for an unknown token, and once they have left."""
    host: Host = request.app.state.host
    served, person = _whose(host, token)
    with served.read().database.connect() as connection:
        rows = workshops.of_person(connection, person)
        found = [(row.stream, fold_of(connection, row.stream)) for row in rows]
    theirs = [(id, state) for id, state in found if isinstance(state, Workshop)]
    content = calendar(served.refs, theirs, name=f"Ateliers Pix, {served.refs.structure.name}")
    return Response(content, media_type=CONTENT_TYPE)


def address_of(served: ServedStructure, person: UUID) -> str:
    """Where somebody's feed is: it cannot be guessed."""
    return f"/agenda/{served.engine.token('agenda', str(person))}.ics"


def _whose(host: Host, token: str) -> tuple[ServedStructure, UUID]:
    for served in host.structures.values():
        for person, member in served.refs.team.items():
            known = served.engine.token("agenda", str(person))
            if compare_digest(known.encode(), token.encode()) and member.works(served.today()):
                return served, person
    raise HTTPException(404)
