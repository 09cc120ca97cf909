"""Keys of participations, whatever the order of the rows."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pixflow.pix_orga.export import AssessmentRow, participation_keys, utc_moment
from tests.pix_orga.files import PENDING, SHARED


def test_a_key_says_names_id_start_and_ordinal() -> None:
    assert participation_keys([SHARED]) == (("diallo", "eloise", "12347", "2026-05-11T13:00:00+00:00", 0),)
    bare = replace(SHARED, external_id=None, started=None)
    assert participation_keys([bare]) == (("diallo", "eloise", "", "", 0),)


def test_equal_keys_are_numbered() -> None:
    assert [key.ordinal for key in participation_keys([PENDING, SHARED, PENDING])] == [1, 0, 2]


def test_two_tries_of_one_day_differ_by_time() -> None:
    later = replace(SHARED, started=utc_moment(datetime(2026, 5, 11, 15, 0, tzinfo=UTC)))
    assert [key.ordinal for key in participation_keys([SHARED, later])] == [0, 0]


def test_a_later_sharing_does_not_take_the_number_of_an_earlier_one() -> None:
    before = participation_keys([PENDING, SHARED])
    now = replace(SHARED, shared_at=utc_moment(datetime(2026, 5, 12, 13, 40, tzinfo=UTC)), mastery=Decimal(1))
    assert participation_keys([now, SHARED]) == before


@given(st.permutations([PENDING, SHARED, replace(SHARED, mastery=Decimal("0.51")), replace(PENDING, last_name="Bo")]))
def test_the_order_of_rows_does_not_matter(rows: list[AssessmentRow]) -> None:
    assert dict(zip(participation_keys(rows), rows, strict=True)) == {
        ("diallo", "eloise", "12347", "2026-05-11T13:00:00+00:00", 0): replace(SHARED, mastery=Decimal("0.51")),
        ("diallo", "eloise", "12347", "2026-05-11T13:00:00+00:00", 1): SHARED,
        ("diallo", "eloise", "12347", "2026-05-11T13:00:00+00:00", 2): PENDING,
        ("bo", "eloise", "12347", "2026-05-11T13:00:00+00:00", 0): replace(PENDING, last_name="Bo"),
    }
