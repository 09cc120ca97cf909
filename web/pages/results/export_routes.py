"""The routes of one import: see it, take it back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.participation.campaign import take_back_export
from pixflow.refused import Refused
from web.desk import refusals
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.french.events.sentences import AT_ONCE
from web.http.forms import Form, FormData, validate
from web.http.templates import page
from web.pages.results import export, import_preview

router = APIRouter()
AtBoard = Annotated[Desk, allowed("referent")]


@router.get("/resultats/exports/{imported:uuid}")
def read(request: Request, desk: AtBoard, imported: UUID) -> Response:
    """Shows an import and what can be taken back of it."""
    return _page(request, desk, imported)


@router.post("/resultats/exports/{imported:uuid}/annuler")
def take_back(request: Request, desk: AtBoard, imported: UUID, data: FormData) -> Response:
    """Takes an import back, but for the rows that something followed."""
    if not desk.engine.has_recorded(imported):
        raise HTTPException(404)
    form, _ = validate(Form, data)
    if form is None:
        raise HTTPException(422)
    by = desk.by(take_back_export)
    try:
        import_preview.importer(desk).take_back(
            imported, desk.trails, reason=AT_ONCE, by=by, command_id=form.command_id
        )
    except Refused as refused:
        return _page(request, desk, imported, refusals.sentence(desk, refused))
    return RedirectResponse(f"/resultats/exports/{imported}", 303)


def _page(request: Request, desk: Desk, imported: UUID, error: str = "") -> Response:
    if error:
        desk.refresh()
    found = export.recorded_import(desk, imported)
    if found is None:
        raise HTTPException(404)
    return page(request, export.export_page(desk, found, error), status=422 if error else 200)
