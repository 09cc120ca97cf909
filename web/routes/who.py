"""Qui êtes-vous : the page of a demonstration, where one chooses who to be."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Request, Response

from web.dependencies import COOKIE
from web.french import words
from web.pages import page, redirect
from web.site import Served, Site

router = APIRouter()
HOME = {"advisor": "/boite", "referent": "/boite", "manager": "/boite", "auditor": "/rejouer"}


@router.get("/")
def home() -> Response:
    return Response(status_code=303, headers={"Location": "/boite"})


@router.get("/qui")
def choose(request: Request) -> Response:
    """Everyone who works in the structures of this folder, by role."""
    site: Site = request.app.state.site
    if not site.demo:
        raise HTTPException(404)
    return page(request, "who.html", {"structures": [_people(slug, one) for slug, one in site.structures.items()]})


@router.post("/qui")
def be(request: Request, structure: Annotated[str, Form()], person: Annotated[UUID, Form()]) -> Response:
    """From now on this browser is that person's."""
    site: Site = request.app.state.site
    served = site.find(structure, person) if site.demo else None
    if served is None:
        raise HTTPException(404)
    roles = served.refs.team[person].roles
    home = next((HOME[role] for role in HOME if role in roles), "/protocole")
    response = redirect(request, home)
    response.set_cookie(COOKIE, f"{structure}/{person}", httponly=True, samesite="lax", path="/")
    return response


def _people(slug: str, served: Served) -> dict[str, object]:
    team = sorted(served.refs.team.items(), key=lambda item: item[1].name)
    people = [
        {"id": id, "name": member.name, "email": member.email, "roles": [words.ROLES[r] for r in sorted(member.roles)]}
        for id, member in team
    ]
    return {"slug": slug, "name": served.refs.structure.name, "people": people}
