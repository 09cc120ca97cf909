from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.team.staff import share, weight

ids = st.integers(0, 2**64).map(lambda n: UUID(int=n))
A, B = UUID(int=1), UUID(int=2)


def test_the_lighter_colleague_takes_until_both_carry_as_much() -> None:
    dossiers = {UUID(int=n): 0 for n in range(10, 16)}
    shared = share(dossiers, {A: 4, B: 0})
    assert list(shared) == list(dossiers)
    assert [list(shared.values()).count(one) for one in (A, B)] == [1, 5]


def test_the_heaviest_dossiers_go_first() -> None:
    heavy, light, other = UUID(int=10), UUID(int=11), UUID(int=12)
    assert share({light: 0, heavy: 3, other: 1}, {A: 0, B: 0}) == {light: B, heavy: A, other: B}


def test_nobody_takes_nothing() -> None:
    assert share({}, {A: 0}) == {}
    with pytest.raises(ValueError, match="nobody"):
        share({A: 0}, {})


@given(st.dictionaries(ids, st.integers(0, 9), max_size=60), st.dictionaries(ids, st.just(0), min_size=1, max_size=8))
def test_from_equal_loads_none_is_heavier_by_more_than_one_dossier(
    tasks: dict[UUID, int], loads: dict[UUID, int]
) -> None:
    shared = share(tasks, loads)
    assert shared.keys() == tasks.keys()
    assert set(shared.values()) <= loads.keys()
    carried = [sum(weight(tasks[one]) for one, to in shared.items() if to == colleague) for colleague in loads]
    assert max(carried) - min(carried) <= max((weight(n) for n in tasks.values()), default=0)
