"""Lateness of the rows of a list: a bar for each band, which filters the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pixflow.working_days import Calendar
from projections.piles import BANDS, OVER, Lateness
from web.french import vocabulary
from web.http.pagination import address

PARAMETER = "retard"


@dataclass(frozen=True, slots=True)
class LateBar:
    """The rows of a band of lateness, which `href` filters, or no longer.

    `label` is short, `said` is read aloud. `share` is the part of the largest band.
    """

    band: str
    label: str
    said: str
    count: int
    share: float
    href: str
    on: bool


@lru_cache(64)
def lateness(calendar: Calendar, today: date) -> Lateness:
    return Lateness.on(calendar, today)


def late_bars(
    counts: Mapping[str, int],
    chosen: str,
    path: str,
    kept: Mapping[str, str] | None = None,
    *,
    anchor: str = "",
    parameter: str = PARAMETER,
) -> Sequence[LateBar]:
    """Returns one bar a band, the least late first; none when all rows are of one band, and it is not asked for.

    No filter changes the parameters `kept`.
    """
    if not chosen and sum(map(bool, counts.values())) < 2:
        return ()
    most = max(counts.values(), default=0) or 1
    return [
        LateBar(
            band,
            *vocabulary.LATENESS[band],
            counts.get(band, 0),
            counts.get(band, 0) / most,
            address(path, {**(kept or {}), parameter: "" if band == chosen else band}) + anchor,
            band == chosen,
        )
        for band in (*BANDS, OVER)
    ]
