"""Figures, and how they leave the structure."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

import msgspec
from dateutil.relativedelta import relativedelta
from msgspec import Struct

from pixflow.documents.small_numbers import Span, Sum, mask
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


Days = tuple[date, date]
"""The first and the last day of a period."""
_DAY, _YEAR = timedelta(1), relativedelta(years=1)
_HEADLINE, _PART = 3, 1
"""The weights of a number of an indicator and of one of its parts: a part gives way first."""
_BESIDE = ("no-score", "own")
"""Parts that make up, with what is counted, what they are counted among."""
_WHOLE = ("I14", "I16", "I18", *(one.id for one in INDICATORS if "waiting" in one.cells))
"""Indicators whose parts, or what is counted with them, make up what they are counted among."""
_APART = ("I13", "I17", "I19", "I20", "I24")
"""Indicators that are the sum of their parts, each part among its own; I17 has two parts among one."""

_KEPT = 16
"""Days of which what is told is kept: those of a few structures."""

_FIRST = ("indicator", "part", "counted", "among", "rate")
"""The fields of a row of the first reports."""


def years(day: date) -> tuple[Days, Days, Days]:
    """Returns the twelve months that end with a day, its year up to it, and the year before that one."""
    start = day.replace(month=1, day=1)
    return (day - _YEAR + _DAY, day), (start, day), (start - _YEAR, start - _DAY)


def pieces(periods: Collection[Days]) -> list[Days]:
    """Returns the periods that others are made of: no two have a day in common."""
    starts = {first for first, _ in periods} | {last + _DAY for _, last in periods}
    return [(first, then - _DAY) for first, then in pairwise(sorted(starts))]


def at_least(number: int) -> int:
    """Returns the bound of a number that can be subtracted from another one: by fives, with room for one less."""
    return max(0, number - 1) // FEWEST * FEWEST


class Outside:
    """All that leaves the house of the figures of one day.

    The numbers of the whole structure over the `years` of the day are one table. Any other number is a bound: of a
    cell of a cut, of other days. A bound has room for one less: so a twin of the table is one of all that leaves.
    """

    def __init__(self, day: date, tables: Mapping[Days, Mapping[str, Figure]]) -> None:
        """Takes the figures of the whole structure over the years of the day, and over the pieces of these."""
        found = ((days, tuple(table.items())) for days, table in tables.items())
        self._years = _told_of_years(day, tuple(found))

    def rows(self, id: str, figure: Figure, days: Days, *, whole: bool) -> list[ReportRow]:
        """Returns what is told of a figure, its own row first. `whole`: it is that of the whole structure.

        A part of which a bound would tell nothing has no row.
        """
        parts = [("", figure.counted, figure.among), *((one.name, one.counted, one.among) for one in figure.parts)]
        if whole and days in self._years:
            return [self._years[days][id, part] for part, *_ in parts]
        rows = [self._bounds(id, part, counted, among, days) for part, counted, among in parts]
        return [row for row in rows if not row.part or row.counted is not None or row.counted_least]

    def _bounds(self, id: str, part: str, counted: int, among: int, days: Days) -> ReportRow:
        """Returns the bounds of two numbers. Where a year has nobody, nothing within it has: that zero is told."""
        year = self._around(days).get((id, part))
        return ReportRow(
            indicator=id,
            part=part,
            counted=0 if year and year.counted == 0 else None,
            among=0 if year and year.among == 0 else None,
            rate=None,
            counted_least=at_least(counted) or None,
            among_least=at_least(among) or None,
        )

    def _around(self, days: Days) -> Mapping[tuple[str, str], ReportRow]:
        return next((rows for (first, last), rows in self._years.items() if first <= days[0] <= days[1] <= last), {})


@lru_cache(_KEPT)
def _told_of_years(
    day: date, tables: tuple[tuple[Days, tuple[tuple[str, Figure], ...]], ...]
) -> Mapping[Days, Mapping[tuple[str, str], ReportRow]]:
    """Returns the rows of the years of a day. To search what to hide takes long: equal figures have one answer."""
    told = hide({days: dict(table) for days, table in tables}, years(day))
    return {days: _by_part(rows) for days, rows in told.items()}


def _by_part(rows: Sequence[ReportRow]) -> dict[tuple[str, str], ReportRow]:
    return {(row.indicator, row.part): row for row in rows}


class _Number(NamedTuple):
    """A number of a table, by its place: days, a figure and a cell, or what several figures count among."""

    place: tuple[Hashable, ...]
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


def hide(tables: Mapping[Days, Mapping[str, Figure]], printed: Collection[Days]) -> dict[Days, list[ReportRow]]:
    """Returns the rows of the tables that are printed: each figure's own, then those of its parts.

    A period is the sum of the other tables whose days are its own.
    """
    named = {days: [_name_cells(id, figure, days) for id, figure in table.items()] for days, table in tables.items()}
    weights: Counter[_Number] = Counter()
    for one in (one for days in printed for one in named[days]):
        for part, counted, among in one.rows():
            weights.update(dict.fromkeys((counted, among), _PART if part else _HEADLINE))
    own = (found for table in named.values() for one in table for found in _sums(one))
    sums = list(dict.fromkeys((*own, *_sums_of_days(named))))
    numbers = {number: number.value for number in weights}
    numbers |= {number: number.value for one in sums for number in (one.total, *one.parts)}
    spans = mask(numbers, weights, sums)
    return {
        days: [
            _row(one.id, part, spans[counted], spans[among], shares=bool(part) or one.figure.shares)
            for one in named[days]
            for part, counted, among in one.rows()
        ]
        for days in printed
    }


def _name_cells(id: str, figure: Figure, days: Days) -> _Named:
    """Returns a figure with names: cells that are one by the catalogue have one name, those of a stock on all days."""

    def number(name: str, value: int, part: str = "") -> _Number:
        if not name:
            return _Number((days, id, part, "volume"), value)
        cell_name = next((usual for usual in (AMONG, COUNTED) if cell(id, name) == cell(id, usual)), name)
        if cell(id, cell_name).ever:
            return _Number((id, cell_name), value)
        milestone = ENTERED.get((id, cell_name), "")
        return _Number((days, milestone) if milestone else (days, id, cell_name), value)

    parts = [
        (part, number(part.counts, part.counted, part.name), number(part.of, part.among, part.name))
        for part in figure.parts
    ]
    return _Named(id, figure, number(COUNTED, figure.counted), number(AMONG, figure.among), parts)


def _sums_of_days(named: Mapping[Days, Sequence[_Named]]) -> Iterator[Sum[_Number]]:
    """Yields the numbers of a period as sums of those of its pieces. A piece without a part has none of it."""
    rows = {
        days: {(one.id, part): numbers for one in table for part, *numbers in one.rows()}
        for days, table in named.items()
    }
    atoms = [days for days in named if days in pieces(list(named))]
    for days, table in rows.items():
        within = [one for one in atoms if days[0] <= one[0] and one[1] <= days[1] and one != days]
        for key, numbers in table.items():
            for place, total in enumerate(numbers):
                parts = tuple(rows[one][key][place] for one in within if key in rows[one])
                if total not in parts and total.value == sum(part.value for part in parts) and parts:
                    yield Sum(total, parts)


def _sums(entry: _Named) -> Iterator[Sum[_Number]]:
    """Yields the sums of a figure: each share with its rest, and parts that make up a whole."""
    if not entry.figure.shares:
        return
    shares = [(entry.among, entry.counted), *((among, counted) for part, counted, among in entry.parts if part.of)]
    wholes: list[tuple[_Number, tuple[_Number, ...]]] = [
        (among, (entry.counted, counted)) for part, counted, among in entry.parts if part.name in _BESIDE
    ]
    if entry.id in _WHOLE:
        own = tuple(dict.fromkeys(counted for _, counted, among in entry.parts if among == entry.among))
        beside = () if sum(part.value for part in own) == entry.among.value else (entry.counted,)
        wholes += [(entry.among, (*beside, *own)), (entry.among, (entry.counted,))]
    elif entry.id in _APART:
        apart = {part.of: (counted, among) for part, counted, among in reversed(entry.parts)}
        wholes += zip((entry.counted, entry.among), zip(*apart.values(), strict=True), strict=False)
    made = [Sum(total, parts) for total, parts in wholes if sum(part.value for part in parts) == total.value]
    yield from made
    split = {(one.total, part) for one in made for part in one.parts}
    for total, part in shares:
        if (total, part) not in split and total != part and part.value <= total.value:
            yield Sum(total, (part, _rest(total, part)))


def _rest(total: _Number, *parts: _Number) -> _Number:
    rest = total.value - sum(part.value for part in parts)
    return _Number(("rest", *total.place, *(name for part in parts for name in part.place)), rest)


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


def _least(span: Span) -> int | None:
    return None if span.exact else span.low or None


def digest(rows: Sequence[ReportRow]) -> str:
    """Returns the SHA-256 of a table, in hexadecimal. A field added since stands in it where it says something."""
    said = [{name: one for name, one in asdict(row).items() if one is not None or name in _FIRST} for row in rows]
    return sha256(msgspec.json.encode(said)).hexdigest()
