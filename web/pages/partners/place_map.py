"""The map of the partners of a list: outlines when the structure has some, and a point for each place.

No tile and no script: nobody else learns what is looked at. The list beside it says all that the map shows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import cos, hypot, radians
from typing import Any
from uuid import UUID

from pixflow.open_data.locations import kilometres
from pixflow.open_data.place import Point
from pixflow.partners.state import Catalogue
from pixflow.place_import.territory import codes_of, rings_of
from projections.store.folds import fold_of
from web.desk.desk import Desk
from web.desk.territory import referral_offers
from web.french.territory import partners as french
from web.french.typography import typeset
from web.http.pagination import address
from web.pages.partners.listing import LIST, NOWHERE, PartnersFound

WIDTH, MARGIN, TALLEST = 480, 24, 400
"""Units of the drawing: it is about as wide as a phone, and stands whole on a screen."""
APART = 34
"""Units between two points: closer places share one, so that a finger presses the right one."""
LETTER, LINE, NAMED_POINTS = 7, 18, 60
"""Width of a letter and height of a line, in units; and the points beyond which no name finds room."""
SCALES = (1, 2, 5, 10, 20, 50, 100)
LEAST = 0.01
"""Degrees beyond the outermost points: about a kilometre."""


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A point: where it is drawn, how many places it has, and where it leads. `teaches` draws it round.

    `town` is the name written beside it.
    """

    x: float
    y: float
    count: int
    label: str
    href: str
    teaches: bool
    town: str

    @property
    def half(self) -> int:
        """Half of its width, so that its number fits."""
        return min(APART // 2, 10 + 4 * max(0, len(str(self.count)) - 2))


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place, with its partner; or the `count` places of a commune, without a name.

    `centred`: it has no coordinates.
    """

    point: Point
    name: str
    town: str
    count: int
    teaches: bool
    partner: UUID | None = None
    centred: bool = False

    @property
    def place(self) -> str:
        town = typeset(self.town) or NOWHERE
        return french.centred(town) if self.centred else town


class _Frame:
    """Turns a point into units of the drawing: a plain projection, right for a few departments."""

    def __init__(self, points: Sequence[Point]) -> None:
        """Fits the drawing to these points, a kilometre wide at least."""
        norths, easts = [north for north, _ in points], [east for _, east in points]
        self.south, self.north = min(norths) - LEAST, max(norths) + LEAST
        self.west, self.east = min(easts) - LEAST, max(easts) + LEAST
        self.squeeze = cos(radians((self.south + self.north) / 2))
        high, across = self.north - self.south, (self.east - self.west) * self.squeeze
        self.unit = min((WIDTH - 2 * MARGIN) / across, (TALLEST - 2 * MARGIN) / high)
        self.height = round(high * self.unit + 2 * MARGIN)

    def at(self, point: Point) -> tuple[float, float]:
        north, east = point
        x = WIDTH / 2 + (east - (self.west + self.east) / 2) * self.squeeze * self.unit
        return x, MARGIN + (self.north - north) * self.unit

    def scale(self) -> tuple[int, float]:
        """Returns the longest round length that takes a third of the drawing at most, in kilometres and in units."""
        whole = kilometres((self.south, self.west), (self.south, self.east))
        unit = (self.east - self.west) * self.squeeze * self.unit / whole
        length = max((one for one in SCALES if one * unit <= WIDTH / 3), default=SCALES[0])
        return length, round(length * unit, 1)


def place_map(desk: Desk, found: PartnersFound) -> dict[str, Any] | None:
    """Returns the drawing of the partners found; None when nobody knows where any of them is.

    `centred` counts the places without coordinates, drawn at the middle of their commune; `left_out` those of a commune
    without a known middle. `by_town` when each point is that of a commune.
    """
    spots = list(_spots(found, referral_offers.middles_of_communes(desk)))
    if not spots:
        return None
    known = fold_of(desk.read, desk.served.opened.stream("catalogue"))
    catalogue = known if isinstance(known, Catalogue) else Catalogue()
    inside = codes_of(catalogue.territory) if catalogue.outlines else frozenset()
    texts = tuple(text for code, text in catalogue.outlines.items() if code in inside or not inside)
    rings = _rings(texts)
    frame = _Frame([point for ring in rings for point in ring] + [spot.point for spot in spots])
    paths = (" ".join(f"{x:.0f},{y:.0f}" for x, y in map(frame.at, ring)) for ring in rings)
    points = _points(spots, frame, found)
    return {
        "width": WIDTH,
        "height": frame.height,
        "outlines": "".join(f"M{path}Z" for path in paths),
        "points": points,
        "towns": _towns(points) if len(points) <= NAMED_POINTS else (),
        "scale": frame.scale(),
        "credit": catalogue.credit if texts else "",
        "centred": sum(spot.centred for spot in spots),
        "left_out": found.pager.total - sum(spot.count for spot in spots),
        "by_town": found.by_town,
    }


def _spots(found: PartnersFound, middles: Mapping[str, Point]) -> Iterator[_Spot]:
    """Yields the places, or their communes: where their coordinates are, else in the middle of the commune."""
    for row in found.places:
        placed = row.latitude is not None
        point = (row.latitude, row.longitude) if placed else middles.get(row.commune)
        if point and found.by_town:
            yield _Spot(point, "", row.town, row.count, bool(row.teaches))
        elif point:
            yield _Spot(point, row.name, row.town, 1, row.teaches, row.stream, not placed)


@lru_cache(maxsize=4)
def _rings(texts: tuple[str, ...]) -> tuple[tuple[Point, ...], ...]:
    return tuple(tuple(ring) for text in texts for ring in rings_of(text))


def _points(spots: Sequence[_Spot], frame: _Frame, found: PartnersFound) -> list[MapPoint]:
    """Returns a point for each spot; those too close together share the point of the first.

    It leads to a partner, to a commune of the page, or to the list of another one.
    """
    groups: dict[tuple[float, float], list[_Spot]] = {}
    drawn: dict[tuple[int, int], list[tuple[float, float]]] = {}  # by squares of the drawing
    for spot in spots:
        x, y = frame.at(spot.point)
        across, down = int(x // APART), int(y // APART)
        around = (drawn.get((across + dx, down + dy), ()) for dx, dy in product((-1, 0, 1), repeat=2))
        near = next((there for some in around for there in some if hypot(there[0] - x, there[1] - y) < APART), None)
        if near is None:
            near = (x, y)
            drawn.setdefault((across, down), []).append(near)
        groups.setdefault(near, []).append(spot)
    anchors = {name: f"#town-{rank}" for rank, (name, *_) in enumerate(found.towns, 1)}
    asked, points = found.pager.params, []
    for (x, y), group in groups.items():
        first, count = group[0], sum(spot.count for spot in group)
        label = french.on_map(count, [(spot.name, spot.place) for spot in group[: french.NAMED + 1]])
        listed = anchors.get(typeset(first.town) or NOWHERE)
        href = listed or address(LIST, {**asked, "q": f"{asked['q']} {first.town}".strip()})
        if len(group) == 1 and first.partner:
            href = f"{LIST}/{first.partner}"
        teaches = any(spot.teaches for spot in group)
        points.append(MapPoint(round(x, 1), round(y, 1), count, label, href, teaches, typeset(first.town)))
    return points


def _towns(points: Sequence[MapPoint]) -> list[tuple[float, float, str, bool]]:
    """Returns the names that have room beside their points: each town once, none over another one.

    Each is a place, a name, and True for a name that ends at its place.
    """
    taken = [(one.x - one.half, one.x + one.half, one.y) for one in points]
    placed: dict[str, tuple[float, float, str, bool]] = {}
    for point in points:
        wide, gap = LETTER * len(point.town), point.half + 4
        for left, before in ((point.x + gap, False), (point.x - gap - wide, True)):
            free = all(left + wide < west or left > east or abs(point.y - y) > LINE for west, east, y in taken)
            if point.town and point.town not in placed and 0 <= left <= WIDTH - wide and free:
                placed[point.town] = (point.x - gap if before else left, point.y, point.town, before)
                taken.append((left, left + wide, point.y))
    return list(placed.values())
