"""The outlines of communes: read from a GeoJSON file, kept as texts, drawn as rings.

A text has rings separated by ";": "628 48764 1 -2 …", longitude and latitude in steps, each point from the one before.
"""

from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import accumulate, islice, pairwise
from math import hypot
from typing import Any

import msgspec

from pixflow.open_data.communes import codes_of_today, communes
from pixflow.open_data.locations import in_france
from pixflow.open_data.place import Point
from pixflow.refused import Refused

MAX_BYTES = 5 * 1024 * 1024
"""A file of outlines: several departments, in the detail of a map."""
STEPS = 1000
"""Steps of a degree: about a hundred metres."""
DETAIL = 1.5
"""Steps: what a map of a department does not show. The detail of a file would weigh on each page."""
AT_ONCE = 30
"""Points that one straight line replaces: more would take too long to read a file made of one long line."""
CROWD = 8
"""Rings of one point: more are no border of two communes, and comparing them would take hours."""
TRIANGLE = 3
CODES = ("code", "insee", "INSEE_COM", "code_insee", "codgeo", "ref:INSEE")
"""Names that producers give to the property that has the code of a commune."""

Vertex = tuple[int, int]
Ring = list[Vertex]


def read_outlines(data: bytes) -> dict[str, str]:
    """Returns the outlines of a GeoJSON file, by the code of today of each commune.

    Raises Refused: outlines-unreadable, outlines-without-commune, outlines-elsewhere.
    """
    rings_by_code: defaultdict[str, list[Ring]] = defaultdict(list)
    try:
        for feature in msgspec.json.decode(data.removeprefix(BOM_UTF8))["features"]:
            if code := _code(feature["properties"] or {}):
                rings_by_code[code] += _rings(feature["geometry"])
    except (msgspec.DecodeError, KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError):
        raise Refused("outlines-unreadable", field="outlines") from None
    thin = iter(simplified([ring for rings in rings_by_code.values() for ring in rings]))
    texts = {code: ";".join(map(_text, islice(thin, len(rings)))) for code, rings in rings_by_code.items()}
    outlines = {code: text for code, text in texts.items() if text}
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
    middle_by_code = {}
    for code, text in outlines.items():
        norths, easts = zip(*(point for ring in rings_of(text) for point in ring), strict=True)
        middle_by_code[code] = (min(norths) + max(norths)) / 2, (min(easts) + max(easts)) / 2
    return middle_by_code


def _code(properties: Mapping[str, Any]) -> str:
    """Returns the code of today of the commune of a feature, "" for what is none."""
    code = str(next((properties[name] for name in CODES if properties.get(name)), "")).zfill(5)
    code = codes_of_today().get(code, code)
    return code if code in communes() else ""


def _rings(geometry: Mapping[str, Any] | None) -> Iterator[Ring]:
    """Yields the outer rings of a shape that are large enough to be drawn. A feature may have no shape."""
    if not geometry:
        return
    shapes = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}
    for polygon in shapes[geometry["type"]]:
        ring = _ring(polygon[0])
        if len(ring) > TRIANGLE:
            yield ring


def _ring(coordinates: Sequence[Sequence[float]]) -> Ring:
    """Returns a ring in steps: each point moves, and the last is the first. Raises Refused("outlines-elsewhere")."""
    for east, north, *_ in coordinates:
        if not in_france(north, east):
            raise Refused("outlines-elsewhere", field="outlines")
    points = [(round(east * STEPS), round(north * STEPS)) for east, north, *_ in coordinates]
    points.append(points[0])
    return [points[0], *(there for here, there in pairwise(points) if there != here)]


def _text(ring: Ring) -> str:
    steps = ((there[0] - here[0], there[1] - here[1]) for here, there in pairwise(ring))
    return " ".join(f"{east} {north}" for east, north in (ring[0], *steps))


# --- a border of two communes is simplified once, the same way for both: no gap opens between them


def simplified(rings: Sequence[Ring]) -> list[Ring]:
    """Returns the rings with the points that a map needs, those where borders meet among them.

    A ring that would be less than a triangle stays as it is.
    """
    owners: defaultdict[Vertex, set[int]] = defaultdict(set)
    for number, ring in enumerate(rings):
        for point in ring:
            owners[point].add(number)
    thin = (_without_details(ring, owners) for ring in rings)
    return [new if len(new) > TRIANGLE else ring for new, ring in zip(thin, rings, strict=True)]


def _without_details(ring: Ring, owners: Mapping[Vertex, Set[int]]) -> Ring:
    """Returns a ring whose borders are simplified one by one, from a point where some meet."""
    points = ring[:-1]
    after = [*points[1:], points[0]]
    meets = [
        rank
        for rank, here in enumerate(points)
        if len(owners[here]) > CROWD
        or not (owners[here] <= owners[points[rank - 1]] and owners[here] <= owners[after[rank]])
    ] or [points.index(min(points))]
    turned = [*points[meets[0] :], *points[: meets[0] + 1]]
    ends = [*(rank - meets[0] for rank in meets), len(points)]
    thin = [turned[0]]
    for start, end in pairwise(ends):
        border = turned[start : end + 1]
        backwards = border[::-1] < border
        kept = _line(border[::-1] if backwards else border)
        thin += (kept[::-1] if backwards else kept)[1:]
    return thin


def _line(points: Ring) -> Ring:
    """Returns the points of a line without those that are within DETAIL of a straight one, AT_ONCE of them at most."""
    vertices, start = [points[0]], 0
    for end in range(2, len(points)):
        between = points[start + 1 : end]
        if len(between) > AT_ONCE or any(_distance(one, points[start], points[end]) > DETAIL for one in between):
            start = end - 1
            vertices.append(points[start])
    return [*vertices, points[-1]]


def _distance(point: Vertex, start: Vertex, end: Vertex) -> float:
    """Returns the distance of a point from a line, in steps; from its end, when the line has no length."""
    across, up = end[0] - start[0], end[1] - start[1]
    from_start = point[0] - start[0], point[1] - start[1]
    length = hypot(across, up)
    return abs(across * from_start[1] - up * from_start[0]) / length if length else hypot(*from_start)
