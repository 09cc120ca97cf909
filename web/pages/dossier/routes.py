"""Dossier: the path of one young person, with each form beside what it changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.authorization import Subject
from pixflow.dossier import retraction
from pixflow.dossier.state import Dossier
from pixflow.engine import Step
from pixflow.events.dossier import DuplicateJoined
from pixflow.folding import retractions_by_version
from projections import audit_trail
from projections.store.folds import fold_of
from web.desk import refusals
from web.desk.commands import Outcome, record, record_all
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.french.errors import missing
from web.http.addresses import Version
from web.http.forms import Form, FormData, OpenForm, validate
from web.http.pagination import carrying
from web.http.templates import page, redirect
from web.pages.dossier import history, open_form, queue_place
from web.pages.dossier.forms import FORMS, DossierForm, offers
from web.pages.dossier.sheet import dossier_page
from web.pages.dossiers import merge
from web.pages.privacy import erasure
from web.pages.results.auto_match import match_waiting

router = APIRouter()
AT_ONCE = "annulé aussitôt"
"""The reason of a retraction in one press."""


@router.get("/dossiers/{dossier_id:uuid}")
def read(
    request: Request,
    desk: AtDesk,
    dossier_id: UUID,
    formulaire: str = "",
    sur: str = "",
    fait: Version = -1,
    etape: str = "",
    boite: str = "",
) -> Response:
    """The sheet; `formulaire` opens one of its forms, about the id or the key `sur`.

    `fait` is the version just recorded, 0 when nothing was new; `etape` filters the history; `boite` is a place in Ma
    boîte.
    """
    if (gone := desk.erased(dossier_id)) and gone.erased:
        return page(request, erasure.erased_page(desk, dossier_id, gone.erased))
    dossier = desk.dossier(dossier_id)
    opened = open_form.blank(desk, dossier, formulaire, sur) if formulaire in offers(desk, dossier) else None
    return _page(request, desk, dossier_id, opened, done=fait, stage=etape, box=boite)


@router.post("/dossiers/{dossier_id:uuid}/undo")
def undo(request: Request, desk: AtDesk, dossier_id: UUID, data: FormData, boite: str = "") -> Response:
    """Annuler: retracts the events of the last form, the latest first; a merge is undone in both dossiers.

    Opens the form of the correction when somebody acted on them since.
    """
    dossier = _permitted(desk, dossier_id, "retract")
    form = validate(history.UndoLast, data)[0]
    if form is None:
        raise HTTPException(422)
    trail = [audit_trail.recorded(row) for row in audit_trail.of_stream(desk.read, dossier_id)]
    joined = next((r.event for r in trail if r.originator_version == form.version), None)
    duplicate = joined.duplicate if isinstance(joined, DuplicateJoined) else None
    undone = [form.version]
    if form.version == history.undoable(desk, trail):
        undone = [r.originator_version for r in reversed(history.recorded_with(trail, form.version))]
    elif form.version not in retractions_by_version(trail):
        correction = f"{duplicate}/fusion" if duplicate else f"{dossier_id}?formulaire=retract&sur={form.version}#form"
        return RedirectResponse(carrying(f"/dossiers/{correction}", boite), 303)
    if duplicate:
        outcome = merge.undo(desk, duplicate, desk.dossier(duplicate), AT_ONCE, form.command_id)
    else:
        retracted = [{"version": version, "reason": AT_ONCE} for version in undone]
        steps = [Step({"dossier": dossier_id}, retraction.retract, sent) for sent in retracted]
        outcome = record_all(desk, steps, ("undo", form.version), command_id=form.command_id)
    return _Press(request, desk, dossier, dossier_id, "retract", {"version": str(form.version)}, boite).answer(outcome)


@router.post("/dossiers/{dossier_id:uuid}/{name}")
def act(request: Request, desk: AtDesk, dossier_id: UUID, name: str, data: FormData, boite: str = "") -> Response:
    """Takes the decision of a form; answers the sheet, with what was recorded or the errors."""
    dossier = _permitted(desk, dossier_id, name)
    press = _Press(request, desk, dossier, dossier_id, name, data, boite)
    spec = FORMS[name]
    form, errors = validate(spec.model, data)
    if form is None or (errors := spec.check(desk, dossier, form)):
        return press.again(missing.named(errors))
    outcome = _record(desk, dossier_id, dossier, spec, form)
    if outcome.recorded and name == "identity":
        desk.refresh()
        match_waiting(desk, dossier_id, desk.dossier(dossier_id).imilo_number, command_id=form.command_id)
    return press.answer(outcome)


def _record(desk: Desk, dossier_id: UUID, dossier: Dossier, spec: DossierForm, form: Form) -> Outcome:
    """Takes the decision of a form, and those that go with it, as one command."""
    streams = {**spec.streams(form), "dossier": dossier_id}
    sent, context = spec.arguments(desk, dossier, form)
    seen = {"dossier": form.seen} if form.seen is not None else None
    further = [Step({"dossier": dossier_id}, *one) for one in spec.further(desk, dossier, form)]
    if not further:
        return record(desk, streams, spec.decision, command_id=form.command_id, seen=seen, context=context, **sent)
    steps = [Step(streams, spec.decision, sent, context), *further]
    said = [(step.decision.name, step.sent) for step in steps]
    return record_all(desk, steps, (str(dossier_id), said), command_id=form.command_id, seen=seen)


def _permitted(desk: Desk, dossier_id: UUID, name: str) -> Dossier:
    """Returns the dossier, when this person may read it and take the decision of that form.

    Raises 403 before it looks the dossier up for a person who may take that decision on no dossier.
    """
    if name not in FORMS:
        raise HTTPException(404)
    decision = FORMS[name].decision
    if not desk.has_role_for(decision):
        raise HTTPException(403)
    dossier = desk.dossier(dossier_id)
    if not desk.may(decision, Subject(dossier)):
        raise HTTPException(403)
    return dossier


@dataclass(frozen=True, slots=True)
class _Press:
    """A submitted form, and its two answers. `box` is the place in Ma boîte."""

    request: Request
    desk: Desk
    dossier: Dossier
    dossier_id: UUID
    name: str
    data: Mapping[str, Any]
    box: str

    def answer(self, outcome: Outcome) -> Response:
        """Redirects to the sheet with what was recorded, or answers the form again."""
        if not outcome.ok:
            return self.again(refusals.field_errors(self.desk, outcome.refused) if outcome.refused else {})
        self.desk.refresh()
        if not self.desk.scope.sees(fold_of(self.desk.read, self.dossier_id)):
            return redirect(self.request, "/dossiers")
        own = [r.originator_version for r in outcome.recorded if r.originator_id == self.dossier_id]
        return RedirectResponse(carrying(f"/dossiers/{self.dossier_id}?fait={own[-1] if own else 0}", self.box), 303)

    def again(self, errors: Mapping[str, str]) -> Response:
        """Answers 422 with the form: its values, its errors, and the events since it was drawn."""
        self.desk.refresh()
        opened = open_form.refused(self.desk, self.dossier, self.name, self.data, errors)
        return _page(self.request, self.desk, self.dossier_id, opened, status=422, box=self.box)


def _page(
    request: Request,
    desk: Desk,
    dossier_id: UUID,
    opened: OpenForm | None,
    *,
    done: int = -1,
    stage: str = "",
    status: int = 200,
    box: str = "",
) -> Response:
    place = queue_place.read(desk, box)
    return page(request, dossier_page(desk, dossier_id, opened, done=done, stage=stage, place=place), status=status)
