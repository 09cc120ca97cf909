"""A path: the first standing fact of each milestone, told by a few events."""

from datetime import UTC, date, datetime, time, timedelta

from msgspec.structs import replace

from pixflow.events import dossier as d
from pixflow.events.base import Event, Recorded, as_erased
from pixflow.folding import Clock, Moment, standing
from pixflow.indicators.path import Mark, Path, path_of
from pixflow.working_days import Calendar
from tests.given import DOSSIER, PARTICIPATION, PRESET, stamped

CALENDAR = Calendar("FR", "Europe/Paris")
MONDAY = date(2026, 9, 14)


def recorded(*events: Event) -> list[Recorded]:
    """Events recorded at noon of their own day."""
    noon = [datetime.combine(event.on, time(12), UTC) for event in events]  # type: ignore[attr-defined]
    return [replace(one, at=at, position=n) for n, (one, at) in enumerate(zip(stamped(events), noon, strict=True), 1)]


def after(days: int) -> date:
    return MONDAY + timedelta(days)


def opened() -> Event:
    return d.DossierOpened(
        last_name="Sow", first_name="Awa", birth_date=None, imilo_number=None, site="L'Aigle", on=MONDAY
    )


def presented(days: int) -> Event:
    return d.PixPresented(occasion="welcome", on=after(days))


def path(events: list[Recorded], day: date = date(2026, 12, 31), clock: Clock = "known") -> Path:
    known = sum(CALENDAR.local_day(one.at) <= day for one in events)
    return path_of(DOSSIER, standing(events, Moment(day, clock), known), lambda on: PRESET.protocol)


def test_the_first_fact_of_a_milestone_counts() -> None:
    assert path(recorded(opened(), presented(3), presented(9))).marks["presented"] == Mark(after(3), 2)


def test_a_retracted_fact_gives_way_to_the_next_one() -> None:
    events = recorded(opened(), presented(3), presented(9), d.Retracted(version=2, reason="", on=after(10)))
    assert path(events).marks["presented"] == Mark(after(9), 3)
    assert path(events, after(9)).marks["presented"] == Mark(after(3), 2)


def test_what_was_recorded_later_is_true_before_it_is_known() -> None:
    events = recorded(opened(), presented(3))
    late = [events[0], replace(events[1], at=datetime.combine(after(8), time(12), UTC))]
    assert "presented" not in path(late, after(5), "known").marks
    assert path(late, after(5), "true").marks["presented"] == Mark(after(3), 2)
    assert path(late, after(8), "known").marks["presented"] == Mark(after(3), 2)


def test_a_dossier_opened_again_is_not_out() -> None:
    closed = d.DossierClosed(reason="moved", note="", on=after(2))
    assert path(recorded(opened(), closed)).closed == Mark(after(2), 2)
    assert path(recorded(opened(), closed, d.DossierReopened(reason="back", on=after(4)))).closed is None


def test_a_dossier_opened_by_mistake_counts_nowhere_until_it_is_opened_again() -> None:
    mistake = d.DossierClosed(reason="mistake", note="", on=after(1))
    assert not path(recorded(opened(), presented(0), mistake)).counts
    assert path(recorded(opened(), presented(0), mistake, d.DossierReopened(reason="", on=after(2)))).counts


def test_an_erased_person_leaves_cohorts_and_keeps_days() -> None:
    events = [replace(one, event=as_erased(one.event)) for one in recorded(opened(), presented(3))]
    found = path(events)
    assert not found.counts
    assert found.erased == [("dossier.DossierOpened", Mark(MONDAY, 1))]
    assert found.marks["presented"] == Mark(after(3), 2), "nothing personal stands in it"


def test_a_debrief_says_who_held_it() -> None:
    held = d.DebriefHeld(participation=PARTICIPATION, channel="meeting", note="", on=after(5))
    assert path(recorded(opened(), held)).debriefed_by == stamped([held])[0].by
