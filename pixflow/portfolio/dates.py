"""Reads dates as people and spreadsheets write them in French."""

import re
from datetime import date, timedelta

from pixflow.identity import normalise

_TIME = r"(?:[T ]\d{1,2}[:h]\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_FRENCH = re.compile(rf"(\d{{1,2}})[/. -](\d{{1,2}})[/. -](\d{{4}}|\d{{2}}){_TIME}")
_ISO = re.compile(rf"(\d{{4}})[/-](\d{{1,2}})[/-](\d{{1,2}}){_TIME}")
_IN_WORDS = re.compile(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})")
_SERIAL = re.compile(r"[2-5]\d{4}")
_EXCEL = date(1899, 12, 30)
_CENTURY = 50
_MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre",
    "decembre",
)  # fmt: skip
_SHORTEST, _LONGEST = 3, 40


def day(text: str) -> date:
    """Reads 12/03/2005, 12.3.05, 2005-03-12 (also with a time), 12 mars 2005, or Excel's 38423.

    A year of two figures up to 50 is of this century. Raises ValueError.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        raise ValueError("date")
    if found := _FRENCH.fullmatch(text):
        return date(_year(found[3]), int(found[2]), int(found[1]))
    if found := _ISO.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if _SERIAL.fullmatch(text):
        return _EXCEL + timedelta(int(text))
    if found := _IN_WORDS.fullmatch(normalise(text)):
        return date(int(found[3]), _month(found[2]), int(found[1]))
    raise ValueError("date")


def _year(figures: str) -> int:
    year = int(figures)
    if len(figures) > 2:
        return year
    return year + (2000 if year <= _CENTURY else 1900)


def _month(word: str) -> int:
    found = [number for number, month in enumerate(_MONTHS, 1) if len(word) >= _SHORTEST and month.startswith(word)]
    if len(found) != 1:
        raise ValueError("date")
    return found[0]
