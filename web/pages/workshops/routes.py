"""Routes of the list and the calendar of workshops."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response

from pixflow.events.workshop import WorkshopCancelled, WorkshopScheduled
from pixflow.workshop.scheduling import schedule_workshop
from projections.workshops import When, WorkshopFilter
from web.desk import receipts
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.receipts import Receipt, ReceiptLine
from web.french import dates, typography
from web.http import days, filters
from web.http.addresses import PageNumber
from web.http.pagination import Pager
from web.http.people import People, listed
from web.http.templates import Page, page
from web.pages.agenda import feed
from web.pages.agenda.feed import CalendarFeed
from web.pages.workshops import alerts, listing, undo_scheduling
from web.pages.workshops import calendar as workshop_calendar
from web.pages.workshops.calendar import WorkshopCalendar
from web.pages.workshops.listing import WorkshopRow

router = APIRouter()
AtWorkshops = Annotated[Desk, allowed("advisor", "facilitator", "referent", "manager", "auditor")]


@dataclass(frozen=True, kw_only=True)
class WorkshopsPage(Page):
    """The list of workshops, one page of it, or their calendar. `feed` is the address of this person's own calendar.

    `schedules`: this person may fix a workshop. `when` and `filtered` tell which filters are on.
    """

    template = "workshops/list.html"
    block = "list"

    when: When
    view: listing.View
    chips: Sequence[filters.Chip]
    menus: Sequence[filters.FilterMenu]
    views: Sequence[tuple[str, str, bool]]
    filtered: bool
    schedules: bool
    seat_offers: Sequence[alerts.SeatOffer]
    help_calls: Sequence[alerts.HelpCall]
    feed: CalendarFeed
    receipt: Receipt | None
    pager: Pager | None
    rows: Sequence[WorkshopRow]
    calendar: WorkshopCalendar | None

    @property
    def shows(self) -> People:
        return listed(offer.dossier for offer in self.seat_offers)


@router.get("/ateliers")
def read(
    request: Request,
    desk: AtWorkshops,
    quand: Literal["to-come", "past", "cancelled"] = "to-come",
    site: str = "",
    miens: str = "",
    vue: listing.View = "liste",
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
    about = days.day(le) or desk.today
    pager, rows = listing.list_page(desk, wanted, p) if vue == "liste" else (None, [])
    shown = WorkshopsPage(
        when=wanted.when,
        view=vue,
        chips=listing.chips(desk, wanted, vue, about),
        menus=listing.menus(desk, wanted, vue, about),
        views=listing.views(wanted, vue, about),
        filtered=bool(site or miens),
        schedules=desk.may(schedule_workshop),
        seat_offers=alerts.seat_offers(desk),
        help_calls=alerts.help_calls(desk),
        feed=feed.feed_of(desk, agenda),
        receipt=_series_receipt(desk, serie, sautes),
        pager=pager,
        rows=rows,
        calendar=None if vue == "liste" else workshop_calendar.calendar(desk, wanted, vue, about),
    )
    return page(request, shown)


def _series_receipt(desk: Desk, reference: str, left_out: str) -> Receipt | None:
    """Returns the workshops of a series that was just scheduled, with the days off that it left out, or cancelled."""
    events = [recorded.event for recorded in receipts.events_of(desk, reference)]
    if gone := sum(isinstance(event, WorkshopCancelled) for event in events):
        return Receipt(typography.plural(gone, "atelier annulé", "ateliers annulés"))
    held = [event.day for event in events if isinstance(event, WorkshopScheduled)]
    lines = [ReceiptLine(dates.weekday_day(day, year=True)) for day in held]
    skipped = filter(None, map(days.day, left_out.split(",")[:20]))
    lines += [
        ReceiptLine(typography.say("pas d’atelier le {day} : {off}", day=dates.day(one, year=True), off=dates.off(one)))
        for one in skipped
    ]
    fixed = typography.plural(len(held), "atelier fixé", "ateliers fixés")
    made = Receipt(typography.say("{fixed} :", fixed=fixed), lines) if held else None
    return undo_scheduling.offer(desk, made, reference)
