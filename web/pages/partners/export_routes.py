"""The partners as a file: lieux de médiation numérique 1.0.2, structures of data·inclusion v1."""

from fastapi import APIRouter, Request, Response

from web.desk.desk import Desk
from web.desk.imports import export_places
from web.http.people import NOBODY, note
from web.pages.partners.routes import AtPartners

router = APIRouter()
MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@router.get("/partenaires/lieux.csv")
def mediation(request: Request, desk: AtPartners) -> Response:
    """Returns the listed partners in the standard of "lieux de médiation numérique"."""
    return _file(request, desk, "csv")


@router.get("/partenaires/lieux.json")
def inclusion(request: Request, desk: AtPartners) -> Response:
    """Returns the listed partners as structures of data·inclusion."""
    return _file(request, desk, "json")


def _file(request: Request, desk: Desk, kind: str) -> Response:
    note(request, NOBODY)
    headers = {"Content-Disposition": f'attachment; filename="lieux-{desk.today}.{kind}"'}
    return Response(export_places(desk.served, kind), media_type=MEDIA[kind], headers=headers)
