"""The routes of the search. They are POST: no name stands in an address or a log."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Request, Response

from web.desk import task_links
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.territory import contacts
from web.desk.territory.contacts import FoundContact
from web.http.forms import FormData, text_of
from web.http.pagination import SIZE
from web.http.people import People, listed
from web.http.templates import Page, draw, page, redirect
from web.pages.search import lookup
from web.pages.search.lookup import FEW

router = APIRouter()


@dataclass(frozen=True, kw_only=True)
class SearchPage(Page):
    """The dossiers found, and those with a close spelling; `address` links to each. `more`: others exist.

    `contacts` are people to call at partners. `receives`: this person may receive somebody whom they do not follow.
    """

    template = "search/search.html"
    block = "found"

    address: Callable[[UUID], str]
    searched: str
    found: Sequence[lookup.FoundRow]
    near: Sequence[lookup.FoundRow]
    contacts: Sequence[FoundContact]
    more: bool
    receives: bool

    @property
    def shows(self) -> People:
        return listed(row.stream for row in (*self.found, *self.near))


@dataclass(frozen=True, kw_only=True)
class SuggestedPage(SearchPage):
    """The first results, under the search box while one types."""

    template = "search/suggested.html"
    block = "suggested"


@router.post("/chercher")
def search(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Shows the dossiers found, those with a close spelling, people to call; redirects to the only one found."""
    address, found = _address(desk, data), _look(desk, data, SIZE)
    shown = _shown(SearchPage, desk, found, address)
    if len(shown.found) == 1 and not shown.contacts:
        return redirect(request, address(shown.found[0].stream))
    return page(request, shown)


@router.post("/chercher/proches")
def suggest(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Shows the first results under the search box."""
    found = _look(desk, data, FEW)
    shown = _shown(SuggestedPage, desk, found, _address(desk, data))
    return draw(request, shown, block=shown.block, status=200)


def _look(desk: Desk, data: Mapping[str, Any], limit: int) -> lookup.Search:
    if desk.scope.whose == "none":
        raise HTTPException(403)
    return lookup.look(desk, text_of(data, "q"), limit)


def _address(desk: Desk, data: Mapping[str, Any]) -> Callable[[UUID], str]:
    """Returns the address of each dossier found: its page, or its replay."""
    replays = data.get("vers") == "rejouer" or desk.roles == {"auditor"}
    return task_links.replay if replays else task_links.dossier


def _shown(kind: type[SearchPage], desk: Desk, found: lookup.Search, address: Callable[[UUID], str]) -> SearchPage:
    return kind(
        address=address,
        searched=found.text,
        found=[lookup.found_row(desk, one) for one in found.found],
        near=[lookup.found_row(desk, one) for one in found.near],
        contacts=contacts.find(desk, found.text, FEW),
        more=found.more,
        receives=desk.scope.whose == "own",
    )
