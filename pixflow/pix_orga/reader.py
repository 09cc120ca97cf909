"""Reads an export of Pix Orga from its bytes."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from pixflow.pix_orga.cells import BUG_FROM, BUG_UNTIL, exported_at, open_text
from pixflow.pix_orga.columns import (
    ENGLISH,
    LAST_NAME,
    Ending,
    Layout,
    kind_of,
    plain,
    read_layout,
    read_profile_tail,
    read_tail,
)
from pixflow.pix_orga.export import Export, ExportCampaign, ExportEntry, Problems
from pixflow.pix_orga.rows import RowCells, read_campaign, read_course, read_organisation, read_profile, read_row

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


# --- reads a whole file, all or nothing

Records = Iterator[tuple[int, list[str]]]
T = TypeVar("T", bound=Ending)
E = TypeVar("E", bound=ExportEntry)


def read(data: bytes, name: str = "", *, external_id_column: str | None = None) -> Export:
    """Reads an export of Pix Orga from its bytes and its file name (docs/pix-orga.md).

    Never raises on bad content: `problems` lists what is wrong, and one refusal leaves the export without rows.
    `external_id_column` decides which free column is the external id: a header, or "" for none. Accepts at most 5 MB
    and 20,000 rows. Times are UTC, rates are fractions 0..1.
    """
    problems = Problems()
    export = _read(data, name, external_id_column, problems)
    if problems.refused:
        export = replace(export, rows=(), profiles=())
    return replace(export, problems=problems.listed())


def _read(data: bytes, name: str, choice: str | None, problems: Problems) -> Export:
    text = open_text(data, name, problems)
    delimiter = find_delimiter(text, problems) if text is not None else None
    if text is None or delimiter is None:
        return Export()
    when = exported_at(name, problems)
    lines = records(text, delimiter, problems)
    _, header = next(lines)
    export = Export(kind=kind_of(header), exported_at=when)
    if export.kind == "profile":
        if sendings := read_layout(header, choice, problems, read_profile_tail):
            export, profiles = _read_rows(export, lines, sendings, read_profile, problems)
            return replace(export, profiles=tuple(profiles))
    elif layout := read_layout(header, choice, problems, read_tail):
        export, rows = _read_rows(export, lines, layout, read_row, problems)
        if when is not None and rows and BUG_FROM <= when < BUG_UNTIL:
            problems.warn("validation-bug")
        return replace(export, rows=tuple(rows))
    return export


def _read_rows(
    export: Export,
    lines: Records,
    layout: Layout[T],
    read_one: Callable[[RowCells, Layout[T]], E | None],
    problems: Problems,
) -> tuple[Export, list[E]]:
    rows: list[E] = []
    campaign: ExportCampaign | None = None
    course: str | None = None
    organisations: dict[str, int] = {}  # the first line of each
    others: set[int] = set()
    for number, cells in lines:
        if len(cells) != len(layout.headers):
            problems.refuse("cell-count", number, expected=len(layout.headers), found=len(cells))
            continue
        line = RowCells(number, cells, layout.headers, problems)
        organisations.setdefault(read_organisation(line), number)
        found = read_campaign(line, layout)
        if campaign is None:
            campaign, course = found, read_course(line, layout)
        elif found is not None and found.id != campaign.id and found.id not in others:
            others.add(found.id)
            problems.refuse("several-campaigns", number, first=campaign.id, other=found.id)
        row = read_one(line, layout)
        if row is not None:
            rows.append(row)
    first, *rest = organisations or ("",)
    if "" in organisations:
        problems.refuse("organisation-missing", organisations[""])
    for other in filter(None, rest):
        problems.refuse("several-organisations", organisations[other], first=first, other=other)
    columns = layout.middle.columns
    return replace(export, organisation=first, campaign=campaign, pix_course=course, columns=columns), rows
