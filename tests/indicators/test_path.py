"""A path: the first standing fact of each milestone, told by a few events."""

from dataclasses import replace as with_
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

import pytest
from hypothesis import given as holds
from hypothesis import strategies as st
from msgspec.structs import replace

from pixflow.events import dossier as d
from pixflow.events.base import Event, Recorded, as_erased
from pixflow.events.values import Action, Profile
from pixflow.events.values import Moment as SharedAt
from pixflow.folding import Clock, Moment, list_standing
from pixflow.indicators import facts
from pixflow.indicators.entry import Basis
from pixflow.indicators.path import Mark, Path, path_of
from pixflow.working_days import Calendar
from tests.given import (
    ACTION,
    ADDED,
    DOSSIER,
    LOW,
    PARTICIPATION,
    PRESET,
    added,
    assigned,
    built,
    certified,
    complete,
    dropped,
    linked,
    not_certified,
    received,
    result,
    sent,
    stamped,
    started,
    tasks_of,
)

CALENDAR = Calendar("FR", "Europe/Paris")
MONDAY = date(2026, 9, 14)


BASIS = Basis(CALENDAR, lambda day: PRESET.protocol, lambda day: PRESET.grille)


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
    return path_of(DOSSIER, list_standing(events, Moment(day, clock), known), lambda on: PRESET.protocol)


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


# --- one definition of certifiable, for tasks and for figures


Shared = tuple[Literal["profile", "complete"], bool, int]


def shared(number: int, one: Shared) -> list[Event]:
    """Returns what an export tells of a profile, or of a complete diagnostic with a badge or without."""
    purpose, says, days = one
    participation, on = UUID(int=number), after(days)
    link = linked(on, participation, purpose=purpose, started=None)
    if purpose == "profile":
        sent = Profile(shared=SharedAt(on), pix=204, certifiable=says)
        return [link, d.ProfileReceived(participation=participation, profile=sent, on=on)]
    read = with_(result(on), badges=(("Prêt pour le CléA numérique", says),))
    return [link, received(on, participation, purpose="complete", result=read)]


@holds(st.lists(st.tuples(st.sampled_from(("profile", "complete")), st.booleans(), st.integers(0, 9)), max_size=5))
def test_figures_count_as_certifiable_whom_a_task_says_to_propose_it_to(shares: list[Any]) -> None:
    told = [event for number, one in enumerate(shares, 1) for event in shared(number, one)]
    events = [opened(), assigned(on=MONDAY), complete(after(10)), *told]
    owed = {task.kind: task for task in tasks_of(*events)}
    mark = path(recorded(*events)).marks.get("certifiable")
    assert (mark is not None) == ("propose-certification" in owed)
    says = [days for _, certifiable, days in shares if certifiable]
    assert mark is None or mark.on in {after(days) for days in says}


def test_a_badge_makes_somebody_certifiable_for_figures() -> None:
    """A Mission locale may collect no profile."""
    without = path(recorded(opened(), *shared(1, ("complete", False, 3)), complete(after(3)))).marks
    assert "certifiable" not in without
    earned = recorded(opened(), *shared(1, ("complete", True, 3)), *shared(2, ("profile", False, 5)))
    assert path(earned).marks["certifiable"] == Mark(after(3), 3)


def test_a_profile_that_says_no_takes_back_what_an_older_one_said() -> None:
    both = recorded(opened(), *shared(1, ("profile", True, 3)), *shared(2, ("profile", False, 5)))
    assert "certifiable" not in path(both).marks
    assert path(both, after(4)).marks["certifiable"] == Mark(after(3), 3)


@pytest.mark.parametrize("outcome", [certified, not_certified])
def test_who_took_the_certification_was_certifiable(outcome: Any) -> None:
    found = path(recorded(opened(), outcome(after(8)))).marks
    assert found["certifiable"] == found.get("taken", found.get("obtained")) == Mark(after(8), 2)


def told(found: Path, name: str) -> list[tuple[date, str, str]]:
    """Returns the day, the part and the state of each entry of a figure."""
    return [(one.on, one.part, one.state) for one in getattr(facts, name)(BASIS, found)]


def test_a_proposal_added_is_kept_on_its_own_day() -> None:
    before = path(recorded(opened(), built(after(1))))
    found = path(recorded(opened(), built(after(1)), added(after(8)), started(after(9), action=ADDED)))
    left = [(after(1), "proposal", "out")] * (len(LOW) - 1)
    kept = (after(1), "proposal", "done")
    assert told(before, "proposals") == [*left, kept]
    mine = [(after(8), "proposal", "done"), (after(8), "started", "done")]
    assert told(found, "proposals") == [*left[1:], kept, *mine]
    free = path(recorded(opened(), built(after(1)), added(after(8), Action(ADDED, "Permis", "action"))))
    assert told(free, "proposals") == [*left, kept, (after(8), "own", "done")]


def test_a_prescription_is_passed_by_an_action_added_to_it() -> None:
    events = (opened(), built(after(1)), dropped(after(2), ACTION), added(after(8)))
    assert told(path(recorded(*events)), "oriented") == [(after(1), "", "open")]
    assert told(path(recorded(*events, sent(after(9), action=ADDED))), "oriented") == [(after(1), "", "done")]
    assert told(path(recorded(*events, dropped(after(9), ADDED))), "oriented") == [(after(1), "", "out")]
    cv = Action(ACTION, "CV", "cv", "cv")
    late = path(recorded(opened(), built(after(1), actions=(cv,)), added(after(8))))
    assert told(late, "oriented") == [(after(8), "", "open")]


def test_a_complete_diagnostic_added_says_that_the_person_is_at_ease() -> None:
    clea = Action(ADDED, "Diagnostic complet", "complete", "diagnostic-complet")
    assert path(recorded(opened(), built(after(1)), added(after(8), clea))).marks["at-ease"] == Mark(after(8), 3)
