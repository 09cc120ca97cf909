"""Routes of one workshop: its page, its papers, and the decisions about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.decision import Decision
from pixflow.engine import Step
from pixflow.workshop import booking, scheduling
from pixflow.workshop.scheduling import issue_workshop_paper
from pixflow.workshop.state import Workshop
from projections.store.folds import fold_of
from web.desk import receipts, refusals
from web.desk.commands import Outcome, issue, record, record_all
from web.desk.desk import Desk
from web.desk.receipts import Receipt
from web.french import validation
from web.french.errors import missing
from web.french.events import workshops as french
from web.http import papers
from web.http.addresses import PageNumber
from web.http.forms import Day, Form, FormData, OpenForm, validate
from web.http.pagination import address
from web.http.papers import Paper
from web.http.people import NOBODY, People, listed, note
from web.http.templates import Page, page
from web.pages.agenda.calendar_file import CONTENT_TYPE, calendar_file, workshop_event
from web.pages.agenda.routes import origin_of
from web.pages.workshops import listing, workshop
from web.pages.workshops import papers as workshop_papers
from web.pages.workshops.listing import instant
from web.pages.workshops.routes import AtWorkshops
from web.pages.workshops.scoped_workshop import ScopedWorkshop

router = APIRouter()


class MoveForm(Form):
    day: Day
    starts: time
    ends: time
    place: str | None = None


class CancellationForm(Form):
    reason: Literal["facilitator", "room", "technical", "too-few", "other"]


class FacilitatorsForm(Form):
    facilitators: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LettersPage(Page):
    """A paper for each registrant, to print; `back` is the address of the workshop."""

    template = "workshops/letters.html"

    letters: Sequence[Paper]
    back: str

    @property
    def shows(self) -> People:
        return listed(more=len(self.letters))


@router.get("/ateliers/{workshop_id:uuid}")
def read(
    request: Request,
    desk: AtWorkshops,
    workshop_id: UUID,
    formulaire: str = "",
    recu: str = "",
    a: PageNumber = 1,
    groupe: str = "",
) -> Response:
    """Shows the workshop.

    `formulaire` opens one of its forms, `recu` names what was just recorded, `a` pages the candidates of a `groupe`.
    """
    found = ScopedWorkshop(desk, workshop_id)
    return workshop_response(
        request,
        desk,
        workshop_id,
        a,
        groupe,
        form=workshop.blank(found, formulaire),
        receipt=workshop.receipt(found, recu),
        undo=workshop.undo_seat(found, recu),
    )


@router.get("/ateliers/{workshop_id:uuid}.ics")
def file(request: Request, desk: AtWorkshops, workshop_id: UUID) -> Response:
    """Sends the workshop for a calendar."""
    found = ScopedWorkshop(desk, workshop_id)
    note(request, NOBODY)
    event = workshop_event(desk.refs, workshop_id, found.state, origin_of(request))
    return Response(calendar_file([event]), media_type=CONTENT_TYPE)


@router.get("/ateliers/{workshop_id:uuid}/emargement")
def attendance_sheet(request: Request, desk: AtWorkshops, workshop_id: UUID) -> Response:
    """Shows the sheet to sign: names, without a result or a difficulty (docs/domain.md#papers)."""
    return papers.paper_page(request, *_sheet(request, desk, workshop_id, f"/ateliers/{workshop_id}"))


@router.get("/ateliers/{workshop_id:uuid}/emargement.pdf")
def attendance_sheet_pdf(request: Request, desk: AtWorkshops, workshop_id: UUID) -> Response:
    return papers.pdf_response(request, *_sheet(request, desk, workshop_id, "emargement"))


def _sheet(request: Request, desk: Desk, id: UUID, name: str) -> tuple[Paper, str, People]:
    """Returns the sheet, recorded; the name or the address that goes with it; the people whom it names."""
    found = ScopedWorkshop(desk, id)
    if not found.sees_names:
        raise HTTPException(403)
    issue(request, desk, {"workshop": id}, issue_workshop_paper, paper="sheet", people=len(found.state.seats))
    return workshop_papers.attendance_sheet(found), name, listed(found.state.seats)


@router.get("/ateliers/{workshop_id:uuid}/avis")
def letters(request: Request, desk: AtWorkshops, workshop_id: UUID, pour: UUID | None = None) -> Response:
    """Shows a paper for each registrant, or for the one named by `pour`, without a score (docs/domain.md#papers)."""
    found = workshop_papers.letters(ScopedWorkshop(desk, workshop_id), pour)
    issue(request, desk, {"workshop": workshop_id}, issue_workshop_paper, paper="letters", people=len(found))
    return page(request, LettersPage(letters=found, back=f"/ateliers/{workshop_id}"))


@router.post("/ateliers/{workshop_id:uuid}/deplacer")
def move(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Moves the workshop; the dossier of each registrant records it in the same transaction."""
    _must(desk, workshop_id, scheduling.move_workshop)
    form, errors = validate(MoveForm, data)
    if form is None:
        return _again(request, desk, workshop_id, "move", data, missing.named(errors, french.MISSING))
    sent = {
        "place": form.place or "",
        "starts": instant(form.day, form.starts, desk.zone),
        "ends": instant(form.day, form.ends, desk.zone),
        "day": form.day,
    }
    return _with_registrants(request, desk, workshop_id, "move", scheduling.move_workshop, sent, form.command_id, data)


@router.post("/ateliers/{workshop_id:uuid}/annuler")
def cancel(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Cancels the workshop; the dossier of each registrant records it in the same transaction."""
    _must(desk, workshop_id, scheduling.cancel_workshop)
    form, errors = validate(CancellationForm, data)
    if form is None:
        return _again(request, desk, workshop_id, "cancel", data, missing.named(errors, french.MISSING))
    sent = {"reason": form.reason}
    return _with_registrants(
        request, desk, workshop_id, "cancel", scheduling.cancel_workshop, sent, form.command_id, data
    )


def _with_registrants(
    request: Request,
    desk: Desk,
    id: UUID,
    name: str,
    decide: Decision[..., Any],
    sent: dict[str, Any],
    command_id: UUID,
    data: Mapping[str, Any],
) -> Response:
    """Decides on the workshop, then on the dossier of each seat. Tries again once when somebody books meanwhile."""
    for last in (False, True):
        there = tuple(_state(desk, id).seats)
        steps = [Step({"workshop": id}, decide, sent, {"registrants": there})]
        steps += [Step({"workshop": id, "dossier": dossier}, booking.apply_workshop_change) for dossier in there]
        outcome = record_all(desk, steps, (name, str(id), sent), command_id=command_id)
        if outcome.refused is None:
            return _next(id, outcome)
        if last or outcome.refused.code != "moved":
            return _again(request, desk, id, name, data, refusals.field_errors(desk, outcome.refused))
        desk.refresh()
    raise AssertionError("the loop answers")


@router.post("/ateliers/{workshop_id:uuid}/animation")
def set_facilitators(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Sets the people who run the workshop."""
    _must(desk, workshop_id, scheduling.set_facilitators)
    form, errors = validate(FacilitatorsForm, data)
    known = dict(listing.runners(desk)).keys()
    if form and not {str(who) for who in form.facilitators} <= known:
        errors = {"facilitators": validation.invalid("literal_error", {})}
    if form is None or errors:
        return _again(request, desk, workshop_id, "facilitators", data, missing.named(errors, french.MISSING))
    outcome = record(
        desk,
        {"workshop": workshop_id},
        scheduling.set_facilitators,
        command_id=form.command_id,
        context={"rules": desk.refs.protocol(desk.today).workshops},
        facilitators=form.facilitators,
    )
    if outcome.refused:
        return _again(request, desk, workshop_id, "facilitators", data, refusals.field_errors(desk, outcome.refused))
    return _next(workshop_id, outcome)


@router.post("/ateliers/{workshop_id:uuid}/aide")
def answer_call(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Answers the call for help: somebody goes there."""
    _must(desk, workshop_id, scheduling.give_help)
    form = validate(Form, data)[0]
    if form is None:
        raise HTTPException(422)
    outcome = record(desk, {"workshop": workshop_id}, scheduling.give_help, command_id=form.command_id)
    return answer(request, desk, workshop_id, outcome)


def _must(desk: Desk, id: UUID, decision: Decision[..., Any]) -> None:
    """Raises 403 before anything that was sent is read."""
    if not ScopedWorkshop(desk, id).may(decision):
        raise HTTPException(403)


# --- answers


def _state(desk: Desk, id: UUID) -> Workshop:
    state = fold_of(desk.read, id)
    if not isinstance(state, Workshop):
        raise HTTPException(404)
    return state


def answer(request: Request, desk: Desk, id: UUID, outcome: Outcome) -> Response:
    """Returns to the workshop after a press: with a receipt, or with the reason of the refusal."""
    if outcome.refused is None:
        return _next(id, outcome)
    desk.refresh()
    receipt = Receipt(refusals.sentence(desk, outcome.refused), tone="late")
    return workshop_response(request, desk, id, receipt=receipt, status=422)


def _next(id: UUID, outcome: Outcome) -> Response:
    return RedirectResponse(address(f"/ateliers/{id}", {"recu": receipts.reference(outcome.recorded)}), 303)


def _again(
    request: Request, desk: Desk, id: UUID, name: str, data: Mapping[str, Any], errors: Mapping[str, str]
) -> Response:
    desk.refresh()
    return workshop_response(request, desk, id, form=OpenForm(name, values=data, errors=errors), status=422)


def workshop_response(
    request: Request, desk: Desk, id: UUID, number: int = 1, group: str = "", *, status: int = 200, **shown: Any
) -> Response:
    """Draws the page of a workshop; `shown` are the arguments of `workshop_page` that the request sets."""
    return page(request, workshop.workshop_page(desk, id, number, group, **shown), status=status)
