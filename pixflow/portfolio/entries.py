"""Reads one row of a portfolio file: the canonical form of each field, or its problem."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeVar

from msgspec import Struct

from pixflow import identity
from pixflow.portfolio.columns import Field
from pixflow.portfolio.dates import day
from pixflow.portfolio.problems import PortfolioProblem
from pixflow.portfolio.records import Record

T = TypeVar("T")
Fields = Mapping[Field, Sequence[int]]
"""Indexes of the columns of each field, the preferred first."""

_WHOLE = re.compile(r"(\d+)\.0+")
_NINE_FIGURES, _WITH_CODE = re.compile(r"[1-9]\d{8}"), re.compile(r"33[1-9]\d{8}")


class Entry(Struct, frozen=True):
    """One young person; None for a field that is not in the file. Number, phone and e-mail are canonical.

    `figures`: a spreadsheet stored the number as figures, so leading zeros may be missing.
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
    advisor: str | None = None
    project: str | None = None
    figures: bool = False


class _RowLeftOut(Exception):
    """The row is left out."""

    def __init__(self, code: str, line: int, field: Field | None = None, value: str = "") -> None:
        super().__init__(code)
        self.problem = PortfolioProblem("left", code, line, field, value)


def read_entry(record: Record, width: int, fields: Fields, problems: list[PortfolioProblem]) -> Entry | None:
    """Returns the young person of a row under a header of `width` columns. None when left out: `problems` says why."""
    try:
        return _entry(record, width, fields, problems)
    except _RowLeftOut as left:
        problems.append(left.problem)
        return None


def _entry(record: Record, width: int, fields: Fields, problems: list[PortfolioProblem]) -> Entry:
    _must_be_whole(record, width, fields)
    texts = dict(_texts(record, fields))
    last_name, first_name = _names(texts, record.line)
    number, figures = _number(texts.get("imilo_number"), record, fields)

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
        figures=figures,
    )


def _must_be_whole(record: Record, width: int, fields: Fields) -> None:
    """Refuses a row with cells beyond the header, or with a cell that a workbook could not compute."""
    if any(cell.strip() for cell in record.cells[width:]):
        raise _RowLeftOut("cell-count", record.line)
    for place, (code, value) in record.faults.items():
        for field, places in fields.items():
            if place in places:
                raise _RowLeftOut(code, record.line, field, value)


def _texts(record: Record, fields: Fields) -> Iterator[tuple[Field, str]]:
    cells = record.cells
    for field, places in fields.items():
        texts = (" ".join(cells[place].split()) for place in places if place < len(cells))
        if text := next(filter(None, texts), ""):
            if identity.contains_control(text):
                raise _RowLeftOut("control-character", record.line, field)
            yield field, text


def _names(texts: Mapping[Field, str], line: int) -> tuple[str, str]:
    last_name, first_name = texts.get("last_name", ""), texts.get("first_name", "")
    if not last_name or not first_name:
        raise _RowLeftOut("name-missing", line, "first_name" if last_name else "last_name", last_name or first_name)
    return last_name, first_name


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
