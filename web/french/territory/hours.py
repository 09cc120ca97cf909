"""Opening hours in French, from those of OpenStreetMap."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from pixflow.open_data.opening_hours import open_until, week
from web.french import dates
from web.french.typography import NBSP, say

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def in_french(text: str) -> list[str]:
    """Returns hours as lines: "du lundi au vendredi : 9 h – 12 h 30". Words that are not OSM's stay as they are."""
    try:
        spans = week(text)
    except ValueError:
        return [text] if text else []
    by_day = ["", "", "", "", "", "", ""]
    for start, end in spans:
        day = start.weekday()
        by_day[day] = ", ".join(filter(None, (by_day[day], f"{_clock(start)} – {_clock(end)}")))
    return [say("{days} : {hours}", days=days, hours=hours) for days, hours in _group_days(by_day)]


def now_in_french(text: str, now: datetime, zone: str) -> str:
    """Returns "ouvert maintenant, jusqu’à 12 h 30", "fermé, ouvre mardi à 9 h"; "" without readable hours."""
    try:
        is_open, until = open_until(text, now)
    except ValueError:
        return ""
    if is_open:
        return f"ouvert maintenant, jusqu’à {_phrase_hour(until, zone)}" if until else "ouvert maintenant"
    if until is None:
        return "fermé maintenant"
    return f"fermé, ouvre {_next(until, now, zone)}à {_phrase_hour(until, zone)}"


def is_open(text: str, now: datetime) -> bool:
    try:
        return open_until(text, now)[0]
    except ValueError:
        return False


def _group_days(by_day: list[str]) -> Iterator[tuple[str, str]]:
    for hours, group in groupby(range(7), key=lambda day: by_day[day]):
        days = list(group)
        if hours:
            last = DAYS[days[-1]]
            yield (f"du {DAYS[days[0]]} au {last}" if len(days) > 2 else " et ".join(DAYS[day] for day in days)), hours


def _next(at: datetime, now: datetime, zone: str) -> str:
    """Returns the day when a place opens, "" for today."""
    day, today = (one.astimezone(ZoneInfo(zone)).date() for one in (at, now))
    if day == today:
        return ""
    named = dates.due_words(day, today)
    return f"{named} " if (day - today).days < dates.WEEK else f"le {named} "


def _phrase_hour(at: datetime, zone: str) -> str:
    return _clock(at.astimezone(ZoneInfo(zone)))


def _clock(at: datetime) -> str:
    minutes = f"{NBSP}{at.minute:02}" if at.minute else ""
    return f"{at.hour or 24 if at.hour == 0 and not at.minute else at.hour}{NBSP}h{minutes}"
