"""Fusion: merges a duplicate into the dossier that goes on, and undoes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.dossier import identity as merging
from pixflow.dossier.state import Dossier
from pixflow.unit_of_work import Step
from projections import directory
from projections.directory import YoungPerson
from web.desk import refusals
from web.desk.commands import Outcome, record_all
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.http.addresses import PageNumber
from web.http.forms import Form, FormData, validate
from web.http.pagination import SIZE, Pager
from web.http.people import People, listed, note, opened
from web.http.templates import Page, page, redirect
from web.pages.dossiers import merge

router = APIRouter()


class MergeForm(Form):
    """The dossier that goes on."""

    into: UUID


class UndoMergeForm(Form):
    """The reason to undo the merge."""

    reason: str


@dataclass(frozen=True, slots=True)
class MergeCandidate:
    """A dossier that may be of the same person; after a merge `kept` goes on and `closed` does not."""

    found: YoungPerson
    kept: UUID
    closed: UUID
    advisor: str


@dataclass(frozen=True, kw_only=True)
class DuplicatesPage(Page):
    """The dossiers of each person who has several, with the number of events of each; the one to keep is first."""

    template = "dossiers/duplicates.html"
    block = "doubles"

    groups: Sequence[Sequence[tuple[YoungPerson, int]]]
    pager: Pager

    @property
    def shows(self) -> People:
        return listed(found.stream for group in self.groups for found, _ in group)


@dataclass(frozen=True, kw_only=True)
class MergePage(Page):
    """A dossier to merge, or merged already; `into` is the one that goes on, None before it is chosen."""

    template = "dossiers/merge.html"
    block = "merge"

    id: UUID
    dossier: Dossier
    into: UUID | None
    lines: Sequence[merge.FieldComparison]
    candidates: Sequence[MergeCandidate]
    preview: merge.MergePreview | None
    errors: Mapping[str, str]

    @property
    def shows(self) -> People:
        return opened(self.id, [self.into], (one.found.stream for one in self.candidates))


@router.get("/doublons")
def doubles(request: Request, desk: AtDesk, p: PageNumber = 1) -> Response:
    """Lists the open dossiers that share their names and their birth date."""
    _may(desk)
    pager = Pager.at(directory.doubles_total(desk.read), p, "/doublons", {})
    groups = [_ranked(desk, group) for group in directory.doubles(desk.read, SIZE, pager.offset)]
    return page(request, DuplicatesPage(groups=groups, pager=pager))


@router.get("/dossiers/{dossier_id:uuid}/fusion")
def choose(request: Request, desk: AtDesk, dossier_id: UUID, avec: UUID | None = None) -> Response:
    """Lists the dossiers that may be of the same person; with `avec`, the one to keep, compares both."""
    _may(desk)
    return _page(request, desk, dossier_id, desk.dossier(dossier_id), avec)


@router.post("/dossiers/{dossier_id:uuid}/fusion")
def join(request: Request, desk: AtDesk, dossier_id: UUID, data: FormData) -> Response:
    """Merges it into the one that goes on, and shows that one."""
    _may(desk)
    dossier = desk.dossier(dossier_id)
    form, errors = validate(MergeForm, data)
    if form is None:
        return _page(request, desk, dossier_id, dossier, None, errors)
    if not (dossier.merged and dossier.merged.into == form.into):
        note(request, opened(dossier_id))  # the other dossier will say what this one says
        made = merge.steps(desk, dossier_id, dossier, form.into)
        outcome = record_all(desk, made, ("merge", str(dossier_id), str(form.into)), command_id=form.command_id)
        if errors := _refused(desk, outcome):
            return _page(request, desk, dossier_id, dossier, form.into, errors)
        return _see(request, form.into, outcome)
    return redirect(request, f"/dossiers/{form.into}")


@router.post("/dossiers/{dossier_id:uuid}/fusion/defaire")
def undo_merge(request: Request, desk: AtDesk, dossier_id: UUID, data: FormData) -> Response:
    """Undoes the merge: each dossier has its own events again."""
    _may(desk)
    dossier = desk.dossier(dossier_id)
    form, errors = validate(UndoMergeForm, data)
    if form is None:
        return _page(request, desk, dossier_id, dossier, None, errors)
    outcome = merge.undo(desk, dossier_id, dossier, form.reason, form.command_id)
    if errors := _refused(desk, outcome):
        return _page(request, desk, dossier_id, dossier, None, errors)
    return _see(request, dossier_id, outcome)


def _see(request: Request, dossier_id: UUID, outcome: Outcome) -> Response:
    """Shows a dossier, with the receipt of its first event of an outcome."""
    own = [r.originator_version for r in outcome.recorded if r.originator_id == dossier_id]
    return redirect(request, f"/dossiers/{dossier_id}" + (f"?fait={own[0]}" if own else ""))


def _refused(desk: Desk, outcome: Outcome) -> dict[str, str]:
    refused = outcome.refused
    return {"": refusals.sentence(desk, refused)} if refused else {}


def _page(
    request: Request,
    desk: Desk,
    dossier_id: UUID,
    dossier: Dossier,
    into: UUID | None,
    errors: dict[str, str] | None = None,
) -> Response:
    kept = dossier.merged.into if dossier.merged else into
    shown = MergePage(
        id=dossier_id,
        dossier=dossier,
        into=kept,
        lines=merge.comparison(desk, kept, dossier_id) if kept else [],
        candidates=[] if kept else _candidates(desk, dossier_id, dossier),
        preview=merge.preview(desk, _made(desk, dossier_id, dossier, kept), kept, dossier_id) if kept else None,
        errors=errors or {},
    )
    if kept:
        note(request, opened(kept))
    return page(request, shown, status=422 if errors else 200)


def _made(desk: Desk, dossier_id: UUID, dossier: Dossier, kept: UUID) -> list[Step]:
    """Returns the steps of the page's button."""
    if dossier.merged:
        return merge.undo_steps(desk, dossier_id, dossier, "—")
    return merge.steps(desk, dossier_id, dossier, kept)


def _ranked(desk: Desk, group: Sequence[YoungPerson]) -> list[tuple[YoungPerson, int]]:
    """Returns the dossiers of one person and their numbers of events, the one to keep first."""
    found = {one.stream: one for one in group}
    return [(found[stream], count) for stream, count in merge.fullest_first(desk, found)]


def _candidates(desk: Desk, dossier_id: UUID, dossier: Dossier) -> list[MergeCandidate]:
    found = merge.candidates(desk, dossier_id, dossier)
    ranked = {one.stream: merge.fullest_first(desk, (dossier_id, one.stream)) for one in found}
    return [_candidate(desk, one, *(stream for stream, _ in ranked[one.stream])) for one in found]


def _candidate(desk: Desk, found: YoungPerson, kept: UUID, closed: UUID) -> MergeCandidate:
    advisor = desk.refs.team.get(found.advisor) if found.advisor else None
    return MergeCandidate(found, kept, closed, advisor.name if advisor else "")


def _may(desk: Desk) -> None:
    if not desk.may(merging.merge_dossier):
        raise HTTPException(403)
