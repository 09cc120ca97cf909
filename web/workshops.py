"""Ateliers: the list, the calendar, and what waits for somebody there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.engine import Done, Step
from pixflow.refused import Refused
from projections import workshops
from projections.workshops import Filter, When
from web.dependencies import Desk, seats_kept
from web.facets import Chip
from web.french import dates, refusals, words
from web.french import workshops as french
from web.french.words import say
from web.naming import names_for
from web.paging import SIZE, Pager, address

LIST = "/ateliers"
View = Literal["liste", "semaine", "mois"]
WHEN: dict[When, str] = {"to-come": "À venir", "past": "Passés", "cancelled": "Annulés"}
VIEWS: dict[View, str] = {"liste": "Liste", "semaine": "Semaine", "mois": "Mois"}
_WEEK = timedelta(days=7)


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


@dataclass(frozen=True, slots=True)
class Kept:
    """A seat that is kept for somebody this person may speak for."""

    name: str
    dossier: UUID
    workshop: UUID
    said: str


@dataclass(frozen=True, slots=True)
class Call:
    """A workshop that calls for help: where, who called, at what time."""

    workshop: UUID
    said: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a calendar; `out` when it belongs to another month."""

    day: date
    out: bool
    lines: Sequence[Line]


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
        row.stream, row.day, french.on(row.day, desk.today), french.short_hours(starts, ends, desk.zone),
        french.place(row.site, row.place), campaign_name(desk, row.campaign),
        " et ".join(names), bool(desk.owners & set(people)),
        french.seats(row.taken, row.capacity), "" if tag else french.left(free, row.waiting), tag,
    )  # fmt: skip


def listed(desk: Desk, wanted: Filter, number: int) -> dict[str, Any]:
    """One page of the list."""
    pager = Pager.at(workshops.total(desk.read, desk.today, wanted), number, LIST, params(wanted))
    rows = workshops.page(desk.read, desk.today, wanted, SIZE, pager.offset)
    return {"lines": lines(desk, rows), "pager": pager}


def calendar(desk: Desk, wanted: Filter, view: View, about: date) -> dict[str, Any]:
    """The weeks of a month, or one week, from Monday to Sunday."""
    first, last = span(view, about)
    by_day: dict[date, list[Line]] = {}
    for line in lines(desk, workshops.between(desk.read, first, last, wanted)):
        by_day.setdefault(line.day, []).append(line)
    count = (last - first).days + 1
    days = [first + timedelta(days=n) for n in range(count)]
    made = [Day(day, view == "mois" and day.month != about.month, by_day.get(day, ())) for day in days]
    return {
        "weeks": [made[n : n + 7] for n in range(0, count, 7)],
        "heading": heading(view, about),
        "previous": _calendar(wanted, view, _step(view, about, -1)),
        "next": _calendar(wanted, view, _step(view, about, 1)),
    }


def span(view: View, about: date) -> tuple[date, date]:
    """The Monday before and the Sunday after a week, or a month."""
    first, last = about, about
    if view == "mois":
        first = about.replace(day=1)
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def heading(view: View, about: date) -> str:
    if view == "mois":
        return words.upper_first(dates.month(about))
    first, last = span(view, about)
    text = "Du {first} au {last}"
    return say(text, first=dates.weekday_day(first), last=dates.weekday_day(last, year=True))


def _step(view: View, about: date, by: int) -> date:
    if view == "semaine":
        return about + by * _WEEK
    first = about.replace(day=1)
    return first - timedelta(days=1) if by < 0 else first + timedelta(days=32)


def _calendar(wanted: Filter, view: View, about: date) -> str:
    return address(LIST, {**params(wanted), "vue": view, "le": about.isoformat()})


# --- filters


def params(wanted: Filter, **changes: str) -> dict[str, str]:
    """A filter as an address says it."""
    said = {
        "quand": "" if wanted.when == "to-come" else wanted.when, "site": wanted.site,
        "miens": "oui" if wanted.mine else "",
    }  # fmt: skip
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


def kept(desk: Desk) -> list[Kept]:
    """The seats kept for young people this person follows, in words."""
    found = seats_kept(desk)
    return [Kept(person.name, row.dossier, row.stream, _until(desk, row)) for row, person in found]


def _until(desk: Desk, row: Any) -> str:
    held = french.on(row.day, desk.today)
    text = "une place à l’atelier du {held} est gardée jusqu’au {until}"
    return say(text, held=held, until=french.on(row.until, desk.today))


def calls(desk: Desk) -> list[Call]:
    """The workshops of today that call for help, for those who may give it."""
    if not desk.roles & {"facilitator"}:
        return []
    return [Call(row.stream, _called(desk, row)) for row in workshops.calls(desk.read, desk.today)]


def _called(desk: Desk, row: Any) -> str:
    at: datetime = row.help_at.replace(tzinfo=UTC)
    text = "{where} : {who} demande de l’aide depuis {at}"
    where = french.place(row.site, row.place)
    return say(text, where=where, who=staff_name(desk, row.help_by), at=dates.clock(at, desk.zone))


# --- names


def staff_name(desk: Desk, id: UUID | str) -> str:
    """What a colleague is called."""
    member = desk.refs.team.get(UUID(str(id)))
    return member.name if member else "une personne inconnue"


def campaign_name(desk: Desk, id: UUID) -> str:
    known = desk.refs.campaigns.get(id)
    return known.name if known else "une campagne inconnue"


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
    by = desk.by(steps[0].decide.__name__)
    return desk.engine.execute_all(steps, said, by=by, command_id=command_id, via="web")


def refusal(desk: Desk, refused: Refused) -> dict[str, str]:
    """Why nothing was recorded, under the field it is about, or under ""."""
    said = refusals.refusal(refused.code, refused.details, names_for(desk))
    return {str(refused.details.get("field", "")): said}
