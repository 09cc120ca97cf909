"""The middle of each commune: of its outline, or of the partners there that have coordinates."""

from collections.abc import Mapping

from pixflow.open_data.place import Point
from pixflow.partners.state import Catalogue
from pixflow.place_import.outlines import middles
from pixflow.place_import.territory import stated_or_guessed
from projections.territory import partner_search
from web.desk.desk import Desk


def of_communes(desk: Desk) -> Mapping[str, Point]:
    """Returns the middles that are known, by the code of the commune."""
    return desk.memory.partners.once(
        "middles", lambda: partner_search.middles(desk.read) | middles(_catalogue(desk).outlines)
    )


def of_site(desk: Desk, site: str) -> Point | None:
    """Returns the middle of the commune of a site."""
    code = stated_or_guessed(_catalogue(desk).territory, desk.refs.structure.sites).sites.get(site)
    return of_communes(desk).get(code or "")


def _catalogue(desk: Desk) -> Catalogue:
    found = desk.state(desk.served.opened.stream("catalogue"))
    return found if isinstance(found, Catalogue) else Catalogue()
