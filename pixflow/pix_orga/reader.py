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
    find_column,
    guess_external_id,
    kind_of,
    plain,
    read_layout,
    read_profile_tail,
    read_tail,
)
from pixflow.pix_orga.export import Export, ExportCampaign, ExportEntry, ExportProblem, Problems, texts_of
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
    `external_id_column` is that of `choose_external_id`. Accepts at most 5 MB and 20,000 rows. Times are UTC, rates are
    fractions 0..1.
    """
    return choose_external_id(read_cells(data, name), external_id_column)


def read_cells(data: bytes, name: str = "") -> Export:
    """Reads an export as `read` does, before anybody chooses its external id: all free columns are imported."""
    problems = Problems()
    export = _read(data, name, problems)
    if problems.refused:
        export = replace(export, rows=(), profiles=())
    return replace(export, problems=problems.listed())


def choose_external_id(export: Export, header: str | None) -> Export:
    """Returns an export whose external id is the free column with this header: "" for none, None to go by position.

    Warns "external-id-column-unknown" when no column has the header, then goes by position.
    """
    place, columns, problems = None, export.columns, export.problems
    if header:
        place = find_column(export.free, header)
        if place is None and not export.refused:
            unknown = ExportProblem("warning", None, "external-id-column-unknown", texts_of({"header": header}))
            problems = (unknown, *problems)
    if place is None and header != "":
        place, columns = guess_external_id(export.free, export.position)
    return replace(
        export,
        columns=columns,
        rows=tuple(_choose(row, place) for row in export.rows),
        profiles=tuple(_choose(row, place) for row in export.profiles),
        problems=problems,
    )


def _choose(row: E, place: int | None) -> E:
    if place is None:
        return row
    free = row.imported
    return replace(row, external_id=free[place][1] or None, imported=free[:place] + free[place + 1 :])


def _read(data: bytes, name: str, problems: Problems) -> Export:
    text = open_text(data, name, problems)
    delimiter = find_delimiter(text, problems) if text is not None else None
    if text is None or delimiter is None:
        return Export()
    when = exported_at(name, problems)
    lines = records(text, delimiter, problems)
    _, header = next(lines)
    export = Export(kind=kind_of(header), exported_at=when)
    if export.kind == "profile":
        if sendings := read_layout(header, problems, read_profile_tail):
            export, profiles = _read_rows(export, lines, sendings, read_profile, problems)
            return replace(export, profiles=tuple(profiles))
    elif layout := read_layout(header, problems, read_tail):
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
        row_campaign = read_campaign(line, layout)
        if campaign is None:
            campaign, course = row_campaign, read_course(line, layout)
        elif row_campaign is not None and row_campaign.id != campaign.id and row_campaign.id not in others:
            others.add(row_campaign.id)
            problems.refuse("several-campaigns", number, first=campaign.id, other=row_campaign.id)
        row = read_one(line, layout)
        if row is not None:
            rows.append(row)
    first, *rest = organisations or ("",)
    if "" in organisations:
        problems.refuse("organisation-missing", organisations[""])
    for other in filter(None, rest):
        problems.refuse("several-organisations", organisations[other], first=first, other=other)
    free, position = tuple(layout.headers[place] for place in layout.free), layout.free.start + 1
    export = replace(export, organisation=first, campaign=campaign, pix_course=course, free=free, position=position)
    return export, rows
