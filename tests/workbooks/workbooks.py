"""Workbooks of a few rows, and the hand that changes what stands inside them."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import openpyxl

from tests.portfolio_import.files import HEADER

Row = Sequence[Any]
TITLES = HEADER.split(";")
SHEET = "xl/worksheets/sheet1.xml"


def workbook(
    *rows: Row, formats: Mapping[str, str] | None = None, title: str = "Feuil1", **more: Sequence[Row]
) -> bytes:
    """A sheet with these rows from A1, and one more for each other name; texts stay texts, even `=2+2`."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, content in {title: rows, **more}.items():
        sheet = book.create_sheet(name)
        for line, row in enumerate(content, 1):
            for place, value in enumerate(row, 1):
                cell = sheet.cell(line, place, value)
                if isinstance(value, str):
                    cell.data_type = "s"
    for where, shown_as in (formats or {}).items():
        book[title][where].number_format = shown_as
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def changed(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """Returns the archive with the text of one part changed."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            after.writestr(name, change(text.decode()).encode() if name == part else text)
    return held.getvalue()


def archive(**parts: bytes) -> bytes:
    """An archive of these files; `__` in a name stands for a slash, `_dot_` for a dot."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return held.getvalue()
