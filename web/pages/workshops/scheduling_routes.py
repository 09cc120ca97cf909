"""Routes that schedule a workshop, or one a week."""

from datetime import date, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import Field

from pixflow.engine import Step, new_id
from pixflow.workshop.scheduling import cancel_workshop, schedule_workshop
from web.desk import receipts
from web.desk.commands import again, check, must, read_form, take_all
from web.desk.desk import Desk
from web.desk.receipts import UndoForm
from web.french import typography, validation
from web.french.events import workshops as french
from web.http.forms import Day, Form, FormData, OpenForm, validate
from web.http.pagination import address
from web.http.people import NOBODY
from web.http.templates import redirect, show
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


def _new(request: Request, desk: Desk, form: OpenForm | None = None) -> Response:
    """Shows the form: as it was sent, or blank, with the protocol's capacity and this person's site."""
    must(desk, schedule_workshop)
    form, sites = form or OpenForm("new", values=_blank(desk)), desk.refs.structure.sites
    return show(
        request,
        "workshops/new.html",
        "form",
        NOBODY,
        values=form.values,
        errors=form.errors,
        rules=desk.refs.protocol(desk.today).workshops,
        today=desk.today,
        campaigns=[("", "Choisir…"), *listing.campaigns(desk)],
        sites=[("", "Choisir…"), *((site, site) for site in sites)],
        runners=listing.runners(desk),
        chosen=listing.pair(form.get("facilitators") or ()),
    )


def _blank(desk: Desk) -> dict[str, Any]:
    rules, sites = desk.refs.protocol(desk.today).workshops, desk.refs.structure.sites
    own, me = desk.refs.team[desk.me].site, str(desk.me)
    site = own if own in sites else sites[0] if len(sites) == 1 else ""
    runs = me if me in dict(listing.runners(desk)) else ""
    hours = {"starts": "14:00", "ends": "16:00"}
    return {"site": site, "capacity": rules.largest, "times": 1, "facilitators": [runs, ""], **hours}


@router.get("/ateliers/nouveau")
def new(request: Request, desk: AtWorkshops) -> Response:
    return _new(request, desk)


@router.post("/ateliers/nouveau")
@again(_new)
def schedule(request: Request, desk: AtWorkshops, data: FormData) -> Response:
    """Schedules one workshop, or one a week, as one command."""
    must(desk, schedule_workshop)
    form = read_form(SchedulingForm, data, empty=french.MISSING)
    check({**_unknown(desk, form), **_off_errors(desk, form)})
    days = _working_days(desk, form)
    ids = [new_id(form.command_id, f"workshop {n}") for n in range(len(days))]
    steps = [_step(desk, form, id, day) for id, day in zip(ids, days, strict=True)]
    recorded = take_all(desk, steps, form.model_dump(exclude={"command_id", "seen"}), form)
    reference = receipts.reference(recorded)
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
