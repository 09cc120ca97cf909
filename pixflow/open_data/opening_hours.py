"""Opening hours of OpenStreetMap (https://wiki.openstreetmap.org/wiki/Key:opening_hours), on an ordinary week."""

from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, State, validate

_PARIS = ZoneInfo("Europe/Paris")
_MONDAY = datetime(2026, 3, 2, tzinfo=_PARIS)
"""A week without holiday."""
Span = tuple[datetime, datetime]


def week(text: str) -> list[Span]:
    """Returns the open spans of an ordinary week, from Monday. Raises ValueError for a text that is not OSM's."""
    if not validate(text):
        raise ValueError("hours")
    spans = OpeningHours(text, timezone=_PARIS).intervals(_MONDAY, _MONDAY + timedelta(7))
    return [(start, end) for start, end, state, _ in spans if state == State.OPEN and end]


def passes_midnight(span: Span) -> bool:
    """Tells if a span ends on another day, in the night: often a mistake, as in "Mo-Fr 13:30-12:00"."""
    start, end = span
    return end.date() > start.date() and end.time() != time.min


def open_until(text: str, now: datetime) -> tuple[bool, datetime | None]:
    """Tells if a place is open at an instant, and until when, or when it opens. French holidays count.

    Raises ValueError for a text that is not OSM's.
    """
    hours, local = _read(text), now.astimezone(_PARIS)
    return hours.is_open(local), hours.next_change(local)


@lru_cache(maxsize=2_000)
def _read(text: str) -> OpeningHours:
    if not validate(text):
        raise ValueError("hours")
    return OpeningHours(text, timezone=_PARIS, country="FR")
