"""The workshops of a week or a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from projections import workshops
from projections.workshops import Filter
from web.desk.desk import Desk
from web.french import dates, vocabulary
from web.french.vocabulary import say
from web.http.pagination import address
from web.pages.workshops.listing import LIST, Line, View, lines, params

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a calendar; `out` when it belongs to another month."""

    day: date
    out: bool
    lines: Sequence[Line]


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
        return vocabulary.upper_first(dates.month(about))
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
