"""The clock and the days of what is invented."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pixflow.working_days import Calendar

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
