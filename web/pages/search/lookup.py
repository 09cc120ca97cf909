"""Search by name or number: the dossiers found, those with a close spelling, and people to call at partners."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.identity import list_name
from projections import directory, name_search
from projections.directory import YoungPerson
from web.desk import task_links
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.names import advisor_name
from web.desk.territory import contacts
from web.french import dates, typography
from web.http.addresses import SIZE
from web.http.forms import FormData, text_of
from web.http.people import People, listed
from web.http.templates import redirect, show

router = APIRouter()
FEW = 8
"""The number of results up to which close spellings are added."""
LONGEST = 100


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A dossier found; `about` is the text beside the name: number, birth date, site, advisor."""

    stream: UUID
    name: str
    programme: str
    about: str


@dataclass(frozen=True, slots=True)
class Search:
    """The results of a search: dossiers found, and dossiers with a close spelling, the nearest first."""

    text: str
    found: list[YoungPerson]
    near: list[YoungPerson]
    more: bool

    @property
    def everyone(self) -> list[YoungPerson]:
        return self.found + self.near


def look(desk: Desk, typed: object, limit: int) -> Search:
    """Searches by number or name, among the dossiers that this person reads."""
    text = str(typed).strip()[:LONGEST]
    people = directory.find(desk.read, text, desk.scope, limit + 1)
    known = {one.stream for one in people}
    near = name_search.near(desk.read, text, desk.scope, FEW) if len(people) < FEW else []
    others = [one for one in near if one.stream not in known][: FEW - len(people)]
    return Search(text, people[:limit], others, len(people) > limit)


def found_row(desk: Desk, person: YoungPerson) -> FoundRow:
    """Returns a dossier found, as lists show it."""
    parts = (
        person.imilo_number and f"n°{typography.NBSP}{person.imilo_number}",
        person.birth_date and f"né·e le {dates.day(person.birth_date, year=True)}",
        person.site,
        "" if desk.scope.whose == "own" else advisor_name(desk, person.advisor),
        person.closed and "dossier clos",
    )
    name = list_name(person)
    return FoundRow(person.stream, name, person.programme, " · ".join(part for part in parts if part))


# --- the routes of the search. They are POST: no name stands in an address or a log


@router.post("/chercher")
def search(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Shows the dossiers found, those with a close spelling, people to call; redirects to the only one found."""
    drawn = _names(desk, data, SIZE)
    rows = drawn["found"]
    if len(rows) == 1 and not drawn["contacts"]:
        return redirect(request, drawn["address"](rows[0].stream))
    return show(request, "search/search.html", "found", _people(drawn), **drawn)


@router.post("/chercher/proches")
def suggest(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Shows the first results under the search box."""
    drawn = _names(desk, data, FEW)
    return show(request, "search/suggested.html", "suggested", _people(drawn), alone=True, **drawn)


def _people(drawn: Mapping[str, Any]) -> People:
    return listed(row.stream for row in (*drawn["found"], *drawn["near"]))


def _names(desk: Desk, data: Mapping[str, Any], limit: int) -> dict[str, Any]:
    """Returns what both templates show: `address` links to each dossier, its page or its replay. `more`: others exist.

    `receives`: this person may receive somebody whom they do not follow. Raises 403 for those who search nobody.
    """
    if desk.scope.whose == "none":
        raise HTTPException(403)
    searched = look(desk, text_of(data, "q"), limit)
    replays = data.get("vers") == "rejouer" or desk.roles == {"auditor"}
    return {
        "address": task_links.replay if replays else task_links.dossier,
        "searched": searched.text,
        "found": [found_row(desk, one) for one in searched.found],
        "near": [found_row(desk, one) for one in searched.near],
        "contacts": contacts.find(desk, searched.text, FEW),
        "more": searched.more,
        "receives": desk.scope.whose == "own",
    }
