"""The papers of a dossier, to print from the page or as a PDF."""

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter, Request, Response

from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.http.papers import Paper, paper_page, pdf_response
from web.pages.dossier import papers

router = APIRouter()


@router.get("/dossiers/{dossier_id:uuid}/fiche")
def fiche(request: Request, desk: AtDesk, dossier_id: UUID) -> Response:
    """The diagnostic's fiche: campaign, code, link, QR; no score on it (docs/domain.md#papers)."""
    return paper_page(request, _made(desk, dossier_id, papers.fiche), f"/dossiers/{dossier_id}")


@router.get("/dossiers/{dossier_id:uuid}/fiche.pdf")
def fiche_pdf(desk: AtDesk, dossier_id: UUID) -> Response:
    return pdf_response(_made(desk, dossier_id, papers.fiche), "fiche")


@router.get("/dossiers/{dossier_id:uuid}/convocation")
def convocation(request: Request, desk: AtDesk, dossier_id: UUID) -> Response:
    """The convocation to the workshop where a seat is booked."""
    return paper_page(request, _made(desk, dossier_id, papers.convocation), f"/dossiers/{dossier_id}")


@router.get("/dossiers/{dossier_id:uuid}/convocation.pdf")
def convocation_pdf(desk: AtDesk, dossier_id: UUID) -> Response:
    return pdf_response(_made(desk, dossier_id, papers.convocation), "convocation")


@router.get("/dossiers/{dossier_id:uuid}/prescription/{participation:uuid}")
def prescription(request: Request, desk: AtDesk, dossier_id: UUID, participation: UUID) -> Response:
    """The prescription sheet given to the young person: the actions, not the suspicion (docs/domain.md#papers)."""
    paper = papers.prescription(desk, desk.dossier(dossier_id), participation)
    return paper_page(request, paper, f"/dossiers/{dossier_id}")


@router.get("/dossiers/{dossier_id:uuid}/prescription/{participation:uuid}.pdf")
def prescription_pdf(desk: AtDesk, dossier_id: UUID, participation: UUID) -> Response:
    return pdf_response(papers.prescription(desk, desk.dossier(dossier_id), participation), "prescription")


def _made(desk: Desk, dossier_id: UUID, make: Callable[..., Paper | None]) -> Paper | None:
    return make(desk, desk.dossier(dossier_id))
