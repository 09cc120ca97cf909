"""A whole CEJ group: its dossiers, the effects of another name or end, the commands, and their undo.

A group is what its dossiers say: there is nothing else to change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from pixflow import tasks
from pixflow.authorization import Subject
from pixflow.dossier.identity import correct_group, undo_group
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.dossier import ProgrammeJoined
from projections import dossier_sheet
from projections.store.folds import folds_of
from web.desk import receipts
from web.desk.bulk import BulkOutcome, RowOutcome, row_outcome
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import UndoForm
from web.french import dates
from web.french import tasks as french_tasks
from web.french.events.sentences import AT_ONCE
from web.french.typography import lower_first, say
from web.http.forms import Day, Form

MOST = 300
"""Largest number of dossiers in one change; the others wait for the next one."""
GONE = "n’est plus dans ce groupe"


class GroupChange(Form):
    """A group, its new name, and the new end of its collective period (None keeps the end of each dossier)."""

    group: str
    name: str
    until: Day | None = None


class GroupCommand(GroupChange):
    """The dossiers of the group that were ticked."""

    dossier: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A dossier of the group; `effects` are the due days that a change would move, in words."""

    id: UUID
    last_name: str
    first_name: str
    group: str
    until: date | None
    state: Dossier
    effects: Sequence[str] = ()


def members(desk: Desk, group: str) -> list[GroupMember]:
    """Returns the open dossiers of a group that this person may change, by name."""
    rows = dossier_sheet.of_group(desk.read, desk.scope, group)
    states = folds_of(desk.read, {row.stream for row in rows})
    found = [
        GroupMember(row.stream, row.last_name, row.first_name, row.group, row.collective_end, states[row.stream])
        for row in rows
    ]
    return [member for member in found if desk.may(correct_group, Subject(member.state))]


def end(found: Sequence[GroupMember]) -> date | None:
    """Returns the end of the collective period that all have, None when they differ."""
    ends = {member.until for member in found}
    return ends.pop() if len(ends) == 1 else None


def changed(desk: Desk, found: Sequence[GroupMember], said: GroupChange) -> list[GroupMember]:
    """Returns the dossiers that would change, with the effects of each of the first MOST."""
    other = [one for one in found if one.group != said.name or said.until not in (None, one.until)]
    return [replace(one, effects=_effects(desk, one, said)) for one in other[:MOST]] + other[MOST:]


def _effects(desk: Desk, member: GroupMember, said: GroupChange) -> list[str]:
    previewed = desk.engine.preview(
        {"dossier": member.id},
        correct_group,
        by=desk.by(correct_group, Subject(member.state)),
        group=said.name,
        collective_end=said.until,
    )
    before, after = (tasks.of_dossier(one.state, desk.refs) for one in previewed["dossier"])
    then = {task.key: task.due for task in after}
    moved = [(task.kind, task.due, then[task.key]) for task in before if then.get(task.key, task.due) != task.due]
    return [_moved(desk, kind, was, now) for kind, was, now in moved]


def _moved(desk: Desk, kind: str, was: date, now: date) -> str:
    old, new = (dates.day(day, year=day.year != desk.today.year) for day in (was, now))
    return say("{verb} : {old} → {new}", verb=lower_first(french_tasks.VERBS[kind]), old=old, new=new)


def act(desk: Desk, form: GroupCommand) -> BulkOutcome:
    """Records one command for each dossier ticked; its id comes from the form's and the dossier's."""
    names, made = names_for(desk), []
    there = {member.id for member in members(desk, form.group)}
    for dossier in form.dossier[:MOST]:
        command = receipts.row_command(form.command_id, dossier)
        if dossier not in there and not desk.engine.has_recorded(command):
            made.append(RowOutcome(names.dossier(dossier), refused=GONE))
            continue
        outcome = record(
            desk, {"dossier": dossier}, correct_group, command_id=command, group=form.name, collective_end=form.until
        )
        made.append(row_outcome(desk, names.dossier(dossier), outcome))
    return BulkOutcome(made, form.command_id)


# --- undo


def undoable(desk: Desk, reference: str) -> bool:
    """True while a dossier still has the group that this command gave it."""
    found = _done(desk, reference)
    states = folds_of(desk.read, {recorded.originator_id for recorded in found})
    return any(_stands(states[recorded.originator_id], recorded) for recorded in found)


def undo(desk: Desk, form: UndoForm) -> BulkOutcome:
    """Gives each dossier its group of before, except where another change followed."""
    names, made = names_for(desk), []
    for recorded in _done(desk, str(form.receipt)):
        outcome = record(
            desk,
            {"dossier": recorded.originator_id},
            undo_group,
            command_id=receipts.row_command(form.command_id, recorded.originator_id),
            version=recorded.originator_version,
            reason=AT_ONCE,
        )
        made.append(row_outcome(desk, names.dossier(recorded.originator_id), outcome))
    return BulkOutcome(made, form.command_id)


def _done(desk: Desk, reference: str) -> list[Recorded]:
    """Returns the group changes of the command that an address names."""
    return [recorded for recorded in receipts.events_of(desk, reference) if isinstance(recorded.event, ProgrammeJoined)]


def _stands(state: Dossier, recorded: Recorded) -> bool:
    return state.joined is not None and state.joined.version == recorded.originator_version
