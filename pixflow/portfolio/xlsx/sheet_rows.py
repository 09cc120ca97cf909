"""The rows of a worksheet as texts, the same as those of an equal CSV file."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from pixflow.portfolio.problems import Refusal
from pixflow.portfolio.records import MAX_COLUMNS, MAX_LINE, Record
from pixflow.portfolio.xlsx.book_parts import PLAIN, Format
from pixflow.portfolio.xlsx.markup import Attributes, Markup

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

    def records(self) -> Iterator[Record]:
        """Yields the rows read since the last call."""
        rows, self._rows = self._rows, []
        yield from rows

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name == "c":
            self._open_cell(attributes)
        elif name == "v" or (name == "t" and self._kind == "inlineStr" and not self._phonetic):
            self.keeps = True
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._open_row(attributes)
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

    def _open_row(self, attributes: Attributes) -> None:
        self._place = -1
        self._line = max(self._line + 1, int(attributes.get("r", 0)))
        if self._line > MAX_LINE:
            raise Refusal("too-many-rows")

    def _open_cell(self, attributes: Attributes) -> None:
        where = attributes.get("r")
        self._place = self._place + 1 if where is None else self._column(where)
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s")
        self._formula = self._phonetic = self.keeps = False
        self.kept = []

    def _clear_row(self) -> None:
        self._cells: dict[int, str] = {}
        self._figures: set[int] = set()
        self._faults: dict[int, tuple[str, str]] = {}

    def _column(self, where: str) -> int:
        """Returns the index of the column of a place, 0 for A7."""
        letters = where.rstrip("0123456789").upper()
        found = self._columns.get(letters)
        if found is None:
            found = 0
            for letter in letters[:4]:
                found = found * 26 + ord(letter) - 64
            self._columns[letters] = found = found - 1
        if found < 0:
            raise Refusal("broken-workbook")
        return found

    def _format(self) -> Format:
        """Returns the format of the cell. A workbook may lack its style."""
        style = int(self._style or 0)
        return self._formats[style] if style < len(self._formats) else PLAIN

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
            self._cells[place] = self._shown(value)

    def _shown(self, value: str) -> str:
        if self._kind == "s":
            return unescape(self._texts[int(value)])
        if self._kind == "b":
            return str(value == "1")
        if self._kind == "d":
            return shown_day(datetime.fromisoformat(value))
        return unescape(value)

    def _take_number(self, value: str) -> None:
        number, shown_as = float(value) if _FRACTION.search(value) else int(value), self._format()
        if shown_as.is_date:
            self._take_day(number)
            return
        text = shown_number(number).zfill(shown_as.zeros)
        self._cells[self._place] = text
        if text[0] != "0":
            self._figures.add(self._place)

    def _take_day(self, number: float) -> None:
        try:
            self._cells[self._place] = shown_day(self._day(number))
        except OverflowError:
            self._faults[self._place] = ("cell-error", "#VALUE!")

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
