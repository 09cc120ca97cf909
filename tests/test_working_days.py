from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.working_days import CODES, Calendar

FRANCE = Calendar("FR", "Europe/Paris")
calendars = st.sampled_from(CODES).map(lambda code: Calendar(code, "Europe/Paris"))
days = st.dates(date(2018, 1, 1), date(2040, 12, 31))
delays = st.integers(0, 80)


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 3, 12), 0, date(2026, 3, 12)),
        (date(2026, 3, 14), 0, date(2026, 3, 16)),
        (date(2026, 3, 12), 1, date(2026, 3, 13)),
        (date(2026, 3, 13), 1, date(2026, 3, 16)),
        (date(2026, 3, 14), 1, date(2026, 3, 16)),
        (date(2026, 4, 3), 1, date(2026, 4, 7)),
        (date(2026, 4, 30), 5, date(2026, 5, 11)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
    ],
)
def test_add_gives_the_nth_working_day_after(day: date, n: int, expected: date) -> None:
    assert FRANCE.add(day, n) == expected


@pytest.mark.parametrize(
    ("code", "holiday"),
    [
        ("FR-57", date(2025, 12, 26)),
        ("FR-6AE", date(2026, 4, 3)),
        ("FR-974", date(2027, 12, 20)),
        ("FR-972", date(2026, 5, 22)),
    ],
)
def test_a_subdivision_has_holidays_of_its_own(code: str, holiday: date) -> None:
    assert FRANCE.is_working(holiday)
    assert not Calendar(code, "Europe/Paris").is_working(holiday)


def test_count_is_signed() -> None:
    assert FRANCE.count(date(2026, 4, 30), date(2026, 5, 11)) == 5
    assert FRANCE.count(date(2026, 5, 11), date(2026, 4, 30)) == -5
    assert FRANCE.count(date(2026, 3, 12), date(2026, 3, 12)) == 0
    assert FRANCE.count(date(2026, 3, 13), date(2026, 3, 15)) == 0


def test_unknown_code_and_zone_are_refused() -> None:
    with pytest.raises(ValueError, match=r"unknown calendar 'FR-99': one of FR, FR-57"):
        Calendar("FR-99", "Europe/Paris")
    with pytest.raises(ValueError, match="unknown time zone 'Europe/Tarbes'"):
        Calendar("FR", "Europe/Tarbes")
    with pytest.raises(ValueError, match="unknown time zone"):
        Calendar("FR", "../etc/passwd")


def test_a_negative_delay_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        FRANCE.add(date(2026, 3, 12), -1)


def test_the_local_day_is_that_of_the_zone() -> None:
    late = datetime(2026, 3, 12, 23, 30, tzinfo=UTC)
    assert FRANCE.local_day(late) == date(2026, 3, 13)
    assert Calendar("FR-971", "America/Guadeloupe").local_day(late) == date(2026, 3, 12)
    with pytest.raises(ValueError, match="naive"):
        FRANCE.local_day(late.replace(tzinfo=None))


@given(calendars, days, delays)
def test_add_lands_on_a_working_day_and_count_gives_the_delay_back(calendar: Calendar, day: date, n: int) -> None:
    landed = calendar.add(day, n)
    assert calendar.is_working(landed)
    if n or calendar.is_working(day):
        assert calendar.count(day, landed) == n


@given(calendars, days, delays, delays)
def test_adding_twice_is_adding_the_sum(calendar: Calendar, day: date, n: int, m: int) -> None:
    if n or calendar.is_working(day):
        assert calendar.add(calendar.add(day, n), m) == calendar.add(day, n + m)


@given(calendars, days, st.integers(0, 400))
def test_count_is_the_number_of_working_days_walked(calendar: Calendar, day: date, span: int) -> None:
    walked = sum(calendar.is_working(day + timedelta(days=step)) for step in range(1, span + 1))
    assert calendar.count(day, day + timedelta(days=span)) == walked


@given(calendars, days, days)
def test_count_is_antisymmetric(calendar: Calendar, a: date, b: date) -> None:
    assert calendar.count(a, b) == -calendar.count(b, a)


def test_the_codes_are_france_and_its_subdivisions_with_holidays_of_their_own() -> None:
    parts = holidays.country_holidays("FR").subdivisions
    assert ("FR", *(f"FR-{part}" for part in sorted(parts) if not part.startswith("Zone"))) == CODES
