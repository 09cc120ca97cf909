"""Reads one row of a portfolio file: the canonical form of each field, or its problem."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Generic, TypeVar

from msgspec import Struct

from pixflow import identity
from pixflow.identity import normalise
from pixflow.open_data.communes import code_of
from pixflow.portfolio_import.columns import JOINED, Field
from pixflow.portfolio_import.problems import PortfolioProblem
from pixflow.workbooks.records import Record

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
    if match := _FRENCH.fullmatch(text):
        year = int(match[3])
        if len(match[3]) == 2:
            year += 2000 if year <= _CENTURY else 1900
        return date(year, int(match[2]), int(match[1]))
    if match := _ISO.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if _SERIAL.fullmatch(text):
        return _EXCEL + timedelta(int(text))
    if match := _IN_WORDS.fullmatch(normalise(text)):
        return date(int(match[3]), _month(match[2]), int(match[1]))
    raise ValueError("date")


def _month(word: str) -> int:
    months = [number for number, month in enumerate(_MONTHS, 1) if len(word) >= _SHORTEST and month.startswith(word)]
    if len(months) != 1:
        raise ValueError("date")
    return months[0]


T = TypeVar("T")
A = TypeVar("A")
Fields = Mapping[Field, Sequence[int]]
"""Indexes of the columns of each field, the preferred first."""

_WHOLE = re.compile(r"(\d+)\.0+")
_NINE_FIGURES, _WITH_CODE = re.compile(r"[1-9]\d{8}"), re.compile(r"33[1-9]\d{8}")


class Entry(Struct, Generic[A], frozen=True):
    """One young person; None for a field that is not in the file. Number, phone, e-mail and commune are canonical.

    `advisor` is a text of the file, or a member of the team. `figures`: a spreadsheet stored the number as figures, so
    leading zeros may be missing.
    """

    line: int
    last_name: str
    first_name: str
    imilo_number: str | None = None
    birth_date: date | None = None
    phone: str | None = None
    email: str | None = None
    site: str | None = None
    programme: str | None = None
    group: str | None = None
    collective_end: date | None = None
    advisor: A | None = None
    project: str | None = None
    commune: str | None = None
    programme_end: date | None = None
    figures: bool = False


class _RowLeftOut(Exception):
    """The row is left out."""

    def __init__(self, code: str, line: int, field: Field | None = None, value: str = "") -> None:
        super().__init__(code)
        self.problem = PortfolioProblem("left", code, line, field, value)


def read_entry(record: Record, width: int, fields: Fields, problems: list[PortfolioProblem]) -> Entry[str] | None:
    """Returns the young person of a row under a header of `width` columns. None when left out: `problems` says why."""
    try:
        if any(cell.strip() for cell in record.cells[width:]):
            raise _RowLeftOut("cell-count", record.line)
        for place, (code, value) in record.faults.items():  # cells that a workbook could not compute
            for faulty, places in fields.items():
                if place in places:
                    raise _RowLeftOut(code, record.line, faulty, value)
        texts = dict(_texts(record, fields))
        last_name, first_name = texts.get("last_name", ""), texts.get("first_name", "")
        if not last_name or not first_name:
            missing: Field = "first_name" if last_name else "last_name"
            raise _RowLeftOut("name-missing", record.line, missing, last_name or first_name)
        number, figures = _number(texts.get("imilo_number"), record, fields)
    except _RowLeftOut as left:
        problems.append(left.problem)
        return None

    def take(field: Field, parse: Callable[[str], T], code: str) -> T | None:
        text = texts.get(field)
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError:
            problems.append(PortfolioProblem("warning", code, record.line, field, text))
            return None

    return Entry(
        line=record.line,
        last_name=last_name,
        first_name=first_name,
        imilo_number=number,
        birth_date=take("birth_date", day, "bad-date"),
        phone=take("phone", _phone, "bad-phone"),
        email=take("email", identity.email, "bad-email"),
        site=texts.get("site"),
        programme=texts.get("programme"),
        group=texts.get("group"),
        collective_end=take("collective_end", day, "bad-date"),
        advisor=texts.get("advisor"),
        project=texts.get("project"),
        commune=take("commune", code_of, "bad-commune"),
        programme_end=take("programme_end", day, "bad-date"),
        figures=figures,
    )


def _texts(record: Record, fields: Fields) -> Iterator[tuple[Field, str]]:
    cells = record.cells
    for field, places in fields.items():
        texts = filter(None, (" ".join(cells[place].split()) for place in places if place < len(cells)))
        if text := " ".join(dict.fromkeys(texts)) if field in JOINED else next(texts, ""):
            if identity.contains_control(text):
                raise _RowLeftOut("control-character", record.line, field)
            yield field, text


def _number(text: str | None, record: Record, fields: Fields) -> tuple[str | None, bool]:
    """Returns the i-Milo number, and whether a spreadsheet stored it as figures, such as 123.0."""
    if text is None:
        return None, False
    whole = _WHOLE.fullmatch(text)
    try:
        number = identity.imilo_number(whole[1] if whole else text)
    except ValueError:
        raise _RowLeftOut("bad-number", record.line, "imilo_number", text) from None
    return number, bool(whole) or not record.figures.isdisjoint(fields["imilo_number"])


def _phone(text: str) -> str:
    """Reads a French number. A spreadsheet may have removed its first zero or its plus."""
    bare = re.sub(r"\D", "", text)
    if "+" not in text and _NINE_FIGURES.fullmatch(bare):
        return identity.phone(f"0{bare}")
    return identity.phone(f"+{bare}" if _WITH_CODE.fullmatch(bare) else text)
