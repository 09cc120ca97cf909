"""Clock and dates of the simulations."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pixflow.working_days import Calendar

PARIS = ZoneInfo("Europe/Paris")


class Clock:
    """A clock that only goes forward."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def go(self, to: datetime) -> None:
        self.now = max(self.now, to)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Returns an instant (UTC) from the time in Paris."""
    return datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)


def minute_of(instant: datetime) -> tuple[date, int]:
    """Returns the day and the minute of it, in Paris."""
    local = instant.astimezone(PARIS)
    return local.date(), local.hour * 60 + local.minute


def working_days(start: date, end: date, calendar: Calendar) -> Iterator[date]:
    day = start
    while day <= end:
        if calendar.is_working(day):
            yield day
        day += timedelta(days=1)
