"""The map of the partners of a list: a point for each place, on the ground of the territory, and a card for a point.

No tile and no script: nobody else learns what is looked at. The list beside it says all that the map shows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import hypot
from typing import Any
from uuid import UUID

from pixflow.open_data.communes import communes
from pixflow.open_data.place import Point
from web.desk.desk import Desk
from web.desk.territory import referral_offers
from web.french.territory import partners as french
from web.french.typography import typeset
from web.http.addresses import address
from web.pages.partners.listing import LIST, NOWHERE, PartnersFound, rows_of
from web.pages.partners.map_ground import TOWN, WIDTH, Ground, MapFrame, ground_of, inhabitants

APART = 34
"""Units between two points: closer places share one, so that a finger presses the right one."""
LINE, NAMED_POINTS = 18, 60
"""Height of a line, in units; and the points beyond which only towns have names."""
LETTERS = {"large": 9.5, "": 7.5, "small": 6.5}
"""Width of a letter of each size of names, in units."""
FLAG = 18
"""Height of the flag of a site, in units; it is as wide."""
CARD = 10
"""Places that a card tells; the list has the others."""
_Towns = Mapping[str, tuple[float, float]]
"""Where towns are in the drawing, by their codes."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place, with its partner; or the `count` places of a commune, without a name.

    `centred`: it has no coordinates.
    """

    point: Point
    name: str
    town: str
    commune: str
    count: int
    teaches: bool
    partner: UUID | None = None
    centred: bool = False

    @property
    def key(self) -> str:
        """Its name in the address of a card."""
        return str(self.partner or self.commune or self.town)

    @property
    def place(self) -> str:
        town = typeset(self.town) or NOWHERE
        return french.centred(town) if self.centred else town


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A point: where it is drawn, the places that it has, and where its card is. `is_open`: its card is shown."""

    x: float
    y: float
    spots: Sequence[_Spot]
    label: str
    href: str
    is_open: bool

    @property
    def count(self) -> int:
        return sum(spot.count for spot in self.spots)

    @property
    def teaches(self) -> bool:
        """Tells if a place of it teaches: it is drawn round."""
        return any(spot.teaches for spot in self.spots)

    @property
    def half(self) -> int:
        """Half of its width, so that its number fits."""
        return min(APART // 2, 10 + 4 * max(0, len(str(self.count)) - 2))


@dataclass(frozen=True, slots=True)
class MapSite:
    """The flag of the sites of a commune: its foot, and the names of the sites."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class MapTown:
    """A name on the map: where it is written, how large, and the side of its text that stands there."""

    x: float
    y: float
    name: str
    size: str
    anchor: str


def place_map(desk: Desk, page: PartnersFound, opened: str = "") -> dict[str, Any] | None:
    """Returns the drawing of the partners found; None when nobody knows where any of them is.

    `opened` is the key of the place whose card is shown. `centred` counts the places without coordinates, drawn at the
    middle of their commune; `left_out` those outside the drawing, and those of a commune without a known middle.
    `by_town` when each point is that of a commune.
    """
    middles, ground = referral_offers.middles_of_communes(desk), ground_of(desk)
    spots = sorted(_spots(page, middles), key=lambda spot: -inhabitants(spot.commune))
    if not spots:
        return None
    frame = ground.frame or MapFrame([spot.point for spot in spots])
    seen = [spot for spot in spots if frame.has(spot.point)]
    points = _points(seen, frame, page, opened)
    sites = _sites(ground, frame, middles, points)
    return {
        "width": WIDTH,
        "height": frame.height,
        "ground": ground,
        "points": points,
        "sites": sites,
        "flags": [name for code in sites for name in ground.sites[code]],
        "towns": _towns(points, sites, {code: frame.at(middles[code]) for code in ground.towns}, frame),
        "scale": frame.scale(),
        "centred": sum(spot.centred for spot in seen),
        "left_out": page.pager.total - sum(spot.count for spot in seen),
        "by_town": page.by_town,
        "card": next((_card(desk, page, point) for point in points if point.is_open), None),
        "shut": page.pager.at_row("lieu", ""),
    }


def _spots(page: PartnersFound, middles: Mapping[str, Point]) -> Iterator[_Spot]:
    """Yields the places, or their communes: where their coordinates are, else in the middle of the commune."""
    for row in page.places:
        placed = row.latitude is not None
        point = (row.latitude, row.longitude) if placed else middles.get(row.commune)
        if point and page.by_town:
            yield _Spot(point, "", row.town, row.commune, row.count, bool(row.teaches))
        elif point:
            yield _Spot(point, row.name, row.town, row.commune, 1, row.teaches, row.stream, not placed)


def _points(spots: Sequence[_Spot], frame: MapFrame, page: PartnersFound, opened: str) -> list[MapPoint]:
    """Returns a point for each spot; those too close together share the point of the first."""
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
    return [
        MapPoint(
            round(x, 1),
            round(y, 1),
            group,
            french.on_map(
                sum(spot.count for spot in group), [(one.name, one.place) for one in group[: french.NAMED + 1]]
            ),
            page.pager.at_row("lieu", group[0].key),
            any(spot.key == opened for spot in group),
        )
        for (x, y), group in groups.items()
    ]


def _sites(
    ground: Ground, frame: MapFrame, middles: Mapping[str, Point], points: Sequence[MapPoint]
) -> dict[str, MapSite]:
    """Returns the flags of the sites by commune: at its middle, or above the point that would hide it."""
    made = {}
    for code, names in ground.sites.items():
        middle = middles.get(code)
        if middle and frame.has(middle):
            x, y = frame.at(middle)
            hidden = [one for one in points if abs(one.x - x) < FLAG and -FLAG / 2 < y - one.y < FLAG + one.half]
            x, y = (hidden[0].x, hidden[0].y - hidden[0].half) if hidden else (x, y)
            made[code] = MapSite(round(x, 1), round(y, 1), french.sites(names))
    return made


def _towns(points: Sequence[MapPoint], sites: Mapping[str, MapSite], towns: _Towns, frame: MapFrame) -> list[MapTown]:
    """Returns the names that have room, the largest towns first: each once, none over another one."""
    taken = [(one.x - one.half, one.x + one.half, one.y) for one in points]
    taken += [(one.x, one.x + FLAG, one.y - FLAG / 2) for one in sites.values()]
    named = _names(points, sites, towns)
    largest, made = max((inhabitants(key) for key, _ in named), default=0), []
    for key, (name, x, y, gap) in named:
        size = _size(inhabitants(key), largest)
        wide = LETTERS[size] * len(name)
        for left, line, anchor in _ways(x, y, gap, wide, size):
            free = all(left + wide < west or left > east or abs(line - there) > LINE for west, east, there in taken)
            if free and 0 <= left <= WIDTH - wide and LINE <= line <= frame.height - LINE:
                at = left + wide * ("start", "middle", "end").index(anchor) / 2
                made.append(MapTown(round(at, 1), round(line, 1), name, size, anchor))
                taken.append((left, left + wide, line))
                break
    return made


def _ways(x: float, y: float, gap: float, wide: float, size: str) -> Iterator[tuple[float, float, str]]:
    """Yields where a name may begin, on which line, by its side: at its place, or beside what is drawn there.

    A village is named beside its point only: above it, it would seem to name another one.
    """
    if not gap:
        yield x - wide / 2, y, "middle"
        return
    yield x + gap, y, "start"
    yield x - gap - wide, y, "end"
    if size != "small":
        yield x - wide / 2, y + LINE + 1, "middle"
        yield x - wide / 2, y - LINE - 1, "middle"


def _names(
    points: Sequence[MapPoint], sites: Mapping[str, MapSite], towns: _Towns
) -> list[tuple[str, tuple[str, float, float, float]]]:
    """Returns what may be named, the largest first: a code, its name, where it is, the room that its point takes."""
    name_by_code: dict[str, tuple[str, float, float, float]] = {}
    for point in points:
        first = point.spots[0]
        if first.town and (len(points) <= NAMED_POINTS or inhabitants(first.commune) >= TOWN):
            name_by_code.setdefault(
                first.commune or first.town, (typeset(first.town), point.x, point.y, point.half + 4)
            )
    for code, site in sites.items():
        name_by_code.setdefault(code, (_name(code), site.x, site.y - FLAG / 2, FLAG))
    shared = {spot.commune for one in points for spot in one.spots}
    for code, place in towns.items():
        if code not in shared:
            name_by_code.setdefault(code, (_name(code), *place, 0))
    return sorted(name_by_code.items(), key=lambda one: -inhabitants(one[0]))


def _name(code: str) -> str:
    known = communes().get(code)
    return typeset(known.name) if known else ""


def _size(people: int, largest: int) -> str:
    """Returns the size of the name of a commune: beside the largest of the map, and small when it is no town."""
    if people < TOWN:
        return "small"
    return "large" if people * 2 >= largest else ""


def _card(desk: Desk, found: PartnersFound, point: MapPoint) -> dict[str, Any]:
    """Returns the card of a point: its places as the list has them; or its communes, each with its part of the list."""
    params, shown = found.pager.params, point.spots[:CARD]
    town, partners = point.spots[0].place, [spot.partner for spot in shown if spot.partner]
    rows = {row["stream"]: row for row in rows_of(desk, partners)}
    return {
        "title": town if point.count == 1 else french.card(point.count, town),
        "rows": [(rows[spot.partner], spot.place if point.count > 1 else "") for spot in shown if spot.partner in rows],
        "towns": [
            (spot.place, spot.count, address(LIST, {**params, "q": f"{params['q']} {spot.town}".strip()}))
            for spot in shown
            if not spot.partner
        ],
        "others": len(point.spots) - len(shown),
    }
