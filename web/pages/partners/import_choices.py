"""The choices made in the preview of a file of places, from its address or its form."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal
from zlib import crc32

import msgspec

from pixflow.place_import.importer import PreparedPlaces
from pixflow.place_import.plan import PlacePlan, key_of
from pixflow.place_import.steps import PlaceChoices, Way
from web.desk.imports import HIGHEST, Lines, Rank, pairs
from web.http.addresses import whole_number
from web.http.forms import Form


class PlacesForm(Form):
    """The choices of a preview. `left`: lines of new places that are not kept; `back`: of places wanted again.

    `column` are the fields of columns, such as `2:commune`; `doubt` the doubtful places, such as `12:apart`, `12:0`.
    `rest`: what becomes of the other doubtful places. `vanished`: if the places that are gone are noted. The others are
    the pages of its lists: changed, doubtful, new, gone, aside, outside, remarks.
    """

    column: tuple[str, ...] = ()
    left: Lines = ()
    back: Lines = ()
    doubt: tuple[str, ...] = ()
    rest: Literal["later", "apart"] | None = None
    vanished: Literal["note", "leave"] | None = None
    c: Rank = 1
    d: Rank = 1
    n: Rank = 1
    g: Rank = 1
    a: Rank = 1
    o: Rank = 1
    r: Rank = 1

    @cached_property
    def columns(self) -> Mapping[int, str]:
        """The fields of columns, by their rank."""
        return dict(pairs(self.column))

    @cached_property
    def ways(self) -> Mapping[int, Way]:
        """The ways of doubtful places, by line."""
        return {line: way for line, code in pairs(self.doubt) if (way := _way(code)) is not None}

    def mapping(self, columns: Sequence[str], fields: Mapping[str, str]) -> dict[str, str]:
        """Returns the fields chosen for columns; the first column of a field counts."""
        chosen: dict[str, str] = {}
        for rank, field in sorted(self.columns.items()):
            if rank <= len(columns) and field in fields and field not in chosen.values():
                chosen[columns[rank - 1]] = field
        return chosen

    def notes_gone(self, plan: PlacePlan) -> bool:
        """Tells if the places that are gone are noted: by default, unless the file may be cut."""
        return self.vanished == "note" if self.vanished else not plan.loses_much

    def choices(self, plan: PlacePlan) -> PlaceChoices:
        return PlaceChoices(
            aside=frozenset(key_of(one) for one in plan.new if one.line in self.left),
            back=frozenset(key_of(one) for one in plan.aside if one.line in self.back),
            ways=self.ways,
            settled_only=self.rest != "apart",
            vanished=self.notes_gone(plan),
        )


def _way(code: str) -> Way | None:
    """Returns a way, or the rank of the place that it is; None for what no page wrote."""
    match code:
        case "apart" | "aside":
            return code
    return number if (number := whole_number(code)) is not None and number <= HIGHEST else None


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
