"""Ateliers: the list, the calendar, and what waits for somebody there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.engine import Done, Step
from pixflow.refused import Refused
from projections import workshops
from projections.workshops import Filter, When
from web.desk.desk import Desk
from web.desk.names import campaign_name, names_for, staff_name
from web.french.errors import refusals
from web.french.events import workshops as french
from web.http.filters import Chip
from web.http.pagination import SIZE, Pager, address

LIST = "/ateliers"
View = Literal["liste", "semaine", "mois"]
WHEN: dict[When, str] = {"to-come": "À venir", "past": "Passés", "cancelled": "Annulés"}
VIEWS: dict[View, str] = {"liste": "Liste", "semaine": "Semaine", "mois": "Mois"}


@dataclass(frozen=True, slots=True)
class Line:
    """A workshop of a list: when, where, for which campaign, by whom, and how full."""

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


def lines(desk: Desk, rows: Sequence[Any]) -> list[Line]:
    """Rows of workshops, in words."""
    run_by = workshops.run_by(desk.read, [row.stream for row in rows])
    return [_line(desk, row, run_by.get(row.stream, [])) for row in rows]


def _line(desk: Desk, row: Any, people: Sequence[UUID]) -> Line:
    starts, ends = (at.replace(tzinfo=UTC) for at in (row.starts, row.ends))
    waits = row.day <= desk.today and row.unmarked and not row.cancelled
    tag = "annulé" if row.cancelled else "clos" if row.closed else "présence à noter" if waits else ""
    free = row.capacity - row.taken - row.offered
    names = ["vous" if person == desk.me else staff_name(desk, person) for person in people]
    return Line(
        row.stream,
        row.day,
        french.on(row.day, desk.today),
        french.short_hours(starts, ends, desk.zone),
        french.place(row.site, row.place),
        campaign_name(desk, row.campaign),
        " et ".join(names),
        bool(desk.owners & set(people)),
        french.seats(row.taken, row.capacity),
        "" if tag else french.left(free, row.waiting),
        tag,
    )


def listed(desk: Desk, wanted: Filter, number: int) -> dict[str, Any]:
    """One page of the list."""
    pager = Pager.at(workshops.total(desk.read, desk.today, wanted), number, LIST, params(wanted))
    rows = workshops.page(desk.read, desk.today, wanted, SIZE, pager.offset)
    return {"lines": lines(desk, rows), "pager": pager}


# --- filters


def params(wanted: Filter, **changes: str) -> dict[str, str]:
    """A filter as an address says it."""
    said = {
        "quand": "" if wanted.when == "to-come" else wanted.when,
        "site": wanted.site,
        "miens": "oui" if wanted.mine else "",
    }
    return {**said, **changes}


def chips(desk: Desk, wanted: Filter, view: View, about: date) -> list[Chip]:
    """What would narrow the list, with how many it would leave; in a calendar, without numbers of other times."""
    kept = {} if view == "liste" else {"vue": view, "le": about.isoformat()}
    made = []
    if view == "liste":
        for when in get_args(When):
            other = Filter(when, wanted.site, wanted.mine)
            made.append(_chip(desk, WHEN[when], other, wanted.when == when, {}))
    mine = Filter(wanted.when, wanted.site, None if wanted.mine else desk.me)
    if desk.roles & {"advisor", "facilitator", "referent"}:
        made.append(_chip(desk, "Les miens", mine, wanted.mine is not None, kept, apart=True))
    sites = workshops.sites(desk.read)
    for place, site in enumerate(sites if len(sites) > 1 or wanted.site else ()):
        other = Filter(wanted.when, "" if wanted.site == site else site, wanted.mine)
        made.append(_chip(desk, site, other, wanted.site == site, kept, apart=not place))
    return made


def _chip(desk: Desk, label: str, to: Filter, on: bool, kept: Mapping[str, str], *, apart: bool = False) -> Chip:
    count = workshops.total(desk.read, desk.today, to)
    return Chip(label, address(LIST, {**params(to), **kept}), count, on, apart=apart)


def views(wanted: Filter, view: View, about: date) -> list[tuple[str, str, bool]]:
    """The ways to look at workshops: label, address, is it this one."""
    said: dict[View, dict[str, str]] = {"liste": {}, "semaine": {"vue": "semaine"}, "mois": {"vue": "mois"}}
    for asked in (said["semaine"], said["mois"]):
        asked["le"] = about.isoformat()
    return [(label, address(LIST, {**params(wanted), **said[one]}), one == view) for one, label in VIEWS.items()]


# --- what waits for somebody


# --- names


def runners(desk: Desk) -> list[tuple[str, str]]:
    """Who may run a workshop, by name."""
    people = {str(id): name for role in ("facilitator", "advisor", "referent") for id, name in desk.staff(role)}
    return sorted(people.items(), key=lambda pair: pair[1])


def two(chosen: Any) -> list[str]:
    """What two lists of facilitators show."""
    said = [chosen] if isinstance(chosen, str) else [str(one) for one in chosen]
    return [*said, "", ""][:2]


def campaigns(desk: Desk) -> list[tuple[str, str]]:
    """The campaigns that a workshop may be held for, initial diagnostics first."""
    there = [(id, known) for id, known in desk.refs.campaigns.items() if known.open]
    there.sort(key=lambda pair: (pair[1].purpose != "initial", pair[1].name))
    return [(str(id), f"{known.name} ({known.code})") for id, known in there]


# --- what forms say, and what is answered


def instant(day: date, at: Any, zone: str) -> datetime:
    """A day and an hour of here, in UTC."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def execute(desk: Desk, steps: list[Step], said: object, command_id: UUID) -> Done:
    """Several decisions as one command of the person at the desk."""
    by = desk.by(steps[0].decision)
    return desk.engine.execute_all(steps, said, by=by, command_id=command_id, via="web")


def refusal(desk: Desk, refused: Refused) -> dict[str, str]:
    """Why nothing was recorded, under the field it is about, or under ""."""
    said = refusals.refusal(refused.code, refused.details, names_for(desk))
    return {str(refused.details.get("field", "")): said}
