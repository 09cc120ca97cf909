"""Read a portfolio file, as i-Milo or a spreadsheet gives it: CSV with a header of free French words."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, TypeVar

from msgspec import Struct

from pixflow import identity
from pixflow.portfolio.columns import Column, Field, places, read_columns
from pixflow.portfolio.dates import day

T = TypeVar("T")
Severity = Literal["refused", "left", "warning"]

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000
DELIMITERS = (";", ",", "\t")
_TITLES = 10
_BEGINNING = 20_000
_NIR_DIGITS = 11
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Problem(Struct, frozen=True):
    """One thing wrong. "refused" refuses the file, "left" leaves the row out, "warning" leaves out one value.

    `value` may be personal: show it, never log it.

    - refused: too-large, spreadsheet, encoding, empty, no-names (no header has both names), broken-quotes,
      too-many-rows, nir (a social security number: delete the column)
    - left: name-missing, bad-number, cell-count; then, once compared: number-twice, site-needed, and what a decision
      refuses (bad-birth-date…)
    - warning: cp1252, bad-date, bad-phone, bad-email; then advisor-unknown, advisor-ambiguous, site-unknown
    """

    severity: Severity
    code: str
    line: int | None = None
    field: Field | None = None
    value: str = ""


class Entry(Struct, frozen=True):
    """One young person; None is what the file does not say. Number, phone and e-mail are canonical."""

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


class Portfolio(Struct, frozen=True):
    """A whole file; `rows` is empty when it is refused."""

    columns: tuple[Column, ...] = ()
    rows: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def refused(self) -> bool:
        return any(problem.severity == "refused" for problem in self.problems)


class _Refusal(Exception):
    def __init__(self, code: str, line: int | None = None) -> None:
        super().__init__(code)
        self.problem = Problem("refused", code, line)


def read(data: bytes, name: str = "") -> Portfolio:
    """Read a portfolio file; never raises on bad content. At most 5 MB and 20,000 rows."""
    problems: list[Problem] = []
    columns: tuple[Column, ...] = ()
    try:
        records = _records(_text(data, name, problems))
        columns, following = _header(records)
        fields = places(columns)
        rows = [entry for line, cells in following if (entry := _entry(line, cells, len(columns), fields, problems))]
    except _Refusal as refusal:
        return Portfolio(columns, (), (refusal.problem, *problems))
    return Portfolio(columns, tuple(rows), tuple(problems))


def _text(data: bytes, name: str, problems: list[Problem]) -> str:
    if len(data) > MAX_BYTES:
        raise _Refusal("too-large")
    if data.startswith(_SPREADSHEETS) or name.lower().endswith((".xlsx", ".xls", ".ods")):
        raise _Refusal("spreadsheet")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _cp1252(data)
        problems.append(Problem("warning", "cp1252"))
    if "\0" in text:
        raise _Refusal("encoding")
    if not text.strip():
        raise _Refusal("empty")
    return text


def _cp1252(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise _Refusal("encoding") from None


def _records(text: str) -> list[tuple[int, list[str]]]:
    """Each record with the line where it starts, under the delimiter that gives the header the most known columns."""
    heads = text[:_BEGINNING].splitlines()[:_TITLES]
    delimiter = max(DELIMITERS, key=lambda mark: max(_known(head.split(mark)) for head in heads))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records, line = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((line, cells))
            if len(records) > MAX_ROWS + _TITLES:
                raise _Refusal("too-many-rows")
            line = reader.line_num + 1
    except csv.Error:
        raise _Refusal("broken-quotes", line) from None
    return records


def _known(cells: Sequence[str]) -> int:
    return sum(column.field is not None for column in read_columns(cells))


def _header(records: list[tuple[int, list[str]]]) -> tuple[tuple[Column, ...], list[tuple[int, list[str]]]]:
    """The columns, and the records after them: titles may stand above the header."""
    for place, (_, cells) in enumerate(records[:_TITLES]):
        columns = read_columns(cells)
        if {"last_name", "first_name"} <= {column.field for column in columns}:
            following = records[place + 1 :]
            if len(following) > MAX_ROWS:
                raise _Refusal("too-many-rows")
            return columns, following
    raise _Refusal("no-names")


def _entry(
    line: int, cells: list[str], width: int, fields: Mapping[Field, Sequence[int]], problems: list[Problem]
) -> Entry | None:
    if any(_has_nir(cell) for cell in cells):
        raise _Refusal("nir", line)
    if any(cell.strip() for cell in cells[width:]):
        problems.append(Problem("left", "cell-count", line))
        return None
    said = dict(_said(cells, fields))
    last_name, first_name = said.pop("last_name", ""), said.pop("first_name", "")
    if not last_name or not first_name:
        missing: Field = "first_name" if last_name else "last_name"
        problems.append(Problem("left", "name-missing", line, missing, last_name or first_name))
        return None
    number = said.pop("imilo_number", None)
    if number is not None:
        try:
            number = identity.imilo_number(number)
        except ValueError:
            problems.append(Problem("left", "bad-number", line, "imilo_number", number))
            return None

    def take(field: Field, parse: Callable[[str], T], code: str) -> T | None:
        text = said.pop(field, None)
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError:
            problems.append(Problem("warning", code, line, field, text))
            return None

    return Entry(
        line=line,
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
    )


def _said(cells: list[str], fields: Mapping[Field, Sequence[int]]) -> Iterator[tuple[Field, str]]:
    for field, indexes in fields.items():
        texts = (" ".join(cells[place].split()) for place in indexes if place < len(cells))
        if text := next(filter(None, texts), ""):
            yield field, text


def _phone(text: str) -> str:
    """A French number; a spreadsheet may have eaten its first zero."""
    bare = re.sub(r"\D", "", text)
    return identity.phone(f"0{bare}" if re.fullmatch(r"[1-9]\d{8}", bare) and "+" not in text else text)


def _has_nir(cell: str) -> bool:
    return len(cell) > _NIR_DIGITS and sum(map(str.isdigit, cell)) > _NIR_DIGITS and identity.contains_nir(cell)
