"""The workshops of a week or a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from projections import workshops
from projections.workshops import WorkshopFilter
from web.desk.desk import Desk
from web.french import dates, typography
from web.french.typography import say
from web.http.pagination import address
from web.pages.workshops.listing import LIST, View, WorkshopRow, params, rows

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of a calendar; `outside` the month that is shown."""

    day: date
    outside: bool
    today: bool
    rows: Sequence[WorkshopRow]


@dataclass(frozen=True, slots=True)
class WorkshopCalendar:
    """The weeks of a month, or one week, from Monday to Sunday; `previous` and `next` are addresses."""

    heading: str
    previous: str
    next: str
    weeks: Sequence[Sequence[CalendarDay]]

    @property
    def empty(self) -> bool:
        return not any(day.rows for week in self.weeks for day in week)


def calendar(desk: Desk, wanted: WorkshopFilter, view: View, about: date) -> WorkshopCalendar:
    """Returns the week or the month around a day, by `view`."""
    first, last = span(view, about)
    by_day: dict[date, list[WorkshopRow]] = {}
    for row in rows(desk, workshops.between(desk.read, first, last, wanted)):
        by_day.setdefault(row.day, []).append(row)
    count = (last - first).days + 1
    days = [first + timedelta(days=n) for n in range(count)]
    shown = [
        CalendarDay(day, view == "mois" and day.month != about.month, day == desk.today, by_day.get(day, ()))
        for day in days
    ]
    return WorkshopCalendar(
        heading(view, about),
        _address(wanted, view, _step(view, about, -1)),
        _address(wanted, view, _step(view, about, 1)),
        [shown[n : n + 7] for n in range(0, count, 7)],
    )


def span(view: View, about: date) -> tuple[date, date]:
    """Returns the Monday before and the Sunday after a week, or a month."""
    first, last = about, about
    if view == "mois":
        first = about.replace(day=1)
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def heading(view: View, about: date) -> str:
    if view == "mois":
        return typography.upper_first(dates.month(about))
    first, last = span(view, about)
    text = "Du {first} au {last}"
    return say(text, first=dates.weekday_day(first), last=dates.weekday_day(last, year=True))


def _step(view: View, about: date, by: int) -> date:
    if view == "semaine":
        return about + by * _WEEK
    first = about.replace(day=1)
    return first - timedelta(days=1) if by < 0 else first + timedelta(days=32)


def _address(wanted: WorkshopFilter, view: View, about: date) -> str:
    return address(LIST, {**params(wanted), "vue": view, "le": about.isoformat()})
