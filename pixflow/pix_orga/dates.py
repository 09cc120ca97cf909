"""The three generations of dates in the cells, and the date in the file name (docs/pix-orga.md#file-name, #dates)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from pixflow.pix_orga.cells import BadCell
from pixflow.pix_orga.decoding import base_name
from pixflow.pix_orga.problems import Problems

PARIS = ZoneInfo("Europe/Paris")
TWELVE_HOUR_NAMES_UNTIL = datetime(2023, 2, 1, tzinfo=UTC)
BUG_FROM = datetime(2024, 12, 1, tzinfo=PARIS)
BUG_UNTIL = datetime(2025, 1, 14, tzinfo=PARIS)

_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_LOCAL = re.compile(r"([0-9]{2})/([0-9]{2})/(20[0-9]{2}) ([0-9]{2}):([0-9]{2})")
_ISO = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{3,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_NAME = re.compile(
    r"resultats-.*-[0-9]+-(20[0-9]{2})-([0-9]{2})-([0-9]{2})-([0-9]{2})([0-9]{2})(?: ?\([0-9]{1,3}\))?\.csv",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CellDate:
    """A UTC day, or an aware UTC time; `ambiguous` in the hour that October repeats."""

    at: datetime | date
    ambiguous: bool = False


@lru_cache(maxsize=1024)
def moment(text: str, zone: str) -> CellDate:
    """Reads a cell under a header that names `zone` ("" when it names none).

    Raises BadCell "date" when it has none of the three forms or cannot exist, "date-zone" when its zone is unknown.
    """
    try:
        if _DAY.fullmatch(text):
            return CellDate(date.fromisoformat(text))
        if local := _LOCAL.fullmatch(text):
            day, month, year, hour, minute = map(int, local.groups())
            return _of_wall_clock(datetime(year, month, day, hour, minute, tzinfo=UTC), zone)
        if iso := _ISO.fullmatch(text):
            return _of_iso(datetime.fromisoformat(text), offset=iso[1] is not None, zone=zone)
    except BadCell:
        raise
    except ValueError as error:
        raise BadCell("date") from error
    raise BadCell("date")


def exported_at(name: str, problems: Problems) -> datetime | None:
    """Returns the UTC time in a file name such as resultats-…-481516-2026-05-12-0910.csv, None when there is none."""
    match = _NAME.fullmatch(base_name(name))
    if match is None:
        return None
    try:
        year, month, day, hour, minute = map(int, match.groups())
        local = datetime(year, month, day, hour, minute, tzinfo=PARIS)
    except ValueError:
        return None
    if local < TWELVE_HOUR_NAMES_UNTIL and 1 <= local.hour <= 12:
        problems.warn("export-hour-unsure", date=local.date().isoformat(), time=f"{local:%H:%M}")
        return None
    return local.astimezone(UTC)


def _of_wall_clock(clock: datetime, zone: str) -> CellDate:
    if zone == "UTC":
        return CellDate(clock)
    if zone != PARIS.key:
        raise BadCell("date-zone")
    first, second = clock.replace(tzinfo=PARIS), clock.replace(tzinfo=PARIS, fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    if before is None or after is None or before < after:
        raise BadCell("date")
    return CellDate(first.astimezone(UTC), ambiguous=before > after)


def _of_iso(time: datetime, *, offset: bool, zone: str) -> CellDate:
    if offset:
        return CellDate(time.astimezone(UTC))
    if zone not in ("", "UTC"):
        raise BadCell("date-zone")
    return CellDate(time.replace(tzinfo=UTC))
