"""Opening hours in words: open until when, or when the door opens next."""

from datetime import UTC, datetime

import pytest

from tests.web.client import words
from web.french.territory.hours import now_in_french

HOURS = "Mo-Th 09:00-12:00,14:00-17:00"
"""Wednesday 2 December 2026 is followed by a long week-end."""


@pytest.mark.parametrize(
    ("day", "hour", "told"),
    [
        (2, 10, "ouvert maintenant, jusqu’à 12 h"),
        (2, 12, "fermé, ouvre à 14 h"),
        (2, 17, "fermé, ouvre demain à 9 h"),
        (3, 17, "fermé, ouvre lundi à 9 h"),
    ],
)
def test_a_closed_door_says_when_it_opens(day: int, hour: int, told: str) -> None:
    assert words(now_in_french(HOURS, datetime(2026, 12, day, hour, tzinfo=UTC), "Europe/Paris")) == told


def test_a_door_that_opens_later_than_in_a_week_says_the_day() -> None:
    now = datetime(2026, 11, 30, 10, tzinfo=UTC)
    assert words(now_in_french("Dec 24 10:00-12:00", now, "Europe/Paris")) == "fermé, ouvre le 24 décembre à 10 h"


@pytest.mark.parametrize(("hours", "told"), [("le matin", ""), ("off", "fermé maintenant")])
def test_words_and_a_door_that_never_opens(hours: str, told: str) -> None:
    assert now_in_french(hours, datetime(2026, 12, 2, 10, tzinfo=UTC), "Europe/Paris") == told
