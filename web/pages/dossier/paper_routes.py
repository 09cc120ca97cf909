"""The papers of a dossier, to print from the page or as a PDF. Each leaves a fact before it is drawn."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.dossier.privacy import issue_paper
from pixflow.events.values import DossierPaper
from web.desk.commands import issue
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.http.papers import Paper, paper_page, pdf_response
from web.http.people import opened
from web.pages.dossier import papers

router = APIRouter()


@router.get("/dossiers/{dossier_id:uuid}/fiche")
def fiche(request: Request, desk: AtDesk, dossier_id: UUID) -> Response:
    """The diagnostic's fiche: campaign, code, link, QR; no score on it (docs/domain.md#papers)."""
    return _page(request, dossier_id, _issued(request, desk, dossier_id, "fiche", papers.fiche))


@router.get("/dossiers/{dossier_id:uuid}/fiche.pdf")
def fiche_pdf(request: Request, desk: AtDesk, dossier_id: UUID) -> Response:
    return _file(request, dossier_id, _issued(request, desk, dossier_id, "fiche", papers.fiche), "fiche")


@router.get("/dossiers/{dossier_id:uuid}/convocation")
def convocation(request: Request, desk: AtDesk, dossier_id: UUID) -> Response:
    """The convocation to the workshop where a seat is booked."""
    return _page(request, dossier_id, _issued(request, desk, dossier_id, "convocation", papers.convocation))


@router.get("/dossiers/{dossier_id:uuid}/convocation.pdf")
def convocation_pdf(request: Request, desk: AtDesk, dossier_id: UUID) -> Response:
    paper = _issued(request, desk, dossier_id, "convocation", papers.convocation)
    return _file(request, dossier_id, paper, "convocation")


@router.get("/dossiers/{dossier_id:uuid}/prescription/{participation:uuid}")
def prescription(request: Request, desk: AtDesk, dossier_id: UUID, participation: UUID) -> Response:
    """The prescription sheet given to the young person: the actions, not the suspicion (docs/domain.md#papers)."""
    return _page(request, dossier_id, _prescription(request, desk, dossier_id, participation))


@router.get("/dossiers/{dossier_id:uuid}/prescription/{participation:uuid}.pdf")
def prescription_pdf(request: Request, desk: AtDesk, dossier_id: UUID, participation: UUID) -> Response:
    return _file(request, dossier_id, _prescription(request, desk, dossier_id, participation), "prescription")


def _page(request: Request, dossier_id: UUID, paper: Paper) -> Response:
    return paper_page(request, paper, f"/dossiers/{dossier_id}", opened(dossier_id))


def _file(request: Request, dossier_id: UUID, paper: Paper, name: str) -> Response:
    return pdf_response(request, paper, name, opened(dossier_id))


def _prescription(request: Request, desk: Desk, dossier_id: UUID, participation: UUID) -> Paper:
    origin = desk.host.site.url if desk.host.site else f"{request.url.scheme}://{request.url.netloc}"
    make = partial(papers.prescription, participation=participation, origin=origin.rstrip("/"))
    return _issued(request, desk, dossier_id, "prescription", make)


def _issued(
    request: Request, desk: Desk, dossier_id: UUID, name: DossierPaper, make: Callable[..., Paper | None]
) -> Paper:
    """Returns a paper, recorded. Raises 404 when there is none."""
    paper = make(desk, desk.dossier(dossier_id))
    if paper is None:
        raise HTTPException(404)
    issue(request, desk, {"dossier": dossier_id}, issue_paper, paper=name)
    return paper
