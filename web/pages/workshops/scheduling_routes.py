"""Routes that schedule a workshop, or one a week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import Field

from pixflow.documents.protocol import Workshops
from pixflow.engine import Step, new_id
from pixflow.workshop.scheduling import cancel_workshop, schedule_workshop
from web.desk import receipts, refusals
from web.desk.commands import record_all
from web.desk.desk import Desk
from web.desk.receipts import UndoForm
from web.french import typography, validation
from web.french.errors import missing
from web.french.events import workshops as french
from web.http.forms import Day, Form, FormData, validate
from web.http.pagination import address
from web.http.people import NOBODY
from web.http.templates import Page, page, redirect
from web.pages.workshops import listing, undo_scheduling
from web.pages.workshops.listing import day_off, instant
from web.pages.workshops.routes import AtWorkshops

router = APIRouter()
WEEK = timedelta(days=7)


class SchedulingForm(Form):
    """One workshop, or one a week: `times` is how many. `anyway` accepts a day off."""

    day: Day
    starts: time
    ends: time
    times: Annotated[int, Field(ge=1, le=20)] = 1
    site: str
    place: str | None = None
    capacity: int
    campaign: UUID
    facilitators: tuple[UUID, ...] = ()
    anyway: bool = False

    @property
    def days(self) -> list[date]:
        return [self.day + n * WEEK for n in range(self.times)]


@dataclass(frozen=True, kw_only=True)
class NewWorkshopPage(Page):
    """The form of a new workshop, with the choices of its lists; `chosen` are the values of the two facilitators."""

    template = "workshops/new.html"
    block = "form"
    shows = NOBODY

    values: Mapping[str, Any]
    errors: Mapping[str, str]
    rules: Workshops
    today: date
    campaigns: Sequence[tuple[str, str]]
    sites: Sequence[tuple[str, str]]
    runners: Sequence[tuple[str, str]]
    chosen: Sequence[str]


@router.get("/ateliers/nouveau")
def new(request: Request, desk: AtWorkshops) -> Response:
    """Shows a blank form, with the protocol's capacity and this person's site."""
    if not desk.may(schedule_workshop):
        raise HTTPException(403)
    rules, sites = desk.refs.protocol(desk.today).workshops, desk.refs.structure.sites
    own = desk.refs.team[desk.me].site
    runs = str(desk.me) if str(desk.me) in dict(listing.runners(desk)) else ""
    values = {
        "site": own if own in sites else sites[0] if len(sites) == 1 else "",
        "capacity": rules.largest,
        "times": 1,
        "starts": "14:00",
        "ends": "16:00",
        "facilitators": [runs, ""],
    }
    return _new(request, desk, values, {})


@router.post("/ateliers/nouveau")
def schedule(request: Request, desk: AtWorkshops, data: FormData) -> Response:
    """Schedules one workshop, or one a week, as one command."""
    if not desk.may(schedule_workshop):
        raise HTTPException(403)
    form, errors = validate(SchedulingForm, data)
    errors = missing.named(errors, french.MISSING)
    if form and not errors:
        errors = {**_unknown(desk, form), **_off_errors(desk, form)}
    if form is None or errors:
        return _new(request, desk, data, errors, status=422)
    days = _working_days(desk, form)
    ids = [new_id(form.command_id, f"workshop {n}") for n in range(len(days))]
    steps = [_step(desk, form, id, day) for id, day in zip(ids, days, strict=True)]
    sent = form.model_dump(exclude={"command_id", "seen"})
    outcome = record_all(desk, steps, sent, command_id=form.command_id)
    if outcome.refused:
        return _new(request, desk, data, refusals.field_errors(desk, outcome.refused), status=422)
    reference = receipts.reference(outcome.recorded)
    if form.times == 1:
        return redirect(request, address(f"/ateliers/{ids[0]}", {"recu": reference}))
    left_out = ",".join(day.isoformat() for day in form.days if day not in days)
    return redirect(request, address("/ateliers", {"serie": reference, "sautes": left_out}))


@router.post(undo_scheduling.ADDRESS)
def take_back(request: Request, desk: AtWorkshops, data: FormData) -> Response:
    """Cancels what was just scheduled; refuses when somebody has a seat meanwhile."""
    if not desk.may(cancel_workshop):
        raise HTTPException(403)
    form, _ = validate(UndoForm, data)
    made = undo_scheduling.scheduled(desk, str(form.receipt)) if form else []
    if form is None or not made:
        raise HTTPException(422)
    outcome = undo_scheduling.undo(desk, form, made)
    if outcome.refused:
        raise HTTPException(422)
    reference = receipts.reference(outcome.recorded)
    if len(made) == 1:
        return redirect(request, address(f"/ateliers/{made[0]}", {"recu": reference}))
    return redirect(request, address("/ateliers", {"quand": "cancelled", "serie": reference}))


def _step(desk: Desk, form: SchedulingForm, id: UUID, day: date) -> Step:
    sent = {
        "site": form.site,
        "place": form.place or "",
        "starts": instant(day, form.starts, desk.zone),
        "ends": instant(day, form.ends, desk.zone),
        "day": day,
        "capacity": form.capacity,
        "facilitators": form.facilitators,
    }
    series = new_id(form.command_id, "series") if form.times > 1 else None
    context = {"series": series, "rules": desk.refs.protocol(desk.today).workshops}
    return Step({"workshop": id, "campaign": form.campaign}, schedule_workshop, sent, context)


def _working_days(desk: Desk, form: SchedulingForm) -> list[date]:
    """Returns the day of one workshop; of a series, its working days."""
    return [day for day in form.days if form.times == 1 or not _is_off(desk, day)]


def _is_off(desk: Desk, day: date) -> bool:
    return not desk.refs.calendar.is_working(day)


def _off_errors(desk: Desk, form: SchedulingForm) -> dict[str, str]:
    """Returns an error for a day off that nobody confirmed, and for a series without a working day."""
    if form.times == 1 and _is_off(desk, form.day) and not form.anyway:
        return {"anyway": typography.say("Le {off}. Choisissez un autre jour, ou cochez ici.", off=day_off(form.day))}
    if not _working_days(desk, form):
        return {"day": typography.say("Aucun de ces jours n’est travaillé : le {off}.", off=day_off(form.day))}
    return {}


def _unknown(desk: Desk, form: SchedulingForm) -> dict[str, str]:
    """Returns an error for each choice that its list does not have."""
    off = validation.invalid("literal_error", {})
    chosen = {
        "site": form.site in desk.refs.structure.sites,
        "campaign": str(form.campaign) in dict(listing.campaigns(desk)),
        "facilitators": {str(who) for who in form.facilitators} <= dict(listing.runners(desk)).keys(),
    }
    return {name: off for name, there in chosen.items() if not there}


def _new(
    request: Request, desk: Desk, values: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200
) -> Response:
    shown = NewWorkshopPage(
        values=values,
        errors=errors,
        rules=desk.refs.protocol(desk.today).workshops,
        today=desk.today,
        campaigns=[("", "Choisir…"), *listing.campaigns(desk)],
        sites=[("", "Choisir…"), *((site, site) for site in desk.refs.structure.sites)],
        runners=listing.runners(desk),
        chosen=listing.pair(values.get("facilitators", ())),
    )
    return page(request, shown, status=status)
