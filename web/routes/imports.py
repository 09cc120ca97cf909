"""Résultats, import: an export waits, is previewed, answered, recorded; a campaign is declared."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from pixflow.events.intake import ExportReceived
from pixflow.events.values import Purpose
from pixflow.importing import Answers, Prepared
from pixflow.refused import Refused
from projections import result_routing
from web import imports, lately, told
from web.dependencies import Desk, allowed
from web.french import missing, problems, refusals
from web.naming import names_for
from web.pages import Form, FormData, page, validate
from web.paging import address

router = APIRouter()
AtBoard = Annotated[Desk, allowed("referent")]


class Declaration(Form):
    name: str
    code: str
    purpose: Purpose
    site: str | None = None


# --- an export


@router.post("/resultats/import")
def choose(request: Request, desk: AtBoard, data: FormData) -> Response:
    """Keep the file until it is recorded; one that is refused, or recorded already, is not kept."""
    file = data.get("export")
    if not isinstance(file, UploadFile) or not file.filename:
        return RedirectResponse("/resultats", 303)
    with file.file:
        content, name = file.file.read(), file.filename[:200]
    prepared = imports.importer(desk).prepare(content, name)
    if prepared.preview is None:
        found = [(one, problems.problem(one.code, one.line, one.details)) for one in prepared.export.problems]
        return page(request, "results/refused.html", {"file": name, "problems": found}, status=422)
    if prepared.preview.seen_before:
        return RedirectResponse(f"/resultats?deja={imports.recorded_at(desk, prepared)}", 303)
    return RedirectResponse(f"/resultats/import/{imports.uploads(desk).keep(content, name)}", 303)


@router.get("/resultats/import/{token}")
def preview(request: Request, desk: AtBoard, token: str, p: Annotated[int, Query(ge=1)] = 1) -> Response:
    """What the file would change. The first questions are answered in the address: they change what is shown."""
    return _preview(request, desk, token, dict(request.query_params), p)


@router.post("/resultats/import/{token}")
def record(request: Request, desk: AtBoard, token: str, data: FormData) -> Response:
    """Record it, once every question is answered."""
    form, _ = validate(imports.Said, data)
    if form is None:
        return _preview(request, desk, token, data, 1, asking=True)
    answers, errors = imports.answers(desk, data)
    try:
        content, name = imports.uploads(desk).get(token)
        prepared = imports.importer(desk).prepare(content, name, answers)
        if errors or (prepared.preview and prepared.preview.questions):
            return _preview(request, desk, token, data, 1, asking=True)
        done = imports.importer(desk).record(prepared, by=desk.actor, command_id=form.command_id).done
    except Refused as refused:
        return _not_recorded(request, desk, token, data, form.command_id, refused)
    imports.uploads(desk).discard(token)
    received = next((r.position for r in done.recorded if isinstance(r.event, ExportReceived)), 0)
    if received:
        return RedirectResponse(f"/resultats?importe={received}", 303)
    desk.refresh()
    return RedirectResponse(f"/resultats?deja={imports.recorded_at(desk, prepared)}", 303)


@router.post("/resultats/import/{token}/annuler")
def cancel(desk: AtBoard, token: str) -> Response:
    """Nothing was recorded, and the file goes."""
    try:
        imports.uploads(desk).discard(token)
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
    answers, errors = imports.answers(desk, said)
    try:
        name, prepared = _prepared(desk, token, answers)
    except Refused as gone:
        if gone.code == "unknown-column":
            return _preview(request, desk, token, {}, number, refused=_sentence(desk, gone))
        return page(request, "results/gone.html", {"export": lately.export(desk)}, status=410)
    assert prepared.preview is not None
    if asking:
        open_ones = [imports.FIELDS[question.code] for question in prepared.preview.questions]
        errors = dict.fromkeys(open_ones, "Répondez d’abord à cette question.") | errors
    if refused:
        errors[""] = refused
    context = imports.context(desk, token, name, prepared, said, number, errors)
    return page(request, "results/import.html", context, status=422 if errors else 200)


def _prepared(desk: Desk, token: str, answers: Answers) -> tuple[str, Prepared]:
    content, name = imports.uploads(desk).get(token)
    return name, imports.importer(desk).prepare(content, name, answers)


def _not_recorded(
    request: Request, desk: Desk, token: str, data: Mapping[str, Any], command_id: UUID, refused: Refused
) -> Response:
    """The file may be gone because this very form was sent twice: then it is recorded."""
    if refused.code == "upload-gone" and (position := imports.recorded_by(desk, command_id)):
        return RedirectResponse(f"/resultats?importe={position}", 303)
    return _preview(request, desk, token, data, 1, refused=_sentence(desk, refused))


def _sentence(desk: Desk, refused: Refused) -> str:
    return refusals.refusal(refused.code, refused.details, names_for(desk))


# --- a campaign


@router.get("/resultats/campagnes/nouvelle")
def new_campaign(request: Request, desk: AtBoard) -> Response:
    """A campaign that no export has shown yet."""
    return _campaign(request, desk, None, {"site": ""}, {})


@router.post("/resultats/campagnes/nouvelle")
def declare_new(request: Request, desk: AtBoard, data: FormData) -> Response:
    return _declare(request, desk, None, data)


@router.get("/resultats/campagnes/{stream:uuid}")
def campaign(request: Request, desk: AtBoard, stream: UUID) -> Response:
    """What a campaign is for: said once."""
    known = desk.refs.campaigns.get(stream)
    if known is None:
        raise HTTPException(404)
    values = {"name": known.name, "code": known.code or "", "purpose": known.purpose or "", "site": known.site or ""}
    return _campaign(request, desk, stream, values, {})


@router.post("/resultats/campagnes/{stream:uuid}")
def declare(request: Request, desk: AtBoard, stream: UUID, data: FormData) -> Response:
    """What waited for it is then settled, and matched by number."""
    if stream not in desk.refs.campaigns:
        raise HTTPException(404)
    return _declare(request, desk, stream, data)


def _declare(request: Request, desk: Desk, stream: UUID | None, data: Mapping[str, Any]) -> Response:
    form, errors = validate(Declaration, data)
    errors = missing.named(errors)
    if form and form.site and form.site not in desk.refs.structure.sites:
        errors = {"site": "Choisissez l’un des sites proposés."}
    if form is None or errors:
        return _campaign(request, desk, stream, data, errors)
    said = form.model_dump(include={"name", "code", "purpose", "site"})
    try:
        done = imports.importer(desk).declare(stream, by=desk.actor, command_id=form.command_id, **said)
    except Refused as refused:
        field = "code" if refused.code == "taken" else str(refused.details.get("field", ""))
        return _campaign(request, desk, stream, data, {field: _sentence(desk, refused)})
    return RedirectResponse(address("/resultats", {"fait": told.span(done.recorded)}), 303)


def _campaign(
    request: Request, desk: Desk, stream: UUID | None, values: Mapping[str, Any], errors: Mapping[str, str]
) -> Response:
    context = {
        "desk": desk,
        "stream": stream,
        "campaign": desk.refs.campaigns.get(stream) if stream else None,
        "waiting": result_routing.of_campaigns(desk.read).get(stream, 0) if stream else 0,
        "purposes": imports.PURPOSES,
        "sites": [(site, site) for site in desk.refs.structure.sites],
        "values": values,
        "errors": errors,
        "command_id": desk.new_command(),
    }
    return page(request, "results/campaign.html", context, status=422 if errors else 200)
