"""Decodes the bytes of a file, then its cells and its dates (docs/pix-orga.md#file-format, #import-rules, #dates)."""

import codecs
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from pixflow.events.values import Moment
from pixflow.pix_orga.export import Problems, Refusal, utc_moment

MAX_BYTES = 5 * 1024 * 1024
APPLE_DOUBLE = b"\x00\x05\x16\x07"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def base_name(name: str) -> str:
    """Returns the last part of a path, with either slash."""
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def open_text(data: bytes, name: str, problems: Problems) -> str | None:
    """Returns the text without its BOM, None when a problem refuses the file."""
    if not _is_candidate(data, name, problems):
        return None
    text = _decode(data, problems)
    if text is None or "\0" in text:
        problems.refuse("encoding")
        return None
    if not text.strip():
        problems.refuse("empty")
        return None
    if not text.endswith("\n"):
        problems.warn("no-final-newline")
    if not text.startswith('"') or text.split("\n", 1)[0].endswith("\r"):
        problems.warn("resaved")
    return text


def _is_candidate(data: bytes, name: str, problems: Problems) -> bool:
    if base_name(name).startswith("._") or data.startswith(APPLE_DOUBLE):
        problems.refuse("apple-double")
    elif len(data) > MAX_BYTES:
        problems.refuse("too-large", bytes=len(data), limit=MAX_BYTES)
    elif data.startswith(OLD_EXCEL):
        problems.refuse("spreadsheet", format="xls")
    elif data.startswith(ZIPS) and (b"xl/workbook" in data or b"xl/worksheets" in data):
        problems.refuse("spreadsheet", format="xlsx")
    elif data.startswith(ZIPS) and b"application/vnd.oasis.opendocument.spreadsheet" in data[:200]:
        problems.refuse("spreadsheet", format="ods")
    elif data.startswith(ZIPS):
        problems.refuse("zip")
    return not problems.refused


def _decode(data: bytes, problems: Problems) -> str | None:
    if data.startswith(codecs.BOM_UTF8):
        return _try(data, "utf-8-sig")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        problems.warn("utf-16")
        return _try(data, "utf-16")
    text = _try(data, "utf-8")
    if text is not None:
        if text.strip():
            problems.warn("no-bom")
        return text
    problems.warn("cp1252")
    return _try(data, "cp1252")


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


# --- values of cells. An unreadable cell is a BadCell with a code, never a guess (docs/pix-orga.md#import-rules)

NOT_SHARED = "NA"
NOT_A_NUMBER = "NaN"
ABSENT = frozenset({"", NOT_SHARED})

_GUARDED = ("'-", "'@", "'=", "'+")
_NUMBER = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,12})?")
_INTEGER = re.compile(r"-?[0-9]{1,10}")
_LARGEST = 2**31 - 1
_YES_NO = {"Oui": True, "Non": False}
_SKILLS = {"OK": "ok", "KO": "ko", "Non testé": "untested"}


class BadCell(ValueError):
    """The cell does not hold a value of its column."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code)
        self.code = code


def unguard(text: str) -> str:
    """Removes the apostrophe that Pix Orga puts before `- @ = +`, and no other one."""
    return text[1:] if text.startswith(_GUARDED) else text


@lru_cache(maxsize=1024)
def rate(text: str) -> Decimal:
    """Reads a fraction 0..1, decimal comma or point. Raises BadCell "rate-range" (73, 73 %) or "rate" (no number)."""
    digits = text.removesuffix("%").rstrip()
    if not _NUMBER.fullmatch(digits):
        raise BadCell("rate")
    value = Decimal(digits.replace(",", "."))
    if digits != text or not 0 <= value <= 1:
        raise BadCell("rate-range")
    return value


def integer(text: str) -> int:
    """Reads digits with an optional minus. Raises BadCell "integer", beyond what tables hold too."""
    if not _INTEGER.fullmatch(text) or abs(value := int(text)) > _LARGEST:
        raise BadCell("integer")
    return value


def count(text: str) -> int:
    """Reads an integer of zero or more. Raises BadCell "integer"."""
    value = integer(text)
    if value < 0:
        raise BadCell("integer")
    return value


def yes_no(text: str) -> bool:
    """Reads Oui or Non. Raises BadCell "yes-no"."""
    if text not in _YES_NO:
        raise BadCell("yes-no")
    return _YES_NO[text]


def skill(text: str) -> str:
    """Reads a skill as "ok", "ko" or "untested". Raises BadCell "skill"."""
    if text not in _SKILLS:
        raise BadCell("skill")
    return _SKILLS[text]


# --- the three generations of dates in the cells, and the date in the file name (docs/pix-orga.md#file-name, #dates)

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
    """A time of Pix; `ambiguous` in the hour that October repeats."""

    at: Moment
    ambiguous: bool = False


@lru_cache(maxsize=1024)
def moment(text: str, zone: str) -> CellDate:
    """Reads a cell under a header that names `zone` ("" when it names none).

    Raises BadCell "date" when it has none of the three forms or cannot exist, "date-zone" when its zone is unknown.
    """
    try:
        if _DAY.fullmatch(text):
            return CellDate(Moment(date.fromisoformat(text)))
        if local := _LOCAL.fullmatch(text):
            day, month, year, hour, minute = map(int, local.groups())
            return _of_wall_clock(datetime(year, month, day, hour, minute, tzinfo=UTC), zone)
        if iso := _ISO.fullmatch(text):
            time = datetime.fromisoformat(text)
            if iso[1] is None and zone not in ("", "UTC"):
                raise BadCell("date-zone")
            return CellDate(utc_moment(time if iso[1] else time.replace(tzinfo=UTC)))
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
        return CellDate(utc_moment(clock))
    if zone != PARIS.key:
        raise BadCell("date-zone")
    first, second = clock.replace(tzinfo=PARIS), clock.replace(tzinfo=PARIS, fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    if before is None or after is None or before < after:
        raise BadCell("date")
    return CellDate(utc_moment(first), ambiguous=before > after)
