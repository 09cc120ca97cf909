"""The choices made in the preview of a file of places, from its address or its form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from zlib import crc32

import msgspec

from pixflow.place_import.choices import PlaceChoices, Way
from pixflow.place_import.identified import key_of
from pixflow.place_import.importer import PreparedPlaces
from pixflow.place_import.plan import PlacePlan
from web.http.forms import Form

PAGES = ("c", "d", "n", "g", "a", "o", "r")
"""The lists of the preview, by the parameter of their page: changed, doubtful, new, gone, aside, outside, remarks."""
MOST_LINES = 7
"""Digits of a line."""
Rest = Literal["later", "apart"]


class PlacesForm(Form):
    """The form of the preview. `left`: lines of new places that are not kept; `back`: lines of places wanted again.

    `column` are the fields of columns, such as `2:commune`; `doubt` the doubtful places, such as `12:apart`, `12:0`.
    `rest`: what becomes of the other doubtful places. `vanished`: if the places that are gone are noted.
    """

    column: tuple[str, ...] = ()
    left: tuple[int, ...] = ()
    back: tuple[int, ...] = ()
    doubt: tuple[str, ...] = ()
    rest: Rest | None = None
    vanished: Literal["note", "leave"] | None = None
    c: int = 1
    d: int = 1
    n: int = 1
    g: int = 1
    a: int = 1
    o: int = 1
    r: int = 1


@dataclass(frozen=True, slots=True)
class PlaceSelection:
    """The choices that were sent; an unreadable value is left out."""

    columns: Mapping[int, str]
    left: frozenset[int]
    back: frozenset[int]
    ways: Mapping[int, Way]
    rest: Rest
    vanished: bool | None
    pages: Mapping[str, int]

    @classmethod
    def of(cls, sent: Mapping[str, Any]) -> "PlaceSelection":
        return cls(
            columns={rank - 1: field for rank, field in _pairs(sent, "column")},
            left=frozenset(_numbers(sent, "left")),
            back=frozenset(_numbers(sent, "back")),
            ways={line: way for line, text in _pairs(sent, "doubt") if (way := _way(text)) is not None},
            rest="apart" if _last(sent, "rest") == "apart" else "later",
            vanished={"note": True, "leave": False}.get(_last(sent, "vanished")),
            pages={name: next(iter(_numbers(sent, name)), 1) for name in PAGES},
        )

    def mapping(self, columns: Sequence[str], fields: Mapping[str, str]) -> dict[str, str]:
        """Returns the fields chosen for columns; the first column of a field counts."""
        found: dict[str, str] = {}
        for rank, field in sorted(self.columns.items()):
            if 0 <= rank < len(columns) and field in fields and field not in found.values():
                found[columns[rank]] = field
        return found

    def notes_gone(self, plan: PlacePlan) -> bool:
        """Tells if the places that are gone are noted: by default, unless the file may be cut."""
        return not plan.loses_much if self.vanished is None else self.vanished

    def choices(self, plan: PlacePlan) -> PlaceChoices:
        return PlaceChoices(
            aside=frozenset(key_of(one) for one in plan.new if one.line in self.left),
            back=frozenset(key_of(one) for one in plan.aside if one.line in self.back),
            ways=self.ways,
            settled_only=self.rest == "later",
            vanished=self.notes_gone(plan),
        )


def seen(prepared: PreparedPlaces) -> int:
    """Returns a checksum of what the preview offers: it moves with the list of partners and with the columns read."""
    plan = prepared.plan
    if plan is None:
        return 0
    doubts = [(one.place.line, [(pair.stream, pair.other) for pair in one.alike]) for one in plan.doubtful]
    offered = [
        [one.line for one in plan.new],
        [(one.line, stream) for one, stream in (*plan.changed, *plan.services)],
        [(one.stream, one.place) for one in plan.gone],
        [one.line for one in plan.aside],
        doubts,
        sorted(prepared.mapping.items()),
    ]
    return crc32(msgspec.json.encode(offered))


def _pairs(sent: Mapping[str, Any], name: str) -> Iterator[tuple[int, str]]:
    """Yields the values `number:text` of a parameter."""
    for value in _every(sent, name):
        number, _, text = value.partition(":")
        if found := _number(number):
            yield found, text


def _way(text: str) -> Way | None:
    match text:
        case "apart" | "aside":
            return text
    return _number(text) if text == "0" or _number(text) else None


def _numbers(sent: Mapping[str, Any], name: str) -> list[int]:
    return [number for text in _every(sent, name) if (number := _number(text))]


def _every(sent: Mapping[str, Any], name: str) -> list[str]:
    value = sent.get(name, "")
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _last(sent: Mapping[str, Any], name: str) -> str:
    return _every(sent, name)[-1].strip()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_LINES else 0
