"""Lists as files: all rows of the filters of a page, noted and recorded before they leave, with their manifest."""

import inspect
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import wraps
from hashlib import sha256
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from pixflow.events.structure import ListPage
from pixflow.structure import issue_list
from web.desk.commands import ask_for_reauthentication, issue, must_be_asked_here
from web.desk.desk import Desk, PastDesk, moment_of
from web.desk.journal_writer import DeskJournalWriter
from web.french import dates, lists, past
from web.french.typography import NBSP, THIN
from web.http.addresses import address, read_day
from web.http.day_bar import DAY, LISTS, params_of
from web.http.filters import FilterMenu
from web.http.people import NOBODY, listed, note
from web.http.tables import MEDIA, Cell, csv_of, download, workbook_of
from web.http.templates import show

MOST_ROWS = 10_000
"""Rows of a file."""
PART = 500
"""Rows after which the people of a file are counted: a list that takes long to read stops there."""
TEXTS = frozenset({"groupe", "q", "label"})
"""Filters whose value is a text of the team: an event in clear says that there is one, and not which."""
_CODE = re.compile(r"[a-z0-9.-]+(:[a-z0-9.-]+)?", re.IGNORECASE)


Value = str | int | date | None
"""A value of a cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedList:
    """The list of a page, with all rows of its filters.

    `params` are the filters as parameters of the page's address `path`, `filters` are they in words. `columns` have the
    value of a row by their title, `people` gives the young people of a row. `total` counts the rows, and `read` reads
    them once it is known that a file takes them. `narrow` says how to ask for fewer. `clock` says as of when the rows
    are true, "" for now. `name` names the file, and no young person. `about` are more codes of the fact.
    """

    page: ListPage
    name: str
    path: str
    params: Mapping[str, str]
    filters: Sequence[str]
    columns: Mapping[str, Callable[[Any], Value]]
    total: int
    read: Callable[[], Iterable[Any]]
    narrow: str
    people: Callable[[Any], Iterable[UUID | None]] = lambda row: ()
    clock: str = ""
    about: Mapping[str, str] = field(default_factory=dict)

    def codes(self, sites: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yields the filters as a fact keeps them: each parameter with its code, "" for a text."""
        for name, value in {**self.about, **self.params}.items():
            if value:
                is_code = name not in TEXTS and (value in sites or _CODE.fullmatch(value))
                yield name, value if is_code else ""


def as_file(
    router: APIRouter, path: str, method: str = "GET"
) -> Callable[[Callable[..., ExportedList]], Callable[..., ExportedList]]:
    """Decorates what makes the list of a page, whose parameters are those of the page: its files get their addresses.

    They are the page's address with `.csv` and `.xlsx`. The function has a parameter `desk`, and decides who may. A
    list that a text narrows is sent for by POST, as its page is.
    """

    def decorate(made: Callable[..., ExportedList]) -> Callable[..., ExportedList]:
        @wraps(made)
        def send(request: Request, **asked: Any) -> Response:
            return send_list(request, asked["desk"], made(**asked))

        signature = inspect.signature(made)
        added = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
        send.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[*signature.parameters.values(), added], return_annotation=Response
        )
        for kind in MEDIA:
            router.add_api_route(f"{path}.{kind}", send, methods=[method])
        return made

    return decorate


def send_list(request: Request, desk: Desk, made: ExportedList) -> Response:
    """Sends a list as a file. The people are noted first, then the fact is recorded: the file leaves after both.

    A list of too many rows, or of more people than somebody may read at once, is a page that says how to narrow it.
    So is the list of a day that has none. The file of an earlier day is recorded today, with that day.
    """
    must_be_asked_here(request)
    day_text = request.query_params.get(DAY)
    if isinstance(desk, PastDesk) and desk.moment:
        made = replace(made, params={**made.params, **params_of(desk.moment)}, clock=past.clock(desk.moment))
    elif day_text and read_day(day_text) != desk.today and made.path.startswith(LISTS):
        return _refuse(request, made, moment_of(request, desk)[1] or lists.OF_NOW)
    if made.total > MOST_ROWS:
        return _refuse(request, made, lists.too_long(made.total, MOST_ROWS, made.narrow))
    reading = _read(made, request.state.journal_writer)
    if reading is None:
        return _refuse(request, made, lists.too_many(made.narrow))
    rows, people = reading
    cells: list[list[Cell]] = [list(made.columns)]
    cells += [[_cell(value(row)) for value in made.columns.values()] for row in rows]
    content = csv_of(cells)
    digest, kind = sha256(content).hexdigest(), request.url.path.rpartition(".")[2]
    said = {"page": made.page, "filters": tuple(made.codes(desk.refs.structure.sites)), "rows": len(rows)}
    streams = {"structure": desk.served.opened.stream("structure")}
    if kind == "xlsx":
        manifest = list(_manifest(desk, made, len(rows), len(people), digest))
        content = workbook_of({lists.SHEET: cells, lists.OF_FILE: manifest})
    ask_for_reauthentication(desk, streams, issue_list, people=len(people))
    note(request, listed(people))
    issue(request, desk.of_today, streams, issue_list, **said, people=len(people), digest=digest)
    return download(f"{made.name}-{desk.today}", kind, content)


def _read(made: ExportedList, writer: DeskJournalWriter) -> tuple[list[Any], frozenset[UUID]] | None:
    """Returns the rows and their people; None, as soon as it is known, when these are too many for somebody."""
    rows: list[Any] = []
    people: set[UUID] = set()
    for row in made.read():
        rows.append(row)
        people.update(filter(None, made.people(row)))
        if len(rows) % PART == 0 and not _may_leave(people, writer):
            return None
    return (rows, frozenset(people)) if _may_leave(people, writer) else None


def _may_leave(people: Collection[UUID], writer: DeskJournalWriter) -> bool:
    """Tells if a file may show these people. Writes a line when it may not: *Consultations* tells who asked for it."""
    has_room = writer.has_room_for(people)
    if not has_room:
        writer.note_refusal(422, len(people))
    return has_room


def _cell(value: Value) -> Cell:
    """Returns a cell, with plain spaces: a spreadsheet searches by them."""
    if isinstance(value, str):
        return value.replace(NBSP, " ").replace(THIN, " ")
    return "" if value is None else value


def _refuse(request: Request, made: ExportedList, why: str) -> Response:
    back, title = address(made.path, made.params), lists.PAGES[made.page]
    return show(request, "parts/no_file.html", "no_file", NOBODY, status=422, title=title, why=why, back=back)


def _manifest(desk: Desk, made: ExportedList, rows: int, people: int, digest: str) -> Iterator[Sequence[Cell]]:
    """Yields what a file says of itself, on its second sheet: a label and a value a row."""
    said: Mapping[str, Cell] = {
        "title": "",
        "structure": desk.refs.structure.name,
        "page": lists.PAGES[made.page],
        "filters": " · ".join(made.filters) or lists.UNFILTERED,
        "clock": made.clock or dates.day(desk.today, year=True),
        "position": desk.position,
        "by": desk.of_today.refs.team[desk.me].name,
        "at": dates.instant(desk.engine.clock(), desk.zone),
        "rows": rows,
        "people": people,
        "definitions": lists.definitions(desk.refs.definitions(desk.today).number),
        "digest": digest,
    }
    yield from ((lists.MANIFEST[name], value) for name, value in said.items())


def in_words(menus: Iterable[FilterMenu]) -> list[str]:
    """Returns the filters that are on, as "Étape : Diagnostic"."""
    return [lists.filter_of(menu.label, menu.on.label) for menu in menus if menu.on]
