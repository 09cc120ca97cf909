"""Reader of the exports of Pix Orga.

A problem is a code with details; its sentence is said in the web package. `value` and `header` quote the file and may
be personal: show them to the person who imports, never log them. All details are texts; `column` and `header` are
headers, `position` counts columns from 1.

Refused, for the whole file:

- apple-double () — a macOS companion file ("._…"), not the export itself
- too-large (bytes, limit) — over 5 MB
- zip () — an archive: unpack it first
- spreadsheet (format) — an Excel or LibreOffice file: xlsx, xls or ods
- empty () — nothing in it
- encoding () — not a text in UTF-8, UTF-16 or Windows-1252
- not-pix-orga () — no header known from Pix Orga
- english-export () — exported with Pix Orga in English: export it in French
- header-unknown (position, header, expected) — another column than the expected one ("" when several could stand there)
- header-missing (header) — a column that every export has is not there
- too-many-rows (limit) — over 20,000 rows

Refused, with a line:

- broken-quotes () — quotes that do not close, or text after them: the rest cannot be read
- cell-count (expected, found) — not as many cells as the header: truncated or edited
- several-campaigns (first, other) — another campaign id than the first row's; told once for each other id
- organisation-missing () — a line without the name of its organisation
- several-organisations (first, other) — an export has one organisation
- integer (column, value) — not a whole number, or a negative count
- level-range (column, value) — a level outside 0..8
- rate (column, value) — not a number
- rate-range (column, value) — a number outside 0..1, such as 73 or 73 %
- yes-no (column, value) — neither Oui nor Non
- skill (column, value) — none of OK, KO, Non testé
- date (column, value) — no date of Pix Orga, or one that cannot exist
- date-zone (column, value) — a time whose zone neither the cell nor the header says
- palier-range (value, most) — a palier outside 0..most
- result-not-shared (column) — a row not shared that holds a result
- na-on-shared (column) — a shared row whose result says NA
- sent-without-date (column) — a profile sent, no date of sending: nothing tells it from another one
- control-character (column) — a character that nobody sees: NUL, an escape
- nir (column) — a social security number, which must not be here

Warnings:

- no-bom () — UTF-8 without its mark: not the untouched download
- utf-16 () — re-saved in UTF-16
- cp1252 () — re-saved in Windows-1252
- delimiter (delimiter) — cells separated by comma or tab
- resaved () — header without quotes or Windows line ends: re-saved, leading zeros of ids may be lost
- no-final-newline () — the last line does not end: the file may be truncated
- export-hour-unsure (date, time) — a file name of before February 2023, morning or afternoon unknown
- external-id-column-unknown (header) — the column chosen before is not in this file: choose again
- validation-bug () — exported between December 2024 and 13 January 2025, when validated skills could be missing
- ambiguous-hour (column, value) — the hour of October that comes twice; the first one is taken (line)
- mastery-null () — shared without a global rate (line)
- pix-null () — a profile sent without its total (line)
- pix-mismatch (pix, total) — the total contradicts the competences (line)
- certifiable-mismatch (counted) — what is said certifiable contradicts the levels (line)
- mastery-mismatch (rate, mastered, targeted) — the global rate contradicts the competences (line)
- shared-without-date () — shared, no date of sharing (line)
- not-a-number (column) — Pix Orga wrote NaN: left out (line)
- more-problems (count) — how many problems are not listed after the first ones
"""

from pixflow.pix_orga.export import (
    CODES,
    AssessmentRow,
    Export,
    ExportCampaign,
    ExportColumn,
    ExportEntry,
    ExportProblem,
    Key,
    PartResult,
    ProfileRow,
    participation_keys,
)
from pixflow.pix_orga.reader import choose_external_id, read, read_cells

__all__ = [
    "CODES",
    "AssessmentRow",
    "Export",
    "ExportCampaign",
    "ExportColumn",
    "ExportEntry",
    "ExportProblem",
    "Key",
    "PartResult",
    "ProfileRow",
    "choose_external_id",
    "participation_keys",
    "read",
    "read_cells",
]
