"""Small numbers: none is shown, and none can be computed from what is shown and the total."""

from hypothesis import given
from hypothesis import strategies as st

from pixflow.documents.small_numbers import FEWEST, hidden, is_small

CELLS = st.lists(st.integers(0, 40), min_size=1, max_size=6)


@given(CELLS)
def test_no_small_number_is_shown_and_a_total_tells_none(cells: list[int]) -> None:
    shown = hidden(cells)
    assert not any(is_small(one) for one in shown)
    gone = [cell for cell, one in zip(cells, shown, strict=True) if one is None]
    left = [one for one in shown if one]
    if any(is_small(cell) for cell in cells):
        assert (len(gone) > 1 and sum(gone) >= FEWEST) or not left, "unless nothing else was there to hide"


@given(CELLS)
def test_what_is_not_small_stays_when_nothing_is(cells: list[int]) -> None:
    if not any(is_small(cell) for cell in cells):
        assert hidden(cells) == cells
