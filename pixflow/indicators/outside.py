"""Figures, and how they leave the structure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from pixflow.documents.small_numbers import Span, Sum, told
from pixflow.events.indicators import ReportRow
from pixflow.indicators.catalogue import AMONG, COUNTED, ENTERED, INDICATORS, cell

FEWEST = 5
"""The least number of cases that a rate is told of."""


class Part(Struct, frozen=True):
    """A share of a figure, by name: a state, a band, a rule. `counts` and `of` are the names of its two cells."""

    name: str
    counted: int
    among: int
    median: int | None = None
    ninth: int | None = None
    """Days by which a half, and nine in ten, have arrived; for I21, the change in points."""
    counts: str = ""
    of: str = ""

    @property
    def rate(self) -> float | None:
        return rate(self.counted, self.among)


class Figure(Struct, frozen=True):
    """`counted` among `among`, and the parts. `shares` is false where the two are two volumes, not a share."""

    counted: int
    among: int
    parts: tuple[Part, ...] = ()
    shares: bool = True

    @property
    def rate(self) -> float | None:
        return rate(self.counted, self.among) if self.shares else None


def rate(counted: int, among: int) -> float | None:
    """The share, 0 to 1; None under five cases."""
    return counted / among if among >= FEWEST else None


# --- figures as they leave the house: what is told of each of their numbers (docs/indicators.md#outside)


HEADLINE, PART = 3, 1
"""The weights of a number of an indicator and of one of its parts: a part gives way first."""
_BESIDE = ("no-score", "own")
"""Parts that make up, with what is counted, what they are counted among."""
_WHOLE = ("I14", "I16", "I18", *(one.id for one in INDICATORS if "waiting" in one.cells))
"""Indicators whose parts, or what is counted with them, make up what they are counted among."""
_APART = ("I13", "I17", "I19", "I20", "I24")
"""Indicators that are the sum of their parts, each part among its own; I17 has two parts among one."""

_FIRST = ("indicator", "part", "counted", "among", "rate")
"""The fields of a row of the first reports."""


class _Number(NamedTuple):
    """A number of a table, by its place: a figure and a cell, or what several figures count among."""

    place: tuple[str, ...]
    value: int


class _Named(NamedTuple):
    """A figure with the names of its numbers."""

    id: str
    figure: Figure
    counted: _Number
    among: _Number
    parts: Sequence[tuple[Part, _Number, _Number]]

    def rows(self) -> Iterator[tuple[str, _Number, _Number]]:
        yield "", self.counted, self.among
        for part, counted, among in self.parts:
            yield part.name, counted, among


def report_rows(figures: Mapping[str, Figure]) -> list[ReportRow]:
    """Returns the table of a report."""
    return [row for rows in outside(list(figures.items())) for row in rows]


def outside(figures: Sequence[tuple[str, Figure]]) -> list[list[ReportRow]]:
    """Returns the rows of each figure of a table: its own, then those of its parts.

    Where an indicator comes again, its first figure is the whole, and the others are the cells of a cut.
    """
    cut = Counter(id for id, _ in figures)
    named = [_named(id, figure, f"{place}" if cut[id] > 1 else "") for place, (id, figure) in enumerate(figures)]
    weights: Counter[_Number] = Counter()
    for one in named:
        for part, counted, among in one.rows():
            weights.update(dict.fromkeys((counted, among), PART if part else HEADLINE))
    sums = list(dict.fromkeys((*(found for one in named for found in _sums(one)), *_cuts(named))))
    numbers = {number: number.value for number in weights}
    numbers |= {number: number.value for one in sums for number in (one.total, *one.parts)}
    spans = told(numbers, weights, sums)
    return [
        [
            _row(one.id, part, spans[counted], spans[among], shares=bool(part) or one.figure.shares)
            for part, counted, among in one.rows()
        ]
        for one in named
    ]


def _named(id: str, figure: Figure, scope: str) -> _Named:
    """Returns a figure with names: cells that are one by the catalogue have one name."""

    def number(name: str, value: int, part: str = "") -> _Number:
        if not name:
            return _Number((scope, id, part, "volume"), value)
        known = next((usual for usual in (AMONG, COUNTED) if cell(id, name) == cell(id, usual)), name)
        milestone = "" if scope else ENTERED.get((id, known), "")
        return _Number((milestone,) if milestone else (scope, id, known), value)

    parts = [
        (part, number(part.counts, part.counted, part.name), number(part.of, part.among, part.name))
        for part in figure.parts
    ]
    return _Named(id, figure, number(COUNTED, figure.counted), number(AMONG, figure.among), parts)


def _sums(one: _Named) -> Iterator[Sum[_Number]]:
    """Yields the sums of a figure: each share with its rest, and parts that make up a whole."""
    if not one.figure.shares:
        return
    shares = [(one.among, one.counted), *((among, counted) for part, counted, among in one.parts if part.of)]
    wholes: list[tuple[_Number, tuple[_Number, ...]]] = [
        (among, (one.counted, counted)) for part, counted, among in one.parts if part.name in _BESIDE
    ]
    if one.id in _WHOLE:
        own = tuple(dict.fromkeys(counted for _, counted, among in one.parts if among == one.among))
        beside = () if sum(part.value for part in own) == one.among.value else (one.counted,)
        wholes += [(one.among, (*beside, *own)), (one.among, (one.counted,))]
    elif one.id in _APART:
        apart = {part.of: (counted, among) for part, counted, among in reversed(one.parts)}
        wholes += zip((one.counted, one.among), zip(*apart.values(), strict=True), strict=False)
    made = [Sum(total, parts) for total, parts in wholes if sum(part.value for part in parts) == total.value]
    yield from made
    split = {(one.total, part) for one in made for part in one.parts}
    for total, part in shares:
        if (total, part) not in split and total != part and part.value <= total.value:
            yield Sum(total, (part, _rest(total, part)))


def _rest(total: _Number, *parts: _Number) -> _Number:
    rest = total.value - sum(part.value for part in parts)
    return _Number(("rest", *total.place, *(name for part in parts for name in part.place)), rest)


def _cuts(named: Sequence[_Named]) -> Iterator[Sum[_Number]]:
    """Yields the numbers of a whole as sums of those of its cells, and of whoever stands in none."""
    rows: dict[tuple[str, str, int], list[_Number]] = defaultdict(list)
    for one in named:
        for part, *numbers in one.rows():
            for place, number in enumerate(numbers):
                rows[one.id, part, place].append(number)
    for whole, *cells in rows.values():
        if cells and (rest := _rest(whole, *cells)).value >= 0:
            yield Sum(whole, (*cells, rest) if rest.value else tuple(cells))


def _row(id: str, part: str, counted: Span, among: Span, *, shares: bool) -> ReportRow:
    share = rate(counted.low, among.low) if shares and counted.exact and among.exact else None
    return ReportRow(
        indicator=id,
        part=part,
        counted=counted.low if counted.exact else None,
        among=among.low if among.exact else None,
        rate=None if share is None else round(share, 4),
        counted_least=_least(counted),
        among_least=_least(among),
    )


def volumes_outside(
    numbers: Mapping[Any, int], weights: Mapping[Any, int], sums: Sequence[Sum[Any]]
) -> dict[Any, tuple[int | None, int | None]]:
    """Returns what leaves the house of numbers that are no share: each as it is, or None and the least that is told."""
    spans = told(numbers, weights, sums)
    return {name: (span.low if span.exact else None, _least(span)) for name, span in spans.items()}


def _least(span: Span) -> int | None:
    return None if span.exact else span.low or None


def digest(rows: Sequence[ReportRow]) -> str:
    """Returns the SHA-256 of a table, in hexadecimal. A field added since stands in it where it says something."""
    said = [{name: one for name, one in asdict(row).items() if one is not None or name in _FIRST} for row in rows]
    return sha256(msgspec.json.encode(said)).hexdigest()
