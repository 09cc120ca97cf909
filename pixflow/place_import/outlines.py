"""Outlines of communes from a GeoJSON file: rings of whole steps of a thousandth of a degree, as one text each."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from pixflow.open_data.place import Point
from pixflow.refused import Refused

STEPS = 1000
"""Steps of a degree: about a hundred metres."""
CODES = ("code", "insee", "INSEE_COM", "code_insee", "codgeo")
Ring = list[tuple[int, int]]


def read_outlines(data: bytes) -> dict[str, str]:
    """Returns the outlines of a GeoJSON file, by the code of the commune. Raises Refused("outlines-unreadable")."""
    try:
        whole = msgspec.json.decode(data)
        found = {str(_code(one)): _text(one["geometry"]) for one in whole["features"] if _code(one)}
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, RecursionError):
        raise Refused("outlines-unreadable") from None
    return {code: text for code, text in found.items() if text}


def rings_of(text: str) -> list[list[Point]]:
    """Returns the rings of an outline, as latitudes and longitudes."""
    return [[(north / STEPS, east / STEPS) for east, north in _absolute(ring)] for ring in text.split(";") if ring]


def middles(outlines: Mapping[str, str]) -> dict[str, Point]:
    """Returns the middle of each outline's box."""
    return {code: _middle([point for ring in rings_of(text) for point in ring]) for code, text in outlines.items()}


def _code(feature: Any) -> Any:
    properties = feature.get("properties") or {}
    return next((properties[name] for name in CODES if properties.get(name)), None)


def _text(geometry: Mapping[str, Any] | None) -> str:
    """Returns the outer rings as deltas: "628 48764 1 -2 …", rings separated by ";"."""
    if not geometry:
        return ""
    shapes = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}
    polygons = shapes[geometry["type"]]
    return ";".join(filter(None, (_deltas(polygon[0]) for polygon in polygons)))


def _deltas(coordinates: Sequence[Sequence[float]]) -> str:
    points: Ring = [(round(east * STEPS), round(north * STEPS)) for east, north, *_ in coordinates]
    distinct = [points[0], *(there for here, there in pairwise(points) if there != here)]
    if len(distinct) < 4:
        return ""
    steps = ((there[0] - here[0], there[1] - here[1]) for here, there in pairwise(distinct))
    return " ".join(f"{east} {north}" for east, north in (distinct[0], *steps))


def _absolute(ring: str) -> Iterator[tuple[int, int]]:
    numbers = list(map(int, ring.split()))
    east = north = 0
    for step_east, step_north in zip(numbers[::2], numbers[1::2], strict=True):
        east, north = east + step_east, north + step_north
        yield east, north


def _middle(points: Sequence[Point]) -> Point:
    norths, easts = [north for north, _ in points], [east for _, east in points]
    return (min(norths) + max(norths)) / 2, (min(easts) + max(easts)) / 2
