"""The list of workshops, their calendar, and the page of the structure's own computers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any, Literal, get_args

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.authorization import Subject
from pixflow.events.workshop import WorkshopCancelled, WorkshopScheduled
from pixflow.workshop.booking import mark_attendance
from pixflow.workshop.scheduling import schedule_workshop
from projections import workshops
from projections.statements import by_key
from projections.store.folds import folds_of
from projections.workshops import When, WorkshopFilter
from web.desk import receipts
from web.desk.dependencies import workshop_count
from web.desk.desk import Desk
from web.desk.exports import MOST_ROWS, ExportedList, Value, as_file
from web.desk.names import campaign_name, staff_name
from web.desk.receipts import Receipt, ReceiptLine
from web.french import dates, lists, typography
from web.french.events import workshops as french
from web.french.typography import say
from web.hosting.host import Host
from web.http import filters
from web.http.addresses import SIZE, PageNumber, Pager, address, read_day
from web.http.filters import Chip, FilterMenu
from web.http.papers import qr_code
from web.http.people import NOBODY, listed
from web.http.templates import Frame, show
from web.pages.agenda import feed_of
from web.pages.workshops import alerts, scheduling
from web.pages.workshops.scoped_workshop import AtWorkshops

router = APIRouter()
LIST = "/ateliers"
View = Literal["liste", "semaine", "mois"]
WHEN: dict[When, str] = {"to-come": "À venir", "past": "Passés", "cancelled": "Annulés"}
VIEWS: dict[View, str] = {"liste": "Liste", "semaine": "Semaine", "mois": "Mois"}
MINE = "Les miens"
_WEEK = timedelta(days=7)


@router.get("/ateliers")
def read(
    request: Request,
    desk: AtWorkshops,
    quand: Literal["to-come", "past", "cancelled"] = "to-come",
    site: str = "",
    miens: str = "",
    vue: View = "liste",
    le: str = "",
    p: PageNumber = 1,
    serie: str = "",
    sautes: str = "",
    agenda: str = "",
) -> Response:
    """Shows the workshops as a list or a calendar; the filters are the address.

    `serie` names a series that was just scheduled, `sautes` the days that it left out, `agenda` a change of address.
    """
    wanted = WorkshopFilter(quand if vue == "liste" else "to-come", site, desk.me if miens else None)
    about, pager, rows = read_day(le) or desk.today, None, []
    if vue == "liste":
        pager = Pager.at(workshops.total(desk.read, desk.today, wanted), p, LIST, _params(wanted))
        rows = list(_rows(desk, workshops.page(desk.read, desk.today, wanted, SIZE, pager.offset)))
    offers = alerts.seat_offers(desk)
    return show(
        request,
        "workshops/list.html",
        "list",
        listed(offer.dossier for offer in offers),
        when=wanted.when,
        view=vue,
        about=about,
        today=desk.today,
        chips=_chips(desk, wanted, vue, about),
        menus=_menus(desk, wanted, vue, about),
        views=[
            (label, address(LIST, {**_params(wanted), **_keep_view(one, about)}), one == vue)
            for one, label in VIEWS.items()
        ],
        filtered=bool(site or miens),
        schedules=desk.may(schedule_workshop),
        seat_offers=offers,
        help_calls=alerts.help_calls(desk),
        contested=alerts.contested(desk),
        feed=feed_of(desk, agenda),
        receipt=_series_receipt(desk, serie, sautes),
        pager=pager,
        rows=rows,
        waiting=None if desk.is_past else workshop_count(desk),
        calendar=None if vue == "liste" else _calendar(desk, wanted, vue, about),
    )


@as_file(router, LIST)
def export(
    desk: AtWorkshops, quand: Literal["to-come", "past", "cancelled"] = "to-come", site: str = "", miens: str = ""
) -> ExportedList:
    """Returns the whole list, with its filters."""
    wanted = WorkshopFilter(quand, site, desk.me if miens else None)
    return ExportedList(
        page="workshops",
        name="ateliers",
        path=LIST,
        params=_params(wanted),
        filters=[WHEN[quand], *([MINE] if miens else []), *([lists.filter_of("Site", site)] if site else [])],
        columns=EXPORTED,
        total=workshops.total(desk.read, desk.today, wanted),
        read=lambda: _rows(desk, workshops.page(desk.read, desk.today, wanted, MOST_ROWS)),
        narrow="choisissez un site, ou les vôtres",
    )


def _series_receipt(desk: Desk, reference: str, left_out: str) -> Receipt | None:
    """Returns the workshops of a series that was just scheduled, with the days off that it left out, or cancelled."""
    events = [recorded.event for recorded in receipts.events_of(desk, reference)]
    if gone := sum(isinstance(event, WorkshopCancelled) for event in events):
        return Receipt(typography.plural(gone, "atelier annulé", "ateliers annulés"))
    held = [event.day for event in events if isinstance(event, WorkshopScheduled)]
    lines = [ReceiptLine(dates.weekday_day(day, year=True)) for day in held]
    skipped = filter(None, map(read_day, left_out.split(",")[:20]))
    lines += [
        ReceiptLine(say("pas d’atelier le {day} : {off}", day=dates.day(one, year=True), off=dates.off(one)))
        for one in skipped
    ]
    fixed = typography.plural(len(held), "atelier fixé", "ateliers fixés")
    receipt = Receipt(say("{fixed} :", fixed=fixed), lines) if held else None
    return scheduling.offer_undo(desk, receipt, reference)


# --- its rows


@dataclass(frozen=True, slots=True)
class WorkshopRow:
    """A row of the projection in words. `tag` says what is special about it, `left` how many seats are free.

    `marks` is true when the person at the desk may note the presence.
    """

    held: Any
    when: str
    hours: str
    where: str
    campaign: str
    run_by: str
    mine: bool
    seats: str
    left: str
    tag: str
    marks: bool


EXPORTED: Mapping[str, Callable[[WorkshopRow], Value]] = {
    "Jour": lambda row: row.held.day,
    "Heures": lambda row: row.hours,
    "Lieu": lambda row: row.where,
    "Campagne": lambda row: row.campaign,
    "Animé par": lambda row: row.run_by,
    "Places": lambda row: row.held.capacity,
    "Inscrits": lambda row: row.held.taken,
    "Liste d’attente": lambda row: row.held.waiting,
    "État": lambda row: row.tag or row.left,
}
"""The columns of its file."""


def _rows(desk: Desk, rows: Sequence[Any]) -> Iterator[WorkshopRow]:
    """Yields rows of the projection in words."""
    run_by = workshops.run_by(desk.read, [row.stream for row in rows])
    unmarked = {row.stream for row in rows if row.day <= desk.today and row.unmarked and not row.cancelled}
    states = folds_of(desk.read, unmarked)
    for row in rows:
        people = run_by.get(row.stream, [])
        starts, ends = (at.replace(tzinfo=UTC) for at in (row.starts, row.ends))
        waits = row.stream in unmarked
        tag = "annulé" if row.cancelled else "clos" if row.closed else "présence à noter" if waits else ""
        free = row.capacity - row.taken - row.offered
        yield WorkshopRow(
            row,
            french.on(row.day, desk.today),
            french.short_hours(starts, ends, desk.zone),
            french.place(row.site, row.place),
            campaign_name(desk, row.campaign),
            " et ".join("vous" if person == desk.me else staff_name(desk, person) for person in people),
            bool(desk.owners & set(people)),
            french.seats(row.taken, row.capacity),
            "" if tag else french.left(free, row.waiting, row.offered),
            tag,
            waits and desk.may(mark_attendance, Subject(workshop=states[row.stream])),
        )


# --- its filters


def _params(wanted: WorkshopFilter) -> dict[str, str]:
    """Returns a filter as parameters of an address."""
    return {
        "quand": "" if wanted.when == "to-come" else wanted.when,
        "site": wanted.site,
        "miens": "oui" if wanted.mine else "",
    }


def _chips(desk: Desk, wanted: WorkshopFilter, view: View, about: date) -> list[Chip]:
    """Returns the chips that filter the list, each with the rows it would leave. A calendar has no chips by time."""
    chips = []
    if view == "liste":
        for when in get_args(When):
            other = WorkshopFilter(when, wanted.site, wanted.mine)
            chips.append(_chip(desk, WHEN[when], other, wanted.when == when, {}))
    mine = WorkshopFilter(wanted.when, wanted.site, None if wanted.mine else desk.me)
    if desk.roles & {"advisor", "facilitator", "referent"}:
        chips.append(_chip(desk, MINE, mine, wanted.mine is not None, _keep_view(view, about)))
    return chips


def _menus(desk: Desk, wanted: WorkshopFilter, view: View, about: date) -> list[FilterMenu]:
    """Returns the menu of sites, when there are several."""
    sites = workshops.sites(desk.read)
    chips = []
    for site in sites if len(sites) > 1 or wanted.site else ():
        other = WorkshopFilter(wanted.when, "" if wanted.site == site else site, wanted.mine)
        chips.append(_chip(desk, site, other, wanted.site == site, _keep_view(view, about)))
    return [filters.menu("Site", chips)] if chips else []


def _keep_view(view: View, about: date) -> dict[str, str]:
    return {} if view == "liste" else {"vue": view, "le": about.isoformat()}


def _chip(desk: Desk, label: str, to: WorkshopFilter, on: bool, kept: Mapping[str, str]) -> Chip:
    count = workshops.total(desk.read, desk.today, to)
    return Chip(label, address(LIST, {**_params(to), **kept}), count, on)


# --- its calendar


def _calendar(desk: Desk, wanted: WorkshopFilter, view: View, about: date) -> dict[str, Any]:
    """Returns the week or the month around a day: each day from Monday to Sunday, and its workshops.

    `previous` and `next` are addresses.
    """
    first = last = about
    before, after = about - _WEEK, about + _WEEK
    if view == "mois":
        first = about.replace(day=1)
        before, after = first - timedelta(days=1), first + timedelta(days=32)
        last = after.replace(day=1) - timedelta(days=1)
    monday, sunday = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    if view == "mois":
        heading = typography.upper_first(dates.month(about))
    else:
        until = dates.weekday_day(sunday, year=True)
        heading = say("Du {first} au {last}", first=dates.weekday_day(monday), last=until)
    by_day = by_key((row.held.day, row) for row in _rows(desk, workshops.between(desk.read, monday, sunday, wanted)))
    shown = [monday + timedelta(days=n) for n in range((sunday - monday).days + 1)]
    return {
        "heading": heading,
        "previous": address(LIST, {**_params(wanted), **_keep_view(view, before)}),
        "next": address(LIST, {**_params(wanted), **_keep_view(view, after)}),
        "weeks": [[(day, by_day.get(day, ())) for day in shown[n : n + 7]] for n in range(0, len(shown), 7)],
        "empty": not by_day,
    }


# --- the page of the structure's own computers: one button for each open campaign. Nobody signs in or is named


_ORDER = ("initial", "complete", "profile", "other")


@router.get("/t/{structure}")
def kiosk(request: Request, structure: str, site: str = "") -> Response:
    """Shows the open campaigns: those of every site, or of the `site` that the address names.

    The next tick counts the day: a visitor records nothing.
    """
    host: Host = request.app.state.host
    served = host.structures.get(structure)
    if served is None:
        raise HTTPException(404)
    refs = served.refs
    if request.method == "GET":
        served.shortcuts.add(site if site in refs.structure.sites else "")
    here = (one for one in refs.campaigns.values() if one.open and (not site or one.site in (None, site)))
    campaigns = [
        (one, qr_code(one.link))
        for one in sorted(here, key=lambda one: (_ORDER.index(one.purpose or "other"), one.name))
        if one.link
    ]
    request.state.frame = Frame(structure_name=refs.structure.name, demo=host.demo)
    return show(request, "workshops/kiosk.html", None, NOBODY, campaigns=campaigns)
