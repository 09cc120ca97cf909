"""Atelier: one workshop, who has a seat, who waits, and what may be decided about it."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow.decision import Decision
from pixflow.engine import Step
from pixflow.events.base import Recorded
from pixflow.refused import Refused
from pixflow.workshop import booking, scheduling
from pixflow.workshop.state import Workshop
from projections.store.catch_up import fold_of
from web.desk import receipts
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.receipts import Told
from web.french import vocabulary
from web.french.errors import missing
from web.french.events import workshops as french
from web.http import papers
from web.http.forms import Day, Form, FormData, validate
from web.http.pagination import address
from web.http.papers import Paper
from web.http.templates import page
from web.pages.workshops import listing, workshop_page
from web.pages.workshops import papers as workshops_papers
from web.pages.workshops.calendar_file import CONTENT_TYPE, calendar
from web.pages.workshops.listing import execute, instant, refusal
from web.pages.workshops.routes import AtWorkshops, Number
from web.pages.workshops.workshop import Page
from web.pages.workshops.workshop_page import OpenForm

router = APIRouter()


class Moving(Form):
    day: Day
    starts: time
    ends: time
    place: str | None = None


class Cancelling(Form):
    reason: Literal["facilitator", "room", "technical", "too-few", "other"]


class Running(Form):
    facilitators: tuple[UUID, ...] = ()


@router.get("/ateliers/{workshop_id:uuid}")
def one(
    request: Request,
    desk: AtWorkshops,
    workshop_id: UUID,
    form: str = "",
    fait: str = "",
    a: Number = 1,
    groupe: str = "",
) -> Response:
    """The workshop; `form` opens one of its forms, `fait` names what was just recorded, `a` pages those to add, of a
    `groupe` or of all."""
    found = Page(desk, workshop_id)
    return _page(
        request,
        desk,
        workshop_id,
        a,
        groupe,
        opened=workshop_page.blank(found, form),
        told=workshop_page.done(found, fait),
        undo=workshop_page.undoable(found, fait),
    )


@router.get("/ateliers/{workshop_id:uuid}.ics")
def file(desk: AtWorkshops, workshop_id: UUID) -> Response:
    """The workshop for a calendar."""
    found = Page(desk, workshop_id)
    return Response(calendar(desk.refs, [(workshop_id, found.state)]), media_type=CONTENT_TYPE)


@router.get("/ateliers/{workshop_id:uuid}/emargement")
def sign_in(request: Request, desk: AtWorkshops, workshop_id: UUID) -> Response:
    """The sheet to sign, to print: names, and nothing of anybody's result or difficulty (docs/domain.md#papers)."""
    return papers.printed(request, _sheet(desk, workshop_id), f"/ateliers/{workshop_id}")


@router.get("/ateliers/{workshop_id:uuid}/emargement.pdf")
def sign_in_pdf(desk: AtWorkshops, workshop_id: UUID) -> Response:
    return papers.as_pdf(_sheet(desk, workshop_id), "emargement")


def _sheet(desk: Desk, id: UUID) -> Paper:
    found = Page(desk, id)
    if not found.sees_names:
        raise HTTPException(403)
    return workshops_papers.sign_in(found)


@router.get("/ateliers/{workshop_id:uuid}/avis")
def notices(request: Request, desk: AtWorkshops, workshop_id: UUID, pour: UUID | None = None) -> Response:
    """Returns the convocations, for all registrants or one: come, moved, cancelled (docs/domain.md#papers)."""
    made = workshops_papers.notices(Page(desk, workshop_id), pour)
    return page(request, "workshops/notices.html", {"notices": made, "back": f"/ateliers/{workshop_id}"})


@router.post("/ateliers/{workshop_id:uuid}/deplacer")
def move(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Another day, hours or place; each registrant's dossier follows in the same transaction."""
    _may(Page(desk, workshop_id), scheduling.move_workshop)
    form, errors = validate(Moving, data)
    if form is None:
        return _again(request, desk, workshop_id, OpenForm("move", data, missing.named(errors, french.MISSING)))
    sent = {
        "place": form.place or "",
        "starts": instant(form.day, form.starts, desk.zone),
        "ends": instant(form.day, form.ends, desk.zone),
        "day": form.day,
    }
    return _with_registrants(request, desk, workshop_id, "move", scheduling.move_workshop, sent, form.command_id, data)


@router.post("/ateliers/{workshop_id:uuid}/annuler")
def cancel(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """It will not be held; each registrant's dossier learns it in the same transaction."""
    _may(Page(desk, workshop_id), scheduling.cancel_workshop)
    form, errors = validate(Cancelling, data)
    if form is None:
        return _again(request, desk, workshop_id, OpenForm("cancel", data, missing.named(errors, french.MISSING)))
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
    """A decision on the workshop, then each dossier with a seat; who registers meanwhile is taken along."""
    for last in (False, True):
        there = tuple(_state(desk, id).seats)
        steps = [Step({"workshop": id}, decide, sent, {"registrants": there})]
        steps += [Step({"workshop": id, "dossier": dossier}, booking.follow_workshop) for dossier in there]
        try:
            return _next(id, execute(desk, steps, (name, str(id), sent), command_id).recorded)
        except Refused as refused:
            if last or refused.code != "moved":
                return _again(request, desk, id, OpenForm(name, data, refusal(desk, refused)))
        desk.refresh()
    raise AssertionError("the loop answers")


@router.post("/ateliers/{workshop_id:uuid}/animation")
def run(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Who runs it."""
    _may(Page(desk, workshop_id), scheduling.set_facilitators)
    form, errors = validate(Running, data)
    known = dict(listing.runners(desk)).keys()
    if form and not {str(who) for who in form.facilitators} <= known:
        errors = {"facilitators": vocabulary.invalid("literal_error", {})}
    if form is None or errors:
        return _again(request, desk, workshop_id, OpenForm("facilitators", data, missing.named(errors, french.MISSING)))
    rules = desk.refs.protocol(desk.today).workshops
    outcome = record(
        desk,
        {"workshop": workshop_id},
        scheduling.set_facilitators,
        command_id=form.command_id,
        context={"rules": rules},
        facilitators=form.facilitators,
    )
    if outcome.refused:
        return _again(request, desk, workshop_id, OpenForm("facilitators", data, refusal(desk, outcome.refused)))
    return _next(workshop_id, outcome.recorded)


# --- its people


@router.post("/ateliers/{workshop_id:uuid}/aide")
def help_given(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Somebody goes and helps."""
    _may(Page(desk, workshop_id), scheduling.give_help)
    form = validate(Form, data)[0]
    if form is None:
        raise HTTPException(422)
    outcome = record(desk, {"workshop": workshop_id}, scheduling.give_help, command_id=form.command_id)
    return _answer(request, desk, workshop_id, outcome.refused, outcome.recorded)


# --- who may, before what they sent is read


def _may(found: Page, decision: Decision[..., Any]) -> None:
    if not found.may(decision):
        raise HTTPException(403)


# --- answers


def _state(desk: Desk, id: UUID) -> Workshop:
    state = fold_of(desk.read, id)
    if not isinstance(state, Workshop):
        raise HTTPException(404)
    return state


def _answer(request: Request, desk: Desk, id: UUID, refused: Refused | None, recorded: Sequence[Recorded]) -> Response:
    if refused is None:
        return _next(id, recorded)
    desk.refresh()
    return _page(request, desk, id, 1, told=Told(refusal(desk, refused).popitem()[1], tone="late"), status=422)


def _next(id: UUID, recorded: Sequence[Recorded]) -> Response:
    return RedirectResponse(address(f"/ateliers/{id}", {"fait": receipts.reference(recorded)}), 303)


def _again(request: Request, desk: Desk, id: UUID, opened: OpenForm) -> Response:
    desk.refresh()
    return _page(request, desk, id, 1, opened=opened, status=422)


def _page(
    request: Request, desk: Desk, id: UUID, number: int, group: str = "", *, status: int = 200, **shown: Any
) -> Response:
    context = workshop_page.context(desk, id, number, group, **shown)
    response = page(request, "workshops/one.html", context, block="workshop", status=status)
    if status == 422:
        response.headers["HX-Replace-Url"] = "false"
    return response
