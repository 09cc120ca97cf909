"""Droits de la personne: everything that is kept about somebody, to give to them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from web import person
from web.dependencies import Desk, allowed
from web.pages import page
from web.papers import of_person
from web.person import Everything

router = APIRouter()
AtRights = Annotated[Desk, allowed("referent", "manager")]
FILE = "donnees-personnelles"
"""What the files are called: nobody's name is in it."""


@router.get("/dossiers/{dossier_id:uuid}/droits")
def rights(request: Request, desk: AtRights, dossier_id: UUID) -> Response:
    """What the person may ask: a copy of everything."""
    dossier = desk.dossier(dossier_id)
    context = {"desk": desk, "id": dossier_id, "dossier": dossier, "known": _everything(desk, dossier_id)}
    return page(request, "rights.html", context, block="rights")


@router.get("/dossiers/{dossier_id:uuid}/droits/tout.pdf")
def as_paper(desk: AtRights, dossier_id: UUID) -> Response:
    """Everything, to read."""
    return _attached(of_person.pdf(_everything(desk, dossier_id)), "application/pdf", "pdf")


@router.get("/dossiers/{dossier_id:uuid}/droits/tout.json")
def as_file(desk: AtRights, dossier_id: UUID) -> Response:
    """Everything, for another program."""
    return _attached(person.encoded(_everything(desk, dossier_id)), "application/json", "json")


def _everything(desk: Desk, dossier_id: UUID) -> Everything:
    desk.dossier(dossier_id)
    return person.everything(desk.engine, desk.read, dossier_id)


def _attached(content: bytes, media_type: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{FILE}.{kind}"'}
    return Response(content, media_type=media_type, headers=headers)
