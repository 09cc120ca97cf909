"""One row of a portfolio file, as a young person: each field in its canonical form, or what is wrong with it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeVar

from msgspec import Struct

from pixflow import identity
from pixflow.portfolio.columns import Field
from pixflow.portfolio.dates import day
from pixflow.portfolio.problems import Problem, Refusal
from pixflow.portfolio.records import Record

T = TypeVar("T")
Fields = Mapping[Field, Sequence[int]]
"""The places of the columns of each field, the preferred first."""

_WHOLE = re.compile(r"(\d+)\.0+")
_NINE_FIGURES, _WITH_CODE = re.compile(r"[1-9]\d{8}"), re.compile(r"33[1-9]\d{8}")


class Entry(Struct, frozen=True):
    """One young person; None is what the file does not say. Number, phone and e-mail are canonical.

    `figures`: a spreadsheet kept the number as figures, so zeros may be missing in front.
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


class _Left(Exception):
    """The row is left out."""

    def __init__(self, code: str, line: int, field: Field | None = None, value: str = "") -> None:
        super().__init__(code)
        self.problem = Problem("left", code, line, field, value)


def read_entry(record: Record, width: int, fields: Fields, problems: list[Problem]) -> Entry | None:
    """The young person of a row under a header of `width` columns; None when it is left out, and `problems` says why.

    Raises Refusal("nir").
    """
    if any(identity.contains_nir(cell) for cell in record.cells):
        raise Refusal("nir", record.line)
    try:
        return _entry(record, width, fields, problems)
    except _Left as left:
        problems.append(left.problem)
        return None


def _entry(record: Record, width: int, fields: Fields, problems: list[Problem]) -> Entry:
    _must_be_whole(record, width, fields)
    said = dict(_said(record.cells, fields))
    last_name, first_name = _names(said, record.line)
    number, figures = _number(said.get("imilo_number"), record, fields)

    def take(field: Field, parse: Callable[[str], T], code: str) -> T | None:
        text = said.get(field)
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError:
            problems.append(Problem("warning", code, record.line, field, text))
            return None

    return Entry(
        line=record.line,
        last_name=last_name,
        first_name=first_name,
        imilo_number=number,
        birth_date=take("birth_date", day, "bad-date"),
        phone=take("phone", _phone, "bad-phone"),
        email=take("email", identity.email, "bad-email"),
        site=said.get("site"),
        programme=said.get("programme"),
        group=said.get("group"),
        collective_end=take("collective_end", day, "bad-date"),
        advisor=said.get("advisor"),
        project=said.get("project"),
        figures=figures,
    )


def _must_be_whole(record: Record, width: int, fields: Fields) -> None:
    """No cell beyond the header, and in the columns that are read none that a workbook could not work out."""
    if any(cell.strip() for cell in record.cells[width:]):
        raise _Left("cell-count", record.line)
    for place, (code, value) in record.faults.items():
        for field, places in fields.items():
            if place in places:
                raise _Left(code, record.line, field, value)


def _said(cells: Sequence[str], fields: Fields) -> Iterator[tuple[Field, str]]:
    for field, places in fields.items():
        texts = (" ".join(cells[place].split()) for place in places if place < len(cells))
        if text := next(filter(None, texts), ""):
            yield field, text


def _names(said: Mapping[Field, str], line: int) -> tuple[str, str]:
    last_name, first_name = said.get("last_name", ""), said.get("first_name", "")
    if not last_name or not first_name:
        raise _Left("name-missing", line, "first_name" if last_name else "last_name", last_name or first_name)
    return last_name, first_name


def _number(text: str | None, record: Record, fields: Fields) -> tuple[str | None, bool]:
    """The i-Milo number, and whether it went through a spreadsheet as figures: 123.0 is one of those."""
    if text is None:
        return None, False
    whole = _WHOLE.fullmatch(text)
    try:
        number = identity.imilo_number(whole[1] if whole else text)
    except ValueError:
        raise _Left("bad-number", record.line, "imilo_number", text) from None
    return number, bool(whole) or not record.figures.isdisjoint(fields["imilo_number"])


def _phone(text: str) -> str:
    """A French number; a spreadsheet may have eaten its first zero, or its plus."""
    bare = re.sub(r"\D", "", text)
    if "+" not in text and _NINE_FIGURES.fullmatch(bare):
        return identity.phone(f"0{bare}")
    return identity.phone(f"+{bare}" if _WITH_CODE.fullmatch(bare) else text)
