"""The structure's calendar: working days by public holidays, and the local day of an instant."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

CODES = (
    "FR", "FR-57", "FR-6AE", "FR-971", "FR-972", "FR-973", "FR-974", "FR-976",
    "FR-BL", "FR-MF", "FR-NC", "FR-PF", "FR-PM", "FR-TF", "FR-WF",
)  # fmt: skip
"""FR, then one per subdivision with holidays of its own (ISO 3166-2): FR-57 Moselle, FR-6AE Alsace, FR-974 …"""

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Holiday code (one of CODES) and IANA zone, e.g. `Calendar("FR", "Europe/Paris")`.

    Saturdays, Sundays and public holidays (Pentecost Monday too) are not worked. Raises ValueError for a code or
    a zone that does not exist. Source: docs/domain.md#tasks, delays are in working days of the structure's calendar.
    """

    code: str
    zone: str

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"unknown calendar {self.code!r}: one of {', '.join(CODES)}")
        _zone(self.zone)

    def is_working(self, day: date) -> bool:
        return _is_working(self.code, day)

    def add(self, day: date, n: int) -> date:
        """Returns the n-th working day after `day`; for 0, `day` itself or the next working day.

        Raises ValueError if n < 0.
        """
        return _add(self.code, day, n)

    def count(self, a: date, b: date) -> int:
        """Returns the working days after `a` through `b`; when b < a, minus those after `b` through `a`."""
        worked = _weekdays(b) - _weekdays(a)
        if a <= b:
            return worked - _holidays_between(self.code, a, b)
        return worked + _holidays_between(self.code, b, a)

    def local_day(self, instant: datetime) -> date:
        """Returns the local day of an aware instant. Raises ValueError if the instant is naive."""
        if instant.utcoffset() is None:
            raise ValueError("a naive time has no local day")
        return instant.astimezone(_zone(self.zone)).date()


@lru_cache(maxsize=1 << 17)
def _add(code: str, day: date, n: int) -> date:
    if n < 0:
        raise ValueError(f"a delay is 0 or more working days, not {n}")
    if n == 0:
        return day if _is_working(code, day) else _add(code, day, 1)
    left = n
    while left:
        day += _DAY
        left -= _is_working(code, day)
    return day


def _is_working(code: str, day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in _holidays(code, day.year)


@cache
def _holidays(code: str, year: int) -> frozenset[date]:
    """Public holidays that fall from Monday to Friday."""
    import holidays  # of every country: only work with delays needs it

    part = code.removeprefix("FR").removeprefix("-") or None
    found = holidays.country_holidays("FR", subdiv=part, years=year)
    return frozenset(day for day in found if day.year == year and day.weekday() < _SATURDAY)


@cache
def _ordered_holidays(code: str, year: int) -> tuple[date, ...]:
    return tuple(sorted(_holidays(code, year)))


def _holidays_between(code: str, a: date, b: date) -> int:
    years = [_ordered_holidays(code, year) for year in range(a.year, b.year + 1)]
    return sum(bisect_right(days, b) - bisect_right(days, a) for days in years)


def _weekdays(day: date) -> int:
    """Mondays to Fridays since the year 1, whose first day was a Monday."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * 5 + min(rest, 5)


@cache
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error
