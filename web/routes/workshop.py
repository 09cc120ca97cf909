"""Atelier: one workshop, who has a seat, who waits, and what may be decided about it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import time
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from pixflow import booking, unbooking, workshop
from pixflow.engine import Step, new_id
from pixflow.events import Recorded
from pixflow.refused import Refused
from pixflow.workshop import Workshop
from projections.catch_up import fold_of
from web import seats, told, workshop_page, workshops
from web.calendars import CONTENT_TYPE, calendar
from web.dependencies import Desk
from web.french import words
from web.french import workshops as french
from web.pages import Day, Form, FormData, page, validate
from web.paging import address
from web.papers import Paper, of_workshop
from web.recording import record
from web.routes import papers
from web.routes.workshops import AtWorkshops, Number
from web.told import Told
from web.workshop_page import OpenForm, Page
from web.workshops import execute, instant, refusal

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


class Some(Form):
    """Those who were ticked."""

    dossier: tuple[UUID, ...] = ()
    or_wait: bool = False


class One(Form):
    dossier: UUID


@router.get("/ateliers/{workshop_id:uuid}")
def one(
    request: Request,
    desk: AtWorkshops,
    workshop_id: UUID,
    form: str = "",
    fait: str = "",
    a: Number = 1,
    group: str = "",
) -> Response:
    """The workshop; `form` opens one of its forms, `fait` names what was just recorded, `a` pages those to add, of a
    `group` or of all."""
    found = Page(desk, workshop_id)
    return _page(
        request, desk, workshop_id, a, group, opened=workshop_page.blank(found, form),
        told=workshop_page.done(found, fait), undo=workshop_page.undoable(found, fait),
    )  # fmt: skip


@router.get("/ateliers/{workshop_id:uuid}.ics")
def file(desk: AtWorkshops, workshop_id: UUID) -> Response:
    """The workshop for a calendar."""
    found = Page(desk, workshop_id)
    return Response(calendar(desk.refs, [(workshop_id, found.state)]), media_type=CONTENT_TYPE)


@router.get("/ateliers/{workshop_id:uuid}/emargement")
def sign_in(request: Request, desk: AtWorkshops, workshop_id: UUID) -> Response:
    """The sheet to sign, to print: names, and nothing of anybody's result or difficulty (DOMAIN.md §3)."""
    return papers.printed(request, _sheet(desk, workshop_id), f"/ateliers/{workshop_id}")


@router.get("/ateliers/{workshop_id:uuid}/emargement.pdf")
def sign_in_pdf(desk: AtWorkshops, workshop_id: UUID) -> Response:
    return papers.as_pdf(_sheet(desk, workshop_id), "emargement")


def _sheet(desk: Desk, id: UUID) -> Paper:
    found = Page(desk, id)
    if not found.sees_names:
        raise HTTPException(403)
    return of_workshop.sign_in(found)


@router.get("/ateliers/{workshop_id:uuid}/avis")
def notices(request: Request, desk: AtWorkshops, workshop_id: UUID, pour: UUID | None = None) -> Response:
    """A paper for each registrant, or for one: come, it has moved, it is cancelled; no score on it (DOMAIN.md §3)."""
    made = of_workshop.notices(Page(desk, workshop_id), pour)
    return page(request, "workshops/notices.html", {"notices": made, "back": f"/ateliers/{workshop_id}"})


@router.post("/ateliers/{workshop_id:uuid}/deplacer")
def move(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Another day, hours or place; each registrant's dossier follows in the same transaction."""
    _may(Page(desk, workshop_id), "move_workshop")
    form, errors = validate(Moving, data)
    if form is None:
        return _again(request, desk, workshop_id, OpenForm("move", data, french.named(errors)))
    sent = {
        "place": form.place or "", "starts": instant(form.day, form.starts, desk.zone),
        "ends": instant(form.day, form.ends, desk.zone), "day": form.day,
    }  # fmt: skip
    return _with_registrants(request, desk, workshop_id, "move", workshop.move_workshop, sent, form.command_id, data)


@router.post("/ateliers/{workshop_id:uuid}/annuler")
def cancel(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """It will not be held; each registrant's dossier learns it in the same transaction."""
    _may(Page(desk, workshop_id), "cancel_workshop")
    form, errors = validate(Cancelling, data)
    if form is None:
        return _again(request, desk, workshop_id, OpenForm("cancel", data, french.named(errors)))
    sent = {"reason": form.reason}
    return _with_registrants(
        request, desk, workshop_id, "cancel", workshop.cancel_workshop, sent, form.command_id, data
    )


def _with_registrants(
    request: Request,
    desk: Desk,
    id: UUID,
    name: str,
    decide: Callable[..., Any],
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
    _may(Page(desk, workshop_id), "set_facilitators")
    form, errors = validate(Running, data)
    known = dict(workshops.runners(desk)).keys()
    if form and not {str(who) for who in form.facilitators} <= known:
        errors = {"facilitators": words.invalid("literal_error", {})}
    if form is None or errors:
        return _again(request, desk, workshop_id, OpenForm("facilitators", data, french.named(errors)))
    rules = desk.refs.protocol(desk.today).workshops
    outcome = record(
        desk, {"workshop": workshop_id}, workshop.set_facilitators, command_id=form.command_id,
        context={"rules": rules}, facilitators=form.facilitators,
    )  # fmt: skip
    if outcome.refused:
        return _again(request, desk, workshop_id, OpenForm("facilitators", data, refusal(desk, outcome.refused)))
    return _next(workshop_id, outcome.recorded)


# --- its people


@router.post("/ateliers/{workshop_id:uuid}/inscrire")
def add(
    request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData, a: Number = 1, group: str = ""
) -> Response:
    """Those who were ticked, one command each; where one was refused, every row is told at once."""
    found = _booking(desk, workshop_id)
    form, errors = validate(Some, data)
    if form is None or not form.dossier:
        said = {"": next(iter(errors.values()), "Cochez au moins une personne.")}
        return _page(request, desk, workshop_id, a, group, told=Told(words.typeset(said[""]), tone="late"), status=422)
    outcomes = seats.book(found, form.dossier, form.command_id, or_wait=form.or_wait)
    if outcomes.refused:
        desk.refresh()
        return _page(request, desk, workshop_id, a, group, told=outcomes.told(), status=422)
    return RedirectResponse(address(f"/ateliers/{workshop_id}", {"group": group, "fait": outcomes.span}), 303)


@router.post("/ateliers/{workshop_id:uuid}/accepter")
def accept(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """The seat that is kept for somebody is theirs."""
    found = _booking(desk, workshop_id)
    form = _one(data)
    context = {"initial": found.initial, "plan": new_id(form.command_id, "plan")}
    outcome = record(
        desk, {"workshop": workshop_id, "dossier": form.dossier}, booking.book_seat,
        command_id=form.command_id, context=context, or_wait=False,
    )  # fmt: skip
    return _answer(request, desk, workshop_id, outcome.refused, outcome.recorded)


@router.post("/ateliers/{workshop_id:uuid}/rendre")
def release(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """A seat given up, an offer declined, a place on the list left; who waits first is offered what is free."""
    _booking(desk, workshop_id)
    form = _one(data)
    outcome = record(
        desk, {"workshop": workshop_id, "dossier": form.dossier}, booking.release_seat,
        command_id=form.command_id, context={"until": booking.kept_until(desk.refs, desk.today)},
    )  # fmt: skip
    return _answer(request, desk, workshop_id, outcome.refused, outcome.recorded)


@router.post("/ateliers/{workshop_id:uuid}/garder")
def keep(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """What was just given up is not, as long as nobody else has it."""
    _booking(desk, workshop_id)
    form = _one(data)
    outcome = record(
        desk, {"workshop": workshop_id, "dossier": form.dossier}, unbooking.undo_release,
        command_id=form.command_id, reason="annulé aussitôt",
    )  # fmt: skip
    return _answer(request, desk, workshop_id, outcome.refused, outcome.recorded)


@router.post("/ateliers/{workshop_id:uuid}/aide")
def help_given(request: Request, desk: AtWorkshops, workshop_id: UUID, data: FormData) -> Response:
    """Somebody goes and helps."""
    _may(Page(desk, workshop_id), "give_help")
    form = validate(Form, data)[0]
    if form is None:
        raise HTTPException(422)
    outcome = record(desk, {"workshop": workshop_id}, workshop.give_help, command_id=form.command_id)
    return _answer(request, desk, workshop_id, outcome.refused, outcome.recorded)


# --- who may, before what they sent is read


def _may(found: Page, decision: str) -> None:
    if not found.may(decision):
        raise HTTPException(403)


def _booking(desk: Desk, id: UUID) -> Page:
    """The workshop, for who may book seats for somebody; for whom is asked where it is recorded."""
    found = Page(desk, id)
    if not desk.ever("book_seat"):
        raise HTTPException(403)
    return found


# --- answers


def _one(data: Mapping[str, Any]) -> One:
    form = validate(One, data)[0]
    if form is None:
        raise HTTPException(422)
    return form


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
    return RedirectResponse(address(f"/ateliers/{id}", {"fait": told.span(recorded)}), 303)


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
