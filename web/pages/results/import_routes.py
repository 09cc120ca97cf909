"""The routes of an import: choose a file, preview it, record it, cancel it."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.participation.campaign import receive_export
from pixflow.refused import Refused
from web.desk import imports, refusals
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.french import matching
from web.french.errors import files
from web.http.addresses import PageNumber
from web.http.forms import FormData, UploadData, read_address, salvage, validate
from web.http.people import NOBODY
from web.http.templates import show
from web.pages.results import activity, import_preview
from web.pages.results.import_preview import FIELDS, AnswersForm

router = APIRouter()
AtBoard = Annotated[Desk, allowed("referent")]


@router.post("/resultats/import")
def choose(request: Request, desk: AtBoard, data: UploadData) -> Response:
    """Keeps the file until it is recorded; one that is refused, or recorded already, is not kept."""
    sent = imports.sent_file(data, "export")
    if sent is None:
        return RedirectResponse("/resultats", 303)
    content, name = sent
    prepared = imports.result_importer(desk.served).prepare(content, name)
    if prepared.preview is None:
        told = [(one.severity, files.problem(one.code, one.line, one.details)) for one in prepared.export.problems]
        return show(
            request,
            "results/refused.html",
            "refused",
            NOBODY,
            file=name,
            problems=[sentence for severity, sentence in told if severity == "refused"],
            remarks=[sentence for severity, sentence in told if severity != "refused"],
            status=422,
        )
    if prepared.preview.seen_before:
        return RedirectResponse(f"/resultats?deja={import_preview.recorded_at(desk, prepared)}", 303)
    return RedirectResponse(f"/resultats/import/{imports.uploads_of(desk).keep(content, name)}", 303)


@router.get("/resultats/import/{token}")
def preview(request: Request, desk: AtBoard, token: str, p: PageNumber = 1) -> Response:
    """Shows what the file would change. The address has the answers to the first questions."""
    return _preview(request, desk, token, read_address(AnswersForm, request), p)


@router.post("/resultats/import/{token}")
def record(request: Request, desk: AtBoard, token: str, data: FormData) -> Response:
    """Records the file, once every question is answered."""
    form, _ = validate(AnswersForm, data)
    if form is None:
        return _preview(request, desk, token, salvage(AnswersForm, data), asking=True)
    answers, errors = import_preview.answers(desk, form)
    importer, uploads = imports.result_importer(desk.served), imports.uploads_of(desk)
    try:
        content, name = uploads.get(token)
        prepared = importer.prepare(content, name, answers)
        if errors or (prepared.preview and prepared.preview.questions):
            return _preview(request, desk, token, form, asking=True)
        done = importer.record(prepared, by=desk.by(receive_export), command_id=form.command_id).done
    except Refused as refused:
        # the file may be gone because this very form was sent twice: then it is recorded
        position = import_preview.received(desk.engine.events_of_command(form.command_id))
        if refused.code == "upload-gone" and position:
            return RedirectResponse(f"/resultats?importe={position}", 303)
        return _preview(request, desk, token, form, refused=refusals.sentence(desk, refused))
    uploads.discard(token)
    if position := import_preview.received(done.recorded):
        return RedirectResponse(f"/resultats?importe={position}", 303)
    desk.refresh()
    return RedirectResponse(f"/resultats?deja={import_preview.recorded_at(desk, prepared)}", 303)


@router.post("/resultats/import/{token}/annuler")
def cancel(desk: AtBoard, token: str) -> Response:
    """Deletes the file; nothing was recorded."""
    return imports.cancel(desk, token, "/resultats")


def _preview(
    request: Request,
    desk: Desk,
    token: str,
    form: AnswersForm,
    number: int = 1,
    *,
    asking: bool = False,
    refused: str = "",
) -> Response:
    """Shows the preview with these answers; with `asking`, an error under each question still open."""
    answers, errors = import_preview.answers(desk, form)
    try:
        content, name = imports.uploads_of(desk).get(token)
        preview = imports.result_importer(desk.served).prepare(content, name, answers).preview
        if preview is None:
            raise Refused("upload-gone")  # what waits is another page's file
    except Refused as gone:
        if gone.code == "unknown-column":
            nothing = salvage(AnswersForm, {})
            return _preview(request, desk, token, nothing, number, refused=refusals.sentence(desk, gone))
        return show(request, "results/gone.html", None, NOBODY, export=activity.export(desk), status=410)
    if asking:
        errors = {FIELDS[one.code]: f"Dites d’abord {matching.asked(one.code)}." for one in preview.questions} | errors
    if refused:
        errors[""] = refused
    return import_preview.draw(request, desk, token, name, preview, form, number, errors)
