"""Reminders: set, moved, done; they hide nothing that the protocol owes."""

from datetime import date, timedelta

import pytest

from pixflow.dossier.follow_up import close_reminder, set_reminder
from pixflow.events import dossier as d
from tests.given import DAY, LATER, SECOND, assigned, closed, given, opened, reminder, tasks_of

SOON = date(2026, 9, 28)
DONE = d.ReminderDone(reminder=SECOND, note="", on=DAY)


def test_a_reminder_is_set_then_moved() -> None:
    said = {"reminder": SECOND, "day": SOON, "text": " rappeler la mère "}
    given(opened()).when(set_reminder, **said).then(reminder(SOON))
    moved = {**said, "day": LATER}
    given(opened(), reminder(SOON)).when(set_reminder, **moved).then(reminder(LATER))
    given(opened(), reminder(SOON)).when(set_reminder, **said).then()


@pytest.mark.parametrize("day", [DAY, DAY - timedelta(days=1)])
def test_its_day_is_to_come(day: date) -> None:
    given(opened()).when(set_reminder, reminder=SECOND, day=day, text="rappeler").refused("reminder-past")


def test_it_says_something() -> None:
    given(opened()).when(set_reminder, reminder=SECOND, day=SOON, text=" ").refused("required")


def test_it_is_done_once() -> None:
    given(opened(), reminder(SOON)).when(close_reminder, reminder=SECOND, note="").then(DONE)
    given(opened(), reminder(SOON), DONE).when(close_reminder, reminder=SECOND, note="").then()


def test_it_is_due_on_its_day_and_the_protocol_owes_as_before() -> None:
    before = tasks_of(opened(), assigned())
    *others, recall = tasks_of(opened(), assigned(), reminder(SOON))
    assert others == before
    assert (recall.opens, recall.due, recall.is_visible(SOON - timedelta(days=1))) == (SOON, SOON, False)


def test_a_far_reminder_does_not_put_off_the_end_of_a_quiet_path() -> None:
    quiet = [opened(), assigned(), d.DiagnosticDeclined(reason="non", on=DAY)]
    kinds = [task.kind for task in tasks_of(*quiet, reminder(date(2028, 1, 1)))]
    assert kinds == ["close-or-plan", "recall"]


def test_a_closed_dossier_reminds_of_nothing() -> None:
    assert tasks_of(opened(), assigned(), reminder(SOON), closed()) == []
