"""Decisions about any task or none: notes, appointments, chases, snoozes, handovers, and the end of the follow-up."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from pixflow.actor import OPERATOR
from pixflow.decision import OWN_DOSSIERS, OWN_DOSSIERS_AND_MANAGER, REFERENT, REFERENT_AND_MANAGER, decision
from pixflow.dossier.state import Dossier, must_be_known, must_be_open, must_go_on, must_have_no_seat
from pixflow.events import dossier as e
from pixflow.events.base import Event
from pixflow.events.values import Awaited, Channel, Role
from pixflow.refused import Refused, required
from pixflow.team.staff import Team

LONGEST_SNOOZE = timedelta(days=90)


@decision("set_appointment", OWN_DOSSIERS)
def set_appointment(
    dossier: Dossier, *, task: str, at: datetime, day: date, place: str, on: date, open_tasks: Collection[str]
) -> list[Event]:
    """Sets an appointment: the task is due on its day. `open_tasks` holds the keys of the dossier's tasks."""
    must_be_open(dossier)
    _must_have_task(task, open_tasks)
    if day < on:
        raise Refused("appointment-past", day=day)
    current = dossier.appointments.get(task)
    if current and not current.missed and (current.at, current.place) == (at, place.strip()):
        return []
    return [e.AppointmentSet(task=task, at=at, day=day, place=place.strip(), on=on)]


@decision("miss_appointment", OWN_DOSSIERS)
def miss_appointment(dossier: Dossier, *, task: str, note: str, on: date) -> list[Event]:
    """Records a missed appointment: the task is due again at once."""
    must_be_open(dossier)
    current = dossier.appointments.get(task)
    if current is None:
        raise Refused("no-appointment")
    if current.missed:
        return []
    if on < current.day:
        raise Refused("appointment-to-come", day=current.day)
    return [e.AppointmentMissed(task=task, note=note.strip(), on=on)]


@decision("chase", OWN_DOSSIERS)
def chase_young_person(
    dossier: Dossier, *, about: str, channel: Channel, reached: bool, note: str, on: date, open_tasks: Collection[str]
) -> list[Event]:
    """Records one try to reach the young person about a task. The task's delays start again."""
    must_be_open(dossier)
    _must_have_task(about, open_tasks)
    return [e.YoungPersonChased(about=about, channel=channel, reached=reached, note=note.strip(), on=on)]


@decision("snooze", OWN_DOSSIERS)
def snooze_task(
    dossier: Dossier,
    *,
    task: str,
    until: date | None = None,
    awaits: Awaited | None = None,
    reason: str,
    on: date,
    open_tasks: Mapping[str, int],
) -> list[Event]:
    """Snoozes a task until a day, or until a fact, for a reason; until a fact, LONGEST_SNOOZE at most.

    No snooze lasts beyond the end of the programme, while it is to come.
    `open_tasks` maps each task key to the version that opened it.
    """
    must_be_open(dossier)
    _must_have_task(task, open_tasks)
    last, end = on + LONGEST_SNOOZE, dossier.programme_end
    last = min(last, end) if end and end > on else last
    if until is None and awaits is None:
        raise Refused("required", field="until")
    until = until or last
    if not on < until <= last:
        raise Refused("snooze-until", field="until", last=last)
    known = dossier.snoozes.get(task)
    same = known and (known.until, known.awaits, known.stamp.on, known.woken) == (until, awaits, on, None)
    if known and same and known.stamp.version > open_tasks[task]:
        return []
    return [e.TaskSnoozed(task=task, until=until, reason=required(reason, "reason"), on=on, awaits=awaits)]


@decision("hand_over", OWN_DOSSIERS_AND_MANAGER, reauthentication="others")
def hand_over_task(
    dossier: Dossier,
    *,
    task: str,
    to: UUID,
    until: date | None,
    note: str,
    on: date,
    open_tasks: Mapping[str, int],
    team: Team,
    actor: str,
) -> list[Event]:
    """Hands a task over to a colleague through `until`, 90 days at most; a receiver only gives it back.

    The dossier keeps its advisor. `open_tasks` is the same as for a snooze. Nobody takes a task of somebody else.
    """
    must_be_open(dossier)
    _must_have_task(task, open_tasks)
    known = dossier.handovers.get(task)
    now = known if known and known.stamp.version > open_tasks[task] and known.is_active(on) else None
    if now and now.to == to and until in (None, now.until):
        return []
    if now is None and to == dossier.advisor:
        raise Refused("already-theirs", field="to", advisor=to)
    if str(to) == actor and to != dossier.advisor:
        raise Refused("handed-to-oneself", field="to")
    if not _roles_of(team, str(to), on) & {"advisor", "referent"}:
        raise Refused("unknown-receiver", field="to")
    steers = actor == str(dossier.advisor) or _roles_of(team, actor, on) & {"referent", "manager"}
    if now and to != dossier.advisor and not steers:
        raise Refused("given-back-only", field="to", advisor=dossier.advisor)
    until = until or on + LONGEST_SNOOZE
    if not on <= until <= on + LONGEST_SNOOZE:
        raise Refused("handed-until", field="until", last=on + LONGEST_SNOOZE)
    return [e.TaskHandedOver(task=task, to=to, until=until, note=note.strip(), on=on)]


@decision("claim_task", REFERENT)
def claim_task(dossier: Dossier, *, task: str, on: date, open_tasks: Mapping[str, int], actor: str) -> list[Event]:
    """Takes a task upon oneself, for 90 days at most: a référent says that they see to it.

    A référent decides on every dossier, so a claim gives no right. The dossier keeps its advisor.
    """
    must_be_open(dossier)
    _must_have_task(task, open_tasks)
    known, me = dossier.handovers.get(task), UUID(actor)
    if known and known.to == me and known.stamp.version > open_tasks[task] and known.is_active(on):
        return []
    if dossier.advisor == me:
        raise Refused("already-theirs", advisor=me)
    return [e.TaskHandedOver(task=task, to=me, until=on + LONGEST_SNOOZE, note="", on=on)]


@decision("set_reminder", OWN_DOSSIERS)
def set_reminder(dossier: Dossier, *, reminder: UUID, day: date, text: str, on: date) -> list[Event]:
    """Sets a reminder, or moves the one with this id. It hides nothing that the protocol owes."""
    must_be_open(dossier)
    if day <= on:
        raise Refused("reminder-past", field="day", on=on)
    known, text = dossier.reminders.get(reminder), required(text, "text")
    if known and (known.day, known.text) == (day, text):
        return []
    return [e.ReminderSet(reminder=reminder, day=day, text=text, on=on)]


@decision("close_reminder", OWN_DOSSIERS)
def close_reminder(dossier: Dossier, *, reminder: UUID, note: str, on: date) -> list[Event]:
    """Records that a reminder served. One that is closed already records nothing."""
    must_be_open(dossier)
    return [e.ReminderDone(reminder=reminder, note=note.strip(), on=on)] if reminder in dossier.reminders else []


@decision("take_note", OWN_DOSSIERS)
def take_note(dossier: Dossier, *, text: str, on: date) -> list[Event]:
    must_be_known(dossier)
    return [e.NoteTaken(text=required(text, "text"), on=on)]


def _roles_of(team: Team, id: str, day: date) -> frozenset[Role]:
    return next((member.roles_on(day) for person, member in team.items() if str(person) == id), frozenset())


def _must_have_task(task: str, open_tasks: Collection[str]) -> None:
    if task not in open_tasks:
        raise Refused("not-owed")


# --- decisions that close and reopen a dossier


@decision("review_late_event", REFERENT_AND_MANAGER)
def review_late_event(dossier: Dossier, *, note: str, on: date) -> list[Event]:
    """Records that the référent has read an event received after the closing."""
    return [e.LateEventReviewed(note=note.strip(), on=on)] if dossier.late else []


@decision("close", OWN_DOSSIERS_AND_MANAGER)
def close_dossier(
    dossier: Dossier,
    *,
    reason: Literal["done", "employment", "moved", "unreachable", "declined", "other", "mistake"],
    note: str,
    on: date,
) -> list[Event]:
    must_be_known(dossier)
    if dossier.closed:
        if dossier.close_reason == reason:
            return []
        raise Refused("closed", on=dossier.closed.on)
    if reason == "other":
        note = required(note, "note")
    must_have_no_seat(dossier, on)
    return [e.DossierClosed(reason=reason, note=note.strip(), on=on)]


def is_mistaken(dossier: Dossier) -> bool:
    """Tells if the dossier was closed as opened by mistake: a file may open it again."""
    return dossier.closed is not None and dossier.close_reason == "mistake"


@decision("open_again", REFERENT_AND_MANAGER, system=(OPERATOR,))
def open_again(dossier: Dossier, *, on: date) -> list[Event]:
    """Reopens a dossier closed as opened by mistake, when a file names its young person again."""
    return [e.DossierReopened(reason="", on=on)] if is_mistaken(dossier) else []


@decision("reopen", OWN_DOSSIERS_AND_MANAGER)
def reopen_dossier(dossier: Dossier, *, reason: str, on: date) -> list[Event]:
    if dossier.closed is None:
        return []
    must_go_on(dossier)
    return [e.DossierReopened(reason=required(reason, "reason"), on=on)]
