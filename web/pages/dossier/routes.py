"""Dossier: the path of one young person, with each form beside what it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.authorization import Subject
from pixflow.dossier import retraction
from pixflow.dossier.state import Dossier
from pixflow.engine import Step
from pixflow.events.base import Recorded
from pixflow.events.dossier import DuplicateJoined
from pixflow.folding import retractions_by_version
from projections.store.folds import fold_of
from web.desk import guesses, receipts, refusals, task_links
from web.desk import undo as desk_undo
from web.desk.commands import Outcome, record, record_all
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.receipts import UndoForm
from web.french.errors import missing
from web.french.events.sentences import AT_ONCE
from web.french.typography import say
from web.http.addresses import Version
from web.http.forms import Form, FormData, OpenForm, validate
from web.http.pagination import address, carrying
from web.http.templates import page, redirect
from web.pages.dossier import form_arguments, history, open_form, queue_place, tasks
from web.pages.dossier.forms import FORMS, DossierForm, offers
from web.pages.dossier.sheet import dossier_page
from web.pages.dossiers import merge
from web.pages.privacy import erasure
from web.pages.results.auto_match import match_waiting

router = APIRouter()
KNOWN = ("C’était déjà noté.", "C’est enregistré, mais une partie l’était déjà.")
"""The answers to a form that added nothing, or not all of it."""
NOT_LOST = "Ce que vous avez écrit et que le dossier n’a pas est repris ici : gardez-le en note, ou renoncez."
CORRECTED = "Ce fait vient d’être corrigé ou annulé dans une autre page : regardez l’historique, puis renoncez ici."
REPLACED = "remplacé par une correction"
"""The reason of the retraction that goes with a correction."""


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
    corrige: Version = 0,
    recu: str = "",
) -> Response:
    """The sheet; `formulaire` opens one of its forms, about the id or the key `sur`; `corrige` is an event to correct.

    `fait` is the version just recorded, 0 when nothing was new; `recu` names a command that recorded nothing here, but
    elsewhere, such as a place on a waiting list. `etape` filters the history; `boite` is a place in Ma boîte.
    """
    if (gone := desk.erased(dossier_id)) and gone.erased:
        return page(request, erasure.erased_page(desk, dossier_id, gone.erased))
    dossier = desk.dossier(dossier_id)
    offered = offers(desk, dossier, FORMS if boite else [formulaire])
    name = tasks.form_asked(dossier, formulaire, sur, offered) if boite else formulaire
    opened = open_form.blank(desk, dossier, name, sur) if name in offered else None
    if corrige > 0 and (wrong := history.to_correct(desk, dossier, desk.trail(dossier_id), corrige)):
        opened = open_form.correcting(desk, dossier, wrong)
    receipt = receipts.of_command(desk, recu)
    told = [line.text for line in receipt.lines] if receipt else ()
    return _page(request, desk, dossier_id, opened, done=fait, told=told, stage=etape, box=boite)


@router.post("/dossiers/{dossier_id:uuid}/undo")
def undo(request: Request, desk: AtDesk, dossier_id: UUID, data: FormData, boite: str = "") -> Response:
    """Annuler: retracts the events of the last form, the latest first, and records again those that it retracted.

    A merge is undone in both dossiers.

    Opens the form of the correction when somebody acted on them since.
    """
    dossier = _permitted(desk, dossier_id, "retract")
    form = validate(history.UndoLast, data)[0]
    if form is None:
        raise HTTPException(422)
    trail = desk.trail(dossier_id)
    joined = next((r.event for r in trail if r.originator_version == form.version), None)
    duplicate = joined.duplicate if isinstance(joined, DuplicateJoined) else None
    if seat := history.booking_of(trail, form.version):
        return _give_back(request, desk, dossier_id, seat, form, boite)
    undone, again = history.steps_back(desk, trail, form.version) or ([], [])
    if not undone and not again and form.version not in retractions_by_version(trail):
        correction = f"{duplicate}/fusion" if duplicate else f"{dossier_id}?formulaire=retract&sur={form.version}#form"
        return RedirectResponse(carrying(f"/dossiers/{correction}", boite), 303)
    if duplicate:
        outcome = merge.undo(desk, duplicate, desk.dossier(duplicate), AT_ONCE, form.command_id)
    else:
        streams = {"dossier": dossier_id}
        retracted = undone if undone or again else [form.version]
        steps = [Step(streams, retraction.retract, {"version": one, "reason": AT_ONCE}) for one in retracted]
        steps += [Step(streams, retraction.reinstate, {"versions": tuple(again)})] if again else []
        outcome = record_all(desk, steps, ("undo", form.version), command_id=form.command_id)
    return _Press(request, desk, dossier, dossier_id, "retract", {"version": str(form.version)}, boite).answer(outcome)


def _give_back(
    request: Request, desk: Desk, dossier_id: UUID, seat: Recorded, form: history.UndoLast, box: str
) -> Response:
    """Gives back a seat that was just booked, and takes back the diagnostic planned with it."""
    (row,) = desk_undo.undo(desk, UndoForm(command_id=form.command_id, receipt=seat.command)).rows
    if row.refused:
        where = task_links.dossier_form(dossier_id, "release", str(seat.event.workshop))  # type: ignore[attr-defined]
        return RedirectResponse(carrying(where, box), 303)
    press = _Press(request, desk, desk.dossier(dossier_id), dossier_id, "release", {}, box)
    return press.answer(Outcome(tuple(row.recorded)))


@router.post("/dossiers/{dossier_id:uuid}/{name}")
def act(
    request: Request, desk: AtDesk, dossier_id: UUID, name: str, data: FormData, boite: str = "", corrige: Version = 0
) -> Response:
    """Takes the decision of a form; answers the sheet, with what was recorded or the errors.

    The event `corrige` is retracted in the same command.
    """
    dossier = _permitted(desk, dossier_id, name)
    press = _Press(request, desk, dossier, dossier_id, name, data, boite, max(corrige, 0))
    spec = FORMS[name]
    form, errors = validate(spec.model, data)
    if form is None or ((errors := spec.check(desk, dossier, form)) and not desk.engine.has_recorded(form.command_id)):
        return press.again(missing.named(errors))
    if press.is_corrected_already(form):
        return press.again({"": CORRECTED})
    if getattr(form, "imilo_number", None) not in (None, dossier.imilo_number) and guesses.are_spent(desk):
        return press.again({"": guesses.SPENT})
    outcome = _record(desk, dossier_id, dossier, spec, form, press.corrects)
    taken = guesses.hides(desk, outcome.refused) if outcome.refused else None
    if taken and not guesses.may_be_told(request, desk, [taken]):
        return press.again({"": guesses.SPENT})
    if outcome.recorded and name == "identity":
        desk.refresh()
        match_waiting(desk, dossier_id, desk.dossier(dossier_id).imilo_number, command_id=form.command_id)
    if (outcome.ok or outcome.is_known) and not outcome.repeated and (lost := press.unrecorded(form, outcome)):
        return press.as_note(lost, outcome)
    return press.answer(outcome)


def _record(
    desk: Desk, dossier_id: UUID, dossier: Dossier, spec: DossierForm, form: Form, corrects: int = 0
) -> Outcome:
    """Takes the decision of a form, and those that go with it, as one command; retracts first the event it corrects."""
    streams = {**spec.streams(form), "dossier": dossier_id}
    sent, context = spec.arguments(desk, dossier, form)
    seen = {"dossier": form.seen} if form.seen is not None else None
    further = [Step({"dossier": dossier_id}, *one) for one in spec.further(desk, dossier, form)]
    further += spec.beside(desk, dossier, form)
    if not further and not corrects:
        return record(desk, streams, spec.decision, command_id=form.command_id, seen=seen, context=context, **sent)
    wrong = [Step({"dossier": dossier_id}, retraction.retract, {"version": corrects, "reason": REPLACED})]
    steps = [*(wrong if corrects else ()), Step(streams, spec.decision, sent, context), *further]
    typed = form.model_dump(exclude={"command_id", "seen"})  # what was looked up of it may change before it comes again
    said = ([step.decision.name for step in steps], corrects, typed)
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
    """A submitted form, and its two answers. `box` is the place in Ma boîte, `corrects` the version it replaces."""

    request: Request
    desk: Desk
    dossier: Dossier
    dossier_id: UUID
    name: str
    data: Mapping[str, Any]
    box: str
    corrects: int = 0

    def answer(self, outcome: Outcome) -> Response:
        """Redirects to the sheet with what was recorded, or answers the form again."""
        if not outcome.ok:
            return self.again(refusals.field_errors(self.desk, outcome.refused) if outcome.refused else {})
        self.desk.refresh()
        now = fold_of(self.desk.read, self.dossier_id)
        if now and not self.desk.scope.sees(now):
            return redirect(self.request, "/dossiers")
        own = [r.originator_version for r in outcome.recorded if r.originator_id == self.dossier_id]
        if outcome.recorded and not own:
            where = address(f"/dossiers/{self.dossier_id}", {"recu": receipts.reference(outcome.recorded)})
            return RedirectResponse(carrying(where, self.box), 303)
        return RedirectResponse(carrying(f"/dossiers/{self.dossier_id}?fait={own[-1] if own else 0}", self.box), 303)

    def is_corrected_already(self, form: Form) -> bool:
        """True when another form took back what this one replaces: recording it again would say it twice."""
        if not self.corrects or self.desk.engine.has_recorded(form.command_id):
            return False
        return self.corrects in retractions_by_version(self.desk.trail(self.dossier_id))

    def unrecorded(self, form: Form, outcome: Outcome) -> str:
        """Returns what was typed in the form, and stands in no event of the dossier nor of its answer."""
        self.desk.refresh()
        known = [*self.desk.trail(self.dossier_id), *outcome.recorded]
        return form_arguments.unrecorded(form, (one.event for one in known))

    def as_note(self, lost: str, outcome: Outcome) -> Response:
        """Answers 422 with the form of a note that holds what the form did not record."""
        why = refusals.sentence(self.desk, outcome.refused) if outcome.refused else ""
        said = say("{why} {kept}", why=why or KNOWN[bool(outcome.recorded)], kept=NOT_LOST)
        opened = open_form.blank(self.desk, self.dossier, "note", "")
        kept = replace(opened, values={**opened.values, "text": lost}, errors={"": said})
        return _page(self.request, self.desk, self.dossier_id, kept, status=422, box=self.box)

    def again(self, errors: Mapping[str, str]) -> Response:
        """Answers 422 with the form: its values, its errors, and the events since it was drawn."""
        self.desk.refresh()
        opened = open_form.refused(self.desk, self.dossier, self.name, self.data, errors, self.corrects)
        return _page(self.request, self.desk, self.dossier_id, opened, status=422, box=self.box)


def _page(
    request: Request,
    desk: Desk,
    dossier_id: UUID,
    opened: OpenForm | None,
    *,
    done: int = -1,
    told: Sequence[str] = (),
    stage: str = "",
    status: int = 200,
    box: str = "",
) -> Response:
    place = queue_place.read(desk, box)
    shown = dossier_page(desk, dossier_id, opened, done=done, told=told, stage=stage, place=place)
    return page(request, shown, status=status)
