"""The dependencies of routes: the desk of the person at work, with the tables up to date."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, HTTPException, Request

from pixflow import authorization
from pixflow.actor import Actor
from pixflow.events.values import Role
from pixflow.team.absences import colleagues_deputised_by
from projections.store.folds import must_not_be_damaged
from web.accounts import sessions
from web.desk.commands import must_be_asked_here
from web.desk.desk import Desk
from web.desk.navigation import frame_of
from web.desk.signed_in import ProofAsked, signed_in
from web.desk.witness import DeskWitness
from web.hosting.host import Host
from web.hosting.served_structure import Present, ServedStructure

COOKIE = "pixflow_person"


class NotModified(Exception):
    """Raised when nothing was recorded since the page was drawn, on the same day: the answer is 304."""


def desk(request: Request) -> Iterator[Desk]:
    """Yields the desk of the person of this browser; without one, redirects to the sign-in.

    Raises NotModified, having read nothing, for a page that asks whether it is still what it was (HX-PTag), and
    StreamDamaged for the page of a stream that the tables cannot show, because one of its events does not open.
    """
    host: Host = request.app.state.host
    served, actor, now = _who(request, host)
    if request.headers.get("HX-PTag") == now.tag:
        raise NotModified
    with served.reading(now.head) as tables:
        side = tables.side
        memory = side.memory.now()
        if side.position != now.head:
            now = served.present()
        refs, today = now.refs, now.today
        roles, away = authorization.roles(actor, refs, today), colleagues_deputised_by(refs.team, UUID(actor.id), today)
        scope = authorization.scope(actor, refs, today)
        made = Desk(host, served, actor, roles, scope, refs, tables, today, away, memory)
        request.state.frame = frame_of(request, made, side.blocked, now.tag)
        request.state.witness = DeskWitness(request, made)
        for named in request.path_params.values() if side.blocked else ():
            if isinstance(named, UUID):
                must_not_be_damaged(made.read, named)
        yield made


AtDesk = Annotated[Desk, Depends(desk)]


def allowed(*roles: Role, proved: bool = False) -> Any:
    """A dependency: 403 unless the person holds one of these roles. `proved`: they showed a moment ago who they are."""

    def check(request: Request, made: AtDesk) -> Desk:
        if not made.roles & set(roles):
            raise HTTPException(403)
        if proved:
            must_be_proved(request, made)
        return made

    return Depends(check)


def must_be_proved(request: Request, desk: Desk) -> None:
    """Raises ProofAsked unless a factor was proved within ten minutes: an open desk must not suffice.

    A demonstration has no factors. Raises FromElsewhere when a page of another site led here.
    """
    must_be_asked_here(request)
    if desk.host.site and not sessions.is_fresh(desk.host.site.store, request.state.session):
        raise ProofAsked


def served_for(request: Request) -> ServedStructure:
    """Returns the structure of the person named by the cookie."""
    return _who(request, request.app.state.host)[0]


def _who(request: Request, host: Host) -> tuple[ServedStructure, Actor, Present]:
    """Returns the structure and the person of this browser: chosen in a demonstration, else signed in. And the moment.

    One look at the store, for all that the request asks of it.
    """
    if not host.demo:
        return signed_in(request)
    slug, _, person = request.cookies.get(COOKIE, "").partition("/")
    served = host.structures.get(slug)
    with suppress(ValueError):
        if served and (now := served.present()).works(UUID(person)):
            return served, Actor(person), now
    raise HTTPException(303, headers={"Location": "/qui"})
