"""Reads the rows of a workbook of places in a process with limits, one file at a time (docs/decisions/0033).

`python -m pixflow.place_import.workbook_reading` reads a workbook from its standard input. It writes its rows as
MessagePack, or the code of its refusal.
"""

import sys
from collections.abc import Sequence

import msgspec

from pixflow.open_data.place import FileRefused, Refusal
from pixflow.portfolio import problems
from pixflow.portfolio.reader import MAX_BYTES
from pixflow.portfolio.reading_process import OUT_OF_MEMORY, answer_of, limit, turn
from pixflow.portfolio.records import MAX_ROWS, TITLES, Record
from pixflow.portfolio.workbook import Workbook, is_workbook

COMMAND = (sys.executable, "-I", "-m", "pixflow.place_import.workbook_reading")
Rows = list[tuple[int, list[str]]]
Answer = Rows | Refusal
NAME = "nom"


def read_workbook(data: bytes) -> Rows:
    """Returns the rows of a workbook, each with its line, the header first. Raises FileRefused."""
    if len(data) > MAX_BYTES:
        raise FileRefused("too-large", bytes=len(data), limit=MAX_BYTES)
    try:
        with turn():
            answer: Answer = msgspec.msgpack.decode(answer_of(COMMAND, data), type=Answer)
    except problems.Refusal as refusal:
        raise _refused(refusal) from None
    if isinstance(answer, str):
        raise FileRefused(answer, **({"limit": MAX_ROWS} if answer == "too-many-rows" else {}))
    return answer


def rows_of_sheet(data: bytes) -> Rows:
    """Returns the rows of the first visible sheet whose titles have a name, else of the first with a row."""
    if not is_workbook(data):
        raise problems.Refusal("broken-workbook")
    book = Workbook(data)
    heads = [(sheet, head) for sheet in book.sheets if sheet.visible and (head := book.heads(sheet))]
    if not heads:
        return []
    sheet = next((one for one, head in heads if any(_has_name(row) for row in head)), heads[0][0])
    return _under_titles(book.records(sheet))


def _under_titles(records: Sequence[Record]) -> Rows:
    """Leaves out the titles above the header: it is the first row with a name, else the first that is half full."""
    filled = [sum(map(bool, row.cells)) for row in records[:TITLES]]
    named = [place for place, row in enumerate(records[:TITLES]) if _has_name(row)]
    full = (place for place, count in enumerate(filled) if count * 2 >= max(filled))
    return [(one.line, one.cells) for one in records[next(iter((*named, *full))) :]]


def _has_name(record: Record) -> bool:
    return NAME in (cell.strip() for cell in record.cells)


def _refused(refusal: problems.Refusal) -> FileRefused:
    return FileRefused(msgspec.convert(refusal.problems[0].code, Refusal))


def main() -> int:
    """Reads the workbook of the standard input within limits. Returns the exit code."""
    limit()
    try:
        try:
            answer: Answer = rows_of_sheet(sys.stdin.buffer.read())
        except problems.Refusal as refusal:
            answer = msgspec.convert(refusal.problems[0].code, Refusal)
        sys.stdout.buffer.write(msgspec.msgpack.encode(answer))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main())
