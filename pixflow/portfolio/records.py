"""Rows of a portfolio file as texts, whatever its format; here those of a CSV file."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from pixflow.portfolio.columns import read_columns
from pixflow.portfolio.problems import PortfolioProblem, Refusal

MAX_ROWS = 20_000
MAX_COLUMNS = 500
MAX_LINE = 1_048_576
"""Lines of a file, with blank ones."""
MAX_LENGTH = 128 * 1024
"""Characters of one line of a CSV file."""
TITLES = 10
"""Number of rows, without blank ones, that may hold the header."""
DELIMITERS = (";", ",", "\t")
_BEGINNING = 20_000


class Record(Struct, frozen=True):
    """One row. `line` is its first line in the file, from 1; indexes count from 0.

    `figures`: indexes of cells that a workbook stores as numbers, without leading zeros. `faults`: indexes of
    unreadable cells, each with the code of its problem and its text.
    """

    line: int
    cells: list[str]
    figures: frozenset[int] = frozenset()
    faults: Mapping[int, tuple[str, str]] = {}


def of_text(data: bytes, problems: list[PortfolioProblem]) -> list[Record]:
    """Returns the records of a CSV file that are not blank. Raises Refusal."""
    text = _decoded(data, problems)
    heads = text[:_BEGINNING].splitlines()[:TITLES]
    columns = {mark: [read_columns(head.split(mark)) for head in heads] for mark in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: max(sum(bool(one.field) for one in head) for head in columns[mark]))
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    records, line = [], 1
    try:
        for cells in reader:
            if len(cells) > MAX_COLUMNS:
                raise Refusal("too-many-columns", line)
            if any(cell.strip() for cell in cells):
                records.append(Record(line, cells))
            must_be_few(records)
            line = reader.line_num + 1
    except csv.Error:
        raise Refusal("broken-quotes", line) from None
    return records


def _lines(text: str) -> Iterator[str]:
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if number > MAX_LINE:
            raise Refusal("too-many-rows")
        if len(line) > MAX_LENGTH:
            raise Refusal("line-too-long", number)
        yield line


def must_be_few(records: Sequence[Record]) -> None:
    """Raises Refusal("too-many-rows"). Allows for the header and the titles above it."""
    if len(records) > MAX_ROWS + TITLES:
        raise Refusal("too-many-rows")


def _decoded(data: bytes, problems: list[PortfolioProblem]) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise Refusal("encoding") from None
        problems.append(PortfolioProblem("warning", "cp1252"))
    if "\0" in text:
        raise Refusal("encoding")
    if not text.strip():
        raise Refusal("empty")
    if text.lstrip().startswith("<"):
        raise Refusal("web-page")
    return text
