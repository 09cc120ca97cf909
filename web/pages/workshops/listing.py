"""The list of workshops: its rows, its filters, and the choices of its forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Literal, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.identity import normalise
from projections import workshops
from projections.workshops import When, WorkshopFilter
from web.desk.desk import Desk
from web.desk.names import campaign_name, staff_name
from web.french import dates
from web.french.events import workshops as french
from web.french.typography import say
from web.http import filters
from web.http.filters import Chip, FilterMenu
from web.http.pagination import SIZE, Pager, address

LIST = "/ateliers"
View = Literal["liste", "semaine", "mois"]
WHEN: dict[When, str] = {"to-come": "À venir", "past": "Passés", "cancelled": "Annulés"}
VIEWS: dict[View, str] = {"liste": "Liste", "semaine": "Semaine", "mois": "Mois"}


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


def rows(desk: Desk, found: Sequence[Any]) -> list[WorkshopRow]:
    """Returns rows of the projection in words."""
    run_by = workshops.run_by(desk.read, [row.stream for row in found])
    return [_row(desk, row, run_by.get(row.stream, [])) for row in found]


def _row(desk: Desk, row: Any, people: Sequence[UUID]) -> WorkshopRow:
    starts, ends = (at.replace(tzinfo=UTC) for at in (row.starts, row.ends))
    waits = row.day <= desk.today and row.unmarked and not row.cancelled
    tag = "annulé" if row.cancelled else "clos" if row.closed else "présence à noter" if waits else ""
    free = row.capacity - row.taken - row.offered
    names = ["vous" if person == desk.me else staff_name(desk, person) for person in people]
    return WorkshopRow(
        row.stream,
        row.day,
        french.on(row.day, desk.today),
        french.short_hours(starts, ends, desk.zone),
        french.place(row.site, row.place),
        campaign_name(desk, row.campaign),
        " et ".join(names),
        bool(desk.owners & set(people)),
        french.seats(row.taken, row.capacity),
        "" if tag else french.left(free, row.waiting, row.offered),
        tag,
        row.taken,
        row.offered,
        row.capacity,
    )


def list_page(desk: Desk, wanted: WorkshopFilter, number: int) -> tuple[Pager, list[WorkshopRow]]:
    """Returns one page of the list."""
    pager = Pager.at(workshops.total(desk.read, desk.today, wanted), number, LIST, params(wanted))
    return pager, rows(desk, workshops.page(desk.read, desk.today, wanted, SIZE, pager.offset))


# --- filters


def params(wanted: WorkshopFilter) -> dict[str, str]:
    """Returns a filter as parameters of an address."""
    return {
        "quand": "" if wanted.when == "to-come" else wanted.when,
        "site": wanted.site,
        "miens": "oui" if wanted.mine else "",
    }


def chips(desk: Desk, wanted: WorkshopFilter, view: View, about: date) -> list[Chip]:
    """Returns the chips that filter the list, each with the rows it would leave. A calendar has no chips by time."""
    made = []
    if view == "liste":
        for when in get_args(When):
            other = WorkshopFilter(when, wanted.site, wanted.mine)
            made.append(_chip(desk, WHEN[when], other, wanted.when == when, {}))
    mine = WorkshopFilter(wanted.when, wanted.site, None if wanted.mine else desk.me)
    if desk.roles & {"advisor", "facilitator", "referent"}:
        made.append(_chip(desk, "Les miens", mine, wanted.mine is not None, _kept(view, about)))
    return made


def menus(desk: Desk, wanted: WorkshopFilter, view: View, about: date) -> list[FilterMenu]:
    """Returns the menu of sites, when there are several."""
    sites = workshops.sites(desk.read)
    made = []
    for site in sites if len(sites) > 1 or wanted.site else ():
        other = WorkshopFilter(wanted.when, "" if wanted.site == site else site, wanted.mine)
        made.append(_chip(desk, site, other, wanted.site == site, _kept(view, about)))
    return [filters.menu("Site", made)] if made else []


def _kept(view: View, about: date) -> dict[str, str]:
    return {} if view == "liste" else {"vue": view, "le": about.isoformat()}


def _chip(desk: Desk, label: str, to: WorkshopFilter, on: bool, kept: Mapping[str, str]) -> Chip:
    count = workshops.total(desk.read, desk.today, to)
    return Chip(label, address(LIST, {**params(to), **kept}), count, on)


def views(wanted: WorkshopFilter, view: View, about: date) -> list[tuple[str, str, bool]]:
    """Returns the views of the list: label, address, and True for this one."""
    asked = {one: {} if one == "liste" else {"vue": one, "le": about.isoformat()} for one in VIEWS}
    return [(label, address(LIST, {**params(wanted), **asked[one]}), one == view) for one, label in VIEWS.items()]


# --- choices


def runners(desk: Desk) -> list[tuple[str, str]]:
    """Returns the people who may run a workshop, by name."""
    people = {str(id): name for role in ("facilitator", "advisor", "referent") for id, name in desk.staff(role)}
    return sorted(people.items(), key=lambda pair: normalise(pair[1]))


def pair(chosen: Any) -> list[str]:
    """Returns the values of the two lists of facilitators."""
    sent = [chosen] if isinstance(chosen, str) else [str(one) for one in chosen]
    return [*sent, "", ""][:2]


def campaigns(desk: Desk) -> list[tuple[str, str]]:
    """Returns the open campaigns, initial diagnostics first."""
    there = [(id, known) for id, known in desk.refs.campaigns.items() if known.open]
    there.sort(key=lambda pair: (pair[1].purpose != "initial", pair[1].name))
    return [(str(id), f"{known.name} ({known.code})") for id, known in there]


# --- forms


def day_off(day: date) -> str:
    """Returns a day off and its reason: "25 décembre 2026 est un jour férié"."""
    return say("{day} est un {why}", day=dates.day(day, year=True), why=dates.off(day))


def instant(day: date, at: time, zone: str) -> datetime:
    """Returns a day and a local hour as an instant, in UTC."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
