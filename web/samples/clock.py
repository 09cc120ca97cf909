"""Months counted as people count them."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pixflow.working_days import Calendar


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or before; the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


PARIS = ZoneInfo("Europe/Paris")


class Clock:
    """The demonstration's clock: it only goes forward."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def go(self, to: datetime) -> None:
        self.now = max(self.now, to)


def working_days(start: date, end: date, calendar: Calendar) -> Iterator[date]:
    day = start
    while day <= end:
        if calendar.is_working(day):
            yield day
        day += timedelta(days=1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)
