"""One task as a line: what to do, why, and when it is due, seen from a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pixflow.tasks import Task
from pixflow.working_days import Calendar
from web.french import dates
from web.french import tasks as french


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task in French. `late`: it is past due. `to_come`: the day it opens, None once it is open."""

    verb: str
    why: str
    due: str
    late: bool
    to_come: date | None


def of_row(row: Any, today: date, calendar: Calendar) -> TaskLine:
    """Returns the line of a row of the queue."""
    at = row.appointment.replace(tzinfo=UTC) if row.appointment else None
    return _line(row, row.paused, row.details, row.why_on, at, today, calendar)


def of_task(task: Task, today: date, calendar: Calendar) -> TaskLine:
    """Returns the line of a task, as a replay works it out."""
    return _line(task, task.snoozed_until, task.why.details, task.why.on, task.appointment, today, calendar)


def _line(
    task: Any,
    snoozed_until: date | None,
    details: Mapping[str, str],
    on: date,
    at: datetime | None,
    today: date,
    calendar: Calendar,
) -> TaskLine:
    at = at.astimezone(ZoneInfo(calendar.zone)) if at else None
    why = french.why(task.kind, details, on, chases=task.chases, appointment=at, place=task.place, today=today)
    if snoozed_until and snoozed_until > today:
        due = f"revient le {dates.day(snoozed_until, year=snoozed_until.year != today.year)}"
        return TaskLine(french.title(task.kind, details), why, due, False, task.opens if task.opens > today else None)
    late = task.due < today
    due = dates.due_words(at if at and not late else task.due, today, calendar.count(task.due, today) if late else 0)
    return TaskLine(french.title(task.kind, details), why, due, late, task.opens if task.opens > today else None)
