"""Rows as texts, whatever the format of their file, and their limits."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 500
MAX_LINE = 1_048_576
"""Lines of a file, with blank ones."""
TITLES = 10
"""Number of rows, without blank ones, that may hold the header."""


class Refusal(Exception):
    """The file is refused, for the reason of a code. `value` may quote the file."""

    def __init__(self, code: str, line: int | None = None, value: str = "") -> None:
        super().__init__(code)
        self.code, self.line, self.value = code, line, value


class Record(Struct, frozen=True):
    """One row. `line` is its first line in the file, from 1; indexes count from 0.

    `figures`: indexes of cells that a workbook stores as numbers, without leading zeros. `faults`: indexes of
    unreadable cells, each with the code of its problem and its text.
    """

    line: int
    cells: list[str]
    figures: frozenset[int] = frozenset()
    faults: Mapping[int, tuple[str, str]] = {}


def must_be_few(records: Sequence[Record]) -> None:
    """Raises Refusal("too-many-rows"). Allows for the header and the titles above it."""
    if len(records) > MAX_ROWS + TITLES:
        raise Refusal("too-many-rows")
