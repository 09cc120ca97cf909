"""The routes of an import of places: choose a file, say its columns, preview it, settle its doubts, record it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from pixflow.events import partner as e
from pixflow.events.base import Recorded
from pixflow.importing.uploads import Uploads
from pixflow.partners.catalogue import receive_catalogue
from pixflow.place_import.importer import PlaceImporter, PreparedPlaces
from pixflow.place_import.kept_readings import KeptPlaces
from pixflow.refused import Refused
from pixflow.structure_folder import utc_now
from web.desk import refusals
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.territory import places_import
from web.french.errors.places import sentence
from web.french.territory import places as french
from web.french.territory.places import COLUMNS
from web.french.typography import typeset
from web.http.addresses import Number, PageNumber
from web.http.forms import FormData, UploadData, validate
from web.http.pagination import SIZE, Pager
from web.http.people import NOBODY
from web.http.templates import Page, page
from web.pages.partners import import_columns, import_preview
from web.pages.partners.import_choices import PlaceSelection, PlacesForm, seen

router = APIRouter()
IMPORT = "/partenaires/import"
MOVED = "L’aperçu a changé entre-temps : vérifiez vos choix, puis enregistrez à nouveau."
NOT_VALID = "Cette page n’est plus valable : vérifiez vos choix, puis enregistrez à nouveau."


def importing(desk: AtDesk) -> Desk:
    """A dependency: 403 for those who may not import."""
    if not desk.may(receive_catalogue):
        raise HTTPException(403)
    return desk


AtImport = Annotated[Desk, Depends(importing)]


@dataclass(frozen=True, kw_only=True)
class PlacesStartPage(Page):
    """The choice of a file. `already`: the last one had nothing new."""

    template = "partners/import_start.html"
    shows = NOBODY

    territory: str
    is_stated: bool
    already: bool


@dataclass(frozen=True, kw_only=True)
class PlacesRefusedPage(Page):
    """The problems of a file that cannot be imported."""

    template = "partners/import_refused.html"
    shows = NOBODY

    file: str
    problems: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class PlacesGonePage(Page):
    """A file that waits no more."""

    template = "partners/import_gone.html"
    shows = NOBODY


@dataclass(frozen=True, kw_only=True)
class PlacesDonePage(Page):
    """The receipt of an import; `rows` are the partners listed: id, name, commune."""

    template = "partners/import_done.html"
    shows = NOBODY

    figures: Sequence[tuple[int, str]]
    rows: Sequence[tuple[UUID, str, str]]
    pager: Pager


@router.get(IMPORT)
def start(request: Request, desk: AtImport, deja: Number = 0) -> Response:
    """Shows where a file is chosen. `deja`: the last one had nothing new."""
    territory = places_import.importer_of(desk.served).territory
    said, is_stated = french.territory(territory), territory.is_stated
    return page(request, PlacesStartPage(territory=said, is_stated=is_stated, already=bool(deja)))


@router.post(IMPORT)
def choose(request: Request, desk: AtImport, data: UploadData) -> Response:
    """Keeps the file until it is recorded; one that is refused is not kept."""
    file = data.get("places")
    if not isinstance(file, UploadFile) or not file.filename:
        return RedirectResponse(IMPORT, 303)
    with file.file:
        content, name = file.file.read(), file.filename[:200]
    waiting, importer = _uploads(desk), places_import.importer_of(desk.served)
    token = waiting.keep(content, name)
    read = KeptPlaces(waiting, token, importer.read)(content, None)
    if read.refused and not read.asks_columns:
        waiting.discard(token)
        problems = [sentence(one) for one in read.problems if one.severity == "refused"]
        return page(request, PlacesRefusedPage(file=name, problems=problems[:SIZE]), status=422)
    return RedirectResponse(f"{IMPORT}/{token}", 303)


@router.get(f"{IMPORT}/{{token}}")
def preview(request: Request, desk: AtImport, token: str) -> Response:
    """Shows what the file would change. The address has the choices: none is kept before it is recorded."""
    asked = request.query_params
    return _preview(request, desk, token, {name: asked.getlist(name) for name in asked}, {})


@router.post(f"{IMPORT}/{{token}}")
def record(request: Request, desk: AtImport, token: str, data: FormData) -> Response:
    """Lists the new places, tells the changes, joins and parts as chosen."""
    form, _ = validate(PlacesForm, data)
    if form is None:
        return _preview(request, desk, token, data, {"": NOT_VALID})
    chosen, importer = PlaceSelection.of(data), places_import.importer_of(desk.served)
    try:
        _, prepared = _prepared(desk, importer, token, chosen)
        if prepared.plan is None:
            return _preview(request, desk, token, data, {})
        if form.seen != seen(prepared):
            return _preview(request, desk, token, data, {"": MOVED})
        by, choices = desk.by(receive_catalogue), chosen.choices(prepared.plan)
        importer.record(prepared, by=by, command_id=form.command_id, choices=choices)
    except Refused as refused:
        if desk.engine.positions(form.command_id):
            return _recorded(desk, form.command_id)
        desk.refresh()
        return _preview(request, desk, token, data, {"": refusals.sentence(desk, refused)})
    _uploads(desk).discard(token)
    return _recorded(desk, form.command_id)


@router.post(f"{IMPORT}/{{token}}/annuler")
def cancel(desk: AtImport, token: str) -> Response:
    """Deletes the file; nothing was recorded."""
    try:
        _uploads(desk).discard(token)
    except Refused:
        raise HTTPException(404) from None
    return RedirectResponse(IMPORT, 303)


@router.get(f"{IMPORT}/fait/{{receipt:uuid}}")
def done(request: Request, desk: AtImport, receipt: UUID, p: PageNumber = 1) -> Response:
    """Shows what an import recorded."""
    recorded = desk.engine.events_of_command(receipt)
    if not any(isinstance(one.event, (e.CatalogueReceived, e.PlaceSetAside, e.TableMapped)) for one in recorded):
        raise HTTPException(404)
    joined = {one.originator_id for one in recorded if isinstance(one.event, e.PartnerAbsorbed)}
    listed = [
        (one.originator_id, typeset(one.event.details.name), typeset(one.event.details.town))
        for one in recorded
        if isinstance(one.event, e.PartnerListed) and one.originator_id not in joined
    ]
    pager = Pager.at(len(listed), p, request.url.path, {})
    rows = listed[pager.offset : pager.offset + SIZE]
    return page(request, PlacesDonePage(figures=_figures(recorded, len(listed)), rows=rows, pager=pager))


def _figures(recorded: Sequence[Recorded], listed: int) -> list[tuple[int, str]]:
    """Returns what was recorded, without zeros."""
    named = (
        (listed, "partenaire inscrit", "partenaires inscrits"),
        (_count(recorded, e.SourceTold) - _count(recorded, e.PartnersJoined), "fiche changée", "fiches changées"),
        (_count(recorded, e.PartnersJoined), "lieu réuni à une fiche", "lieux réunis à une fiche"),
        (_count(recorded, e.OfferListed), "offre inscrite", "offres inscrites"),
        (_count(recorded, e.SourceWithdrawn), "disparition notée", "disparitions notées"),
        (_count(recorded, e.PlaceSetAside), "lieu mis de côté", "lieux mis de côté"),
        (_count(recorded, e.PlaceReclaimed), "lieu repris", "lieux repris"),
    )
    return [(count, one if count < 2 else many) for count, one, many in named if count]


def _count(recorded: Sequence[Recorded], event: type[Any]) -> int:
    return sum(isinstance(one.event, event) for one in recorded)


def _uploads(desk: Desk) -> Uploads:
    """Returns the files that wait, without those that have waited an hour."""
    kept = Uploads(desk.served.opened.folder / "uploads")
    kept.sweep(utc_now())
    return kept


def _prepared(desk: Desk, importer: PlaceImporter, token: str, chosen: PlaceSelection) -> tuple[str, PreparedPlaces]:
    """Returns the file's name and its plan. Raises Refused("upload-gone"); another page's file counts as gone."""
    uploads = _uploads(desk)
    content, name = uploads.get(token)
    kept = KeptPlaces(uploads, token, importer.read)
    if not kept.known():
        raise Refused("upload-gone")
    mapping = chosen.mapping(kept(content, {}).columns, COLUMNS) if chosen.columns else {}
    return name, importer.prepare(content, mapping, kept)


def _preview(request: Request, desk: Desk, token: str, sent: Mapping[str, Any], errors: Mapping[str, str]) -> Response:
    chosen = PlaceSelection.of(sent)
    try:
        name, prepared = _prepared(desk, places_import.importer_of(desk.served), token, chosen)
    except Refused:
        return page(request, PlacesGonePage(), status=410)
    if prepared.plan is None:
        asked = bool(chosen.columns) or request.method == "POST"
        return page(
            request, import_columns.columns_page(token, name, prepared, asked=asked), status=422 if asked else 200
        )
    shown = import_preview.preview_page(desk, token, name, prepared, chosen, errors)
    return page(request, shown, status=422 if errors else 200)


def _recorded(desk: Desk, command: UUID) -> Response:
    if desk.engine.positions(command) is None:
        return RedirectResponse(f"{IMPORT}?deja=1", 303)
    return RedirectResponse(f"{IMPORT}/fait/{command}", 303)
