"""Small numbers: none is shown, and none can be computed from what is shown and the sums."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixflow.documents import small_numbers
from pixflow.documents.small_numbers import FEWEST, HIDDEN, SMALL, Span, Sum, is_small, mask
from tests.documents.attacker import follows

PARTS = st.lists(st.integers(0, 14), min_size=1, max_size=5)
SHARES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=3)
Table = tuple[dict[str, int], dict[str, int], list[Sum[str]]]


def parted(parts: list[int]) -> Table:
    """A total of parts."""
    names = tuple(f"part {place}" for place in range(len(parts)))
    numbers = {**dict(zip(names, parts, strict=True)), "total": sum(parts)}
    return numbers, dict.fromkeys(names, 1) | {"total": 3}, [Sum("total", names)]


def shared(shares: list[tuple[int, int]]) -> Table:
    """Shares that add up to one, each with a rest that is not printed."""
    numbers: dict[str, int] = {}
    sums = []
    for place, (counted, rest) in enumerate(shares):
        numbers |= {f"c{place}": counted, f"rest {place}": rest, f"a{place}": counted + rest}
        sums.append(Sum(f"a{place}", (f"c{place}", f"rest {place}")))
    for all, one in (("c", "c"), ("a", "a"), ("rest", "rest ")):
        parts = tuple(f"{one}{place}" for place in range(len(shares)))
        numbers[all] = sum(numbers[part] for part in parts)
        if all != "rest":
            sums.append(Sum(all, parts))
    sums.append(Sum("a", ("c", "rest")))
    weights = {name: 3 if name in "ca" else 1 for name in numbers if not name.startswith("rest")}
    return numbers, weights, sums


def check(table: Table) -> dict[str, Span]:
    """Tells what is told of a table, after trying to compute each small number and each small rest of it."""
    numbers, _, sums = table
    spans = mask(*table)
    for name, span in spans.items():
        assert span.holds(numbers[name])
        assert span.exact or span in (SMALL, HIDDEN) or span.low >= FEWEST
        assert not (span.exact and is_small(numbers[name]))
    for name, number in numbers.items():
        assert not is_small(number) or not follows(numbers, spans, sums, [name]), name
    for one in sums:
        hidden = [part for part in one.parts if part not in spans or not spans[part].exact]
        small = is_small(sum(numbers[part] for part in hidden))
        assert not small or not follows(numbers, spans, sums, hidden), one
    return spans


@given(PARTS)
def test_no_small_part_and_no_small_rest_of_a_total_can_be_computed(parts: list[int]) -> None:
    check(parted(parts))


@settings(deadline=None)
@given(SHARES)
def test_no_small_number_of_shares_that_add_up_can_be_computed(shares: list[tuple[int, int]]) -> None:
    check(shared(shares))


@given(PARTS)
def test_what_is_not_small_stays_when_nothing_is(parts: list[int]) -> None:
    numbers, *_ = table = parted(parts)
    if not any(is_small(number) for number in numbers.values()):
        assert mask(*table) == {name: Span(number, number) for name, number in numbers.items()}


def test_a_total_is_told_and_its_zeros_stay() -> None:
    spans = check(parted([35, 0, 2, 0]))
    assert spans == {
        "part 0": Span(33, 36),
        "part 1": Span(0, 0),
        "part 2": SMALL,
        "part 3": Span(0, 0),
        "total": Span(37, 37),
    }


def test_small_numbers_that_a_total_has_at_their_most_are_masked() -> None:
    assert HIDDEN in check(parted([4, 4])).values(), "eight is four and four"
    assert HIDDEN in check(parted([1, 1, 1, 1])).values(), "a small number of four small ones is four"


def test_what_another_sum_tells_of_a_large_part_does_not_tell_its_small_rest() -> None:
    """Eleven of fifteen were accepted: so says the next row, all of whom began. Four were not."""
    numbers = {"sent": 15, "accepted": 11, "waiting": 1, "refused": 3, "begun": 11, "late": 0}
    sums = [Sum("sent", ("accepted", "waiting", "refused")), Sum("accepted", ("begun", "late"))]
    table = numbers, dict.fromkeys(numbers, 1), sums
    assert not follows(numbers, check(table), sums, ["waiting", "refused"])


def test_the_smallest_part_goes_with_the_small_one() -> None:
    assert [name for name, span in check(parted([2, 9, 40, 0])).items() if not span.exact] == ["part 0", "part 1"]


@pytest.mark.parametrize("steps", [1, 10, 30])
def test_where_a_search_takes_too_long_all_that_is_near_is_hidden(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    monkeypatch.setattr(small_numbers, "_LONGEST", steps)
    check(shared([(9, 3), (2, 6), (1, 0)]))
    check(parted([4, 4, 0]))
