"""The map of the partners of a list: outlines when the structure has some, and a point for each place.

No tile and no script: nobody else learns what is looked at. The list beside it says all that the map shows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, hypot, radians

from pixflow.open_data.coordinates import kilometres
from pixflow.open_data.place import Point
from pixflow.partners.catalogue_state import Catalogue
from pixflow.place_import.outlines import rings_of
from pixflow.place_import.territory import codes_of
from projections.store.folds import fold_of
from web.desk.desk import Desk
from web.french.territory import partners as french
from web.pages.partners.listing import PartnerRow, Town

WIDTH, MARGIN, TALLEST = 480, 24, 640
"""Units of the drawing: it is about as wide as a phone."""
APART = 34
"""Units between two points: closer places share one, so that a finger presses the right one."""
SCALES = (1, 2, 5, 10, 20, 50, 100)
Box = tuple[float, float, float, float]
"""Least and greatest latitude, least and greatest longitude."""


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A point: where it is drawn, how many places it has, and where it leads. `teaches` draws it round."""

    x: float
    y: float
    count: int
    label: str
    href: str
    teaches: bool


@dataclass(frozen=True, slots=True)
class PlaceMap:
    """The drawing, `height` units high. `scale` is a length in kilometres, and in units. `left_out` has no point."""

    width: int
    height: int
    outlines: str
    points: Sequence[MapPoint]
    scale: tuple[int, float]
    credit: str
    left_out: int


@dataclass(frozen=True, slots=True)
class _Frame:
    """Turns a point into units of the drawing: a plain projection, right for a few departments."""

    box: Box
    unit: float
    squeeze: float

    def at(self, point: Point) -> tuple[float, float]:
        north, east = point
        _, top, left, _ = self.box
        return MARGIN + (east - left) * self.squeeze * self.unit, MARGIN + (top - north) * self.unit


def place_map(desk: Desk, towns: Sequence[Town]) -> PlaceMap | None:
    """Returns the map of the partners of these communes; None when none of them has coordinates."""
    rows = [(row, f"#town-{rank}") for rank, town in enumerate(towns, 1) for row in town.rows]
    placed = [(row, anchor, row.point) for row, anchor in rows if row.point]
    if not placed:
        return None
    found = fold_of(desk.read, desk.served.opened.stream("catalogue"))
    catalogue = found if isinstance(found, Catalogue) else Catalogue()
    inside = codes_of(catalogue.territory)
    texts = tuple(text for code, text in catalogue.outlines.items() if code in inside or not inside)
    rings = _rings(texts)
    box = _box([point for ring in rings for point in ring] + [point for _, _, point in placed])
    frame, height = _frame(box)
    return PlaceMap(
        WIDTH,
        height,
        _path(rings, frame),
        _points(placed, frame),
        _scale(frame, box),
        catalogue.credit if texts else "",
        len(rows) - len(placed),
    )


@lru_cache(maxsize=4)
def _rings(texts: tuple[str, ...]) -> tuple[tuple[Point, ...], ...]:
    return tuple(tuple(ring) for text in texts for ring in rings_of(text))


def _box(points: Sequence[Point]) -> Box:
    """Returns the box of these points, a kilometre wide at least."""
    norths, easts = [north for north, _ in points], [east for _, east in points]
    wide = 0.01
    return min(norths) - wide, max(norths) + wide, min(easts) - wide, max(easts) + wide


def _frame(box: Box) -> tuple[_Frame, int]:
    south, north, west, east = box
    squeeze = cos(radians((south + north) / 2))
    across, high = (east - west) * squeeze, north - south
    unit = min((WIDTH - 2 * MARGIN) / across, (TALLEST - 2 * MARGIN) / high)
    return _Frame(box, unit, squeeze), round(high * unit + 2 * MARGIN)


def _path(rings: Iterable[Iterable[Point]], frame: _Frame) -> str:
    """Returns all outlines as one path."""
    return "".join("M" + " ".join(f"{x:.0f},{y:.0f}" for x, y in map(frame.at, ring)) + "Z" for ring in rings)


def _points(placed: Sequence[tuple[PartnerRow, str, Point]], frame: _Frame) -> list[MapPoint]:
    """Returns a point for each place; those too close together share the point of the first."""
    groups: dict[tuple[float, float], list[tuple[PartnerRow, str]]] = {}
    for row, anchor, point in placed:
        x, y = frame.at(point)
        near = next((there for there in groups if hypot(there[0] - x, there[1] - y) < APART), (x, y))
        groups.setdefault(near, []).append((row, anchor))
    return [_point(there, group) for there, group in groups.items()]


def _point(there: tuple[float, float], group: Sequence[tuple[PartnerRow, str]]) -> MapPoint:
    row, anchor = group[0]
    alone = len(group) == 1
    return MapPoint(
        round(there[0], 1),
        round(there[1], 1),
        len(group),
        french.on_map([(one.name, one.town) for one, _ in group]),
        f"/partenaires/{row.stream}" if alone else anchor,
        any(one.teaches for one, _ in group),
    )


def _scale(frame: _Frame, box: Box) -> tuple[int, float]:
    """Returns the longest round length that takes a third of the drawing at most."""
    south, _, west, east = box
    whole = kilometres((south, west), (south, east))
    unit = (east - west) * frame.squeeze * frame.unit / whole
    length = max((one for one in SCALES if one * unit <= WIDTH / 3), default=SCALES[0])
    return length, round(length * unit, 1)
