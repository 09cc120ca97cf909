"""The product-limit estimate: who still waits counts for the days they waited."""

from hypothesis import given
from hypothesis import strategies as st

from pixflow.indicators.facts import Waited, quantile

WAITS = st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=40)


def by_hand(waits: list[Waited], share: float) -> int | None:
    """Multiplies the chances of not arriving, day after day."""
    left = 1.0
    for day in range(61):
        there = [one for one in waits if one[0] >= day]
        arrived = there.count((day, True))
        if arrived:
            left *= 1 - arrived / len(there)
            if left <= 1 - share + 1e-12:
                return day
    return None


@given(WAITS, st.sampled_from([0.5, 0.9]))
def test_the_estimate_is_the_one_made_day_by_day(waits: list[Waited], share: float) -> None:
    assert quantile(waits, share) == by_hand(waits, share)


def test_who_waits_makes_it_longer() -> None:
    came = [(days, True) for days in (2, 4, 6, 8)]
    assert quantile(came, 0.5) == 4
    assert quantile([*came, *([(5, False)] * 4)], 0.5) == 6
