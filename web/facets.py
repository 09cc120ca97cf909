"""Filters that are the address: chips with the count each would give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web.paging import address


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter; pressing it again takes it off. `apart` begins another facet."""

    label: str
    href: str
    count: int
    on: bool
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing that rows are filtered by: its name in the address, and what each value is called, in their order.

    Values that `values` does not list follow in alphabetical order, as they are. A `quiet` facet has no chip but the
    one that takes it off.
    """

    name: str
    values: Mapping[str, str]
    quiet: bool = False


def fits(row: Any, wanted: Mapping[str, str], but: str = "") -> bool:
    """Whether a counted row is among those wanted, one filter aside."""
    return all(getattr(row, name) == value for name, value in wanted.items() if value and name != but)


def total(counted: Sequence[Any], wanted: Mapping[str, str], but: str = "") -> int:
    """How many rows are wanted. `counted` are rows with the facets' names as attributes, and `n`."""
    return sum(row.n for row in counted if fits(row, wanted, but))


def chips(
    path: str, facets: Sequence[Facet], counted: Sequence[Any], wanted: Mapping[str, str], kept: Mapping[str, str]
) -> list[Chip]:
    """The chips that would narrow the list, and those that do; `kept` are the parameters no chip changes.

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
                href = address(path, {**kept, **wanted, facet.name: "" if value == chosen else value})
                label = facet.values.get(value, value)
                found.append(Chip(label, href, count, value == chosen, apart=bool(made) and not found))
        made += found
    return made


def _ordered(facet: Facet, values: set[str]) -> list[str]:
    listed = [value for value in facet.values if value in values]
    return listed + sorted(values - set(listed))
