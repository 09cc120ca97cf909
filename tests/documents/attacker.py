"""A reader of a table who tries every number near the truth: which ones follow from what is told and from the sums."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from pixflow.documents.small_numbers import Span, Sum

Name = TypeVar("Name", bound=Hashable)
_NEAR = 3
"""The distance from the truth at which another number is still tried."""


def follows(
    numbers: Mapping[Name, int], told: Mapping[Name, Span], sums: Sequence[Sum[Name]], wanted: Sequence[Name]
) -> bool:
    """Returns true when no other table of which all is true has another sum of the wanted numbers."""
    tried = {name: _tried(number, told.get(name)) for name, number in numbers.items()}
    ranges = {name: (min(found), max(found)) for name, found in tried.items()}
    order = [*wanted, *sorted(numbers.keys() - set(wanted), key=lambda name: len(tried[name]))]
    within = {name: [one for one in sums if name in (one.total, *one.parts)] for name in numbers}
    guess: dict[Name, int] = {}

    def between(name: Name) -> tuple[int, int]:
        return (guess[name], guess[name]) if name in guess else ranges[name]

    def fits(one: Sum[Name]) -> bool:
        parts = [between(part) for part in one.parts]
        least, most = between(one.total)
        return sum(low for low, _ in parts) <= most and sum(high for _, high in parts) >= least

    def other(place: int) -> bool:
        if place == len(wanted) and sum(guess.values()) == sum(numbers[name] for name in wanted):
            return False
        if place == len(order):
            return True
        name = order[place]
        for number in tried[name]:
            guess[name] = number
            if all(fits(one) for one in within[name]) and other(place + 1):
                return True
        del guess[name]
        return False

    return not other(0)


def _tried(number: int, told: Span | None) -> list[int]:
    """Returns the numbers that may be, the nearest to the truth first."""
    near = range(max(0, number - _NEAR), number + _NEAR + 1)
    return sorted((n for n in near if told is None or told.holds(n)), key=lambda n: abs(n - number))
