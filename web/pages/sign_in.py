"""Qui êtes-vous: the choice of a person, in a demonstration; and the first page of each role."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Request, Response

from pixflow.events.values import Role
from pixflow.identity import normalise
from web.desk.dependencies import COOKIE, AtDesk
from web.desk.names import role_labels
from web.french import vocabulary
from web.hosting.host import Host
from web.hosting.served_structure import ServedStructure
from web.http.people import NOBODY
from web.http.templates import redirect, show

router = APIRouter()
HOME: dict[Role, str] = {
    "advisor": "/boite",
    "referent": "/boite",
    "manager": "/boite",
    "facilitator": "/ateliers",
    "auditor": "/rejouer",
}
"""The first page of each role. The first role that a person holds counts; without one, the protocol."""


@router.get("/")
def home(request: Request, desk: AtDesk) -> Response:
    """Redirects to the first page of this person."""
    return redirect(request, _home(desk.roles))


@router.get("/qui")
def read(request: Request) -> Response:
    """Shows the staff of every structure, by role. Raises 404 outside a demonstration."""
    host: Host = request.app.state.host
    if not host.demo:
        raise HTTPException(404)
    now = request.cookies.get(COOKIE, "").partition("/")[2]
    structures = [(slug, one.refs.structure.name, _groups(one)) for slug, one in host.structures.items()]
    return show(request, "sign_in.html", None, NOBODY, structures=structures, closed=host.closed, now=now)


@router.post("/qui")
def sign_in(request: Request, structure: Annotated[str, Form()], person: Annotated[UUID, Form()]) -> Response:
    """Signs the person in: sets the cookie of this browser."""
    host: Host = request.app.state.host
    served = host.find(structure, person) if host.demo else None
    if served is None:
        raise HTTPException(404)
    response = redirect(request, _home(served.refs.team[person].roles_on(served.today())))
    response.set_cookie(COOKIE, f"{structure}/{person}", httponly=True, samesite="lax", path="/")
    return response


def _home(roles: Iterable[Role]) -> str:
    held = set(roles)
    return next((address for role, address in HOME.items() if role in held), "/protocole")


def _groups(served: ServedStructure) -> dict[str, list[tuple[UUID, str, list[str]]]]:
    """Returns the staff of today under the label of their first role: id, name, labels of the other roles."""
    today = served.today()
    team = [(id, member) for id, member in served.refs.team.items() if member.works(today)]
    groups: dict[str, list[tuple[UUID, str, list[str]]]] = {label: [] for label in vocabulary.ROLES.values()}
    for id, member in sorted(team, key=lambda item: normalise(item[1].name)):
        held = member.roles_on(today) or member.roles_granted(today)  # else those that wait for a second person
        if first := next((role for role in vocabulary.ROLES if role in held), None):
            others = [label for label in role_labels(member, today) if label != vocabulary.ROLES[first]]
            groups[vocabulary.ROLES[first]].append((id, member.name, others))
    return {label: people for label, people in groups.items() if people}
