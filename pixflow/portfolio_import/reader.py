"""Reads a portfolio file from i-Milo or a spreadsheet: CSV or XLSX with a header of free French words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from string import ascii_uppercase

from msgspec import Struct

from pixflow.identity import contains_nir
from pixflow.portfolio_import.columns import Chosen, Column, places, read_columns
from pixflow.portfolio_import.entries import Entry, read_entry
from pixflow.portfolio_import.problems import PortfolioProblem
from pixflow.portfolio_import.texts import of_text
from pixflow.workbooks.records import MAX_BYTES, MAX_ROWS, TITLES, Record, Refusal
from pixflow.workbooks.workbook import Sheet, Workbook, is_workbook


def personal_numbers(columns: Sequence[Column], records: Sequence[Record]) -> Iterator[PortfolioProblem]:
    """Yields "nir-column" for a column where most cells are social security numbers, else "nir" for each cell."""
    lines_by_place: dict[int, list[int]] = {}
    for record in records:
        for place, cell in enumerate(record.cells):
            if contains_nir(cell):
                lines_by_place.setdefault(place, []).append(record.line)
    filled = Counter(place for one in records for place, cell in enumerate(one.cells) if cell.strip())
    for place, lines in lines_by_place.items():
        header = columns[place].header if place < len(columns) else ""
        title = header if header and not contains_nir(header) else _letters(place)
        if len(lines) > 1 and 2 * len(lines) >= filled[place]:
            yield PortfolioProblem("refused", "nir-column", column=title)
        else:
            yield from (PortfolioProblem("refused", "nir", line, column=title) for line in lines)


def _letters(place: int) -> str:
    """Returns the letters of a column in a spreadsheet, for one whose title may not be shown."""
    before, last = divmod(place, len(ascii_uppercase))
    return (_letters(before - 1) if before else "") + ascii_uppercase[last]


class Portfolio(Struct, frozen=True):
    """A whole file; `rows` is empty when it is refused.

    `columns`: those of its header; when no header is known, those of the row that looks most like one. `sheets`: the
    sheets of a workbook with a suitable header; without any, those with a row. With several, the person chooses one.
    """

    columns: tuple[Column, ...] = ()
    rows: tuple[Entry[str], ...] = ()
    problems: tuple[PortfolioProblem, ...] = ()
    sheets: tuple[Sheet, ...] = ()

    @property
    def refused(self) -> bool:
        return any(problem.severity == "refused" for problem in self.problems)


def may_be_chosen(portfolio: Portfolio) -> bool:
    """Tells whether a refused file could be imported once somebody says which sheet, or which columns are which."""
    refused = {problem.code for problem in portfolio.problems if problem.severity == "refused"}
    return len(portfolio.sheets) > 1 or (refused == {"no-names"} and len(portfolio.columns) > 1)


def read(data: bytes, sheet: int | None = None, chosen: Chosen = ()) -> Portfolio:
    """Reads a portfolio file. Never raises on bad content. Accepts at most 5 MB and 20,000 rows.

    Detects the format by the content. `sheet` is the position of the sheet to read in a workbook, else the suitable
    one. `chosen` are the fields of columns that somebody chose.
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
            if len(sheets) > 1:
                raise Refusal("several-sheets", value=_listed(sheets))
            records = book.records(sheets[0])
        else:
            records = of_text(data, problems)
        place = _header(records)
        columns = read_columns(records[place].cells, chosen)
        if not _has_names(columns):
            raise Refusal("no-names")
        if len(records) - place - 1 > MAX_ROWS:
            raise Refusal("too-many-rows")
        if numbers := tuple(personal_numbers(columns, records)):
            return Portfolio(columns, (), (*numbers, *problems), sheets)
        fields = places(columns)
        rows = [entry for one in records[place + 1 :] if (entry := read_entry(one, len(columns), fields, problems))]
    except Refusal as refusal:
        told = PortfolioProblem("refused", refusal.code, refusal.line, value=refusal.value)
        return Portfolio(columns, (), (told, *problems), sheets)
    return Portfolio(columns, tuple(rows), tuple(problems), sheets)


def _fitting(book: Workbook, wanted: int | None) -> tuple[Sheet, ...]:
    """Returns the requested sheet, else the visible ones that have a header, else those that have any row."""
    if wanted is not None:
        if found := [one for one in book.sheets if one.position == wanted]:
            return tuple(found)
        raise Refusal("unknown-sheet", value=_listed(book.sheets))
    seen = [one for one in book.sheets if one.visible]
    fit = tuple(one for one in seen if any(_has_names(read_columns(head.cells)) for head in book.heads(one)))
    sheets = fit or tuple(one for one in seen if book.heads(one))
    if not sheets:
        raise Refusal("no-sheet", value=_listed(seen)) if len(seen) > 1 else Refusal("no-names")
    return sheets


def _listed(sheets: Sequence[Sheet]) -> str:
    return " · ".join(f"{one.position}. {one.name}" for one in sheets)


def _has_names(columns: Sequence[Column]) -> bool:
    return {"last_name", "first_name"} <= {column.field for column in columns}


def _header(records: Sequence[Record]) -> int:
    """Returns the index of the header, under titles maybe: the first row with both names, else the fullest one."""
    if not records:
        raise Refusal("no-names")
    heads = range(min(TITLES, len(records)))
    named = next((place for place in heads if _has_names(read_columns(records[place].cells))), None)
    filled = [sum(bool(cell.strip()) for cell in record.cells) for record in records[:TITLES]]
    return named if named is not None else filled.index(max(filled))
