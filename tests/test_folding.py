"""A day and a clock: the facts that count then, told by a few events."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from pixflow.events import dossier as d
from pixflow.events.base import Erased, Event, Recorded, event_day
from pixflow.events.structure import JournalSealed
from pixflow.folding import Moment, day_elsewhere, end_of, list_standing
from pixflow.working_days import Calendar
from tests.given import stamped

PARIS = Calendar("FR", "Europe/Paris")
MONDAY = date(2026, 9, 14)


def presented(days: int) -> Event:
    return d.PixPresented(occasion="welcome", on=MONDAY + timedelta(days))


def told(*events: Event) -> list[Recorded]:
    return [replace(one, position=one.originator_version * 10) for one in stamped(events)]


@pytest.mark.parametrize(
    ("moment", "versions"),
    [(Moment(MONDAY), [1, 2]), (Moment(MONDAY, "true"), [1, 3]), (Moment(MONDAY + timedelta(9), "true"), [1, 3])],
    ids=str,
)
def test_a_late_fact_counts_by_the_true_clock_and_a_retracted_one_by_the_known(
    moment: Moment, versions: list[int]
) -> None:
    """Position 20 is the last of the day: then come a late fact, and the retraction of the second."""
    events = told(presented(0), presented(9), presented(-3), d.Retracted(version=2, reason="erreur", on=MONDAY))
    assert [one.originator_version for one in list_standing(events, moment, 20)] == versions


def test_a_fact_has_another_day_when_it_was_recorded_after_midnight_of_the_place() -> None:
    (one,) = told(presented(0))
    assert day_elsewhere(replace(one, at=datetime(2026, 9, 14, 21, 59, tzinfo=UTC)), PARIS) is None
    assert day_elsewhere(replace(one, at=datetime(2026, 9, 14, 22, 0, tzinfo=UTC)), PARIS) == MONDAY


def test_an_erased_fact_has_no_other_day() -> None:
    """Its row is the one that an erasure leaves behind."""
    (one,) = told(presented(-3))
    assert day_elsewhere(one, PARIS)
    gone = Erased(TOPIC=one.event.TOPIC, STAGE=one.event.STAGE, on=event_day(one.event))
    assert day_elsewhere(replace(one, event=gone), PARIS) is None


def test_a_fact_about_no_day_has_no_other_one() -> None:
    assert "on" not in JournalSealed.__dataclass_fields__
    (one,) = stamped([presented(0)])
    sealed = Recorded(UUID(int=1), 1, JournalSealed.__new__(JournalSealed), one.at, "", None, "", UUID(int=1))
    assert day_elsewhere(sealed, PARIS) is None


@pytest.mark.parametrize(("day", "hour"), [(date(2026, 3, 28), 23), (date(2026, 3, 29), 22), (date(2026, 10, 25), 23)])
def test_a_day_ends_at_midnight_of_the_place(day: date, hour: int) -> None:
    """Also on the days when summer time begins and ends."""
    assert end_of(day, PARIS) == datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
