"""Résultats, import: an export waits, is previewed, answered, recorded."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from pixflow.events.intake import ExportReceived
from pixflow.importing import Answers, Prepared
from pixflow.participation.intake import receive_export
from pixflow.refused import Refused
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french.errors import files, refusals
from web.http.forms import FormData, validate
from web.http.templates import page
from web.pages.results import activity, import_preview

router = APIRouter()
AtBoard = Annotated[Desk, allowed("referent")]


@router.post("/resultats/import")
def choose(request: Request, desk: AtBoard, data: FormData) -> Response:
    """Keep the file until it is recorded; one that is refused, or recorded already, is not kept."""
    file = data.get("export")
    if not isinstance(file, UploadFile) or not file.filename:
        return RedirectResponse("/resultats", 303)
    with file.file:
        content, name = file.file.read(), file.filename[:200]
    prepared = import_preview.importer(desk).prepare(content, name)
    if prepared.preview is None:
        found = [(one, files.problem(one.code, one.line, one.details)) for one in prepared.export.problems]
        return page(request, "results/refused.html", {"file": name, "problems": found}, status=422)
    if prepared.preview.seen_before:
        return RedirectResponse(f"/resultats?deja={import_preview.recorded_at(desk, prepared)}", 303)
    return RedirectResponse(f"/resultats/import/{import_preview.uploads(desk).keep(content, name)}", 303)


@router.get("/resultats/import/{token}")
def preview(request: Request, desk: AtBoard, token: str, p: Annotated[int, Query(ge=1)] = 1) -> Response:
    """What the file would change. The first questions are answered in the address: they change what is shown."""
    return _preview(request, desk, token, dict(request.query_params), p)


@router.post("/resultats/import/{token}")
def record(request: Request, desk: AtBoard, token: str, data: FormData) -> Response:
    """Record it, once every question is answered."""
    form, _ = validate(import_preview.Said, data)
    if form is None:
        return _preview(request, desk, token, data, 1, asking=True)
    answers, errors = import_preview.answers(desk, data)
    try:
        content, name = import_preview.uploads(desk).get(token)
        prepared = import_preview.importer(desk).prepare(content, name, answers)
        if errors or (prepared.preview and prepared.preview.questions):
            return _preview(request, desk, token, data, 1, asking=True)
        by = desk.by(receive_export)
        done = import_preview.importer(desk).record(prepared, by=by, command_id=form.command_id).done
    except Refused as refused:
        return _not_recorded(request, desk, token, data, form.command_id, refused)
    import_preview.uploads(desk).discard(token)
    received = next((r.position for r in done.recorded if isinstance(r.event, ExportReceived)), 0)
    if received:
        return RedirectResponse(f"/resultats?importe={received}", 303)
    desk.refresh()
    return RedirectResponse(f"/resultats?deja={import_preview.recorded_at(desk, prepared)}", 303)


@router.post("/resultats/import/{token}/annuler")
def cancel(desk: AtBoard, token: str) -> Response:
    """Nothing was recorded, and the file goes."""
    try:
        import_preview.uploads(desk).discard(token)
    except Refused:
        raise HTTPException(404) from None
    return RedirectResponse("/resultats", 303)


def _preview(
    request: Request,
    desk: Desk,
    token: str,
    said: Mapping[str, Any],
    number: int,
    *,
    asking: bool = False,
    refused: str = "",
) -> Response:
    """The preview with these answers; `asking` says under each question still open that it must be answered."""
    answers, errors = import_preview.answers(desk, said)
    try:
        name, prepared = _prepared(desk, token, answers)
    except Refused as gone:
        if gone.code == "unknown-column":
            return _preview(request, desk, token, {}, number, refused=_sentence(desk, gone))
        return page(request, "results/gone.html", {"export": activity.export(desk)}, status=410)
    assert prepared.preview is not None
    if asking:
        errors = import_preview.unanswered(prepared.preview) | errors
    if refused:
        errors[""] = refused
    context = import_preview.context(desk, token, name, prepared, said, number, errors)
    return page(request, "results/import.html", context, status=422 if errors else 200)


def _prepared(desk: Desk, token: str, answers: Answers) -> tuple[str, Prepared]:
    content, name = import_preview.uploads(desk).get(token)
    prepared = import_preview.importer(desk).prepare(content, name, answers)
    if prepared.preview is None:
        raise Refused("upload-gone")  # what waits is another page's file
    return name, prepared


def _not_recorded(
    request: Request, desk: Desk, token: str, data: Mapping[str, Any], command_id: UUID, refused: Refused
) -> Response:
    """The file may be gone because this very form was sent twice: then it is recorded."""
    if refused.code == "upload-gone" and (position := import_preview.recorded_by(desk, command_id)):
        return RedirectResponse(f"/resultats?importe={position}", 303)
    return _preview(request, desk, token, data, 1, refused=_sentence(desk, refused))


def _sentence(desk: Desk, refused: Refused) -> str:
    return refusals.refusal(refused.code, refused.details, names_for(desk))
