"""Retention periods: months of the protocol, counted on the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.documents.protocol import Retention
from pixflow.dossier.retention import cutoffs, retention_period, rule_of

POLICY = Retention(cej=36, pacea=24, other=6)


@pytest.mark.parametrize(
    ("programme", "last", "until"),
    [
        ("CEJ", date(2023, 3, 14), date(2026, 3, 14)),
        ("PACEA", date(2024, 2, 29), date(2026, 2, 28)),
        ("other", date(2025, 8, 31), date(2026, 2, 28)),
        ("", date(2025, 12, 31), date(2026, 6, 30)),
        ("Garantie jeunes", date(2025, 10, 1), date(2026, 4, 1)),
    ],
)
def test_a_dossier_is_kept_for_the_months_of_its_programme_after_its_last_fact(
    programme: str, last: date, until: date
) -> None:
    found = retention_period(POLICY, programme, last)
    assert (found.since, found.until) == (last, until)
    assert found.rule == rule_of(programme)


days = st.dates(date(2000, 1, 1), date(2080, 12, 31))
months = st.integers(1, 240)


@given(days, months, days)
def test_the_cutoff_finds_exactly_those_whose_time_has_come(last: date, count: int, today: date) -> None:
    policy = Retention(count, count, count)
    assert [last <= day for _, day in cutoffs(policy, today)] == [
        retention_period(policy, "CEJ", last).until <= today
    ] * 3


@given(days, months)
def test_months_are_counted_on_the_calendar(day: date, count: int) -> None:
    found = retention_period(Retention(count, count, count), "", day).until
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == count
    assert found.day == day.day or (found + timedelta(days=1)).day == 1
