from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.protocol import Delays, Escalation, ProtocolDocument, in_force

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


def test_default_delays_are_those_of_the_domain_table() -> None:
    delays = Delays()
    assert (delays.present_pix, delays.plan_diagnostic, delays.chase_diagnostic_opens, delays.chase_diagnostic) == (
        15,
        5,
        15,
        3,
    )
    assert (delays.chase_sharing_opens, delays.chase_sharing, delays.declare_campaign) == (3, 3, 1)
    assert (delays.match_participation, delays.dispatch_result, delays.assign_advisor) == (2, 2, 2)
    assert (delays.close_or_plan_opens, delays.close_or_plan) == (60, 5)
    fives = {"review_late_event", "hold_debrief", "build_prescription", "refer", "record_outcome"}
    assert {getattr(delays, name) for name in fives} == {5}
    assert len(fields(delays)) == 17


def test_a_document_has_the_domain_defaults_for_what_it_does_not_say() -> None:
    document = ProtocolDocument("P", "all", True, ("workshop",), "referent")
    assert (document.tries, document.delays, document.escalation) == (3, Delays(), Escalation(referent=5, manager=10))
