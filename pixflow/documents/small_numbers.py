"""Small numbers, hidden from whoever may not open the dossiers (docs/indicators.md#outside)."""

from collections.abc import Sequence

FEWEST = 5
"""The least number that is shown outside, but zero."""


def is_small(number: int | None) -> bool:
    return number is not None and 0 < number < FEWEST


def hidden(cells: Sequence[int]) -> list[int | None]:
    """Returns numbers that sum to a known total, the small ones as None.

    When the total would give them away, because one is hidden or those hidden are small together, the smallest of the
    others are hidden too.
    """
    shown: list[int | None] = [None if is_small(cell) else cell for cell in cells]
    while (gone := [cell for cell, said in zip(cells, shown, strict=True) if said is None]) and (
        len(gone) == 1 or sum(gone) < FEWEST
    ):
        left = [(cell, place) for place, cell in enumerate(cells) if shown[place] is not None and cell]
        if not left:
            break
        shown[min(left)[1]] = None
    return shown
