"""Splits a text into records: the delimiter, and each record with the line where it starts."""

import csv
import io
from collections.abc import Iterator

from pixflow.pix_orga.columns.labels import ENGLISH, LAST_NAME, plain
from pixflow.pix_orga.problems import Problems

MAX_ROWS = 20_000
MAX_COLUMNS = 4_000
DELIMITERS = {";": "semicolon", ",": "comma", "\t": "tab"}


def find_delimiter(text: str, problems: Problems) -> str | None:
    """Returns the delimiter under which the header has the name column, None when a problem refuses the file."""
    heads = {delimiter: _first_record(text, delimiter) for delimiter in DELIMITERS}
    for delimiter, cells in heads.items():
        if LAST_NAME in cells:
            if delimiter != ";":
                problems.warn("delimiter", delimiter=DELIMITERS[delimiter])
            return delimiter
    if any(ENGLISH & cells for cells in heads.values()):
        problems.refuse("english-export")
    else:
        problems.refuse("not-pix-orga")
    return None


def records(text: str, delimiter: str, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Yields each record that is not blank, with the physical line (from 1) where it starts. The header is first."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line, count = 1, 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            problems.refuse("broken-quotes", line)
            return
        if cells is None:
            return
        count += bool(cells)
        if count > MAX_ROWS + 1:
            problems.refuse("too-many-rows", limit=MAX_ROWS)
            return
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _first_record(text: str, delimiter: str) -> set[str]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        cells = next((cells for cells in reader if cells), [])
    except csv.Error:
        return set()
    return set(map(plain, cells)) if len(cells) <= MAX_COLUMNS else set()
