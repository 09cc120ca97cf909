"""Reads files of places and of outlines in a process with limits (docs/decisions/0033)."""

from collections.abc import Mapping
from datetime import date

import msgspec

from pixflow.open_data import PlaceFile, read
from pixflow.open_data.place import FileRefused, Point, Refusal
from pixflow.open_data.rows import MAX_BYTES
from pixflow.place_import import outlines
from pixflow.reading_process import NotRead, read_apart
from pixflow.refused import Refused
from pixflow.workbooks import records
from pixflow.workbooks.workbook import Rows, rows_of_sheet


def read_places(
    data: bytes, today: date, mapping: Mapping[str, str] | None = None, middles: Mapping[str, Point] | None = None
) -> PlaceFile:
    """Reads a file of places as `read` of open_data does, after the files before it. Never raises on bad content."""
    if len(data) > MAX_BYTES:
        return read(data, today)  # it looks at its size alone
    try:
        return read_apart(PlaceFile, places_of, data, today, mapping, middles)
    except NotRead as refused:
        return PlaceFile(kind=None, problems=(FileRefused(msgspec.convert(refused.code, Refusal)).problem,))


def places_of(
    data: bytes, today: date, mapping: Mapping[str, str] | None, middles: Mapping[str, Point] | None
) -> PlaceFile:
    """Reads a file of places here, a workbook too."""
    return read(data, today, mapping=mapping, middles=middles, workbook=_rows_of_workbook)


def _rows_of_workbook(data: bytes) -> Rows:
    try:
        if len(data) > records.MAX_BYTES:
            raise records.Refusal("too-large")
        return rows_of_sheet(data, "nom")
    except records.Refusal as refusal:
        code = msgspec.convert(refusal.code, Refusal)
    details = {
        "too-large": {"bytes": len(data), "limit": records.MAX_BYTES},
        "too-many-rows": {"limit": records.MAX_ROWS},
    }
    raise FileRefused(code, **details.get(code, {}))


def read_outlines(data: bytes) -> dict[str, str]:
    """Returns the outlines of a GeoJSON file, after the files before it, by the code of today of each commune.

    Raises Refused: outlines-too-large, those of `outlines.read_outlines`, and of NotRead with "outlines-" before.
    """
    if len(data) > outlines.MAX_BYTES:
        raise Refused("outlines-too-large", field="outlines", most=outlines.MAX_BYTES // 1024**2)
    try:
        reading: dict[str, str] | str = read_apart(dict[str, str] | str, outlines_of, data)
    except NotRead as refused:
        reading = refused.code.replace("workbook", "file")
    if isinstance(reading, str):
        raise Refused(f"outlines-{reading}", field="outlines")
    return reading


def outlines_of(data: bytes) -> dict[str, str] | str:
    """Reads a file of outlines here. Returns the end of the code of its refusal for one that is none."""
    try:
        return outlines.read_outlines(data)
    except Refused as refused:
        return refused.code.removeprefix("outlines-")
