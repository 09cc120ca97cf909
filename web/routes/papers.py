"""The papers of a dossier, to print from the page or as a PDF."""

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from web.dependencies import AtDesk, Desk
from web.pages import page
from web.papers import Paper, of_dossier, pdf

router = APIRouter()
PDF = "application/pdf"


@router.get("/dossiers/{dossier_id:uuid}/fiche")
def fiche(request: Request, desk: AtDesk, dossier_id: UUID) -> Response:
    """The diagnostic's fiche: campaign, code, link, QR; no score on it (DOMAIN.md §3)."""
    return printed(request, _made(desk, dossier_id, of_dossier.fiche), f"/dossiers/{dossier_id}")


@router.get("/dossiers/{dossier_id:uuid}/fiche.pdf")
def fiche_pdf(desk: AtDesk, dossier_id: UUID) -> Response:
    return as_pdf(_made(desk, dossier_id, of_dossier.fiche), "fiche")


@router.get("/dossiers/{dossier_id:uuid}/convocation")
def convocation(request: Request, desk: AtDesk, dossier_id: UUID) -> Response:
    """The convocation to the workshop where a seat is booked."""
    return printed(request, _made(desk, dossier_id, of_dossier.convocation), f"/dossiers/{dossier_id}")


@router.get("/dossiers/{dossier_id:uuid}/convocation.pdf")
def convocation_pdf(desk: AtDesk, dossier_id: UUID) -> Response:
    return as_pdf(_made(desk, dossier_id, of_dossier.convocation), "convocation")


@router.get("/dossiers/{dossier_id:uuid}/prescription/{participation:uuid}")
def prescription(request: Request, desk: AtDesk, dossier_id: UUID, participation: UUID) -> Response:
    """The prescription sheet given to the young person: the actions, not the suspicion (DOMAIN.md §3)."""
    paper = of_dossier.prescription(desk, desk.dossier(dossier_id), participation)
    return printed(request, paper, f"/dossiers/{dossier_id}")


@router.get("/dossiers/{dossier_id:uuid}/prescription/{participation:uuid}.pdf")
def prescription_pdf(desk: AtDesk, dossier_id: UUID, participation: UUID) -> Response:
    return as_pdf(of_dossier.prescription(desk, desk.dossier(dossier_id), participation), "prescription")


def printed(request: Request, paper: Paper | None, back: str) -> Response:
    """The paper as a page to print, with a link to its PDF; 404 when there is nothing to print."""
    if paper is None:
        raise HTTPException(404)
    return page(request, "paper.html", {"paper": paper, "back": back, "pdf": f"{request.url.path}.pdf"})


def as_pdf(paper: Paper | None, name: str) -> Response:
    """The same as a file of that name; no young person's name in it."""
    if paper is None:
        raise HTTPException(404)
    return Response(pdf(paper), media_type=PDF, headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})


def _made(desk: Desk, dossier_id: UUID, make: Callable[..., Paper | None]) -> Paper | None:
    return make(desk, desk.dossier(dossier_id))
