"""The columns of a portfolio file: what each is read as, and the choice of another reading."""

from collections.abc import Sequence
from dataclasses import dataclass

from pixflow.portfolio.columns import FIELDS, Column, Field, places, read_columns
from pixflow.portfolio.importer import PreparedPortfolio
from web.french.errors import files
from web.french.typography import say
from web.http.people import NOBODY
from web.http.templates import Page


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column that is read: its title, its field, and the columns that come before it for that field."""

    header: str
    field: str
    after: str


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """The choice of what a column is read as; `options` are values such as `4:birth_date`, with their names.

    The reading of its title has the value "": a choice is only what somebody changed.
    """

    position: int
    header: str
    options: Sequence[tuple[str, str]]
    value: str


@dataclass(frozen=True, kw_only=True)
class ColumnsPage(Page):
    """The choice of the columns of a file whose titles do not say where the names are. `asked`: once more."""

    template = "portfolio/columns.html"
    shows = NOBODY

    token: str
    file: str
    sheet: int | None
    column_choices: Sequence[ColumnChoice]
    asked: bool


def columns_page(token: str, name: str, prepared: PreparedPortfolio) -> ColumnsPage:
    """Returns the choice of the columns of a file `name`."""
    asked = prepared.asked
    choices = choices_of(prepared.portfolio.columns)
    return ColumnsPage(token=token, file=name, sheet=asked.sheet, column_choices=choices, asked=bool(asked.columns))


def choices_of(columns: Sequence[Column]) -> list[ColumnChoice]:
    """Returns a choice for each column with a title."""
    by_title = read_columns([one.header for one in columns])
    return [_choice(one, title.field) for one, title in zip(columns, by_title, strict=True) if one.header]


def _choice(column: Column, by_title: Field | None) -> ColumnChoice:
    named: dict[Field | None, str] = {None: files.IGNORED, **{field: files.FIELDS[field] for field in FIELDS}}
    values = {field: "" if field == by_title else f"{column.position}:{field or ''}" for field in named}
    options = [(values[field], label) for field, label in named.items()]
    return ColumnChoice(column.position, column.header, options, values[column.field])


def columns_read(columns: Sequence[Column]) -> list[ColumnRow]:
    """Returns the columns read, in the order of the file. Of several for a field, the first filled one counts."""
    order = places(columns)
    found = []
    for column in columns:
        if column.field:
            before = order[column.field][: order[column.field].index(column.position - 1)]
            after = ", ".join(say("« {header} »", header=columns[place].header) for place in before)
            found.append(ColumnRow(column.header, files.FIELDS[column.field], after))
    return found
