"""Refuses a portfolio file with social security numbers, and says where they are (docs/domain.md#nir)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase

from pixflow.identity import contains_nir
from pixflow.portfolio.columns import Column
from pixflow.portfolio.problems import PortfolioProblem, Refusal
from pixflow.portfolio.records import Record


def refuse_personal_numbers(columns: Sequence[Column], records: Sequence[Record]) -> None:
    """Raises Refusal: "nir-column" for a column where most cells are numbers, else "nir" for each cell."""
    found: dict[int, list[int]] = {}
    for record in records:
        for place, cell in enumerate(record.cells):
            if contains_nir(cell):
                found.setdefault(place, []).append(record.line)
    if found:
        filled = Counter(place for one in records for place, cell in enumerate(one.cells) if cell.strip())
        raise Refusal("nir", problems=tuple(_problems(found, filled, columns)))


def _problems(
    found: Mapping[int, Sequence[int]], filled: Mapping[int, int], columns: Sequence[Column]
) -> Iterator[PortfolioProblem]:
    for place, lines in found.items():
        title = _title(columns, place)
        if len(lines) > 1 and 2 * len(lines) >= filled[place]:
            yield PortfolioProblem("refused", "nir-column", column=title)
        else:
            yield from (PortfolioProblem("refused", "nir", line, column=title) for line in lines)


def _title(columns: Sequence[Column], place: int) -> str:
    """Returns the title of a column, or its letters in a spreadsheet when it has none that may be shown."""
    header = columns[place].header if place < len(columns) else ""
    return header if header and not contains_nir(header) else _letters(place)


def _letters(place: int) -> str:
    before, last = divmod(place, len(ascii_uppercase))
    return (_letters(before - 1) if before else "") + ascii_uppercase[last]
