"""A whole CEJ group at once: its dossiers, what another name or end would do, one command for each, and the way back.

A group is what its dossiers say: there is nothing else to change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pixflow import tasks
from pixflow.authorization import Subject
from pixflow.dossier.grouping import correct_group, undo_group
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.dossier import ProgrammeJoined
from projections import dossier_sheet
from projections.store.folds import folds_of
from web.desk import receipts
from web.desk.bulk import Outcomes, Row, row_of
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import UndoForm
from web.french import dates
from web.french import tasks as french_tasks
from web.french.vocabulary import lower_first, say
from web.http.forms import Day, Form

MOST = 300
"""How many dossiers change at once; the others wait for the next time."""
GONE = "n’est plus dans ce groupe"


class Named(Form):
    """A group as it is called, what it is to be called, and when its collective period is to end; None: as now."""

    group: str
    name: str
    until: Day | None = None


class Regroup(Named):
    """The dossiers of it that were ticked."""

    dossier: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A dossier of the group; `effects` are the days that would change."""

    row: Any
    state: Dossier
    effects: Sequence[str] = ()


def members(desk: Desk, group: str) -> list[Member]:
    """The open dossiers of a group that this person may change, by name."""
    rows = dossier_sheet.of_group(desk.read, desk.scope, group)
    states = folds_of(desk.read, {row.stream for row in rows})
    found = [Member(row, states[row.stream]) for row in rows]
    return [member for member in found if desk.may(correct_group, Subject(member.state))]


def end(found: Sequence[Member]) -> date | None:
    """When the collective period of all of them ends; None when they differ."""
    ends = {member.row.collective_end for member in found}
    return ends.pop() if len(ends) == 1 else None


def changed(desk: Desk, found: Sequence[Member], said: Named) -> list[Member]:
    """Those that would change, each with the tasks that would be due another day."""
    other = [one for one in found if one.row.group != said.name or said.until not in (None, one.row.collective_end)]
    return [Member(one.row, one.state, _effects(desk, one, said)) for one in other[:MOST]] + other[MOST:]


def _effects(desk: Desk, member: Member, said: Named) -> list[str]:
    previewed = desk.engine.preview(
        {"dossier": member.row.stream},
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


def act(desk: Desk, form: Regroup) -> Outcomes:
    """One command for each dossier ticked, its id made of the form's and the dossier's."""
    names, made = names_for(desk), []
    there = {member.row.stream for member in members(desk, form.group)}
    for dossier in form.dossier[:MOST]:
        command = receipts.row_command(form.command_id, dossier)
        if dossier not in there and not desk.engine.has_recorded(command):
            made.append(Row(names.dossier(dossier), refused=GONE))
            continue
        outcome = record(
            desk, {"dossier": dossier}, correct_group, command_id=command, group=form.name, collective_end=form.until
        )
        made.append(row_of(desk, names.dossier(dossier), outcome))
    return Outcomes(made, form.command_id)


# --- taking it back


def undoable(desk: Desk, said: str) -> bool:
    """Whether anything of what was done at once still says what the group is."""
    found = _done(desk, said)
    states = folds_of(desk.read, {fact.originator_id for fact in found})
    return any(_stands(states[fact.originator_id], fact) for fact in found)


def undo(desk: Desk, form: UndoForm) -> Outcomes:
    """Each dossier has the group it had before, but where something else was said since."""
    names, made = names_for(desk), []
    for fact in _done(desk, str(form.fait)):
        outcome = record(
            desk,
            {"dossier": fact.originator_id},
            undo_group,
            command_id=receipts.row_command(form.command_id, fact.originator_id),
            version=fact.originator_version,
            reason="annulé aussitôt",
        )
        made.append(row_of(desk, names.dossier(fact.originator_id), outcome))
    return Outcomes(made, form.command_id)


def _done(desk: Desk, said: str) -> list[Recorded]:
    """What this person said of groups, under the command that an address names."""
    return [fact for fact in receipts.recorded(desk, said) if isinstance(fact.event, ProgrammeJoined)]


def _stands(state: Dossier, fact: Recorded) -> bool:
    return state.joined is not None and state.joined.version == fact.originator_version
