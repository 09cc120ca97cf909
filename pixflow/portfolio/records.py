"""The rows of a portfolio file as texts, whatever holds them; here those of a CSV file."""

import csv
import io
from collections.abc import Mapping, Sequence

from msgspec import Struct

from pixflow.portfolio.columns import read_columns
from pixflow.portfolio.problems import Problem, Refusal

MAX_ROWS = 20_000
TITLES = 10
"""Among how many rows, blank ones aside, the header is looked for."""
DELIMITERS = (";", ",", "\t")
_BEGINNING = 20_000


class Record(Struct, frozen=True):
    """One row. `line` is its first line in the file, from 1; places count from 0.

    `figures`: the places that a workbook keeps as plain numbers, without the zeros in front. `faults`: the places that
    cannot be read, each with the code of its problem and what stands there instead.
    """

    line: int
    cells: list[str]
    figures: frozenset[int] = frozenset()
    faults: Mapping[int, tuple[str, str]] = {}


def of_text(data: bytes, problems: list[Problem]) -> list[Record]:
    """The records of a CSV file that are not blank. Raises Refusal."""
    text = _decoded(data, problems)
    heads = text[:_BEGINNING].splitlines()[:TITLES]
    delimiter = max(DELIMITERS, key=lambda mark: max(_known(head.split(mark)) for head in heads))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records, line = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append(Record(line, cells))
            must_be_few(records)
            line = reader.line_num + 1
    except csv.Error:
        raise Refusal("broken-quotes", line) from None
    return records


def must_be_few(records: Sequence[Record]) -> None:
    """Raises Refusal("too-many-rows"): a header and what stands above it are allowed for."""
    if len(records) > MAX_ROWS + TITLES:
        raise Refusal("too-many-rows")


def _decoded(data: bytes, problems: list[Problem]) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _cp1252(data)
        problems.append(Problem("warning", "cp1252"))
    if "\0" in text:
        raise Refusal("encoding")
    if not text.strip():
        raise Refusal("empty")
    if text.lstrip().startswith("<"):
        raise Refusal("web-page")
    return text


def _cp1252(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise Refusal("encoding") from None


def _known(cells: Sequence[str]) -> int:
    return sum(column.field is not None for column in read_columns(cells))
