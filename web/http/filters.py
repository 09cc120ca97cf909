"""The filters of a list: parameters of its address, in one menu a facet, with the number of rows that each gives."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from pixflow.identity import normalise
from pixflow.working_days import Calendar
from projections.piles import BANDS, OVER, Lateness
from projections.statements import WITHOUT
from web.french import vocabulary
from web.http.addresses import address, addresses

PARAMETERS = {"kind": "tache", "stage": "etape", "group": "groupe", "doer": "pour"} | {
    "late_kind": "attente",
    "late_owner": "aupres",
    "late_band": "retard",
}
"""The parameter of an address for each column of rows that has another name."""


def parameters(wanted: Mapping[str, str]) -> dict[str, str]:
    """Returns the filters as parameters of an address."""
    return {PARAMETERS.get(column, column): value for column, value in wanted.items()}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter; a second press takes it off. `count` is None where no number of rows makes sense."""

    label: str
    href: str
    count: int | None
    on: bool


@dataclass(frozen=True, slots=True)
class FilterMenu:
    """The filters of one facet: the one that is `on`, if any, and the `others` to choose from."""

    label: str
    on: Chip | None
    others: Sequence[Chip]


def menu(label: str, chips: Sequence[Chip]) -> FilterMenu:
    """Returns the menu of these filters."""
    on = next((chip for chip in chips if chip.on), None)
    return FilterMenu(label, on, [chip for chip in chips if not chip.on])


@dataclass(frozen=True, slots=True)
class Facet:
    """A column that rows are filtered by, its label, and the label of each value, in order.

    Values that `values` does not list follow in alphabetical order, without a label. A `quiet` facet has no filter but
    the one that takes it off. A `lone` facet has its menu even when all rows have one value. `none` is the label of the
    rows without a value: the counts of a menu make the whole list.
    """

    name: str
    label: str
    values: Mapping[str, str]
    quiet: bool = False
    lone: bool = False
    none: str = "Sans"


OF_GROUP = Facet("group", "Groupe CEJ", {}, lone=True, none="Sans groupe")


def fits(row: Any, wanted: Mapping[str, str], but: str = "") -> bool:
    """True for a row that passes every filter; the filter `but` is left out."""
    return all(_value(row, name) == value for name, value in wanted.items() if value and name != but)


def _value(row: Any, name: str) -> str:
    return getattr(row, name) or WITHOUT


def total(counted: Sequence[Any], wanted: Mapping[str, str], but: str = "") -> int:
    """Returns the sum of the counts `n` of the rows that pass."""
    return sum(row.n for row in counted if fits(row, wanted, but))


def menus(
    path: str, facets: Sequence[Facet], counted: Sequence[Any], wanted: Mapping[str, str], params: Mapping[str, str]
) -> list[FilterMenu]:
    """Returns the menus whose filters would narrow the list, or do; no filter changes the parameters `params`.

    A facet with one value for all rows narrows nothing: it has no menu.
    """
    made = (menu(facet.label, _chips(path, facet, counted, wanted, params)) for facet in facets)
    return [one for one in made if one.on or one.others]


def _chips(
    path: str, facet: Facet, counted: Sequence[Any], wanted: Mapping[str, str], params: Mapping[str, str]
) -> list[Chip]:
    there = {_value(row, facet.name) for row in counted}
    chosen = wanted[facet.name]
    if len(there) < 2 and not chosen and (not facet.lone or there <= {WITHOUT}):
        return []
    counts: Counter[str] = Counter()
    for row in counted:
        if fits(row, wanted, facet.name):
            counts[_value(row, facet.name)] += row.n
    made = []
    there_with = addresses(path, {**params, **parameters(wanted)}, PARAMETERS.get(facet.name, facet.name))
    for value in _ordered(facet, ({chosen} if facet.quiet else there | {chosen}) - {""}):
        if counts[value] or value == chosen:
            href = there_with("" if value == chosen else value)
            label = facet.none if value == WITHOUT else facet.values.get(value, value)
            made.append(Chip(label, href, counts[value], value == chosen))
    return made


@dataclass(frozen=True, slots=True)
class Choice:
    """The CEJ groups of a form: a list of values, each with the number of rows it would give.

    `kept` are the parameters that stay.
    """

    path: str
    chosen: str
    values: Sequence[tuple[str, int]]
    kept: Mapping[str, str]


def choice(path: str, counts: Mapping[str, int], chosen: str, kept: Mapping[str, str]) -> Choice | None:
    values = sorted({**({chosen: 0} if chosen else {}), **counts}.items(), key=lambda pair: normalise(pair[0]))
    others = {name: value for name, value in kept.items() if value and name != PARAMETERS["group"]}
    return Choice(path, chosen, values, others) if values else None


def _ordered(facet: Facet, values: set[str]) -> list[str]:
    listed = [value for value in facet.values if value in values]
    return listed + sorted(values - {*listed}, key=lambda value: (value == WITHOUT, normalise(value)))


# --- lateness

LATE = "retard"


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
    params: Mapping[str, str] | None = None,
    *,
    anchor: str = "",
    parameter: str = LATE,
) -> Sequence[LateBar]:
    """Returns one bar a band, the least late first; none when all rows are of one band, and it is not asked for.

    No filter changes the parameters `params`.
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
            address(path, {**(params or {}), parameter: "" if band == chosen else band}) + anchor,
            band == chosen,
        )
        for band in (*BANDS, OVER)
    ]
