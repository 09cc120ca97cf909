"""The filters of a list: parameters of its address, shown as chips with the number of rows that each gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web.french.dossier import path as dossier_path
from web.http.pagination import address

PARAMETERS = {"kind": "tache", "stage": "etape", "group": "groupe", "doer": "pour"}
"""The parameter of an address for each column of rows that has another name."""


def parameters(wanted: Mapping[str, str]) -> dict[str, str]:
    """Returns the filters as parameters of an address."""
    return {PARAMETERS.get(column, column): value for column, value in wanted.items()}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter; a second press takes it off. `apart` begins another facet."""

    label: str
    href: str
    count: int
    on: bool
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A column that rows are filtered by, and the label of each value, in order.

    Values that `values` does not list follow in alphabetical order, without a label. A `quiet` facet has no chip but
    the one that takes it off.
    """

    name: str
    values: Mapping[str, str]
    quiet: bool = False


def fits(row: Any, wanted: Mapping[str, str], but: str = "") -> bool:
    """True for a row that passes every filter; the filter `but` is left out."""
    return all(getattr(row, name) == value for name, value in wanted.items() if value and name != but)


def total(counted: Sequence[Any], wanted: Mapping[str, str], but: str = "") -> int:
    """Returns the sum of the counts `n` of the rows that pass."""
    return sum(row.n for row in counted if fits(row, wanted, but))


def chips(
    path: str, facets: Sequence[Facet], counted: Sequence[Any], wanted: Mapping[str, str], kept: Mapping[str, str]
) -> list[Chip]:
    """Returns the chips that would narrow the list, and those that do; no chip changes the parameters `kept`.

    A facet with one value for all rows narrows nothing: it has no chip.
    """
    made: list[Chip] = []
    for facet in facets:
        there = {getattr(row, facet.name) or "" for row in counted}
        chosen = wanted[facet.name]
        if len(there) < 2 and not chosen:
            continue
        found: list[Chip] = []
        for value in _ordered(facet, ({chosen} if facet.quiet else there | {chosen}) - {""}):
            count = total(counted, {**wanted, facet.name: value})
            if count or value == chosen:
                href = address(path, {**kept, **parameters({**wanted, facet.name: "" if value == chosen else value})})
                label = facet.values.get(value, value)
                found.append(Chip(label, href, count, value == chosen, apart=bool(made) and not found))
        made += found
    return made


@dataclass(frozen=True, slots=True)
class Choice:
    """A facet with too many values for chips: a list of values, each with the number of rows it would give.

    `kept` are the parameters that stay.
    """

    path: str
    chosen: str
    values: Sequence[tuple[str, int]]
    kept: Mapping[str, str]


def group(chosen: str) -> Facet:
    """Returns the facet of CEJ groups: a list sets it, its chip takes it off."""
    return Facet("group", {chosen: dossier_path.group(chosen)} if chosen else {}, quiet=True)


def groups(path: str, counted: Sequence[Any], wanted: Mapping[str, str], kept: Mapping[str, str]) -> Choice | None:
    """Returns the CEJ groups among these rows, or None when there is none to choose."""
    counts: dict[str, int] = {}
    for row in counted:
        if row.group and fits(row, wanted, "group"):
            counts[row.group] = counts.get(row.group, 0) + row.n
    return choice(path, counts, wanted["group"], {**kept, **parameters(wanted)})


def choice(path: str, counts: Mapping[str, int], chosen: str, kept: Mapping[str, str]) -> Choice | None:
    values = sorted({**({chosen: 0} if chosen else {}), **counts}.items(), key=lambda pair: pair[0].casefold())
    others = {name: value for name, value in kept.items() if value and name != PARAMETERS["group"]}
    return Choice(path, chosen, values, others) if values else None


def _ordered(facet: Facet, values: set[str]) -> list[str]:
    listed = [value for value in facet.values if value in values]
    return listed + sorted(values - set(listed))
