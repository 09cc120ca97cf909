"""Fusion: a duplicate joined to the dossier that goes on, and parted from it again."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response

from pixflow.dossier import merging
from pixflow.dossier.state import Dossier
from pixflow.unit_of_work import Step
from projections import directory
from projections.directory import Found
from web.desk.commands import Outcome, record_all
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french.errors import refusals
from web.http.forms import Form, FormData, validate
from web.http.pagination import SIZE, Pager
from web.http.templates import page, redirect
from web.pages.dossiers import merge

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
    groups = [_ranked(desk, group) for group in directory.doubles(desk.read, SIZE, pager.offset)]
    return page(request, "dossiers/duplicates.html", {"groups": groups, "pager": pager}, block="doubles")


@router.get("/dossiers/{dossier_id:uuid}/fusion")
def choose(request: Request, desk: AtDesk, dossier_id: UUID, avec: UUID | None = None) -> Response:
    """Which dossier it may be joined to; with `avec`, the one that would go on, both side by side."""
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
        made = merge.steps(desk, dossier_id, dossier, form.into)
        outcome = record_all(desk, made, ("merge", str(dossier_id), str(form.into)), command_id=form.command_id)
        if errors := _refused(desk, outcome):
            return _page(request, desk, dossier_id, dossier, form.into, errors)
        own = [r.originator_version for r in outcome.recorded if r.originator_id == form.into]
        return redirect(request, f"/dossiers/{form.into}?fait={own[0] if own else 0}")
    return redirect(request, f"/dossiers/{form.into}")


@router.post("/dossiers/{dossier_id:uuid}/fusion/defaire")
def part(request: Request, desk: AtDesk, dossier_id: UUID, data: FormData) -> Response:
    """Part them again: each has what it had."""
    _may(desk)
    dossier = desk.dossier(dossier_id)
    form, errors = validate(Part, data)
    if form is None:
        return _page(request, desk, dossier_id, dossier, None, errors)
    outcome = merge.part(desk, dossier_id, dossier, form.reason, form.command_id)
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
    kept = dossier.merged.into if dossier.merged else into
    context: dict[str, Any] = {
        "desk": desk,
        "id": dossier_id,
        "dossier": dossier,
        "into": kept,
        "lines": merge.comparison(desk, kept, dossier_id) if kept else [],
        "candidates": [] if kept else _candidates(desk, dossier_id, dossier),
        "team": desk.refs.team,
        "preview": merge.preview(desk, _made(desk, dossier_id, dossier, kept), kept, dossier_id) if kept else None,
        "errors": errors or {},
    }
    return page(request, "dossiers/merge.html", context, block="merge", status=422 if errors else 200)


def _made(desk: Desk, dossier_id: UUID, dossier: Dossier, kept: UUID) -> list[Step]:
    """What the page's button would do."""
    if dossier.merged:
        return merge.steps_back(desk, dossier_id, dossier, "—")
    return merge.steps(desk, dossier_id, dossier, kept)


def _ranked(desk: Desk, group: Sequence[Found]) -> list[tuple[Found, int]]:
    """The dossiers of one person with how many facts each has, the one to keep first."""
    found = {one.stream: one for one in group}
    return [(found[stream], facts) for stream, facts in merge.fullest_first(desk, found)]


def _candidates(desk: Desk, dossier_id: UUID, dossier: Dossier) -> list[tuple[Found, UUID, UUID]]:
    """Each dossier that this one may be joined with, then which of the two would be closed, and which kept."""
    found = merge.candidates(desk, dossier_id, dossier)
    ranked = {one.stream: merge.fullest_first(desk, (dossier_id, one.stream)) for one in found}
    return [(one, ranked[one.stream][1][0], ranked[one.stream][0][0]) for one in found]


def _may(desk: Desk) -> None:
    if not desk.may(merging.merge_dossier):
        raise HTTPException(403)
