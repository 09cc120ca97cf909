"""The outlines of communes: read from a GeoJSON file, kept as texts, drawn as rings.

A text has rings separated by ";": "628 48764 1 -2 …", longitude and latitude in steps, each point from the one before.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

import msgspec

from pixflow.open_data.communes import communes, moved
from pixflow.open_data.locations import in_france
from pixflow.open_data.place import Point
from pixflow.refused import Refused

MAX_BYTES = 5 * 1024 * 1024
"""A file of outlines: several departments, in the detail of a map."""
STEPS = 1000
"""Steps of a degree: about a hundred metres."""
CODES = ("code", "insee", "INSEE_COM", "code_insee", "codgeo")
"""Names that producers give to the property that has the code of a commune."""


def read_outlines(data: bytes) -> dict[str, str]:
    """Returns the outlines of a GeoJSON file, by the code of today of each commune.

    Raises Refused: outlines-too-large, outlines-unreadable, outlines-without-commune, outlines-elsewhere.
    """
    if len(data) > MAX_BYTES:
        raise Refused("outlines-too-large", field="outlines", most=MAX_BYTES // 1024**2)
    found: defaultdict[str, list[str]] = defaultdict(list)
    try:
        for feature in msgspec.json.decode(data)["features"]:
            if code := _code(feature["properties"] or {}):
                found[code] += _rings(feature["geometry"])
    except (msgspec.DecodeError, KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError):
        raise Refused("outlines-unreadable", field="outlines") from None
    outlines = {code: ";".join(rings) for code, rings in found.items() if rings}
    if not outlines:
        raise Refused("outlines-without-commune", field="outlines")
    return outlines


def rings_of(text: str) -> list[list[Point]]:
    """Returns the rings of an outline, as latitudes and longitudes."""
    rings = []
    for ring in filter(None, text.split(";")):
        numbers = list(map(int, ring.split()))
        points = zip(accumulate(numbers[1::2]), accumulate(numbers[::2]), strict=True)
        rings.append([(north / STEPS, east / STEPS) for north, east in points])
    return rings


def middles(outlines: Mapping[str, str]) -> dict[str, Point]:
    """Returns the middle of each outline's box."""
    found = {}
    for code, text in outlines.items():
        norths, easts = zip(*(point for ring in rings_of(text) for point in ring), strict=True)
        found[code] = (min(norths) + max(norths)) / 2, (min(easts) + max(easts)) / 2
    return found


def _code(properties: Mapping[str, Any]) -> str:
    """Returns the code of today of the commune of a feature, "" for what is none."""
    code = str(next((properties[name] for name in CODES if properties.get(name)), "")).zfill(5)
    code = moved().get(code, code)
    return code if code in communes() else ""


def _rings(geometry: Mapping[str, Any] | None) -> Iterator[str]:
    """Yields the outer rings of a shape. A feature may have no shape."""
    if not geometry:
        return
    shapes = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}
    for polygon in shapes[geometry["type"]]:
        yield from filter(None, [_deltas(polygon[0])])


def _deltas(coordinates: Sequence[Sequence[float]]) -> str:
    """Returns a ring in steps, "" for one too small to be drawn. Raises Refused("outlines-elsewhere")."""
    for east, north, *_ in coordinates:
        if not in_france(north, east):
            raise Refused("outlines-elsewhere", field="outlines")
    points = [(round(east * STEPS), round(north * STEPS)) for east, north, *_ in coordinates]
    distinct = [points[0], *(there for here, there in pairwise(points) if there != here)]
    if len(distinct) < 4:
        return ""
    steps = ((there[0] - here[0], there[1] - here[1]) for here, there in pairwise(distinct))
    return " ".join(f"{east} {north}" for east, north in (distinct[0], *steps))
