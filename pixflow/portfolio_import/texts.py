"""Rows of a portfolio file in CSV."""

import csv
import io
from collections.abc import Iterator

from pixflow.portfolio_import.columns import read_columns
from pixflow.portfolio_import.problems import PortfolioProblem
from pixflow.workbooks.records import MAX_COLUMNS, MAX_LINE, TITLES, Record, Refusal, must_be_few

MAX_LENGTH = 128 * 1024
"""Characters of one line."""
DELIMITERS = (";", ",", "\t")
_BEGINNING = 20_000


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
