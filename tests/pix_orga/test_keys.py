"""Keys of participations, whatever the order of the rows."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixflow.pix_orga.export import Row
from pixflow.pix_orga.keys import day_keys, normalise, participation_keys
from pixflow.pix_orga.reader import read
from pixflow.pix_orga.sample import write_export
from tests.pix_orga.files import CAMPAIGN, PENDING, SHARED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  D'Ornano; dit ", "d ornano dit"),
        ("Éloïse-MARIE", "eloise marie"),
        ("Benaïssa", "benaissa"),
        ("Œuvrard Ñ", "oeuvrard n"),
        ("Le\nGrand", "le grand"),
        ("", ""),
        ("=", ""),
    ],
)
def test_names_are_compared_by_their_words(text: str, words: str) -> None:
    assert normalise(text) == words


def test_a_key_says_names_id_start_and_ordinal() -> None:
    assert participation_keys([SHARED]) == (("diallo", "eloise", "12347", "2026-05-11T13:00:00+00:00", 0),)
    assert day_keys([SHARED]) == (("diallo", "eloise", "12347", "2026-05-11", 0),)
    bare = replace(SHARED, external_id=None, started=None)
    assert participation_keys([bare]) == day_keys([bare]) == (("diallo", "eloise", "", "", 0),)


def test_equal_keys_are_numbered() -> None:
    assert [key.ordinal for key in participation_keys([PENDING, SHARED, PENDING])] == [1, 0, 2]


def test_two_tries_of_one_day_differ_by_time_and_by_ordinal_of_the_day() -> None:
    later = replace(SHARED, started=datetime(2026, 5, 11, 15, 0, tzinfo=UTC))
    assert [key.ordinal for key in participation_keys([SHARED, later])] == [0, 0]
    assert sorted(key.ordinal for key in day_keys([SHARED, later])) == [0, 1]


def test_a_later_sharing_does_not_take_the_number_of_an_earlier_one() -> None:
    before = participation_keys([PENDING, SHARED])
    now = replace(SHARED, shared_at=datetime(2026, 5, 12, 13, 40, tzinfo=UTC), mastery=Decimal(1))
    assert participation_keys([now, SHARED]) == before


def test_a_file_of_days_has_the_day_keys_of_the_file_of_times() -> None:
    rows = [
        SHARED,
        replace(SHARED, mastery=Decimal("0.51"), started=datetime(2026, 5, 11, 7, 0, tzinfo=UTC)),
        replace(PENDING, first_name="Noé", started=datetime(2026, 5, 10, 22, 30, tzinfo=UTC)),
    ]
    days = read(write_export(CAMPAIGN, rows, dates="day")).rows
    times = read(write_export(CAMPAIGN, rows)).rows
    assert days[2].started == date(2026, 5, 10)
    assert day_keys(days) == day_keys(times)


@given(st.permutations([PENDING, SHARED, replace(SHARED, mastery=Decimal("0.51")), replace(PENDING, last_name="Bo")]))
def test_the_order_of_rows_does_not_matter(rows: list[Row]) -> None:
    assert dict(zip(participation_keys(rows), rows, strict=True)) == {
        ("diallo", "eloise", "12347", "2026-05-11T13:00:00+00:00", 0): replace(SHARED, mastery=Decimal("0.51")),
        ("diallo", "eloise", "12347", "2026-05-11T13:00:00+00:00", 1): SHARED,
        ("diallo", "eloise", "12347", "2026-05-11T13:00:00+00:00", 2): PENDING,
        ("bo", "eloise", "12347", "2026-05-11T13:00:00+00:00", 0): replace(PENDING, last_name="Bo"),
    }
