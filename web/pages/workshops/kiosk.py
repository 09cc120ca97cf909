"""The page of the structure's own computers: one button for each open campaign. Nobody signs in or is named."""

from fastapi import APIRouter, HTTPException, Request, Response

from web.hosting.host import Host
from web.http.papers import qr_code
from web.http.people import NOBODY
from web.http.templates import Frame, show

router = APIRouter()
_ORDER = ("initial", "complete", "profile", "other")


@router.get("/t/{structure}")
def kiosk(request: Request, structure: str, site: str = "") -> Response:
    """Shows the open campaigns: those of every site, or of the `site` that the address names.

    The next tick counts the day: a visitor records nothing.
    """
    host: Host = request.app.state.host
    served = host.structures.get(structure)
    if served is None:
        raise HTTPException(404)
    refs = served.refs
    if request.method == "GET":
        served.shortcuts.add(site if site in refs.structure.sites else "")
    here = (one for one in refs.campaigns.values() if one.open and (not site or one.site in (None, site)))
    campaigns = [
        (one, qr_code(one.link))
        for one in sorted(here, key=lambda one: (_ORDER.index(one.purpose or "other"), one.name))
        if one.link
    ]
    request.state.frame = Frame(structure_name=refs.structure.name, demo=host.demo)
    return show(request, "workshops/kiosk.html", None, NOBODY, campaigns=campaigns)
