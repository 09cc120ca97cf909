"""Dossiers: the list, the search, and a dossier opened by hand."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.dossier import assignment
from pixflow.engine import new_id
from projections import directory, dossier_sheet
from projections.dossier_sheet import Filter
from web.dependencies import AtDesk, Desk
from web.pages import Form, FormData, page, validate
from web.recording import record
from web.sheet import errors_of

router = APIRouter()
PAGE = 50


class Opening(Form):
    """A dossier by hand."""

    last_name: str
    first_name: str
    birth_date: date | None = None
    imilo_number: str | None = None
    site: str
    phone: str | None = None
    email: str | None = None
    programme: str | None = None
    group: str | None = None
    collective_end: date | None = None
    advisor: UUID | None = None
    project: str | None = None
    on: date


@router.get("/dossiers")
def read(
    request: Request,
    desk: AtDesk,
    stage: str = "",
    programme: str = "",
    site: str = "",
    state: str = "open",
    p: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """The dossiers this person reads, by name."""
    if desk.scope.whose == "none":
        raise HTTPException(403)
    wanted = Filter(stage, programme, site, state)
    context = {
        "desk": desk,
        "wanted": wanted,
        "rows": dossier_sheet.page(desk.read, desk.scope, wanted, PAGE, (p - 1) * PAGE),
        "total": dossier_sheet.total(desk.read, desk.scope, wanted),
        "choices": dossier_sheet.choices(desk.read, desk.scope),
        "p": p,
        "size": PAGE,
    }
    return page(request, "dossiers.html", context, block="list")


@router.post("/chercher")
def search(request: Request, desk: AtDesk, data: FormData) -> Response:
    """By name or number; a POST, so that no name stands in an address or a log."""
    text = str(data.get("q", ""))[:100]
    context = {"desk": desk, "text": text, "found": directory.find(desk.read, text, desk.scope)}
    return page(request, "search.html", context, block="found")


@router.get("/dossiers/nouveau")
def new(request: Request, desk: AtDesk) -> Response:
    """A blank dossier."""
    if not desk.may("open_dossier"):
        raise HTTPException(403)
    mine = str(desk.me) if "advisor" in desk.roles else ""
    return _form(request, desk, {"on": desk.today.isoformat(), "advisor": mine}, {})


@router.post("/dossiers/nouveau")
def open_by_hand(request: Request, desk: AtDesk, data: FormData) -> Response:
    form, errors = validate(Opening, data)
    if form is None:
        return _form(request, desk, data, errors, status=422)
    dossier_id = new_id(form.command_id, "dossier")
    sent = form.model_dump(exclude={"command_id", "seen"})
    sent |= {"programme": form.programme or "", "project": form.project or ""}
    outcome = record(desk, {"dossier": dossier_id}, assignment.open_dossier, command_id=form.command_id, **sent)
    if outcome.refused:
        return _form(request, desk, data, errors_of(desk, outcome.refused), status=422)
    return RedirectResponse(f"/dossiers/{dossier_id}?fait=1", 303)


def _form(
    request: Request, desk: Desk, values: dict[str, object], errors: dict[str, str], *, status: int = 200
) -> Response:
    context = {"desk": desk, "values": values, "errors": errors, "command_id": desk.new_command()}
    return page(request, "new_dossier.html", context, block="form", status=status)
