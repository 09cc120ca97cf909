"""The routes of a portfolio: choose a file, preview it, tick its changes, record it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from pixflow.portfolio.importer import PortfolioImporter, PortfolioOutcome, PreparedPortfolio
from pixflow.portfolio.kept_readings import KeptReadings
from pixflow.portfolio.reader import may_be_chosen
from pixflow.portfolio.xlsx.book_parts import Sheet
from pixflow.refused import Refused
from web.desk import refusals
from web.desk.dependencies import must_be_proved
from web.desk.desk import Desk
from web.http.addresses import Number, PageNumber
from web.http.forms import Form, FormData, UploadData, validate
from web.http.pagination import address
from web.http.people import NOBODY
from web.http.templates import Page, page
from web.pages.portfolio import choices as portfolio_choices
from web.pages.portfolio import columns as portfolio_columns
from web.pages.portfolio import outcome as portfolio_outcome
from web.pages.portfolio import preview as portfolio_preview
from web.pages.portfolio import undo as portfolio_undo
from web.pages.portfolio.choices import PortfolioChoices
from web.pages.portfolio.undo import UndoneImport
from web.pages.results import import_preview

router = APIRouter()
AtImport = Annotated[Desk, Depends(portfolio_choices.importing)]
MOVED = "Des dossiers ont changé entre-temps : vérifiez les corrections cochées, puis enregistrez à nouveau."
NOTHING_TICKED = "Aucun dossier n’est nouveau : cochez les corrections à enregistrer."
NOT_VALID = "Cette page n’est plus valable : vérifiez vos choix, puis enregistrez à nouveau."


@dataclass(frozen=True, kw_only=True)
class StartPage(Page):
    """The choice of a file. `already`: the last one had nothing new. `undone`: the last one was taken back."""

    template = "portfolio/start.html"
    shows = NOBODY

    already: bool
    undone: UndoneImport


@dataclass(frozen=True, kw_only=True)
class SheetsPage(Page):
    """The choice of a sheet of the file."""

    template = "portfolio/sheets.html"
    shows = NOBODY

    token: str
    file: str
    sheets: Sequence[Sheet]


@dataclass(frozen=True, kw_only=True)
class RefusedPage(Page):
    """The problems of a file that cannot be imported; with a `token` another sheet of it can be."""

    template = "portfolio/refused.html"
    shows = NOBODY

    file: str
    problems: Sequence[str]
    token: str


@dataclass(frozen=True, kw_only=True)
class GonePage(Page):
    """A file that waits no more."""

    template = "portfolio/gone.html"
    shows = NOBODY


@router.get("/dossiers/import")
def start(
    request: Request, desk: AtImport, deja: Number = 0, clos: Number = 0, repris: Number = 0, gardes: Number = 0
) -> Response:
    """Shows where a file is chosen. `deja`: the last one had nothing new; the others count what was taken back."""
    return page(request, StartPage(already=bool(deja), undone=UndoneImport(clos, repris, gardes)))


@router.post("/dossiers/import")
def choose(request: Request, desk: AtImport, data: UploadData) -> Response:
    """Keeps the file until it is recorded; one that is refused is not kept."""
    file = data.get("portfolio")
    if not isinstance(file, UploadFile) or not file.filename:
        return RedirectResponse("/dossiers/import", 303)
    with file.file:
        content, name = file.file.read(), file.filename[:200]
    prepared = _importer(desk).prepare(content, columns=())
    if prepared.preview is None and not may_be_chosen(prepared.portfolio):
        return _refused(request, name, prepared, "")
    uploads = import_preview.uploads(desk)
    token = uploads.keep(content, name)
    KeptReadings(uploads, token).keep(prepared.portfolio)
    return RedirectResponse(f"/dossiers/import/{token}", 303)


@router.get("/dossiers/import/{token}")
def preview(request: Request, desk: AtImport, token: str) -> Response:
    """Shows what the file would change. The address has the choices: none is kept before it is recorded."""
    asked = request.query_params
    return _preview(request, desk, token, {name: asked.getlist(name) for name in asked}, {})


@router.post("/dossiers/import/{token}")
def record(request: Request, desk: AtImport, token: str, data: FormData) -> Response:
    """Opens the new dossiers and corrects those ticked. To take one from its advisor asks for a proof."""
    form, _ = validate(portfolio_choices.PortfolioForm, data)
    if form is None:
        return _preview(request, desk, token, data, {"": NOT_VALID})
    choices, importer = PortfolioChoices.of(data), _importer(desk)
    try:
        _, prepared = _prepared(desk, token, choices)
        errors, accepted = _unready(prepared, choices, form.seen)
        if errors or prepared.preview is None:
            return _preview(request, desk, token, data, errors)
        if any("advisor" in line.differs for line in prepared.preview.lines):
            must_be_proved(request, desk)
        importer.record(prepared, by=desk.actor, command_id=form.command_id, accept_changes=accepted)
    except Refused as refused:
        return _not_recorded(request, desk, token, data, form.command_id, refused)
    import_preview.uploads(desk).discard(token)
    return _recorded(importer.outcome(form.command_id), form.command_id)


@router.post("/dossiers/import/{token}/annuler")
def cancel(desk: AtImport, token: str) -> Response:
    """Deletes the file; nothing was recorded."""
    try:
        import_preview.uploads(desk).discard(token)
    except Refused:
        raise HTTPException(404) from None
    return RedirectResponse("/dossiers/import", 303)


@router.get("/dossiers/import/fait/{command:uuid}")
def done(
    request: Request, desk: AtImport, command: UUID, o: PageNumber = 1, c: PageNumber = 1, reste: Number = 0
) -> Response:
    """Shows what an import recorded. `reste`: it stopped before the end."""
    outcome = _importer(desk).outcome(command)
    if outcome == PortfolioOutcome():
        raise HTTPException(404)
    where = request.url.path
    return page(request, portfolio_outcome.outcome_page(desk, command, outcome, o, c, where, stopped=bool(reste)))


@router.post("/dossiers/import/fait/{command:uuid}/annuler")
def take_back(desk: AtImport, command: UUID, data: FormData) -> Response:
    """Takes back an import of today, but for the dossiers that something followed. Another one stays as it is."""
    if not _importer(desk).recorded(command):
        raise HTTPException(404)
    if not portfolio_undo.may_undo(desk, command):
        return RedirectResponse(f"/dossiers/import/fait/{command}", 303)
    form, _ = validate(Form, data)
    if form is None:
        raise HTTPException(422)
    made = portfolio_undo.undo(desk, command, form.command_id)
    told = {"clos": str(made.closed), "repris": str(made.corrected), "gardes": str(made.kept)}
    return RedirectResponse(address("/dossiers/import", told), 303)


def _importer(desk: Desk) -> PortfolioImporter:
    return portfolio_choices.importer_of(desk.served)


def _prepared(desk: Desk, token: str, choices: PortfolioChoices) -> tuple[str, PreparedPortfolio]:
    uploads = import_preview.uploads(desk)
    content, name = uploads.get(token)
    reader = KeptReadings(uploads, token)
    if not reader.known():
        raise Refused("upload-gone")
    prepare = partial(_importer(desk).prepare, content, choices.site, choices.sheet, reader, choices.columns)
    prepared = prepare(choices.settled())
    return name, prepare(choices.settled(prepared.preview)) if choices.sure else prepared


def _preview(request: Request, desk: Desk, token: str, sent: Mapping[str, Any], errors: Mapping[str, str]) -> Response:
    choices = PortfolioChoices.of(sent)
    try:
        name, prepared = _prepared(desk, token, choices)
    except Refused as refused:
        if refused.code == "unknown-site":
            return _preview(request, desk, token, {**sent, "site": ""}, {"site": refusals.sentence(desk, refused)})
        return _gone(request)
    if prepared.preview is None:
        return _without_preview(request, token, name, prepared)
    shown = portfolio_preview.preview_page(desk, token, name, prepared, choices, errors)
    return page(request, shown, status=422 if errors else 200)


def _without_preview(request: Request, token: str, name: str, prepared: PreparedPortfolio) -> Response:
    """Asks for the sheet or the columns, or shows why the sheet cannot be read. Another page's file counts as gone."""
    sheets, asked = prepared.portfolio.sheets, prepared.asked
    if len(sheets) > 1:
        return page(request, SheetsPage(token=token, file=name, sheets=sheets))
    if may_be_chosen(prepared.portfolio):
        shown = portfolio_columns.columns_page(token, name, prepared)
        return page(request, shown, status=422 if asked.columns else 200)
    return _refused(request, name, prepared, token) if asked.sheet or asked.columns else _gone(request)


def _gone(request: Request) -> Response:
    return page(request, GonePage(), status=410)


def _refused(request: Request, name: str, prepared: PreparedPortfolio, token: str) -> Response:
    """Shows why nothing of the file can be imported; with a `token` another sheet can be."""
    refusing = [one for one in prepared.portfolio.problems if one.severity == "refused"]
    problems = portfolio_preview.remarks_on(refusing)
    return page(request, RefusedPage(file=name, problems=problems, token=token), status=422)


def _unready(
    prepared: PreparedPortfolio, choices: PortfolioChoices, seen: int | None
) -> tuple[dict[str, str], frozenset[int]]:
    """Returns the errors that keep the file from being recorded, and the lines whose changes are accepted."""
    if prepared.preview is None:
        return {}, frozenset()
    accepted = choices.accepted(prepared.preview)
    settled = any(line.status == "doubtful" and line.way for line in prepared.preview.lines)
    if (accepted or settled) and seen != portfolio_choices.seen(prepared.preview):
        return {"": MOVED}, accepted
    if not accepted and not any(line.way for line in prepared.preview.lines):
        return {"changes": NOTHING_TICKED}, accepted
    return {}, accepted


def _not_recorded(
    request: Request, desk: Desk, token: str, data: Mapping[str, Any], command: UUID, refused: Refused
) -> Response:
    """Shows the refusal. The file may be gone because the form was sent twice; a large one may be recorded in part."""
    outcome = _importer(desk).outcome(command)
    if outcome != PortfolioOutcome():
        return _recorded(outcome, command, stopped=refused.code != "upload-gone")
    return _preview(request, desk, token, data, {"": refusals.sentence(desk, refused)})


def _recorded(outcome: PortfolioOutcome, command: UUID, *, stopped: bool = False) -> Response:
    if outcome == PortfolioOutcome():
        return RedirectResponse("/dossiers/import?deja=1", 303)
    return RedirectResponse(f"/dossiers/import/fait/{command}{'?reste=1' if stopped else ''}", 303)
