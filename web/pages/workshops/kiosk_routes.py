"""The page of the structure's own computers: one button for each open campaign. Nobody signs in or is named."""

from collections.abc import Sequence
from dataclasses import dataclass

import segno
from fastapi import APIRouter, HTTPException, Request, Response

from pixflow.participation.campaign import Campaign
from web.hosting.host import Host
from web.http.people import NOBODY
from web.http.templates import Frame, Page, page

router = APIRouter()
_ORDER = ("initial", "complete", "profile", "other")


@dataclass(frozen=True, slots=True)
class CampaignButton:
    """A campaign, the address of its test, and the same address as the `qr` code of an image."""

    name: str
    code: str
    link: str
    qr: str


@dataclass(frozen=True, kw_only=True)
class KioskPage(Page):
    """The open campaigns of a structure, initial diagnostics first."""

    template = "workshops/kiosk.html"
    shows = NOBODY

    campaigns: Sequence[CampaignButton]


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
    there = [known for known in refs.campaigns.values() if known.open and known.link and _is_held(known, site)]
    there.sort(key=lambda known: (_ORDER.index(known.purpose or "other"), known.name))
    request.state.frame = Frame(structure_name=refs.structure.name, demo=host.demo)
    return page(request, KioskPage(campaigns=[_button(known, known.link or "") for known in there]))


def _is_held(campaign: Campaign, site: str) -> bool:
    return not site or campaign.site in (None, site)


def _button(campaign: Campaign, link: str) -> CampaignButton:
    qr = segno.make(link).svg_data_uri(border=2, dark="#000", light="#fff")
    return CampaignButton(campaign.name, campaign.code or "", link, qr)
