"""Reads a portfolio file from i-Milo or a spreadsheet: CSV or XLSX with a header of free French words."""

from collections.abc import Sequence

from msgspec import Struct

from pixflow.portfolio.columns import Column, places, read_columns
from pixflow.portfolio.entries import Entry, read_entry
from pixflow.portfolio.problems import PortfolioProblem, Refusal
from pixflow.portfolio.records import MAX_ROWS, TITLES, Record, of_text
from pixflow.portfolio.xlsx.book_parts import Sheet
from pixflow.portfolio.xlsx.workbook import Workbook, is_workbook

MAX_BYTES = 5 * 1024 * 1024


class Portfolio(Struct, frozen=True):
    """A whole file; `rows` is empty when it is refused.

    `sheets`: the sheets of a workbook with a suitable header. With several, the person must choose one.
    """

    columns: tuple[Column, ...] = ()
    rows: tuple[Entry, ...] = ()
    problems: tuple[PortfolioProblem, ...] = ()
    sheets: tuple[Sheet, ...] = ()

    @property
    def refused(self) -> bool:
        return any(problem.severity == "refused" for problem in self.problems)


def read(data: bytes, sheet: int | None = None) -> Portfolio:
    """Reads a portfolio file. Never raises on bad content. Accepts at most 5 MB and 20,000 rows.

    Detects the format by the content. `sheet` is the position of the sheet to read in a workbook, else the suitable
    one.
    """
    problems: list[PortfolioProblem] = []
    columns: tuple[Column, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    try:
        if len(data) > MAX_BYTES:
            raise Refusal("too-large")
        if is_workbook(data):
            book = Workbook(data)
            sheets = _fitting(book, sheet)
            records = book.records(_only(sheets))
        else:
            records = of_text(data, problems)
        columns, following = _header(records)
        fields = places(columns)
        rows = [entry for one in following if (entry := read_entry(one, len(columns), fields, problems))]
    except Refusal as refusal:
        return Portfolio(columns, (), (refusal.problem, *problems), sheets)
    return Portfolio(columns, tuple(rows), tuple(problems), sheets)


def _fitting(book: Workbook, wanted: int | None) -> tuple[Sheet, ...]:
    """Returns the requested sheet, else the visible ones that have a header."""
    if wanted is not None:
        if found := [one for one in book.sheets if one.position == wanted]:
            return tuple(found)
        raise Refusal("unknown-sheet", value=_listed(book.sheets))
    seen = [one for one in book.sheets if one.visible]
    fit = tuple(one for one in seen if any(_has_names(read_columns(head.cells)) for head in book.heads(one)))
    if not fit:
        raise Refusal("no-sheet", value=_listed(seen)) if len(seen) > 1 else Refusal("no-names")
    return fit


def _only(sheets: Sequence[Sheet]) -> Sheet:
    if len(sheets) > 1:
        raise Refusal("several-sheets", value=_listed(sheets))
    return sheets[0]


def _listed(sheets: Sequence[Sheet]) -> str:
    return " · ".join(f"{one.position}. {one.name}" for one in sheets)


def _has_names(columns: Sequence[Column]) -> bool:
    return {"last_name", "first_name"} <= {column.field for column in columns}


def _header(records: Sequence[Record]) -> tuple[tuple[Column, ...], Sequence[Record]]:
    """Returns the columns, and the records after them: titles may stand above the header."""
    for place, record in enumerate(records[:TITLES]):
        columns = read_columns(record.cells)
        if _has_names(columns):
            following = records[place + 1 :]
            if len(following) > MAX_ROWS:
                raise Refusal("too-many-rows")
            return columns, following
    raise Refusal("no-names")
