"""The form that schedules a workshop, or one a week; and its undo, while nobody has a place in any of them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import Field

from pixflow.engine import Step, new_id
from pixflow.events.workshop import WorkshopScheduled
from pixflow.identity import normalise
from pixflow.workshop.scheduling import cancel_workshop, schedule_workshop
from projections import workshops
from projections.store.folds import folds_of
from web.desk import receipts
from web.desk.commands import check, must, read_form, record_all, redraw, take_all
from web.desk.desk import Desk
from web.desk.receipts import Receipt, UndoForm
from web.french import dates, validation
from web.french.events import workshops as french
from web.french.typography import say
from web.http.addresses import address
from web.http.forms import Day, Form, FormData, OpenForm, validate
from web.http.people import NOBODY
from web.http.templates import redirect, show
from web.pages.workshops.scoped_workshop import AtWorkshops

router = APIRouter()
WEEK = timedelta(days=7)


# --- the choices of a workshop's forms


def runners(desk: Desk) -> list[tuple[str, str]]:
    """Returns the people who may run a workshop, by name."""
    people = {str(id): name for role in ("facilitator", "advisor", "referent") for id, name in desk.staff(role)}
    return sorted(people.items(), key=lambda pair: normalise(pair[1]))


def off_list(desk: Desk, facilitators: tuple[UUID, ...]) -> dict[str, str]:
    """Returns an error when one of these people may not run a workshop."""
    there = {str(person) for person in facilitators} <= dict(runners(desk)).keys()
    return {} if there else {"facilitators": validation.invalid("literal_error", {})}


def engaged(
    desk: Desk, people: Sequence[UUID], days: Sequence[date], starts: time, ends: time, but: UUID | None = None
) -> dict[str, str]:
    """Returns an error that says who is away on these days, or runs another workshop at that hour, but this one."""
    team = desk.refs.team
    away = [(day, who) for day in days for who in people if team[who].absence(day)]
    said = [say("{name} est absent·e le {day}", name=team[who].name, day=dates.day(day)) for day, who in away]
    for row in workshops.engagements(desk.read, people, min(days), max(days)) if people and days else ():
        begins, finishes = (instant(row.day, at, desk.zone).replace(tzinfo=None) for at in (starts, ends))
        if row.stream != but and row.day in days and row.starts < finishes and begins < row.ends:
            when = french.moment(row.starts.replace(tzinfo=UTC), row.ends.replace(tzinfo=UTC), desk.zone)
            said.append(say("{name} anime déjà un atelier le {when}", name=team[row.person].name, when=when))
    return {"anyway": say("{said}. Changez, ou cochez ici.", said=" ; ".join(said))} if said else {}


def pair(chosen: Any) -> list[str]:
    """Returns the values of the two lists of facilitators."""
    sent = [chosen] if isinstance(chosen, str) else [str(one) for one in chosen]
    return [*sent, "", ""][:2]


def instant(day: date, at: time, zone: str) -> datetime:
    """Returns a day and a local hour as an instant, in UTC."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def _campaigns(desk: Desk) -> list[tuple[str, str]]:
    """Returns the open campaigns, initial diagnostics first."""
    campaigns = [(id, campaign) for id, campaign in desk.refs.campaigns.items() if campaign.open]
    campaigns.sort(key=lambda pair: (pair[1].purpose != "initial", pair[1].name))
    return [(str(id), f"{campaign.name} ({campaign.code})") for id, campaign in campaigns]


# --- the form


class SchedulingForm(Form):
    """One workshop, or one a week: `times` is how many. `anyway` accepts a day off, and people who are not free."""

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


def _new(request: Request, desk: Desk, form: OpenForm | None = None) -> Response:
    """Shows the form: as it was sent, or blank, with the protocol's capacity and this person's site."""
    must(desk, schedule_workshop)
    rules, sites = desk.refs.protocol(desk.today).workshops, desk.refs.structure.sites
    people = runners(desk)
    if form is None:
        own, me = desk.refs.team[desk.me].site, str(desk.me)
        site = own if own in sites else sites[0] if len(sites) == 1 else ""
        blank = {"site": site, "capacity": rules.largest, "times": 1, "starts": "14:00", "ends": "16:00"}
        form = OpenForm("schedule", values={**blank, "facilitators": [me if me in dict(people) else "", ""]})
    return show(
        request,
        "workshops/new.html",
        "form",
        NOBODY,
        form=form,
        errors=form.errors,
        rules=rules,
        today=desk.today,
        campaigns=[("", "Choisir…"), *_campaigns(desk)],
        sites=[("", "Choisir…"), *((site, site) for site in sites)],
        runners=people,
        chosen=pair(form.get("facilitators")),
    )


@router.get("/ateliers/nouveau")
def new(request: Request, desk: AtWorkshops) -> Response:
    return _new(request, desk)


@router.post("/ateliers/nouveau")
@redraw(_new)
def schedule(request: Request, desk: AtWorkshops, data: FormData) -> Response:
    """Schedules one workshop, or one a week, as one command."""
    must(desk, schedule_workshop)
    form = read_form(SchedulingForm, data, empty=french.MISSING)
    weeks = [form.day + n * WEEK for n in range(form.times)]
    days = [day for day in weeks if form.times == 1 or desk.refs.calendar.is_working(day)]
    check({**_check_choices(desk, form), **_off_errors(desk, form, days)})
    if not form.anyway and not desk.engine.has_recorded(form.command_id):
        check(engaged(desk, form.facilitators, days, form.starts, form.ends))
    ids = [new_id(form.command_id, f"workshop {n}") for n in range(len(days))]
    steps = [_step(desk, form, id, day) for id, day in zip(ids, days, strict=True)]
    recorded = take_all(desk, steps, form.model_dump(exclude={"command_id", "seen"}), form)
    reference = receipts.reference(recorded)
    if form.times == 1:
        return redirect(request, address(f"/ateliers/{ids[0]}", {"recu": reference}))
    left_out = ",".join(day.isoformat() for day in weeks if day not in days)
    return redirect(request, address("/ateliers", {"serie": reference, "sautes": left_out}))


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


def _off_errors(desk: Desk, form: SchedulingForm, days: list[date]) -> dict[str, str]:
    """Returns an error for a day off that nobody confirmed, and for a series without a working day."""
    off = say("{day} est un {why}", day=dates.day(form.day, year=True), why=dates.off(form.day))
    if not days:
        return {"day": say("Aucun de ces jours n’est travaillé : le {off}.", off=off)}
    if form.times == 1 and not form.anyway and not desk.refs.calendar.is_working(form.day):
        return {"anyway": say("Le {off}. Choisissez un autre jour, ou cochez ici.", off=off)}
    return {}


def _check_choices(desk: Desk, form: SchedulingForm) -> dict[str, str]:
    """Returns an error for each choice that its list does not have."""
    off = validation.invalid("literal_error", {})
    errors = {} if form.site in desk.refs.structure.sites else {"site": off}
    errors |= {} if str(form.campaign) in dict(_campaigns(desk)) else {"campaign": off}
    return errors | off_list(desk, form.facilitators)


# --- its undo


def offer_undo(desk: Desk, receipt: Receipt | None, reference: str) -> Receipt | None:
    """Returns a receipt with its undo, while nothing followed on the workshops that its command scheduled."""
    ids = _scheduled(desk, reference)
    states = folds_of(desk.read, ids).values()
    touched = len(states) < len(ids) or any(one.seats or one.waiting or one.cancelled or one.closed for one in states)
    return receipt.with_undo(reference, "/ateliers/nouveau/annuler") if receipt and ids and not touched else receipt


def _scheduled(desk: Desk, reference: str) -> list[UUID]:
    """Returns the workshops that this command of the person at the desk scheduled."""
    events = receipts.events_of(desk, reference)
    return [one.originator_id for one in events if isinstance(one.event, WorkshopScheduled)]


@router.post("/ateliers/nouveau/annuler")
def take_back(request: Request, desk: AtWorkshops, data: FormData) -> Response:
    """Cancels all that was just scheduled; refuses when somebody has a seat in one of them meanwhile."""
    must(desk, cancel_workshop)
    form, _ = validate(UndoForm, data)
    ids = _scheduled(desk, str(form.receipt)) if form else []
    if form is None or not ids:
        raise HTTPException(422)
    steps = [Step({"workshop": id}, cancel_workshop, {"reason": "mistake"}, {"registrants": ()}) for id in ids]
    outcome = record_all(desk, steps, ("undo", form.receipt), command_id=form.command_id)
    if outcome.refused:
        raise HTTPException(422)
    reference = receipts.reference(outcome.recorded)
    if len(ids) == 1:
        return redirect(request, address(f"/ateliers/{ids[0]}", {"recu": reference}))
    return redirect(request, address("/ateliers", {"quand": "cancelled", "serie": reference}))
