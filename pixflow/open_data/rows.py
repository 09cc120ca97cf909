"""Splits a file into rows of named values, whatever its format: CSV, JSON, GeoJSON, XLSX."""

import ast
import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

import msgspec
from msgspec import Struct

from pixflow.identity import without_controls
from pixflow.open_data.place import FileRefused, PlaceProblems, RowRefused

MAX_BYTES = 32 * 1024 * 1024
MAX_ROWS = 50_000
DELIMITERS = (",", ";", "\t")
_TEXTS = r"""(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
_PYTHON_LIST = re.compile(rf"\[\s*(?:{_TEXTS}(?:\s*,\s*{_TEXTS})*\s*,?\s*)?\]")
_FRENCH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_SEPARATORS = re.compile(r"[|;]")
_MILLISECONDS = 1000
ReadWorkbook = Callable[[bytes], Sequence[tuple[int, list[str]]]]
"""Returns the rows of a workbook, each with its line, the header first. Raises FileRefused."""


class Row(Struct, frozen=True):
    """One row: its line and its values by header, as the file has them."""

    line: int
    values: Mapping[str, Any]

    def text(self, *columns: str) -> str:
        """Returns the value of the first of these columns that has one, on one line; "" without one."""
        for column in columns:
            if found := " ".join(_as_text(self.values.get(column)).split()):
                return found
        return ""

    def items(self, *columns: str) -> list[str]:
        """Returns the values of a list: JSON's, a Python list as text, or texts between | or ;. Raises ValueError."""
        for column in columns:
            value = self.values.get(column)
            if isinstance(value, list | tuple):
                return [_as_text(one).strip() for one in value if _as_text(one).strip()]
            text = _as_text(value).strip()
            if text.startswith("["):
                if not _PYTHON_LIST.fullmatch(text):
                    raise ValueError("list")
                return [one.strip() for one in ast.literal_eval(text) if one.strip()]
            if text:
                return [one.strip() for one in _SEPARATORS.split(text) if one.strip()]
        return []

    def day(self, column: str) -> date | None:
        """Returns a day written in ISO 8601, as 31/12/2025, or in milliseconds since 1970. Raises ValueError."""
        value = self.values.get(column)
        if isinstance(value, int) and not isinstance(value, bool):
            try:
                return datetime.fromtimestamp(value / _MILLISECONDS, UTC).date()
            except (OverflowError, OSError):
                raise ValueError("date") from None
        text = _as_text(value).strip()
        if found := _FRENCH_DAY.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return datetime.fromisoformat(text).date() if text else None


def _as_text(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, list | tuple):
        return "|".join(map(_as_text, value))
    return without_controls(str(value))


def rows_of(
    data: bytes, columns: frozenset[str], problems: PlaceProblems, workbook: ReadWorkbook | None = None
) -> list[Row]:
    """Returns the rows of a file, by its content. `columns` headers tell the delimiter. Raises FileRefused.

    Without a reader of workbooks, one is refused.
    """
    if len(data) > MAX_BYTES:
        raise FileRefused("too-large", bytes=len(data), limit=MAX_BYTES)
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        if workbook is None:
            raise FileRefused("workbook")
        all_rows = _of_sheet(workbook(data))
    else:
        text = _decoded(data, problems)
        start = text.lstrip()[:1]
        if start == "<":
            raise FileRefused("web-page")
        all_rows = _of_json(text, problems) if start in ("[", "{") else _of_csv(text, columns, problems)
    rows = list(islice(all_rows, MAX_ROWS + 1))
    if len(rows) > MAX_ROWS:
        raise FileRefused("too-many-rows", limit=MAX_ROWS)
    if not rows:
        raise FileRefused("no-places")
    return rows


def _of_sheet(records: Sequence[tuple[int, list[str]]]) -> Iterator[Row]:
    """Yields the rows under the header. A cell after the last title is left out."""
    if records:
        header = [cell.strip() for cell in records[0][1]]
        for line, cells in records[1:]:
            yield Row(line, dict(zip(header, [*cells, *[""] * len(header)], strict=False)))


def _decoded(data: bytes, problems: PlaceProblems) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise FileRefused("encoding") from None
        problems.warn("cp1252")
    if "\0" in text:
        raise FileRefused("encoding")
    if not text.strip():
        raise FileRefused("empty")
    return text


def _of_json(text: str, problems: PlaceProblems) -> Iterator[Row]:
    try:
        whole = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise FileRefused("broken-json") from None
    if isinstance(whole, dict):
        whole = whole.get("features", whole.get("items"))
    if not isinstance(whole, list):
        raise FileRefused("no-places")
    for rank, one in enumerate(whole, 1):
        if isinstance(one, dict):
            yield Row(rank, _feature(one) if "properties" in one else one)
        else:
            problems.refuse(rank, RowRefused("not-an-object"))


def _feature(feature: dict[str, Any]) -> dict[str, Any]:
    """Returns the properties of a GeoJSON feature, with the coordinates of its point when they have none."""
    properties, geometry = feature["properties"], feature.get("geometry")
    values = dict(properties) if isinstance(properties, dict) else {}
    point = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if values.get("latitude") is None and isinstance(point, list) and len(point) > 1:
        values |= {"longitude": point[0], "latitude": point[1]}
    return values


def _of_csv(text: str, columns: frozenset[str], problems: PlaceProblems) -> Iterator[Row]:
    head = text.split("\n", 1)[0]
    headers = {mark: [cell.strip(' "\r') for cell in head.split(mark)] for mark in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: (len(columns.intersection(headers[mark])), len(headers[mark])))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line, header = 1, None
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            raise FileRefused("broken-quotes", line=line) from None
        if cells is None:
            return
        if header is None:
            header = [cell.strip() for cell in cells]
        elif any(cells) and len(cells) != len(header):
            problems.refuse(line, RowRefused("cell-count", expected=len(header), found=len(cells)))
        elif any(cells):
            yield Row(line, dict(zip(header, cells, strict=True)))
        line = reader.line_num + 1
