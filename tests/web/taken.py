"""A list as the file that somebody takes: its rows, what it says of itself, and the facts that it leaves."""

import csv
import re
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

from openpyxl import load_workbook

from pixflow.events.structure import ListIssued
from tests.web.client import InspectingClient
from tests.web.paths import House
from tests.web.tags import parsed

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table(answer: Any) -> list[dict[str, str]]:
    """The rows of a CSV file, by the titles of its first line."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))


def sheets(answer: Any) -> tuple[list[tuple[Any, ...]], dict[str, Any]]:
    """The rows of the list in a workbook, its titles first; and what its second sheet says by label."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == WORKBOOK
    first, second = load_workbook(BytesIO(answer.content)).worksheets
    return list(first.values), {str(label): value for label, value, *_ in second.values}


def taken(client: InspectingClient, page: str, within: str = "") -> list[dict[str, str]]:
    """Takes the list of a page by its link, as CSV; the workbook has the same rows. No link, no row."""
    links = [link["href"] for link in parsed(client.get(page).text).select(f"{within} .download a")]
    if not links:
        return []
    assert len(links) == 2, links
    rows = table(client.get(links[0]))
    (titles, *others), _ = sheets(client.get(links[1]))
    cells = ([_as_text(cell) for cell in row] for row in others)
    assert [dict(zip(titles, row, strict=True)) for row in cells] == rows
    return rows


def _as_text(cell: object) -> str:
    """Returns a cell of a workbook as CSV has it. A date is one: no text looks like it."""
    assert not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(cell))
    return cell.date().isoformat() if isinstance(cell, datetime) else "" if cell is None else str(cell)


def issued(house: House) -> list[tuple[str, ListIssued]]:
    """The lists that left, each after the name of its taker."""
    names = {str(id): name for name, id in house.people.items()}
    history = house.served.engine.history(house.served.opened.stream("structure"))
    return [(names[one.by], one.event) for one in history if isinstance(one.event, ListIssued)]
