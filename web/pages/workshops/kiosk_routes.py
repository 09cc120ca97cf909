"""The page of the structure's own computers: its open campaigns, a button each; nobody signs in or is named."""

import segno
from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.participation.campaign import Campaign
from web.hosting.host import Host
from web.http.templates import Frame, page

router = APIRouter()
_ORDER = ("initial", "complete", "profile", "other")


@router.get("/t/{structure}")
def shortcut(request: Request, structure: str, site: str = "") -> Response:
    """The campaigns a young person may take here, of one site when the address names it."""
    host: Host = request.app.state.host
    served = host.structures.get(structure)
    if served is None:
        raise HTTPException(404)
    refs = served.refs
    there = [known for known in refs.campaigns.values() if known.open and known.link and _held(known, site)]
    there.sort(key=lambda known: (_ORDER.index(known.purpose or "other"), known.name))
    request.state.frame = Frame(structure_name=refs.structure.name, demo=host.demo)
    context = {"structure": refs.structure.name, "campaigns": [(known, _qr(known)) for known in there]}
    return page(request, "workshops/shortcut.html", context)


def _held(campaign: Campaign, site: str) -> bool:
    return not site or campaign.site in (None, site)


def _qr(campaign: Campaign) -> str:
    return segno.make(campaign.link or "").svg_data_uri(border=2, dark="#000", light="#fff")
