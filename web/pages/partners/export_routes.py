"""The partners as a file: lieux de médiation numérique 1.0.2, structures of data·inclusion v1."""

from fastapi import APIRouter, Response

from web.desk.territory import places_import
from web.pages.partners.routes import AtPartners

router = APIRouter()
MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@router.get("/partenaires/lieux.csv")
def mediation(desk: AtPartners) -> Response:
    """Returns the listed partners in the standard of "lieux de médiation numérique"."""
    return _file(desk, "csv")


@router.get("/partenaires/lieux.json")
def inclusion(desk: AtPartners) -> Response:
    """Returns the listed partners as structures of data·inclusion."""
    return _file(desk, "json")


def _file(desk: AtPartners, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="lieux-{desk.today}.{kind}"'}
    return Response(places_import.export_of(desk.served, kind), media_type=MEDIA[kind], headers=headers)
