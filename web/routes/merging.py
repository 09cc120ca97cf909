"""Fusion: a duplicate joined to the dossier that goes on, and parted from it again."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response

from pixflow.dossier.state import Dossier
from projections import directory
from web import merging
from web.dependencies import AtDesk, Desk
from web.french import refusals
from web.naming import names_for
from web.pages import Form, FormData, page, redirect, validate
from web.paging import SIZE, Pager
from web.recording import Outcome

router = APIRouter()


class Merge(Form):
    """Which dossier goes on."""

    into: UUID


class Part(Form):
    """Why they are two after all."""

    reason: str


@router.get("/doublons")
def doubles(request: Request, desk: AtDesk, p: Annotated[int, Query(ge=1)] = 1) -> Response:
    """The open dossiers that share their names and their birth date."""
    _may(desk)
    pager = Pager.at(directory.doubles_total(desk.read), p, "/doublons", {})
    groups = directory.doubles(desk.read, SIZE, pager.offset)
    return page(request, "doubles.html", {"groups": groups, "pager": pager}, block="doubles")


@router.get("/dossiers/{dossier_id:uuid}/fusion")
def choose(request: Request, desk: AtDesk, dossier_id: UUID, avec: UUID | None = None) -> Response:
    """Which dossier it may be joined to; with `avec`, what that would change."""
    _may(desk)
    return _page(request, desk, dossier_id, desk.dossier(dossier_id), avec)


@router.post("/dossiers/{dossier_id:uuid}/fusion")
def join(request: Request, desk: AtDesk, dossier_id: UUID, data: FormData) -> Response:
    """Join it to the one that goes on, whose page follows."""
    _may(desk)
    dossier = desk.dossier(dossier_id)
    form, errors = validate(Merge, data)
    if form is None:
        return _page(request, desk, dossier_id, dossier, None, errors)
    if not (dossier.merged and dossier.merged.into == form.into):
        made = merging.steps(desk, dossier_id, dossier, form.into)
        outcome = merging.record_all(desk, made, ("merge", str(dossier_id), str(form.into)), form.command_id)
        if errors := _refused(desk, outcome):
            return _page(request, desk, dossier_id, dossier, form.into, errors)
    return redirect(request, f"/dossiers/{form.into}")


@router.post("/dossiers/{dossier_id:uuid}/fusion/defaire")
def part(request: Request, desk: AtDesk, dossier_id: UUID, data: FormData) -> Response:
    """Part them again: each has what it had."""
    _may(desk)
    dossier = desk.dossier(dossier_id)
    form, errors = validate(Part, data)
    if form is None:
        return _page(request, desk, dossier_id, dossier, None, errors)
    if dossier.merged:
        made = merging.steps_back(desk, dossier_id, dossier, form.reason)
        outcome = merging.record_all(desk, made, ("unmerge", str(dossier_id), form.reason), form.command_id)
        if errors := _refused(desk, outcome):
            return _page(request, desk, dossier_id, dossier, None, errors)
    return redirect(request, f"/dossiers/{dossier_id}")


def _refused(desk: Desk, outcome: Outcome) -> dict[str, str]:
    refused = outcome.refused
    return {"": refusals.refusal(refused.code, refused.details, names_for(desk))} if refused else {}


def _page(
    request: Request,
    desk: Desk,
    dossier_id: UUID,
    dossier: Dossier,
    into: UUID | None,
    errors: dict[str, str] | None = None,
) -> Response:
    made = _made(desk, dossier_id, dossier, into)
    context: dict[str, Any] = {
        "desk": desk,
        "id": dossier_id,
        "dossier": dossier,
        "into": into,
        "other": desk.dossier(into) if into else None,
        "candidates": [] if dossier.merged or into else merging.candidates(desk, dossier_id, dossier),
        "team": desk.refs.team,
        "preview": merging.preview(desk, *made) if made else None,
        "errors": errors or {},
    }
    return page(request, "merge.html", context, block="merge", status=422 if errors else 200)


def _made(desk: Desk, dossier_id: UUID, dossier: Dossier, into: UUID | None) -> Any:
    """The steps to preview, and the dossier they are seen on; None without any."""
    if dossier.merged:
        return merging.steps_back(desk, dossier_id, dossier, "—"), dossier.merged.into
    return (merging.steps(desk, dossier_id, dossier, into), into) if into else None


def _may(desk: Desk) -> None:
    if not desk.may("merge"):
        raise HTTPException(403)
