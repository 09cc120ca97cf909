"""Small numbers, hidden from whoever may not open the dossiers (docs/indicators.md#outside)."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Any, Generic, NamedTuple, TypeVar

FEWEST = 5
"""The least number that is shown outside, but zero."""
_LONGEST = 1_000
"""The most steps of a search for a twin. Beyond all, the numbers that are near are hidden."""
_HASTE = (0, 1, 3, 10, 40)
"""The price of a sum that does not hold yet, in one search after the other: a dear one leads to a near twin."""


def is_small(number: int | None) -> bool:
    return number is not None and 0 < number < FEWEST


class Span(NamedTuple):
    """The least and the most that a reader is told of a number."""

    low: int
    high: float

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def holds(self, number: int) -> bool:
        return self.low <= number <= self.high


SMALL, HIDDEN = Span(1, FEWEST - 1), Span(0, inf)
Name = TypeVar("Name", bound=Hashable)
Moves = Mapping[Any, int]
"""By how much numbers differ from those of a table, by name."""


class Sum(NamedTuple, Generic[Name]):
    """A number that is the sum of others, by name."""

    total: Name
    parts: tuple[Name, ...]


def mask(numbers: Mapping[Name, int], weights: Mapping[Name, int], sums: Sequence[Sum[Name]]) -> dict[Name, Span]:
    """Returns what is told of each number that is printed, those with a weight.

    A small number is SMALL. From what is told, and from the sums, no number from 1 to 4 follows, printed or not; nor
    does the rest of a total beside its large parts. A part gives way before its total, then the number that weighs
    least.
    """
    table = _Table(numbers, weights)
    for addition in sums:
        table.add(addition)
        table.keep_rest(addition)
    for addition in sums:
        table.part_with(addition)
    for name, number in table.numbers.items():
        if is_small(number):
            table.cover(name)
    return {name: table.spans[name] for name in weights}


class _Table:
    """The numbers of a table, and what is told of each so far.

    A twin is another table of which all this is true: each sum, each span. A number is covered when a twin has another
    number in its place.
    """

    def __init__(self, numbers: Mapping[Any, int], weights: Mapping[Any, int]) -> None:
        self.numbers: dict[Any, int] = dict(numbers)
        self.weights = weights
        self.spans: dict[Any, Span] = dict.fromkeys(numbers, HIDDEN)
        for name in weights:
            self.spans[name] = SMALL if is_small(numbers[name]) else Span(numbers[name], numbers[name])
        self.sums: list[Sum[Any]] = []
        self.terms: list[dict[Any, int]] = []
        self.within: dict[Any, list[int]] = defaultdict(list)

    def add(self, addition: Sum[Any]) -> None:
        """Adds a sum. Its terms add up to zero, the smallest first."""
        terms = Counter(addition.parts)
        terms[addition.total] -= 1
        for name in terms:
            self.within[name].append(len(self.sums))
        self.sums.append(addition)
        self.terms.append({name: terms[name] for name in sorted(terms, key=self.numbers.__getitem__)})

    def keep_rest(self, addition: Sum[Any]) -> None:
        """Adds the rest of a total beside its large parts as a number, where it is small."""
        parts = tuple(part for part in addition.parts if not self.spans[part].exact or not self.numbers[part])
        if is_small(rest := sum(self.numbers[part] for part in parts)):
            name = (addition, "rest")
            self.numbers[name], self.spans[name] = rest, HIDDEN
            self.add(Sum(name, parts))

    def part_with(self, addition: Sum[Any]) -> None:
        """Loosens a large part of a sum, the total where there is none, as long as the total tells a small rest."""
        while self.spans[addition.total].exact and is_small(self._sum_hidden(addition)):
            large = [part for part in addition.parts if self.spans[part].exact and self.numbers[part]]
            self._loosen(min(large, key=lambda part: (self.weights[part], self.numbers[part]), default=addition.total))

    def _sum_hidden(self, one: Sum[Any]) -> int:
        return sum(self.numbers[part] for part in one.parts if not self.spans[part].exact)

    def cover(self, name: Hashable) -> None:
        """Loosens the numbers that are others in the cheapest twin."""
        near = {name}
        while not (moves := self._twin(name)):
            size = len(near)
            near.update(*[self.terms[place] for one in near for place in self.within[one]])
            self.spans.update(dict.fromkeys(near, HIDDEN))
            if len(near) == size:
                return
        for moved, step in moves.items():
            if not self._holds(moved, step):
                self._loosen(moved)
            if not self._holds(moved, step):
                self.spans[moved] = HIDDEN

    def _loosen(self, name: Hashable) -> None:
        span = self._bounds(name) if self.spans[name].exact else HIDDEN
        self.spans[name] = span if FEWEST <= span.low < span.high else HIDDEN

    def _bounds(self, name: Hashable) -> Span:
        """Returns the bounds of a number that a small rest parts from its total, or that others tell anyway."""
        number, low, high = self.numbers[name], 0, inf
        for place in self.within[name]:
            addition = self.sums[place]
            total = self.spans[addition.total]
            if addition.total == name:
                low = max([low, *(self.numbers[part] for part in addition.parts if self.spans[part].exact)])
            elif total.exact and is_small(total.low - number):
                low, high = max(low, total.low - FEWEST + 1), min(high, total.low - 1)
            elif self.terms[place][name] == 1:
                others = sum(self.spans[part].high for part in addition.parts if part != name)
                low = max(low, 0 if others == inf else total.low - int(others))
        return Span(low, high)

    def _twin(self, name: Hashable) -> Moves:
        """Returns the moves to a twin with another number here, none where the searches take too long.

        The first search finds the cheapest twin; the others go sooner to one that is near.
        """
        return next((moves for haste in _HASTE if (moves := self._search(name, haste))), {})

    def _search(self, name: Hashable, haste: int) -> Moves:
        order = count()
        open: list[tuple[int, int, int, int, Moves, Mapping[int, int]]] = []

        def reach(cost: int, moves: Moves, gaps: Mapping[int, int], other: Hashable, step: int) -> None:
            cost += self._price(other, step)
            gaps = self._apply_step(gaps, other, step)
            heappush(open, (cost + haste * len(gaps), len(gaps), next(order), cost, {**moves, other: step}, gaps))

        reach(0, {}, {}, name, 1)
        reach(0, {}, {}, name, -1)
        while open and next(order) < _LONGEST:
            *_, cost, moves, gaps = heappop(open)
            if not gaps:
                return moves
            for other, step in min((self._repairs(place, gap, moves) for place, gap in gaps.items()), key=len):
                reach(cost, moves, gaps, other, step)
        return {}

    def _holds(self, name: Hashable, step: int) -> bool:
        return self.spans[name].holds(self.numbers[name] + step)

    def _price(self, name: Hashable, step: int) -> int:
        """Returns what a move costs: the weight of what must be loosened, more for a zero, less for a small number."""
        if self._holds(name, step):
            return 0
        return 1 if self.spans[name] == SMALL else 2 * self.weights[name] + (not self.numbers[name])

    def _apply_step(self, gaps: Mapping[int, int], name: Hashable, step: int) -> dict[int, int]:
        """Returns the sums that do not hold after one more move, by place, with what is too much."""
        made = dict(gaps)
        for place in self.within[name]:
            made[place] = made.get(place, 0) + self.terms[place][name] * step
        return {place: gap for place, gap in made.items() if gap}

    def _repairs(self, place: int, gap: int, moves: Moves) -> list[tuple[Any, int]]:
        """Returns moves of other numbers that close a gap, or a part of it: within what is told, or beyond.

        A part that is in no other sum closes it alone where it may.
        """
        repairs: list[tuple[Any, int]] = []
        for name, times in self.terms[place].items():
            if name not in moves:
                number, (low, high) = self.numbers[name], self.spans[name]
                beyond = max(-number, int(-gap / times))
                within = int(max(low - number, min(high - number, beyond)))
                if within == -gap and times == len(self.within[name]) == 1:
                    return [(name, within)]
                repairs += [(name, step) for step in dict.fromkeys((within, beyond)) if step]
        return repairs
