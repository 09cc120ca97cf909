"""The columns of a table of places: what each is read as, and the choice of another reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pixflow.identity import normalise
from pixflow.place_import.importer import PreparedPlaces
from web.french.territory.places import COLUMNS, USUAL
from web.http.people import NOBODY
from web.http.templates import Page

MOST = 100
"""Columns that the page offers."""


@dataclass(frozen=True, slots=True)
class PlaceColumn:
    """A column: its title, and what it is read as; `options` are values such as `2:commune`."""

    rank: int
    header: str
    options: Sequence[tuple[str, str]]
    value: str


@dataclass(frozen=True, kw_only=True)
class PlaceColumnsPage(Page):
    """The choice of the columns of a table. `asked`: once more, for no column was the name."""

    template = "partners/import_columns.html"
    shows = NOBODY

    token: str
    file: str
    columns: Sequence[PlaceColumn]
    asked: bool


def columns_page(token: str, name: str, prepared: PreparedPlaces, *, asked: bool) -> PlaceColumnsPage:
    headers = prepared.file.columns
    return PlaceColumnsPage(token=token, file=name, columns=choices_of(headers, guessed(headers)), asked=asked)


def choices_of(headers: Sequence[str], mapping: Mapping[str, str]) -> list[PlaceColumn]:
    """Returns a choice for each column."""
    return [_choice(rank, header, mapping.get(header, "")) for rank, header in enumerate(headers[:MOST], 1)]


def guessed(headers: Sequence[str]) -> dict[str, str]:
    """Returns what each column seems to be, by its title; one column a field."""
    found: dict[str, str] = {}
    for header in headers:
        field = USUAL.get(normalise(header)) or (header if header in COLUMNS else "")
        if field and field not in found.values():
            found[header] = field
    return found


def _choice(rank: int, header: str, field: str) -> PlaceColumn:
    options = [("", "colonne ignorée"), *((f"{rank}:{name}", label) for name, label in COLUMNS.items())]
    return PlaceColumn(rank, header, options, f"{rank}:{field}" if field else "")
