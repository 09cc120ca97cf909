"""Reads an XLSX portfolio: its sheets, row by row, as the texts of an equal CSV file."""

import io
import re
import warnings
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice
from typing import Any

from msgspec import Struct
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from pixflow.portfolio.problems import Refusal
from pixflow.portfolio.records import TITLES, Record, must_be_few

MAX_UNPACKED = 50 * 1024 * 1024
MAX_COLUMNS = 500
MAX_LINE = 1_048_576
_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_ZEROS = re.compile(r"0{2,}")

Place = tuple[int, int]


class Sheet(Struct, frozen=True):
    """One sheet of a workbook; `position` counts from 1."""

    position: int
    name: str
    visible: bool = True


def is_workbook(data: bytes) -> bool:
    """Tells whether the content is XLSX; False for a possible text. Raises Refusal for other formats."""
    if data.startswith(_OLE):
        raise Refusal("locked-workbook" if _LOCKED in data else "old-workbook")
    if not data.startswith(_ZIP):
        return False
    with _in_words(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise Refusal("unpacked-too-large")
        names = {part.filename for part in parts}
    if {"xl/workbook.bin", "content.xml"} & names:
        raise Refusal("other-workbook")
    if not any(name.endswith("workbook.xml") for name in names):
        raise Refusal("not-a-workbook")
    return True


class Workbook:
    """The sheets of an XLSX file and its stored values. Every method raises Refusal when they cannot be read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._kept = self._opened(kept=True)
        self.sheets = [
            Sheet(position, sheet.title, sheet.sheet_state == "visible")
            for position, sheet in enumerate(self._kept.worksheets, 1)
        ]

    def heads(self, sheet: Sheet) -> list[Record]:
        """Returns the first rows that are not blank."""
        with _in_words():
            return list(islice(self._records(sheet, ()), TITLES))

    def records(self, sheet: Sheet) -> list[Record]:
        """Returns all rows that are not blank, as wide as the widest: an untitled column does not shorten a row."""
        with _in_words():
            records = []
            for record in self._records(sheet, self._formulas(sheet)):
                records.append(record)
                must_be_few(records)
        width = max((len(record.cells) for record in records), default=0)
        for record in records:
            record.cells.extend([""] * (width - len(record.cells)))
        return records

    def _opened(self, *, kept: bool) -> Any:
        with _in_words():
            return load_workbook(io.BytesIO(self._data), read_only=True, data_only=kept, keep_links=False)

    def _records(self, sheet: Sheet, formulas: Collection[Place]) -> Iterator[Record]:
        for line, cells in _rows(self._kept, sheet):
            if cells and (record := _record(line, cells, formulas)).cells:
                yield record

    def _formulas(self, sheet: Sheet) -> set[Place]:
        """Returns the cells with a formula. The stored values do not show them: only a second reading does."""
        with zipfile.ZipFile(io.BytesIO(self._data)) as archive:
            parts = [name for name in archive.namelist() if "worksheets/" in name and name.endswith(".xml")]
            if not any(_FORMULA.search(archive.read(name)) for name in parts):
                return set()
        rows = _rows(self._opened(kept=False), sheet)
        return {(line, place) for line, cells in rows for place, cell in enumerate(cells) if cell.data_type == "f"}


def _rows(book: Any, sheet: Sheet) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yields the cells of each row with its number. Ignores the size that the file declares."""
    found = book.worksheets[sheet.position - 1]
    found.reset_dimensions()
    for line, cells in enumerate(found.iter_rows(), 1):
        if line > MAX_LINE:
            raise Refusal("too-many-rows")
        yield line, cells[:MAX_COLUMNS]


def _record(line: int, cells: tuple[Any, ...], formulas: Collection[Place]) -> Record:
    texts: list[str] = []
    figures, faults = set(), {}
    for place, cell in enumerate(cells):
        value, text = cell.value, ""
        if value is None:
            if (line, place) in formulas and cell.data_type == "n":
                faults[place] = ("formula-empty", "")
        elif cell.data_type == "e":
            faults[place] = ("cell-error", str(value))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            text = _number(value, _shown_as(cell))
            if text[0] != "0":
                figures.add(place)
        else:
            text = _text(value)
        texts.append(text)
    while texts and not texts[-1].strip() and len(texts) - 1 not in faults:
        texts.pop()
    return Record(line, texts, frozenset(figures), faults)


def _shown_as(cell: Any) -> str:
    """Returns the number format. A workbook may have no styles."""
    try:
        return str(cell.number_format)
    except (IndexError, TypeError):
        return ""


def _number(value: float, shown_as: str) -> str:
    """Returns a number as text: 123.0 gives "123", and "0000123" where the cell shows seven figures."""
    text = str(int(value)) if isinstance(value, int) or value.is_integer() else repr(value)
    zeros = shown_as.split(";")[0]
    return text.zfill(len(zeros)) if _ZEROS.fullmatch(zeros) else text


def _text(value: object) -> str:
    """Returns a text. A day becomes 12/03/2005, without its time."""
    if isinstance(value, date):
        return f"{value:%d/%m}/{value.year:04}"
    return unescape(value) if isinstance(value, str) else str(value)


@contextmanager
def _in_words() -> Iterator[None]:
    """Turns every error of the library into a refusal. Suppresses its warnings, because they quote cells."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except Refusal:
            raise
        except Exception:
            raise Refusal("broken-workbook") from None
