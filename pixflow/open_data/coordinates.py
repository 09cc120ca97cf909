"""Tells which coordinates may be drawn. None is ever moved."""

from math import asin, cos, radians, sin, sqrt

from pixflow.open_data.place import Point
from pixflow.open_data.problems import Warned

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
