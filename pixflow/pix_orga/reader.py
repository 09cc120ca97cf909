"""Read a whole file, all or nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from pixflow.pix_orga.dates import BUG_FROM, BUG_UNTIL, exported_at
from pixflow.pix_orga.export import Campaign, Export, Row
from pixflow.pix_orga.layout import Layout, kind_of, read_layout
from pixflow.pix_orga.opening import open_text
from pixflow.pix_orga.problems import Problems
from pixflow.pix_orga.results import Line
from pixflow.pix_orga.rows import read_campaign, read_course, read_row
from pixflow.pix_orga.table import find_delimiter, records

Records = Iterator[tuple[int, list[str]]]


def read(data: bytes, name: str = "", *, external_id_column: str | None = None) -> Export:
    """Read an export of Pix Orga from its bytes and its file name (PIX.md §1).

    Never raises on bad content: what is wrong is in `problems`, and one refusal leaves `rows` empty.
    `external_id_column` settles which free column is the external id: a header, or "" for none of them.
    At most 5 MB and 20,000 rows; times come out in UTC, rates as fractions 0..1.
    """
    problems = Problems()
    export = _read(data, name, external_id_column, problems)
    return replace(export, rows=() if problems.refused else export.rows, problems=problems.listed())


def _read(data: bytes, name: str, choice: str | None, problems: Problems) -> Export:
    text = open_text(data, name, problems)
    delimiter = find_delimiter(text, problems) if text is not None else None
    if text is None or delimiter is None:
        return Export()
    when = exported_at(name, problems)
    lines = records(text, delimiter, problems)
    _, header = next(lines)
    kind = kind_of(header)
    if kind == "profile":
        problems.refuse("profile-not-read-yet")
        return Export(kind, exported_at=when)
    layout = read_layout(header, choice, problems)
    if layout is None:
        return Export(kind, exported_at=when)
    return _read_rows(Export(kind, exported_at=when, columns=layout.middle.columns), lines, layout, problems)


def _read_rows(export: Export, lines: Records, layout: Layout, problems: Problems) -> Export:
    rows: list[Row] = []
    campaign: Campaign | None = None
    course: str | None = None
    others: set[int] = set()
    for number, cells in lines:
        if len(cells) != len(layout.headers):
            problems.refuse("cell-count", number, expected=len(layout.headers), found=len(cells))
            continue
        line = Line(number, cells, layout.headers, problems)
        found = read_campaign(line, layout)
        if campaign is None:
            campaign, course = found, read_course(line, layout)
        elif found is not None and found.id != campaign.id and found.id not in others:
            others.add(found.id)
            problems.refuse("several-campaigns", number, first=campaign.id, other=found.id)
        row = read_row(line, layout)
        if row is not None:
            rows.append(row)
    _warn_of_bug(export.exported_at, rows, problems)
    return replace(export, campaign=campaign, pix_course=course, rows=tuple(rows))


def _warn_of_bug(when: datetime | None, rows: list[Row], problems: Problems) -> None:
    if when is not None and rows and BUG_FROM <= when < BUG_UNTIL:
        problems.warn("validation-bug")
