"""The places of the structure, as papers say them: a room, its site, and the address of the site."""

from urllib.parse import quote

from pixflow.reference_data import References
from web.french.phrases import listed

MAP = "https://www.openstreetmap.org"
"""The map of a place, on a telephone: its address says the place alone."""


def address(refs: References, site: str) -> str:
    """Returns the address of a site, "" for an unknown one."""
    return refs.structure.addresses.get(site, "")


def where(refs: References, site: str, room: str) -> str:
    """Returns a text like "Mortagne, salle 2, 5 rue des Tilleuls, 61400 Mortagne-au-Perche"."""
    return listed(site, room != site and room, address(refs, site))


def map_of(text: str) -> str:
    """Returns the address of a map that looks for a place, "" for none."""
    return f"{MAP}/search?query={quote(text)}" if text else ""
