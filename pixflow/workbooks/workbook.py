"""Reads an XLSX file: its sheets, row by row, as the texts of an equal CSV file."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import islice
from posixpath import basename, dirname, join, normpath
from typing import TypeVar

from msgspec import Struct

from pixflow.workbooks.markup import Archive, Attributes, Markup
from pixflow.workbooks.records import MAX_COLUMNS, MAX_LINE, TITLES, Record, Refusal, must_be_few

# --- its small parts: sheets, shared texts, number formats

MAX_SHEETS = 100
_ZEROS = re.compile(r"0{2,}")
_NO_DATE = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.|_.")
_DATE_LETTER = re.compile(r"[dmyhs]", re.IGNORECASE)
_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))


class Sheet(Struct, frozen=True):
    """One sheet of a workbook; `position` counts from 1."""

    position: int
    name: str
    visible: bool = True


class Format(Struct, frozen=True):
    """A number format: a date, or `zeros` figures with leading zeros."""

    is_date: bool = False
    zeros: int = 0


PLAIN = Format()


class Contents(Markup):
    """The list of sheets: name, state and relation of each, and the calendar of the Macintosh."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, bool, str]] = []
        self.from_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name == "sheet":
            relation = next((attributes[key] for key in attributes if key.endswith(":id")), "")
            self.sheets.append((attributes["name"], attributes.get("state", "visible") == "visible", relation))
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "0") in ("1", "true")


class Relations(Markup):
    """The part that each relation of `part` to a worksheet leads to."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._folder = dirname(part)
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            self.targets[attributes["Id"]] = normpath(join("/", self._folder, attributes["Target"])).lstrip("/")


class SharedTexts(Markup):
    """The texts that cells name by their index. Leaves out the phonetic ones."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._phonetic = False

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name == "rPh":
            self._phonetic = True
        elif name == "t":
            self.keeps = not self._phonetic

    def end(self, name: str) -> None:
        self.depth -= 1
        if name == "si":
            self.texts.append(self.take_text())
        elif name == "rPh":
            self._phonetic = False
        elif name == "t":
            self.keeps = False


class Formats(Markup):
    """The number format of each style of cells."""

    def __init__(self) -> None:
        super().__init__()
        self._codes: dict[str, str] = {}
        self._of_cells = False
        self.formats: list[Format] = []

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name == "numFmt":
            self._codes[attributes["numFmtId"]] = attributes["formatCode"]
        elif name == "cellXfs":
            self._of_cells = True
        elif name == "xf" and self._of_cells:
            self.formats.append(self._format(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        self.depth -= 1
        if name == "cellXfs":
            self._of_cells = False

    def _format(self, number: str) -> Format:
        code = self._codes.get(number)
        if code is None:
            return Format(is_date=number.isdigit() and int(number) in _BUILT_IN_DATES)
        shown = code.split(";")[0]
        is_date = bool(_DATE_LETTER.search(_NO_DATE.sub("", shown)))
        return Format(is_date, len(shown) if _ZEROS.fullmatch(shown) else 0)


# --- the rows of a sheet

MAX_TEXT = 5_000_000
"""Characters of all cells of a sheet, as many as a CSV file may hold: shared texts may count many times."""
_FRACTION = re.compile(r"[.eE]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FROM_1900, _FROM_1904 = date(1899, 12, 30), date(1904, 1, 1)
_LEAP_DAY_OF_1900 = 60


class SheetRows(Markup):
    """The rows that are not blank, in order. Ignores cells beyond column 500, and the size that the file declares."""

    def __init__(self, texts: Sequence[str], formats: Sequence[Format], *, from_1904: bool) -> None:
        super().__init__()
        self._texts, self._formats = texts, formats
        self._from_1904 = from_1904
        self._columns: dict[str, int] = {}
        self._rows: list[Record] = []
        self._line = self._characters = 0
        self._place = -1
        self._kind = ""
        self._style: str | None = None
        self._formula = self._phonetic = False
        self._clear_row()

    def records(self) -> list[Record]:
        """Returns the rows read since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name == "c":
            where = attributes.get("r")
            self._place = self._place + 1 if where is None else self._column(where)
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s")
            self._formula = self._phonetic = self.keeps = False
            self.kept = []
        elif name == "v" or (name == "t" and self._kind == "inlineStr" and not self._phonetic):
            self.keeps = True
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._place = -1
            self._line = max(self._line + 1, int(attributes.get("r", 0)))
            if self._line > MAX_LINE:
                raise Refusal("too-many-rows")
        elif name == "rPh":
            self._phonetic = True

    def end(self, name: str) -> None:
        self.depth -= 1
        if name == "c":
            if self.kept or self._formula or self._kind == "e":
                self._close_cell()
            self._kind = ""
        elif name in ("v", "t"):
            self.keeps = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "row" and (self._cells or self._faults):
            self._close_row()

    def _clear_row(self) -> None:
        self._cells: dict[int, str] = {}
        self._figures: set[int] = set()
        self._faults: dict[int, tuple[str, str]] = {}

    def _column(self, where: str) -> int:
        """Returns the index of the column of a place, 0 for A7."""
        letters = where.rstrip("0123456789").upper()
        column = self._columns.get(letters)
        if column is None:
            column = 0
            for letter in letters[:4]:
                column = column * 26 + ord(letter) - 64
            self._columns[letters] = column = column - 1
        if column < 0:
            raise Refusal("broken-workbook")
        return column

    def _close_cell(self) -> None:
        value, place = "".join(self.kept), self._place
        if place >= MAX_COLUMNS:
            return
        if self._kind == "e":
            self._faults[place] = ("cell-error", value)
        elif not value:
            if self._formula and self._kind == "n":
                self._faults[place] = ("formula-empty", "")
        elif self._kind == "n":
            self._take_number(value)
        else:
            self._cells[place] = self._show_cell(value)

    def _show_cell(self, value: str) -> str:
        if self._kind == "s":
            return unescape(self._texts[int(value)])
        if self._kind == "b":
            return str(value == "1")
        if self._kind == "d":
            return shown_day(datetime.fromisoformat(value))
        return unescape(value)

    def _take_number(self, value: str) -> None:
        number, style = float(value) if _FRACTION.search(value) else int(value), int(self._style or 0)
        shown_as = self._formats[style] if style < len(self._formats) else PLAIN  # a workbook may lack its style
        if shown_as.is_date:
            try:
                self._cells[self._place] = shown_day(self._day(number))
            except OverflowError:
                self._faults[self._place] = ("cell-error", "#VALUE!")
            return
        text = shown_number(number).zfill(shown_as.zeros)
        self._cells[self._place] = text
        if text[0] != "0":
            self._figures.add(self._place)

    def _day(self, number: float) -> date:
        """Converts a serial. Excel believes that 1900 had a 29 February."""
        if self._from_1904:
            return _FROM_1904 + timedelta(number)
        return _FROM_1900 + timedelta(number + (0 < number < _LEAP_DAY_OF_1900))

    def _close_row(self) -> None:
        filled = [place for place, text in self._cells.items() if text.strip()]
        width = max((*filled, *self._faults), default=-1) + 1
        if width:
            cells = [""] * width
            for place, text in self._cells.items():
                if place < width:
                    cells[place] = text
                    self._characters += len(text)
            if self._characters > MAX_TEXT:
                raise Refusal("workbook-too-heavy")
            self._rows.append(Record(self._line, cells, frozenset(self._figures), self._faults))
        self._clear_row()


def unescape(text: str) -> str:
    """Returns a text without the escapes of its control characters, such as _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def shown_number(value: float) -> str:
    """Returns a number as text: 123.0 gives "123"."""
    return str(int(value)) if isinstance(value, int) or value.is_integer() else repr(value)


def shown_day(value: date) -> str:
    """Returns a day such as 12/03/2005, without its time."""
    return f"{value:%d/%m}/{value.year:04}"


# --- the whole of it

_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
M = TypeVar("M", bound=Markup)
Rows = list[tuple[int, list[str]]]
"""Rows of any table, each with its line, the header first."""


def is_workbook(data: bytes) -> bool:
    """Tells whether the content may be XLSX; False for a possible text. Raises Refusal for an older format."""
    if data.startswith(_OLE):
        raise Refusal("locked-workbook" if _LOCKED in data else "old-workbook")
    return data.startswith(_ZIP)


class Workbook:
    """The sheets of an XLSX file and its stored values. Every method raises Refusal when they cannot be read."""

    def __init__(self, data: bytes) -> None:
        with _in_words():
            self._archive = Archive(data)
            main = _main_part(self._archive)
            beside = dirname(main)
            contents = self._followed(Contents(), main)
            targets = self._followed(Relations(main), join(beside, "_rels", f"{basename(main)}.rels")).targets
            sheet_parts = [(name, seen, targets[to]) for name, seen, to in contents.sheets if to in targets]
            if not sheet_parts:
                raise Refusal("broken-workbook")
            if len(contents.sheets) > MAX_SHEETS:
                raise Refusal("too-many-sheets")
            self._from_1904 = contents.from_1904
            self._texts = self._optional(SharedTexts(), join(beside, "sharedStrings.xml")).texts
            self._formats = self._optional(Formats(), join(beside, "styles.xml")).formats
        self._parts = [part for _, _, part in sheet_parts]
        self.sheets = [Sheet(position, name, seen) for position, (name, seen, _) in enumerate(sheet_parts, 1)]

    def heads(self, sheet: Sheet) -> list[Record]:
        """Returns the first rows that are not blank."""
        with _in_words():
            return list(islice(self._records(sheet), TITLES))

    def records(self, sheet: Sheet) -> list[Record]:
        """Returns all rows that are not blank. The first ones, which may be the header, are as wide as the widest."""
        with _in_words():
            records = []
            for record in self._records(sheet):
                records.append(record)
                must_be_few(records)
        width = max((len(record.cells) for record in records), default=0)
        for record in records[:TITLES]:
            record.cells.extend([""] * (width - len(record.cells)))
        return records

    def _records(self, sheet: Sheet) -> Iterator[Record]:
        rows = SheetRows(self._texts, self._formats, from_1904=self._from_1904)
        for _ in rows.follow(self._archive.pieces(self._parts[sheet.position - 1])):
            yield from rows.records()

    def _followed(self, markup: M, name: str) -> M:
        for _ in markup.follow(self._archive.pieces(name)):
            pass
        return markup

    def _optional(self, markup: M, name: str) -> M:
        return self._followed(markup, name) if name in self._archive.names else markup


def rows_of_sheet(data: bytes, title: str) -> Rows:
    """Returns the rows of any workbook, from its header: the first row with a `title`, else the first half full one.

    They are those of the first visible sheet with the title, else of the first with a row. Raises Refusal.
    """
    if not is_workbook(data):
        raise Refusal("broken-workbook")
    book = Workbook(data)
    heads = [(sheet, head) for sheet in book.sheets if sheet.visible and (head := book.heads(sheet))]
    if not heads:
        return []
    sheet = next((one for one, head in heads if any(_has(row, title) for row in head)), heads[0][0])
    records = book.records(sheet)
    filled = [sum(map(bool, row.cells)) for row in records[:TITLES]]
    named = [place for place, row in enumerate(records[:TITLES]) if _has(row, title)]
    full = (place for place, count in enumerate(filled) if count * 2 >= max(filled))
    return [(one.line, one.cells) for one in records[next(iter((*named, *full))) :]]


def _has(record: Record, title: str) -> bool:
    return title in (cell.strip() for cell in record.cells)


def _main_part(archive: Archive) -> str:
    """Returns the part that lists the sheets. Raises Refusal for an archive that is no XLSX."""
    if {"xl/workbook.bin", "content.xml"} & archive.names:
        raise Refusal("other-workbook")
    parts = [name for name in archive.names if name.endswith("workbook.xml")]
    if not parts:
        raise Refusal("not-a-workbook")
    return min(parts, key=len)


@contextmanager
def _in_words() -> Iterator[None]:
    """Turns every error of a damaged file into a refusal."""
    try:
        yield
    except (Refusal, MemoryError):
        raise
    except Exception:
        raise Refusal("broken-workbook") from None
