"""Ateliers: the list, the calendar, and a workshop to schedule."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import Field

from pixflow.engine import Step, new_id
from pixflow.events.workshop import WorkshopScheduled
from pixflow.refused import Refused
from pixflow.workshop.scheduling import schedule_workshop
from projections.workshops import Filter
from web.desk import receipts
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.receipts import Line, Told
from web.french import dates, vocabulary
from web.french.errors import missing
from web.french.events import workshops as french
from web.http.forms import Day, Form, FormData, validate
from web.http.pagination import address
from web.http.templates import page, redirect
from web.pages.workshops import alerts, calendar, feed_routes, listing
from web.pages.workshops.listing import execute, instant, refusal

router = APIRouter()
AtWorkshops = Annotated[Desk, allowed("advisor", "facilitator", "referent", "manager", "auditor")]
Number = Annotated[int, Query(ge=1)]
WEEK = timedelta(days=7)


class Scheduling(Form):
    campaign: UUID
    site: str
    place: str | None = None
    day: Day
    starts: time
    ends: time
    capacity: int
    times: Annotated[int, Field(ge=1, le=20)] = 1
    facilitators: tuple[UUID, ...] = ()
    anyway: bool = False

    @property
    def days(self) -> list[date]:
        return [self.day + n * WEEK for n in range(self.times)]


# --- the list


@router.get("/ateliers")
def read(
    request: Request,
    desk: AtWorkshops,
    quand: Literal["to-come", "past", "cancelled"] = "to-come",
    site: str = "",
    miens: str = "",
    vue: listing.View = "liste",
    le: str = "",
    p: Number = 1,
    fait: str = "",
    sautes: str = "",
) -> Response:
    """The workshops as a list or a calendar; the filters are the address.

    `fait` names a series that was just scheduled, `sautes` the days that it left out.
    """
    wanted = Filter(quand if vue == "liste" else "to-come", site, desk.me if miens else None)
    about = _day(le) or desk.today
    shown = listing.listed(desk, wanted, p) if vue == "liste" else calendar.calendar(desk, wanted, vue, about)
    context = {
        "desk": desk,
        "wanted": wanted,
        "view": vue,
        "today": desk.today,
        "chips": listing.chips(desk, wanted, vue, about),
        "views": listing.views(wanted, vue, about),
        "filtered": bool(site or miens),
        "kept": alerts.kept(desk),
        "calls": alerts.calls(desk),
        "feed": feed_routes.address_of(desk.served, desk.me),
        "told": _scheduled(desk, fait, sautes),
        **shown,
    }
    return page(request, "workshops/list.html", context, block="list")


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _scheduled(desk: Desk, said: str, left_out: str) -> Told | None:
    """The workshops of a series that was just scheduled, and the days of it that nobody works."""
    events = [fact.event for fact in receipts.recorded(desk, said)]
    days = [event.day for event in events if isinstance(event, WorkshopScheduled)]
    lines = [Line(dates.weekday_day(day, year=True)) for day in days]
    lines += [Line(f"pas d’atelier le {_off(day)}") for day in map(_day, left_out.split(",")[:20]) if day]
    fixed = vocabulary.plural(len(days), "atelier fixé", "ateliers fixés")
    return Told(vocabulary.say("{fixed} :", fixed=fixed), lines) if days else None


def _held(desk: Desk, form: Scheduling) -> list[date]:
    """The days of a form; of a series, those that are worked."""
    return [day for day in form.days if form.times == 1 or not _closed(desk, day)]


def _off(day: date) -> str:
    """A day that nobody works, and why: "25 décembre 2026 : jour férié"."""
    return vocabulary.say("{day} : {why}", day=dates.day(day, year=True), why=dates.off(day))


def _closed(desk: Desk, day: date) -> bool:
    return not desk.refs.calendar.is_working(day)


# --- a new one


@router.get("/ateliers/nouveau")
def new(request: Request, desk: AtWorkshops) -> Response:
    """A blank form, with what the protocol says and where this person works."""
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
    """One workshop, or one a week, as one command."""
    if not desk.may(schedule_workshop):
        raise HTTPException(403)
    form, errors = validate(Scheduling, data)
    errors = missing.named(errors, french.MISSING)
    if form and not errors:
        errors = {**_unknown(desk, form), **_nobody_works(desk, form)}
    if form is None or errors:
        return _new(request, desk, data, errors, status=422)
    days = _held(desk, form)
    ids = [new_id(form.command_id, f"workshop {n}") for n in range(len(days))]
    steps = [_step(desk, form, id, day) for id, day in zip(ids, days, strict=True)]
    try:
        done = execute(desk, steps, form.model_dump(exclude={"command_id", "seen"}), form.command_id)
    except Refused as refused:
        return _new(request, desk, data, refusal(desk, refused), status=422)
    fixed = {"fait": receipts.reference(done.recorded)}
    if form.times == 1:
        return redirect(request, address(f"/ateliers/{ids[0]}", fixed))
    left_out = ",".join(day.isoformat() for day in form.days if day not in days)
    return redirect(request, address("/ateliers", {**fixed, "sautes": left_out}))


def _step(desk: Desk, form: Scheduling, id: UUID, day: date) -> Step:
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


def _nobody_works(desk: Desk, form: Scheduling) -> dict[str, str]:
    """One day that nobody works is asked about; a series leaves such days out, and must have another one."""
    if form.times == 1 and _closed(desk, form.day) and not form.anyway:
        return {"anyway": vocabulary.say("Le {off}. Choisissez un autre jour, ou cochez ici.", off=_off(form.day))}
    if not _held(desk, form):
        return {"day": vocabulary.say("Aucun de ces jours n’est travaillé : le {off}.", off=_off(form.day))}
    return {}


def _unknown(desk: Desk, form: Scheduling) -> dict[str, str]:
    """What is chosen from a list must be on it."""
    off = vocabulary.invalid("literal_error", {})
    chosen = {
        "campaign": str(form.campaign) in dict(listing.campaigns(desk)),
        "site": form.site in desk.refs.structure.sites,
        "facilitators": {str(who) for who in form.facilitators} <= dict(listing.runners(desk)).keys(),
    }
    return {name: off for name, there in chosen.items() if not there}


def _new(
    request: Request, desk: Desk, values: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200
) -> Response:
    rules = desk.refs.protocol(desk.today).workshops
    context = {
        "desk": desk,
        "values": values,
        "errors": errors,
        "rules": rules,
        "command_id": desk.new_command(),
        "campaigns": [("", "Choisir…"), *listing.campaigns(desk)],
        "sites": [("", "Choisir…"), *((site, site) for site in desk.refs.structure.sites)],
        "runners": listing.runners(desk),
        "chosen": listing.two(values.get("facilitators", ())),
    }
    response = page(request, "workshops/new.html", context, block="form", status=status)
    if status == 422:
        response.headers["HX-Replace-Url"] = "false"
    return response
