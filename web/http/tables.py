"""Tables as files: CSV and XLSX. No cell of them is a formula."""

import re
from collections.abc import Iterable, Mapping, Sequence
from csv import writer
from datetime import date
from io import BytesIO, StringIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from fastapi import Response

from pixflow.identity import guarded
from web.french.typography import percent


class Share(float):
    """A share, 0 to 1: a whole percent in CSV, a number shown as a percent in a workbook."""


Cell = str | int | date | Share
"""A day is 2026-11-30 in CSV, a date in a workbook."""
Row = Sequence[Cell]
MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
"""The types of files, by the end of their name."""
NARROWEST, WIDEST = 8, 60
"""Bounds of the width of a column, in characters."""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TOP = (
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="{}" topLeftCell="A{}" activePane="bottomLeft" '
    'state="frozen"/></sheetView></sheetViews>'
)
"""The rows that stay in view, down to that of the titles."""
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="2"><fill><patternFill/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" xfId="0"/>'
    '<xf numFmtId="14" xfId="0" applyNumberFormat="1"/><xf numFmtId="9" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
"""The styles of cells: 0 as it is, 1 a date as the reader's country writes it, 2 a percent."""
_DAY_ZERO = date(1899, 12, 30)
"""The day before the first one of spreadsheets, which believe that 1900 had a 29 February."""
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML 1.0 has not."""


def sheet(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """Returns a CSV file of this name, to download."""
    return download(name, "csv", csv_of(rows))


def workbook(name: str, sheet: str, rows: Iterable[Row], titles: int) -> Response:
    """Returns a workbook of one sheet, to download. `titles` is the number of the row of its titles."""
    return download(name, "xlsx", workbook_of({sheet: list(rows)}, titles))


def download(name: str, kind: str, content: bytes) -> Response:
    """Returns a file to download, of a kind of MEDIA."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, media_type=MEDIA[kind], headers=headers)


def csv_of(rows: Iterable[Sequence[object]]) -> bytes:
    """Returns rows as CSV, with the mark by which spreadsheets know UTF-8."""
    file = StringIO()
    writer(file, delimiter=";").writerows([_text(cell) for cell in row] for row in rows)
    return f"\ufeff{file.getvalue()}".encode()


def _text(cell: object) -> object:
    if isinstance(cell, Share):
        return percent(round(100 * cell))
    return guarded(cell) if isinstance(cell, str) else cell


def workbook_of(sheets: Mapping[str, Sequence[Row]], titles: int = 1) -> bytes:
    """Returns a workbook (ECMA-376). Texts are texts: none of them is a formula.

    `titles` is the number of the row of titles, with filters in the first sheet. Columns are as wide as their cells.
    """
    files = [f"worksheets/sheet{n}.xml" for n in range(1, len(sheets) + 1)]
    override = '<Override PartName="/xl/{}" ContentType="{}+xml"/>'
    linked = '<Relationship Id="rId{}" Type="{}" Target="{}"/>'
    types = override.format("workbook.xml", f"{_TYPES}.sheet.main")
    types += override.format("styles.xml", f"{_TYPES}.styles")
    types += "".join(override.format(path, f"{_TYPES}.worksheet") for path in files)
    main = linked.format(1, f"{_OFFICE}/officeDocument", "xl/workbook.xml")
    links = "".join(linked.format(n, f"{_OFFICE}/worksheet", path) for n, path in enumerate(files, 1))
    links += linked.format(len(files) + 1, f"{_OFFICE}/styles", "styles.xml")
    names = "".join(f'<sheet name={quoteattr(one)} sheetId="{n}" r:id="rId{n}"/>' for n, one in enumerate(sheets, 1))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        f'"application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{main}</Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
        "xl/styles.xml": _STYLES,
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{names}</sheets></workbook>',
    }
    for path, rows in zip(files, sheets.values(), strict=True):
        cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
        look = _TOP.format(titles, titles + 1) + _widths(rows[titles - 1 :]) if rows else ""
        parts[f"xl/{path}"] = f'<worksheet xmlns="{_MAIN}">{look}<sheetData>{cells}</sheetData>'
        if rows and path == files[0]:
            parts[f"xl/{path}"] += f'<autoFilter ref="A{titles}:{_letters(len(rows[titles - 1]))}{len(rows)}"/>'
        parts[f"xl/{path}"] += "</worksheet>"
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as book:
        for path, part in parts.items():
            book.writestr(path, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{part}')
    return file.getvalue()


def _cell(cell: Cell) -> str:
    if isinstance(cell, int):
        return f"<c><v>{cell}</v></c>"
    if isinstance(cell, date):
        return f'<c s="1"><v>{(cell - _DAY_ZERO).days}</v></c>'
    if isinstance(cell, Share):
        return f'<c s="2"><v>{cell}</v></c>'
    if not cell:
        return "<c/>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(_UNWRITABLE.sub("", cell))}</t></is></c>'


def _letters(column: int) -> str:
    """Returns the name of a column by its number: Z for 26, AA for 27."""
    more, last = divmod(column - 1, 26)
    return (_letters(more) if more else "") + chr(ord("A") + last)


def _widths(rows: Sequence[Row]) -> str:
    """Returns the columns, each as wide as its longest cell, within bounds."""
    columns = [max(len(str(row[n])) if n < len(row) else 0 for row in rows) for n in range(max(map(len, rows)))]
    widths = (min(max(width + 2, NARROWEST), WIDEST) for width in columns)
    drawn = (f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1))
    return f"<cols>{''.join(drawn)}</cols>"
