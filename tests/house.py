"""Draws the house from its imports: docs/pictures/house.svg. `make map` runs it."""

from collections.abc import Iterable
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, TypeVar

import grimp

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "pictures" / "house.svg"
Box = tuple[str, ...]
"""A room; or several that import each other, drawn together."""
Arrows = set[tuple[Box, Box]]
T = TypeVar("T")


# --- rooms and their imports


def folder(room: str) -> Path:
    return ROOT / room.replace(".", "/")


def name(room: str) -> str:
    return room.rpartition(".")[2]


def is_package(room: str) -> bool:
    return (folder(room) / "__init__.py").is_file()


def rooms(package: str) -> list[str]:
    """Returns the modules and packages of a package, by name."""
    names = {path.stem for path in folder(package).glob("*.py")} | {
        p.parent.name for p in folder(package).glob("*/*.py")
    }
    return sorted(f"{package}.{name}" for name in names - {"__init__"})


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("web", "projections", "pixflow", cache_dir=None)


class House(NamedTuple):
    """The boxes of a package and who imports whom; late and typing imports count."""

    boxes: list[Box]
    arrows: Arrows

    @classmethod
    def of(cls, package: str) -> "House":
        known = rooms(package)
        holder = {module: room for room in known for module in graph().modules if f"{module}.".startswith(f"{room}.")}
        pairs = {
            (holder[module], holder[imported])
            for module in holder
            for imported in graph().find_modules_directly_imported_by(module)
            if holder.get(imported, holder[module]) != holder[module]
        }
        below = _closure(known, pairs)
        box_of = {
            room: tuple(o for o in known if o == room or (o in below[room] and room in below[o])) for room in known
        }
        return cls(sorted(set(box_of.values())), {(box_of[a], box_of[b]) for a, b in pairs if box_of[a] != box_of[b]})

    def needed(self) -> Arrows:
        """Returns the arrows without those that a longer way implies."""
        below = _closure(self.boxes, self.arrows)
        return {(a, b) for a, b in self.arrows if not any(b in below[c] for x, c in self.arrows if x == a and c != b)}

    def layers(self) -> list[list[Box]]:
        """Returns the boxes from top to bottom: each imports boxes of later layers only."""
        below = _closure(self.boxes, self.arrows)
        height: dict[Box, int] = {}
        for box in sorted(self.boxes, key=lambda box: len(below[box])):
            height[box] = max((height[other] + 1 for other in below[box]), default=0)
        ranked = sorted(self.boxes, key=lambda box: (-height[box], box))
        return [list(layer) for _, layer in groupby(ranked, key=lambda box: height[box])]


def _closure(known: Iterable[T], pairs: set[tuple[T, T]]) -> dict[T, set[T]]:
    """Returns for each node all that it reaches."""
    below = {one: {b for a, b in pairs if a == one} for one in known}
    for middle in below:
        for reached in below.values():
            if middle in reached:
                reached |= below[middle]
    return below


# --- the picture

_STYLE = """
text { font: 13px sans-serif; fill: #1d2733; text-anchor: middle }
.band { fill: #f3f5f8; stroke: #c9d1dc }
.title { font-weight: bold; font-size: 15px; text-anchor: start }
.room { fill: #ffffff; stroke: #3b5b86 }
.file { fill: #ffffff; stroke: #a9b4c2 }
line { stroke: #7d8da3; stroke-width: 1.2; marker-end: url(#tip) }
.wide { fill: #3b5b86 }
"""
_HEIGHT, _ROW = 26, 60
_TIP = """<marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="3" orient="auto">
<path d="M0 0L7 3L0 6z" fill="#7d8da3"/></marker>"""


def picture() -> str:
    """Returns the SVG: a band a package, a box a room, an arrow from who imports to what is imported."""
    web, web_height = _band("web", 10, 10, 350)
    pages, pages_height = _band("web.pages", 380, 10, 810)
    top = 10 + max(web_height, pages_height) + 50
    reads, reads_height = _band("projections", 10, top, 1180)
    bottom = top + reads_height + 50
    engine, engine_height = _band("pixflow", 10, bottom, 1180)
    wide = [f'<path class="wide" d="M595 {y - 42}h10v16h9l-14 18l-14 -18h9z"/>' for y in (top, bottom)]
    height = bottom + engine_height + 10
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 {height}" role="img" aria-label="The house">',
            f"<style>{_STYLE}</style><defs>{_TIP}</defs>",
            f'<rect width="1200" height="{height}" fill="#ffffff"/>',
            *web, *pages, *reads, *engine, *wide,
            "</svg>\n",
        ]
    )  # fmt: skip


def _band(package: str, left: int, top: int, width: int) -> tuple[list[str], int]:
    """Returns the drawing of a package, and its height."""
    house = House.of(package)
    layers = _untangled(house)
    height = 30 + _ROW * len(layers)
    at: dict[Box, tuple[int, int]] = {}
    for row, layer in enumerate(layers):
        step = width / len(layer)
        for place, box in enumerate(layer):
            at[box] = round(left + step * (place + 0.5)), top + 44 + _ROW * row
    drawn = [
        f'<rect class="band" x="{left}" y="{top}" width="{width}" height="{height}" rx="8"/>',
        f'<text class="title" x="{left + 12}" y="{top + 24}">{package.replace(".", "/")}/</text>',
    ]
    for a, b in sorted(house.needed()):
        (x1, y1), (x2, y2) = at[a], at[b]
        drawn.append(f'<line x1="{x1}" y1="{y1 + _HEIGHT}" x2="{x2}" y2="{y2 - 2}"/>')
    for box, corner in at.items():
        drawn += _drawn(box, *corner)
    return drawn, height


def _drawn(box: Box, x: int, y: int) -> list[str]:
    label = " ↔ ".join(map(name, box))
    width = max(len(label) * 8 + 16, 84)
    kind = "room" if is_package(box[0]) else "file"
    return [
        f'<rect class="{kind}" x="{x - width // 2}" y="{y}" width="{width}" height="{_HEIGHT}" rx="5"/>',
        f'<text x="{x}" y="{y + 17}">{escape(label)}</text>',
    ]


def _untangled(house: House) -> list[list[Box]]:
    """Returns the layers, each ordered by the mean place of what imports its boxes."""
    place: dict[Box, float] = {}
    layers = []
    for layer in house.layers():
        above = {box: sorted(place[a] for a, b in house.needed() if b == box) for box in layer}
        layer = sorted(layer, key=lambda box: (sum(above[box]) / len(above[box]) if above[box] else 0.5, box))
        place |= {box: (number + 0.5) / len(layer) for number, box in enumerate(layer)}
        layers.append(layer)
    return layers


if __name__ == "__main__":
    PICTURE.write_text(picture())
