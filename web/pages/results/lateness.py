"""Lateness of the two first lists of the board: their bars, and the rows of one band."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from projections import piles
from web.desk.desk import Desk
from web.http.filters import LateBar, late_bars, lateness
from web.pages.results.board_place import BOARD


@dataclass(frozen=True, slots=True)
class LateList:
    """A list of the board: its parameter and anchor, its counts by band, and the rows of the band asked, or None."""

    parameter: str
    anchor: str
    counts: Mapping[str, int]
    band: str
    streams: Collection[UUID] | None

    def bars(self, kept: Mapping[str, str]) -> Sequence[LateBar]:
        return late_bars(self.counts, self.band, BOARD, kept, anchor=self.anchor, parameter=self.parameter)


def late_lists(desk: Desk, to_match: str, to_dispatch: str) -> tuple[LateList, LateList]:
    """Returns the list to match and the list to dispatch, each with the band that is asked, "" for all."""
    late = lateness(desk.refs.calendar, desk.today)
    ages = {pile.kind: pile.ages for pile in piles.piles(desk.read, desk.roles, desk.today, late)}

    def made(kind: str, parameter: str, anchor: str, band: str) -> LateList:
        streams = piles.pile_streams(desk.read, desk.roles, kind, desk.today, late, band) if band else None
        return LateList(parameter, anchor, ages.get(kind, {}), band, streams)

    return (
        made("match-participation", "rapprocher", "#a-rapprocher", to_match),
        made("dispatch-result", "transmettre", "#a-transmettre", to_dispatch),
    )
