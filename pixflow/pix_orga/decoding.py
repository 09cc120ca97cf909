"""Decodes the bytes of a file: its format and its encoding (docs/pix-orga.md#file-format, #pitfalls)."""

import codecs

from pixflow.pix_orga.problems import Problems

MAX_BYTES = 5 * 1024 * 1024
APPLE_DOUBLE = b"\x00\x05\x16\x07"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def base_name(name: str) -> str:
    """Returns the last part of a path, with either slash."""
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def open_text(data: bytes, name: str, problems: Problems) -> str | None:
    """Returns the text without its BOM, None when a problem refuses the file."""
    if not _is_candidate(data, name, problems):
        return None
    text = _decode(data, problems)
    if text is None or "\0" in text:
        problems.refuse("encoding")
        return None
    if not text.strip():
        problems.refuse("empty")
        return None
    _warn_of_traces(text, problems)
    return text


def _is_candidate(data: bytes, name: str, problems: Problems) -> bool:
    if base_name(name).startswith("._") or data.startswith(APPLE_DOUBLE):
        problems.refuse("apple-double")
    elif len(data) > MAX_BYTES:
        problems.refuse("too-large", bytes=len(data), limit=MAX_BYTES)
    elif data.startswith(OLD_EXCEL):
        problems.refuse("spreadsheet", format="xls")
    elif data.startswith(ZIPS):
        _refuse_zip(data, problems)
    return not problems.refused


def _refuse_zip(data: bytes, problems: Problems) -> None:
    if b"xl/workbook" in data or b"xl/worksheets" in data:
        problems.refuse("spreadsheet", format="xlsx")
    elif b"application/vnd.oasis.opendocument.spreadsheet" in data[:200]:
        problems.refuse("spreadsheet", format="ods")
    else:
        problems.refuse("zip")


def _decode(data: bytes, problems: Problems) -> str | None:
    if data.startswith(codecs.BOM_UTF8):
        return _try(data, "utf-8-sig")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        problems.warn("utf-16")
        return _try(data, "utf-16")
    text = _try(data, "utf-8")
    if text is not None:
        if text.strip():
            problems.warn("no-bom")
        return text
    problems.warn("cp1252")
    return _try(data, "cp1252")


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _warn_of_traces(text: str, problems: Problems) -> None:
    if not text.endswith("\n"):
        problems.warn("no-final-newline")
    if not text.startswith('"') or text.split("\n", 1)[0].endswith("\r"):
        problems.warn("resaved")
