"""The ground of the map: the communes of the territory and those around it, the sites, the frame of the drawing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, radians

from pixflow.open_data.communes import communes
from pixflow.open_data.locations import kilometres
from pixflow.open_data.place import Point
from pixflow.partners.state import Catalogue
from pixflow.place_import.outlines import rings_of
from pixflow.place_import.territory import codes_of, stated_or_guessed
from web.desk.desk import Desk
from web.desk.territory import referral_offers

WIDTH, MARGIN, TALLEST = 480, 24, 470
"""Units of the drawing: it is about as wide as a phone, and stands whole on a screen."""
SCALES = (1, 2, 5, 10, 20, 50, 100)
LEAST = 0.01
"""Degrees beyond the outermost points: about a kilometre."""
AROUND = 5
"""Kilometres drawn beyond the territory; more where it says so."""
DEGREE = 111
"""Kilometres of a degree of latitude."""
TOWN = 2_000
"""Inhabitants from which a commune is named without a place, as INSEE counts a town."""


class MapFrame:
    """Turns a point into units of the drawing: a plain projection, right for a few departments."""

    def __init__(self, points: Sequence[Point], around: float = 0) -> None:
        """Fits the drawing to these points, and kilometres around them: two kilometres wide at least."""
        norths, easts = [north for north, _ in points], [east for _, east in points]
        self.squeeze = cos(radians((min(norths) + max(norths)) / 2))
        beyond = LEAST + around / DEGREE
        self.south, self.north = min(norths) - beyond, max(norths) + beyond
        self.west, self.east = min(easts) - beyond / self.squeeze, max(easts) + beyond / self.squeeze
        high, across = self.north - self.south, (self.east - self.west) * self.squeeze
        self.unit = min((WIDTH - 2 * MARGIN) / across, (TALLEST - 2 * MARGIN) / high)
        self.height = round(high * self.unit + 2 * MARGIN)

    def at(self, point: Point) -> tuple[float, float]:
        north, east = point
        x = WIDTH / 2 + (east - (self.west + self.east) / 2) * self.squeeze * self.unit
        return x, MARGIN + (self.north - north) * self.unit

    def has(self, point: Point) -> bool:
        """Tells if a point is in the drawing."""
        x, y = self.at(point)
        return 0 <= x <= WIDTH and 0 <= y <= self.height

    def scale(self) -> tuple[int, float]:
        """Returns the longest round length that takes a third of the drawing at most, in kilometres and in units."""
        whole = kilometres((self.south, self.west), (self.south, self.east))
        unit = (self.east - self.west) * self.squeeze * self.unit / whole
        length = max((one for one in SCALES if one * unit <= WIDTH / 3), default=SCALES[0])
        return length, round(length * unit, 1)


@dataclass(frozen=True, slots=True)
class Ground:
    """The land and the sites below the places. `frame` is None without outlines: the places make it then.

    `territory` and `around` are paths of the drawing, `towns` the codes of its towns, `sites` the codes of the
    communes that have some, each with their names.
    """

    frame: MapFrame | None = None
    territory: str = ""
    around: str = ""
    credit: str = ""
    towns: tuple[str, ...] = ()
    sites: Mapping[str, Sequence[str]] = field(default_factory=dict)


def ground_of(desk: Desk) -> Ground:
    """Returns the ground. It is drawn once, until the catalogue or a partner changes."""
    return desk.memory.partners.get_or_make("ground", lambda: _ground(desk, referral_offers.catalogue_of(desk)))


def _ground(desk: Desk, catalogue: Catalogue) -> Ground:
    territory = stated_or_guessed(catalogue.territory, desk.refs.structure.sites)
    sites: dict[str, list[str]] = {}
    for site, code in territory.sites.items():
        if site in desk.refs.structure.sites:
            sites.setdefault(code, []).append(site)
    rings = {code: rings_of(text) for code, text in catalogue.outlines.items()}
    own = (codes_of(territory) or rings.keys()) & rings.keys()
    if not own:
        return Ground(sites=sites)
    frame = MapFrame([point for code in own for ring in rings[code] for point in ring], max(AROUND, territory.radius))
    middles = referral_offers.middles_of_communes(desk)
    return Ground(
        frame,
        _path(frame, (ring for code in own for ring in rings[code])),
        _path(frame, (ring for code in rings.keys() - own for ring in rings[code])),
        catalogue.credit,
        tuple(code for code in rings if inhabitants(code) >= TOWN and frame.has(middles[code])),
        sites,
    )


def inhabitants(code: str) -> int:
    """Returns the inhabitants of a commune, 0 for one that is unknown."""
    known = communes().get(code)
    return known.population if known else 0


def _path(frame: MapFrame, rings: Iterable[Sequence[Point]]) -> str:
    """Returns the path of the rings that are in the drawing, in whole units: a unit is about a hundred metres."""
    drawn = ([(round(x), round(y)) for x, y in map(frame.at, ring)] for ring in rings)
    return "".join(part for ring in drawn if _is_seen(frame, ring) for part in _steps(ring))


def _is_seen(frame: MapFrame, ring: Sequence[tuple[int, int]]) -> bool:
    """Tells if the box of a ring meets the drawing."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return max(xs) >= 0 and min(xs) <= WIDTH and max(ys) >= 0 and min(ys) <= frame.height


def _steps(ring: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Yields the parts of a ring: where it begins, then each step that moves."""
    (x, y), *others = ring
    yield f"M{x},{y}l"
    for x2, y2 in others:
        if (x2, y2) != (x, y):
            yield f"{x2 - x},{y2 - y} "
            x, y = x2, y2
    yield "z"
