"""French dates and times."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import dates

NBSP = "\N{NO-BREAK SPACE}"
WEEK = 7
"""Days within which a day is named by its weekday alone."""


def day(day: date, *, year: bool = False, short: bool = False) -> str:
    """Returns a text like "16 mars", "1er avril 2026" with `year`, "20 févr." with `short`."""
    first = "1er" if day.day == 1 else str(day.day)
    month = _formatted(day, "MMM" if short else "MMMM")
    return NBSP.join([first, month, *([str(day.year)] if year else [])])


def weekday_day(date: date, *, year: bool = False) -> str:
    """Returns a text like "lundi 16 mars"."""
    return f"{weekday(date)}{NBSP}{day(date, year=year)}"


def weekday(day: date) -> str:
    """Returns a text like "vendredi"."""
    return _formatted(day, "EEEE")


def off(day: date) -> str:
    """Returns why nobody works on a day: "samedi", "dimanche", else "jour férié"."""
    return weekday(day) if day.weekday() > 4 else "jour férié"


def month(day: date) -> str:
    """Returns a text like "mars 2026"."""
    return _formatted(day, "LLLL y")


def short_month(day: date) -> str:
    """Returns a text like "févr."."""
    return _formatted(day, "LLL")


def instant(at: datetime, zone: str | ZoneInfo) -> str:
    """Returns a text like "5 mars 2026, 09:12", in the structure's time zone. `at` carries its own zone."""
    local = at.astimezone(_zone(zone))
    return f"{day(local.date(), year=True)}, {local:%H:%M}"


def clock(at: datetime, zone: str | ZoneInfo) -> str:
    """Returns a text like "09:12", in the structure's time zone."""
    return f"{at.astimezone(_zone(zone)):%H:%M}"


def age(since: date, today: date) -> str:
    """Returns how long something waits, in calendar days, as "aujourd’hui", "hier" or "5 jours"."""
    days = (today - since).days
    return ("aujourd’hui", "hier")[days] if days in (0, 1) else f"{days}{NBSP}jours"


def ago(day: date, today: date) -> str:
    """Returns a past day as "aujourd’hui", "hier" or "il y a 5 jours"."""
    words = age(day, today)
    return words if (today - day).days < 2 else f"il y a {words}"


def due_words(due: date | datetime, today: date, late: int = 0) -> str:
    """Returns a due day in few words: "2 j de retard", "aujourd’hui", "vendredi", "16 avril".

    `late` counts the working days past due. A datetime, in local time, is an appointment: "jeu. 19, 14:00".
    """
    on = due.date() if isinstance(due, datetime) else due
    if late > 0:
        return f"{late}{NBSP}j de{NBSP}retard"
    if on < today:
        return f"en{NBSP}retard"
    if not isinstance(due, datetime):
        return _near(on, today) or day(on, year=on.year != today.year)
    if on - today <= timedelta(days=1):
        return f"{_near(on, today)}, {due:%H:%M}"
    if on - today < timedelta(days=7):
        return f"{_formatted(on, 'EEE')}{NBSP}{'1er' if on.day == 1 else on.day}, {due:%H:%M}"
    return f"{day(on, short=True, year=on.year != today.year)}, {due:%H:%M}"


@lru_cache(4_096)
def _formatted(day: date, pattern: str) -> str:
    return str(dates.format_date(day, pattern, "fr"))


def _near(on: date, today: date) -> str:
    days = (on - today).days
    if days in (0, 1):
        return ("aujourd’hui", "demain")[days]
    return weekday(on) if days < WEEK else ""


def _zone(zone: str | ZoneInfo) -> ZoneInfo:
    return ZoneInfo(zone) if isinstance(zone, str) else zone
