from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.documents.protocol import Delays, Escalation, ProtocolDocument, Workshops, in_force, out_of_range

PUBLISHED = [(date(2026, 1, 5), "v1"), (date(2026, 9, 1), "v2")]
DAYS = st.dates(date(2026, 1, 1), date(2026, 2, 28))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 12, 31), "v1"),
        (date(2026, 1, 5), "v1"),
        (date(2026, 8, 31), "v1"),
        (date(2026, 9, 1), "v2"),
        (date(2030, 1, 1), "v2"),
    ],
)
def test_the_protocol_in_force_is_the_latest_from_that_day(day: date, expected: str) -> None:
    assert in_force(PUBLISHED, day) == expected


def test_of_two_from_the_same_date_the_one_published_last_is_in_force() -> None:
    twice = [(date(2026, 1, 5), "first"), (date(2026, 1, 5), "corrected")]
    assert in_force(twice, date(2026, 1, 5)) == "corrected"
    assert in_force(twice, date(2025, 1, 1)) == "corrected"


def test_publishing_for_later_first_does_not_hide_the_earlier_one() -> None:
    assert in_force(list(reversed(PUBLISHED)), date(2026, 3, 1)) == "v1"


def test_nothing_published_is_an_error() -> None:
    with pytest.raises(LookupError):
        in_force([], date(2026, 1, 1))


@given(st.lists(st.tuples(DAYS, st.integers()), min_size=1), DAYS)
def test_in_force_agrees_with_a_stable_sort(published: list[tuple[date, int]], day: date) -> None:
    ordered = sorted(published, key=lambda entry: entry[0])
    earlier = [value for start, value in ordered if start <= day]
    first = [value for start, value in ordered if start == ordered[0][0]]
    assert in_force(published, day) == (earlier or first)[-1]


def test_a_document_has_the_domain_defaults_for_what_it_does_not_say() -> None:
    document = ProtocolDocument("P", "all", True, ("workshop",), "referent")
    assert (document.tries, document.delays, document.escalation) == (3, Delays(), Escalation(referent=5, manager=10))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"tries": 21}, [("tries", 21, 1, 20)]),
        ({"delays": Delays(refer=-1)}, [("delays.refer", -1, 0, 365)]),
        ({"escalation": Escalation(5, 366)}, [("escalation.manager", 366, 0, 365)]),
        ({"workshops": Workshops(smallest=8, largest=6)}, [("workshops.largest", 6, 8, 100)]),
        ({"workshops": Workshops(smallest=0)}, [("workshops.smallest", 0, 1, 100)]),
    ],
)
def test_numbers_that_cannot_be_are_named_with_their_bounds(
    changes: dict[str, object], expected: list[tuple[str, int, int, int]]
) -> None:
    document = replace(ProtocolDocument("P", "all", True, ("workshop",), "referent"), **changes)  # type: ignore[arg-type]
    assert list(out_of_range(document)) == expected
