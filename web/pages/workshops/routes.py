"""The list of workshops, and their calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, Request, Response

from pixflow.events.workshop import WorkshopCancelled, WorkshopScheduled
from pixflow.workshop.scheduling import schedule_workshop
from projections import workshops
from projections.workshops import When, WorkshopFilter
from web.desk import receipts
from web.desk.desk import Desk
from web.desk.names import campaign_name, staff_name
from web.desk.receipts import Receipt, ReceiptLine
from web.french import dates, typography
from web.french.events import workshops as french
from web.french.typography import say
from web.http import days, filters
from web.http.addresses import PageNumber
from web.http.filters import Chip, FilterMenu
from web.http.pagination import SIZE, Pager, address
from web.http.people import listed
from web.http.templates import show
from web.pages.agenda import feed_of
from web.pages.workshops import alerts, scheduling
from web.pages.workshops.scoped_workshop import AtWorkshops

router = APIRouter()
LIST = "/ateliers"
View = Literal["liste", "semaine", "mois"]
WHEN: dict[When, str] = {"to-come": "À venir", "past": "Passés", "cancelled": "Annulés"}
VIEWS: dict[View, str] = {"liste": "Liste", "semaine": "Semaine", "mois": "Mois"}
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
    about, pager, rows = days.day(le) or desk.today, None, []
    if vue == "liste":
        pager = Pager.at(workshops.total(desk.read, desk.today, wanted), p, LIST, _params(wanted))
        rows = _rows(desk, workshops.page(desk.read, desk.today, wanted, SIZE, pager.offset))
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
        views=_views(wanted, vue, about),
        filtered=bool(site or miens),
        schedules=desk.may(schedule_workshop),
        seat_offers=offers,
        help_calls=alerts.help_calls(desk),
        feed=feed_of(desk, agenda),
        receipt=_series_receipt(desk, serie, sautes),
        pager=pager,
        rows=rows,
        calendar=None if vue == "liste" else _calendar(desk, wanted, vue, about),
    )


def _series_receipt(desk: Desk, reference: str, left_out: str) -> Receipt | None:
    """Returns the workshops of a series that was just scheduled, with the days off that it left out, or cancelled."""
    events = [recorded.event for recorded in receipts.events_of(desk, reference)]
    if gone := sum(isinstance(event, WorkshopCancelled) for event in events):
        return Receipt(typography.plural(gone, "atelier annulé", "ateliers annulés"))
    held = [event.day for event in events if isinstance(event, WorkshopScheduled)]
    lines = [ReceiptLine(dates.weekday_day(day, year=True)) for day in held]
    skipped = filter(None, map(days.day, left_out.split(",")[:20]))
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
    """A workshop of the list. `tag` says what is special about it, `left` how many seats are free."""

    stream: UUID
    day: date
    when: str
    hours: str
    where: str
    campaign: str
    run_by: str
    mine: bool
    seats: str
    left: str
    tag: str
    taken: int
    offered: int
    capacity: int


def _rows(desk: Desk, rows: Sequence[Any]) -> list[WorkshopRow]:
    """Returns rows of the projection in words."""
    run_by = workshops.run_by(desk.read, [row.stream for row in rows])
    return [_row(desk, row, run_by.get(row.stream, [])) for row in rows]


def _row(desk: Desk, row: Any, people: Sequence[UUID]) -> WorkshopRow:
    starts, ends = (at.replace(tzinfo=UTC) for at in (row.starts, row.ends))
    waits = row.day <= desk.today and row.unmarked and not row.cancelled
    tag = "annulé" if row.cancelled else "clos" if row.closed else "présence à noter" if waits else ""
    free = row.capacity - row.taken - row.offered
    return WorkshopRow(
        row.stream,
        row.day,
        french.on(row.day, desk.today),
        french.short_hours(starts, ends, desk.zone),
        french.place(row.site, row.place),
        campaign_name(desk, row.campaign),
        " et ".join("vous" if person == desk.me else staff_name(desk, person) for person in people),
        bool(desk.owners & set(people)),
        french.seats(row.taken, row.capacity),
        "" if tag else french.left(free, row.waiting, row.offered),
        tag,
        row.taken,
        row.offered,
        row.capacity,
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
        chips.append(_chip(desk, "Les miens", mine, wanted.mine is not None, _kept(view, about)))
    return chips


def _menus(desk: Desk, wanted: WorkshopFilter, view: View, about: date) -> list[FilterMenu]:
    """Returns the menu of sites, when there are several."""
    sites = workshops.sites(desk.read)
    chips = []
    for site in sites if len(sites) > 1 or wanted.site else ():
        other = WorkshopFilter(wanted.when, "" if wanted.site == site else site, wanted.mine)
        chips.append(_chip(desk, site, other, wanted.site == site, _kept(view, about)))
    return [filters.menu("Site", chips)] if chips else []


def _kept(view: View, about: date) -> dict[str, str]:
    return {} if view == "liste" else {"vue": view, "le": about.isoformat()}


def _chip(desk: Desk, label: str, to: WorkshopFilter, on: bool, kept: Mapping[str, str]) -> Chip:
    count = workshops.total(desk.read, desk.today, to)
    return Chip(label, address(LIST, {**_params(to), **kept}), count, on)


def _views(wanted: WorkshopFilter, view: View, about: date) -> list[tuple[str, str, bool]]:
    """Returns the views of the list: label, address, and True for this one."""
    params = _params(wanted)
    return [(label, address(LIST, {**params, **_kept(one, about)}), one == view) for one, label in VIEWS.items()]


# --- its calendar


@dataclass(frozen=True, slots=True)
class WorkshopCalendar:
    """The weeks of a month, or one week, from Monday to Sunday: each day and its workshops.

    `previous` and `next` are addresses.
    """

    heading: str
    previous: str
    next: str
    weeks: Sequence[Sequence[tuple[date, Sequence[WorkshopRow]]]]
    empty: bool


def _calendar(desk: Desk, wanted: WorkshopFilter, view: View, about: date) -> WorkshopCalendar:
    """Returns the week or the month around a day, by `view`."""
    first, last = _span(view, about)
    by_day: dict[date, list[WorkshopRow]] = {}
    for row in _rows(desk, workshops.between(desk.read, first, last, wanted)):
        by_day.setdefault(row.day, []).append(row)
    shown = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return WorkshopCalendar(
        _heading(view, about),
        address(LIST, {**_params(wanted), **_kept(view, _step(view, about, -1))}),
        address(LIST, {**_params(wanted), **_kept(view, _step(view, about, 1))}),
        [[(day, by_day.get(day, ())) for day in shown[n : n + 7]] for n in range(0, len(shown), 7)],
        not by_day,
    )


def _span(view: View, about: date) -> tuple[date, date]:
    """Returns the Monday before and the Sunday after a week, or a month."""
    first, last = about, about
    if view == "mois":
        first = about.replace(day=1)
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def _heading(view: View, about: date) -> str:
    if view == "mois":
        return typography.upper_first(dates.month(about))
    first, last = _span(view, about)
    text = "Du {first} au {last}"
    return say(text, first=dates.weekday_day(first), last=dates.weekday_day(last, year=True))


def _step(view: View, about: date, by: int) -> date:
    if view == "semaine":
        return about + by * _WEEK
    first = about.replace(day=1)
    return first - timedelta(days=1) if by < 0 else first + timedelta(days=32)
