"""The search: by name or number, forgiving; a POST, so that no name stands in an address or a log."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.http.forms import FormData
from web.http.pagination import SIZE
from web.http.templates import draw, page, redirect
from web.pages.search import lookup
from web.pages.search.lookup import FEW

router = APIRouter()


@router.post("/chercher")
def search(request: Request, desk: AtDesk, data: FormData) -> Response:
    """Those found and those spelt nearly so. One found alone opens at once."""
    where, found = _where(desk, data), _look(desk, data, SIZE)
    if len(found.found) == 1:
        return redirect(request, f"{where}/{found.found[0].stream}")
    return page(request, "search/search.html", _context(desk, found, where), block="found")


@router.post("/chercher/proches")
def suggest(request: Request, desk: AtDesk, data: FormData) -> Response:
    """The first of them, under the box while one types."""
    found = _look(desk, data, FEW)
    return draw(
        request, "search/suggested.html", _context(desk, found, _where(desk, data)), block="suggested", status=200
    )


def _look(desk: Desk, data: Mapping[str, Any], limit: int) -> lookup.Search:
    if desk.scope.whose == "none":
        raise HTTPException(403)
    return lookup.look(desk, data.get("q", ""), limit)


def _where(desk: Desk, data: Mapping[str, Any]) -> str:
    """Where the names lead: to the dossier, or to its replay."""
    return "/rejouer" if data.get("vers") == "rejouer" or desk.roles == {"auditor"} else "/dossiers"


def _context(desk: Desk, found: lookup.Search, where: str) -> dict[str, Any]:
    return {
        "where": where,
        "searched": found.text,
        "found": [lookup.line(desk, one) for one in found.found],
        "near": [lookup.line(desk, one) for one in found.near],
        "more": found.more,
    }
