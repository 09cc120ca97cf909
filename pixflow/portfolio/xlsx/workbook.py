"""Reads an XLSX portfolio: its sheets, row by row, as the texts of an equal CSV file."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from posixpath import basename, dirname, join
from typing import TypeVar

from pixflow.portfolio.problems import Refusal
from pixflow.portfolio.records import TITLES, Record, must_be_few
from pixflow.portfolio.xlsx.archive import Archive
from pixflow.portfolio.xlsx.book_parts import MAX_SHEETS, Contents, Formats, Relations, SharedTexts, Sheet
from pixflow.portfolio.xlsx.markup import Budget, Markup
from pixflow.portfolio.xlsx.sheet_rows import SheetRows

_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
M = TypeVar("M", bound=Markup)


def is_workbook(data: bytes) -> bool:
    """Tells whether the content may be XLSX; False for a possible text. Raises Refusal for an older format."""
    if data.startswith(_OLE):
        raise Refusal("locked-workbook" if _LOCKED in data else "old-workbook")
    return data.startswith(_ZIP)


class Workbook:
    """The sheets of an XLSX file and its stored values. Every method raises Refusal when they cannot be read."""

    def __init__(self, data: bytes) -> None:
        self._budget = Budget()
        with _in_words():
            self._archive = Archive(data)
            main = _main_part(self._archive)
            beside = dirname(main)
            contents = self._followed(Contents(), main)
            targets = self._followed(Relations(main), join(beside, "_rels", f"{basename(main)}.rels")).targets
            found = [(name, seen, targets[to]) for name, seen, to in contents.sheets if to in targets]
            if not found:
                raise Refusal("broken-workbook")
            if len(contents.sheets) > MAX_SHEETS:
                raise Refusal("too-many-sheets")
            self._from_1904 = contents.from_1904
            self._texts = self._optional(SharedTexts(), join(beside, "sharedStrings.xml")).texts
            self._formats = self._optional(Formats(), join(beside, "styles.xml")).formats
        self._parts = [part for _, _, part in found]
        self.sheets = [Sheet(position, name, seen) for position, (name, seen, _) in enumerate(found, 1)]

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
        for _ in rows.follow(self._archive.pieces(self._parts[sheet.position - 1]), self._budget):
            yield from rows.records()

    def _followed(self, markup: M, name: str) -> M:
        for _ in markup.follow(self._archive.pieces(name), self._budget):
            pass
        return markup

    def _optional(self, markup: M, name: str) -> M:
        return self._followed(markup, name) if name in self._archive.names else markup


def _main_part(archive: Archive) -> str:
    """Returns the part that lists the sheets. Raises Refusal for an archive that is no XLSX."""
    if {"xl/workbook.bin", "content.xml"} & archive.names:
        raise Refusal("other-workbook")
    found = [name for name in archive.names if name.endswith("workbook.xml")]
    if not found:
        raise Refusal("not-a-workbook")
    return min(found, key=len)


@contextmanager
def _in_words() -> Iterator[None]:
    """Turns every error of a damaged file into a refusal."""
    try:
        yield
    except (Refusal, MemoryError):
        raise
    except Exception:
        raise Refusal("broken-workbook") from None
