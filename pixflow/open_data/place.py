"""A place of a file, and the problems of a file."""

from collections import Counter
from datetime import date
from typing import Literal, get_args

from msgspec import Struct

Refusal = Literal[
    "broken-json", "broken-quotes", "broken-workbook", "empty", "encoding", "file-too-heavy", "locked-workbook",
    "no-places", "not-a-workbook", "old-workbook", "other-workbook", "reader-busy", "too-large", "too-long-here",
    "too-many-rows", "too-many-sheets", "unknown-columns", "unpacked-too-large", "web-page", "workbook",
    "workbook-too-heavy",
]  # fmt: skip
RefusedRow = Literal["cell-count", "commune-missing", "id-twice", "name-missing", "not-an-object"]
Warned = Literal[
    "commune-merged", "coordinates-abroad", "coordinates-far", "coordinates-half", "coordinates-metres",
    "coordinates-swapped", "coordinates-unreadable", "coordinates-zero", "cp1252", "date-future", "date-unreadable",
    "hours-past-midnight", "hours-unreadable", "id-missing", "insee-unknown", "list-unreadable", "more-warnings",
    "postal-code-is-insee", "postal-code-unreadable", "postal-code-zero-lost", "text-cut", "unknown-word",
    "website-unreadable",
]  # fmt: skip
Code = Refusal | RefusedRow | Warned
Severity = Literal["refused", "warning"]
CODES: frozenset[str] = frozenset(get_args(Refusal) + get_args(RefusedRow) + get_args(Warned))
MOST_WARNINGS = 200
LONGEST_DETAIL = 60


class PlaceProblem(Struct, frozen=True):
    """One problem. `line` counts from 1; None for the file, which "refused" then refuses whole. Details are texts."""

    severity: Severity
    line: int | None
    code: Code
    details: tuple[tuple[str, str], ...] = ()


class FileRefused(Exception):
    """The file is refused whole."""

    def __init__(self, code: Refusal, **details: object) -> None:
        super().__init__(code)
        self.problem = PlaceProblem("refused", None, code, texts(details))


class RowRefused(Exception):
    """One row is refused."""

    def __init__(self, code: RefusedRow, **details: object) -> None:
        super().__init__(code)
        self.code, self.details = code, texts(details)


class PlaceProblems:
    """Collects the problems of a file. Every refused row is kept, and 200 warnings; words are counted."""

    def __init__(self) -> None:
        self._refused: list[PlaceProblem] = []
        self._warned: list[PlaceProblem] = []
        self._left_out = 0
        self._words: Counter[tuple[str, str]] = Counter()

    def refuse(self, line: int, refused: RowRefused) -> None:
        """Adds a row that is left out."""
        self._refused.append(PlaceProblem("refused", line, refused.code, refused.details))

    def warn(self, code: Warned, line: int | None = None, **details: object) -> None:
        """Adds a problem that people should see and that leaves the row where it is."""
        if len(self._warned) < MOST_WARNINGS:
            self._warned.append(PlaceProblem("warning", line, code, texts(details)))
        else:
            self._left_out += 1

    def count_unknown(self, column: str, word: str) -> None:
        """Counts a word that is in no list of the standard."""
        self._words[column, word] += 1

    def listed(self) -> tuple[PlaceProblem, ...]:
        """Returns the problems of the file first, then those of rows, by line."""
        words = [
            PlaceProblem("warning", None, "unknown-word", texts({"column": column, "word": word, "count": count}))
            for (column, word), count in self._words.most_common(MOST_WARNINGS)
        ]
        more = [PlaceProblem("warning", None, "more-warnings", texts({"count": self._left_out}))]
        found = self._refused + self._warned + words + (more if self._left_out else [])
        return tuple(sorted(found, key=lambda one: (one.line or 0, one.severity)))


def texts(details: dict[str, object]) -> tuple[tuple[str, str], ...]:
    """Returns details as texts of at most 60 characters."""
    return tuple((key, str(value)[:LONGEST_DETAIL]) for key, value in details.items())


Kind = Literal["mednum-1.0", "mednum-0.1", "data-inclusion-structures", "data-inclusion-services", "table"]
Point = tuple[float, float]
"""Latitude and longitude, in degrees (WGS 84)."""
Texts = tuple[str, ...]


class Place(Struct, frozen=True, kw_only=True):
    """One row, in the words of "lieux de médiation numérique" 1.0.2; `thematics` and `networks` are of data·inclusion.

    `line`: where the row starts, from 1; its rank in a JSON file. `id` is unique within `source`. `insee`, `commune`
    and `postal_code` are those of today (INSEE's COG) when it knows them. `point` is None when it is not to be drawn.
    `structure` is the id of the structure that offers a service of data·inclusion. `hours` are OSM's, or words.
    """

    line: int
    source: str = ""
    id: str = ""
    structure: str = ""
    name: str
    commune: str = ""
    insee: str | None = None
    postal_code: str | None = None
    address: str = ""
    complement: str = ""
    point: Point | None = None
    siret: str | None = None
    kinds: Texts = ()
    phone: str = ""
    email: str = ""
    website: str = ""
    booking: str = ""
    hours: str = ""
    summary: str = ""
    services: Texts = ()
    thematics: Texts = ()
    audiences: Texts = ()
    special_care: Texts = ()
    fees: Texts = ()
    labels: Texts = ()
    networks: Texts = ()
    access: Texts = ()
    support: Texts = ()
    itinerant: bool = False
    updated: date | None = None


class PlaceFile(Struct, frozen=True, kw_only=True):
    """A whole file; `places` is empty when it is refused. `columns` are its headers, for whoever maps them."""

    kind: Kind | None = None
    places: tuple[Place, ...] = ()
    problems: tuple[PlaceProblem, ...] = ()
    columns: Texts = ()

    @property
    def refused(self) -> bool:
        return any(one.severity == "refused" and one.line is None for one in self.problems)

    @property
    def asks_columns(self) -> bool:
        """Tells if the table could be read once somebody says which column is which."""
        return any(one.code == "unknown-columns" for one in self.problems)
