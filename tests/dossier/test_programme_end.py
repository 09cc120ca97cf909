"""The end of the programme: no task waits beyond, and what happens since goes on."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import structs

from pixflow.dossier import identity
from pixflow.dossier.follow_up import LONGEST_SNOOZE, snooze_task
from pixflow.dossier.state import Dossier
from pixflow.events import dossier as d
from pixflow.events.base import Event, event_day
from pixflow.tasks import Task, of_dossier
from pixflow.tasks.task import BEYOND
from tests.given import (
    DAY,
    DEBRIEFED,
    LATER,
    PARTICIPATION,
    PLAN,
    PRESCRIBED,
    appointment,
    assigned,
    certification,
    chased,
    complete,
    declined,
    given,
    missed,
    note,
    opened,
    planned,
    presented,
    references,
    reminder,
    sent,
    snoozed,
    state_of,
    tasks_of,
)
from tests.test_tasks import ROWS, Row

REFS = references()
END = date(2026, 9, 25)  # a Friday
BUILD = f"build-prescription:{PARTICIPATION}"
DECLINED = (opened(), assigned(), presented(), declined())


def joined(end: date | None = END, on: date = DAY) -> d.ProgrammeJoined:
    return d.ProgrammeJoined(programme="PACEA", group=None, collective_end=None, on=on, programme_end=end)


def owed(*events: Event) -> list[Task]:
    return tasks_of(*events)


def one(*events: Event) -> Task:
    (task,) = owed(*events)
    return task


def test_a_programme_is_joined_through_its_last_day() -> None:
    said = {"programme": "PACEA", "group": None, "collective_end": None, "programme_end": END}
    given(opened()).when(identity.join_programme, **said).then(joined())
    given(opened(), joined()).when(identity.join_programme, **said | {"programme_end": LATER}).then(joined(LATER))


def test_another_group_keeps_the_end_of_the_programme() -> None:
    cej: dict[str, Any] = {"programme": "CEJ", "collective_end": None, "on": DAY, "programme_end": END}
    given(opened(), d.ProgrammeJoined(group="A", **cej)).when(
        identity.correct_group, group="B", collective_end=None
    ).then(d.ProgrammeJoined(group="B", **cej))


PATHS = {
    "a quiet path": DECLINED,
    "a chase without an answer": (
        opened(),
        assigned(),
        presented(),
        planned(),
        chased(f"chase-diagnostic:{PLAN}", DAY),
    ),
    "a certification proposed": (*DECLINED, complete(), certification()),
    "a silent partner": (*PRESCRIBED, sent()),
    "a snooze of three months": (*DEBRIEFED, snoozed(BUILD, DAY + LONGEST_SNOOZE)),
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS.keys())
def test_no_path_is_silent_past_the_end_of_its_programme(path: Sequence[Event]) -> None:
    first, *rest = path
    free = owed(*path)
    assert any(task.due > END for task in free)
    bound = owed(first, joined(), *rest)
    assert [task.key for task in bound] == [task.key for task in free]
    for task, before in zip(bound, free, strict=True):
        assert task.due == min(before.due, END)
        assert task.is_visible(END)
        assert task.snoozed_until is None or task.snoozed_until <= END
        assert task.why.details.get("programme_end") == (END.isoformat() if before.due > END else None)


@pytest.mark.parametrize("row", [row for row in ROWS if row.subject == "dossier"], ids=lambda row: row.kind)
def test_every_kind_of_task_is_due_within_the_programme(row: Row) -> None:
    """Of a programme that ends on the working day after the latest event."""
    state: Dossier = state_of("dossier", *row.history)
    end = REFS.calendar.add(max(event_day(event) for event in row.history), 1)
    for task in of_dossier(structs.replace(state, programme_end=end), REFS):
        assert task.due <= end or task.kind in BEYOND or task.appointment, task


def test_a_programme_that_ends_on_a_rest_day_gives_the_last_working_one() -> None:
    assert one(opened(), joined(END + timedelta(days=2)), *DECLINED[1:]).due == END


def test_what_happens_after_the_end_has_its_usual_days() -> None:
    later = END + timedelta(days=3)
    follows = (*DECLINED[1:], d.NoteTaken(text="revient", on=later))
    assert one(opened(), joined(), *follows) == one(opened(), joined(None), *follows)


def test_what_is_done_on_the_last_day_is_done() -> None:
    last_day = {
        "a chase": (opened(), assigned(), presented(), planned(), chased(f"chase-diagnostic:{PLAN}", END)),
        "a snooze": (*DEBRIEFED, snoozed(BUILD, END + timedelta(days=7), END)),
        "a note": (*DECLINED, note(on=END)),
    }
    for done, (first, *rest) in last_day.items():
        assert owed(first, joined(), *rest) == owed(first, joined(None), *rest), done


def test_a_task_that_opens_on_the_last_day_is_due_that_day() -> None:
    (task,) = owed(opened(), joined(), assigned(), presented(END))
    assert (task.kind, task.due) == ("plan-diagnostic", END)


def test_an_appointment_and_a_reminder_keep_the_day_that_the_advisor_chose() -> None:
    far = END + timedelta(days=10)
    meets = owed(opened(), joined(), *DEBRIEFED[1:], appointment(BUILD, far))
    assert {task.kind: task.due for task in meets}["build-prescription"] == far
    assert [task.due for task in owed(opened(), joined(), *DECLINED[1:], reminder(far))] == [END, far]


def test_an_appointment_missed_after_the_end_is_due_at_once() -> None:
    late = END + timedelta(days=3)
    path = (opened(), joined(), *DEBRIEFED[1:], appointment(BUILD, late), missed(BUILD, late))
    assert {task.key: task.due for task in owed(*path)}[BUILD] == late


def test_a_snooze_ends_with_the_programme() -> None:
    path = (opened(), joined(), *DEBRIEFED[1:])
    asked = {"task": BUILD, "reason": "en stage"}
    given(*path).when(snooze_task, **asked, until=END + timedelta(days=1)).refused("snooze-until", last=END)
    given(*path).when(snooze_task, **asked, awaits="result").then(snoozed(BUILD, END, awaits="result"))
    given(*path).when(snooze_task, **asked, until=END + timedelta(days=1), on=END).then(
        d.TaskSnoozed(task=BUILD, until=END + timedelta(days=1), reason="en stage", on=END)
    )
