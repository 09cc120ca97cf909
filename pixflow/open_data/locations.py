"""Where a place is: its commune and postal code, its coordinates."""

import re
from collections.abc import Callable
from math import asin, cos, radians, sin, sqrt

from pixflow.open_data.communes import Commune, by_postal_code, codes_of_today, communes, find, find_by_name
from pixflow.open_data.place import Point, RowRefused, Warned
from pixflow.open_data.rows import Row

_POSTAL_CODE = re.compile(r"\d{5}")
_ZERO_LOST = re.compile(r"\d{4}")
LONGEST_COMMUNE = 100
"""Characters of the name of a commune."""
Warn = Callable[[Warned, str], None]
"""Takes a code and the text in question."""


def read_commune(row: Row, warn: Warn) -> tuple[str, str | None, str | None]:
    """Returns the commune's name, its code and the postal code. Raises RowRefused without name and postal code."""
    name = row.text("commune")[:LONGEST_COMMUNE]
    postal_code = _postal_code(row.text("code_postal"), warn)
    commune = _of_code(row.text("code_insee"), name, postal_code, warn)
    if not commune and name and postal_code:
        commune = find(name, postal_code)
    if not commune and not name and postal_code:
        commune = by_postal_code(postal_code)
    if not commune and name and not postal_code:
        commune = find_by_name(name)
    if not name and not postal_code and not commune:
        raise RowRefused("commune-missing")
    if not commune:
        return name, None, postal_code
    return commune.name, commune.code, _post(commune, postal_code, row.text("code_insee"), warn)


def _postal_code(text: str, warn: Warn) -> str | None:
    if not text or _POSTAL_CODE.fullmatch(text):
        return text or None
    if _ZERO_LOST.fullmatch(text):
        warn("postal-code-zero-lost", text)
        return f"0{text}"
    warn("postal-code-unreadable", text)
    return None


def _of_code(code: str, name: str, postal_code: str | None, warn: Warn) -> Commune | None:
    if not code:
        return None
    code = code.zfill(5)
    if found := communes().get(code):
        return found
    if new := codes_of_today().get(code):
        warn("commune-merged", name or code)
        return communes()[new]
    warn("insee-unknown", code)
    return None


def _post(commune: Commune, postal_code: str | None, code: str, warn: Warn) -> str | None:
    """Returns the postal code, but the commune's own where the file has the INSEE code in its place."""
    if postal_code in commune.postal_codes or not commune.postal_codes:
        return postal_code
    if postal_code and postal_code in (commune.code, code):
        warn("postal-code-is-insee", postal_code)
        return commune.postal_codes[0]
    return postal_code or (commune.postal_codes[0] if len(commune.postal_codes) == 1 else None)


FAR = 30
"""Kilometres from the middle of the commune."""
EARTH = 6371
"""Mean radius, in kilometres."""
DECIMALS = 6
"""Of a degree: about 10 cm. Formats of one source keep more or less of them."""
_FRANCE = (
    (41.2, 51.2, -5.3, 9.7),  # mainland, Corsica
    (14.2, 18.2, -63.3, -60.7),  # Guadeloupe, Martinique, Saint-Martin, Saint-Barthélemy
    (2.0, 6.0, -54.8, -51.5),  # Guyane
    (-21.5, -20.8, 55.1, 55.9),  # La Réunion
    (-13.1, -12.5, 44.9, 45.4),  # Mayotte
    (46.6, 47.3, -56.6, -56.0),  # Saint-Pierre-et-Miquelon
    (-23.0, -19.0, 158.0, 172.2),  # Nouvelle-Calédonie
    (-28.0, -7.5, -155.0, -134.0),  # Polynésie française
    (-14.5, -13.0, -178.4, -176.0),  # Wallis-et-Futuna
)
"""South, north, west, east of each part, in degrees."""


def read_point(latitude: str, longitude: str) -> Point | Warned | None:
    """Returns the point, or the code of why it is not to be drawn; None without coordinates."""
    if not latitude and not longitude:
        return None
    if not latitude or not longitude:
        return "coordinates-half"
    try:
        north, east = (float(text.replace(",", ".")) for text in (latitude, longitude))
    except ValueError:
        return "coordinates-unreadable"
    if north == east == 0:
        return "coordinates-zero"
    if in_france(north, east):
        return round(north, DECIMALS), round(east, DECIMALS)
    if in_france(east, north):
        return "coordinates-swapped"
    return "coordinates-metres" if max(abs(north), abs(east)) > 360 else "coordinates-abroad"


def in_france(latitude: float, longitude: float) -> bool:
    return any(south <= latitude <= north and west <= longitude <= east for south, north, west, east in _FRANCE)


def kilometres(one: Point, other: Point) -> float:
    """Returns the distance between two points on a sphere (haversine)."""
    (north1, east1), (north2, east2) = (tuple(map(radians, point)) for point in (one, other))
    half = sin((north2 - north1) / 2) ** 2 + cos(north1) * cos(north2) * sin((east2 - east1) / 2) ** 2
    return 2 * EARTH * asin(sqrt(half))
