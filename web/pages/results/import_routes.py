"""The routes of an import: choose a file, preview it, record it, cancel it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from pixflow.events.intake import ExportReceived
from pixflow.importing import Answers, PreparedExport
from pixflow.participation.campaign import receive_export
from pixflow.refused import Refused
from web.desk import refusals
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.french.errors import files
from web.http.addresses import PageNumber
from web.http.forms import FormData, UploadData, validate
from web.http.people import NOBODY
from web.http.templates import Page, page
from web.pages.results import activity, import_preview

router = APIRouter()
AtBoard = Annotated[Desk, allowed("referent")]


@dataclass(frozen=True, kw_only=True)
class RefusedFilePage(Page):
    """The problems of a file that cannot be imported: those that refuse it, and the others."""

    template = "results/refused.html"
    block = "refused"
    shows = NOBODY

    file: str
    problems: Sequence[str]
    remarks: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class FileGonePage(Page):
    """A file that waits no more; `export` is the last one recorded."""

    template = "results/gone.html"
    shows = NOBODY

    export: activity.RecordedExport | None


@router.post("/resultats/import")
def choose(request: Request, desk: AtBoard, data: UploadData) -> Response:
    """Keeps the file until it is recorded; one that is refused, or recorded already, is not kept."""
    file = data.get("export")
    if not isinstance(file, UploadFile) or not file.filename:
        return RedirectResponse("/resultats", 303)
    with file.file:
        content, name = file.file.read(), file.filename[:200]
    prepared = import_preview.importer(desk).prepare(content, name)
    if prepared.preview is None:
        return page(request, _refused_page(name, prepared), status=422)
    if prepared.preview.seen_before:
        return RedirectResponse(f"/resultats?deja={import_preview.recorded_at(desk, prepared)}", 303)
    return RedirectResponse(f"/resultats/import/{import_preview.uploads(desk).keep(content, name)}", 303)


@router.get("/resultats/import/{token}")
def preview(request: Request, desk: AtBoard, token: str, p: PageNumber = 1) -> Response:
    """Shows what the file would change. The address has the answers to the first questions."""
    return _preview(request, desk, token, dict(request.query_params), p)


@router.post("/resultats/import/{token}")
def record(request: Request, desk: AtBoard, token: str, data: FormData) -> Response:
    """Records the file, once every question is answered."""
    form, _ = validate(import_preview.AnswersForm, data)
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
    """Deletes the file; nothing was recorded."""
    try:
        import_preview.uploads(desk).discard(token)
    except Refused:
        raise HTTPException(404) from None
    return RedirectResponse("/resultats", 303)


def _preview(
    request: Request,
    desk: Desk,
    token: str,
    given: Mapping[str, Any],
    number: int,
    *,
    asking: bool = False,
    refused: str = "",
) -> Response:
    """Shows the preview with these answers; with `asking`, an error under each question still open."""
    answers, errors = import_preview.answers(desk, given)
    try:
        name, prepared = _prepared(desk, token, answers)
    except Refused as gone:
        if gone.code == "unknown-column":
            return _preview(request, desk, token, {}, number, refused=refusals.sentence(desk, gone))
        return page(request, FileGonePage(export=activity.export(desk)), status=410)
    assert prepared.preview is not None
    if asking:
        errors = import_preview.unanswered(prepared.preview) | errors
    if refused:
        errors[""] = refused
    shown = import_preview.import_page(desk, token, name, prepared, given, number, errors)
    return page(request, shown, status=422 if errors else 200)


def _prepared(desk: Desk, token: str, answers: Answers) -> tuple[str, PreparedExport]:
    content, name = import_preview.uploads(desk).get(token)
    prepared = import_preview.importer(desk).prepare(content, name, answers)
    if prepared.preview is None:
        raise Refused("upload-gone")  # what waits is another page's file
    return name, prepared


def _not_recorded(
    request: Request, desk: Desk, token: str, data: Mapping[str, Any], command_id: UUID, refused: Refused
) -> Response:
    """Shows the refusal. The file may be gone because this very form was sent twice: then it is recorded."""
    if refused.code == "upload-gone" and (position := import_preview.recorded_by(desk, command_id)):
        return RedirectResponse(f"/resultats?importe={position}", 303)
    return _preview(request, desk, token, data, 1, refused=refusals.sentence(desk, refused))


def _refused_page(name: str, prepared: PreparedExport) -> RefusedFilePage:
    found = [(one.severity, files.problem(one.code, one.line, one.details)) for one in prepared.export.problems]
    problems = [sentence for severity, sentence in found if severity == "refused"]
    return RefusedFilePage(
        file=name, problems=problems, remarks=[sentence for severity, sentence in found if severity != "refused"]
    )
