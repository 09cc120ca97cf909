"""Annuler on Équipe: takes back what this person just recorded about colleagues, as long as nothing followed it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pixflow.authorization import Subject
from pixflow.decision import Decision
from pixflow.engine import Step
from pixflow.events import staff as e
from pixflow.events.base import Event, Recorded, event_day
from pixflow.team import absences, membership, staff
from web.desk import receipts
from web.desk.bulk import BulkOutcome, RowOutcome, row_outcome
from web.desk.commands import record_all
from web.desk.desk import Desk
from web.desk.receipts import Receipt, ReceiptLine, UndoForm
from web.french.events.sentences import AT_ONCE

UNDO = "/equipe/annuler"
FOLLOWED = "autre chose a suivi : corrigez depuis la page de cette personne"
_Way = tuple[Decision[..., Any], dict[str, Any]]
"""A decision that takes something back, and what it is sent."""
_Row = tuple[UUID, list[Recorded], _Way]
"""A command, every event of the person whom it is about, and the way back."""
_AGAIN: dict[type[Event], Decision[..., Any]] = {
    e.PixTakenByStaff: membership.take_pix,
    e.TrainingAttended: membership.attend_training,
    e.BriefingHeld: membership.hold_briefing,
}


def offer(desk: Desk, title: str, lines: Sequence[str], reference: str) -> Receipt:
    """Returns a receipt, with its undo while one row at least of its command can be taken back."""
    receipt = Receipt(title, [ReceiptLine(one) for one in lines])
    last = any(trail[-1].command == command for command, trail, _ in _rows(desk, reference))
    return receipt.with_undo(reference, UNDO) if last else receipt


def undo(desk: Desk, form: UndoForm) -> BulkOutcome:
    """Takes back each row that nothing followed, with one command for each; `about` is the person of a row."""
    rows = _rows(desk, str(form.receipt))
    return BulkOutcome([_undone(desk, form, *row) for row in rows], form.command_id)


def _undone(desk: Desk, form: UndoForm, command: UUID, trail: list[Recorded], way: _Way) -> RowOutcome:
    person, (decision, sent) = trail[-1].originator_id, way
    name, mine = desk.refs.team[person].name, receipts.row_command(form.command_id, person)
    if trail[-1].command != command and not desk.engine.has_recorded(mine):
        return RowOutcome(name, refused=FOLLOWED, about=str(person))
    outcome = record_all(desk, [Step({"staff": person}, decision, sent)], ("undo", command), command_id=mine)
    return row_outcome(desk, name, outcome, str(person))


def _rows(desk: Desk, reference: str) -> list[_Row]:
    """Returns a row for each person about whom the command recorded what this desk may take back."""
    commands = {one.originator_id: one.command for one in receipts.events_of(desk, reference)}
    trails, rows = desk.trails(one for one in commands if one in desk.refs.team), []
    for person, command in commands.items():
        way = _way(trails[person], command) if person in trails else None
        if way and desk.may(way[0], Subject(member=person)):
            rows.append((command, trails[person], way))
    return rows


def _way(trail: Sequence[Recorded], command: UUID) -> _Way | None:
    """Returns the decision that takes back a command, and what it is sent; None when it is corrected otherwise."""
    done = [one for one in trail if one.command == command]
    before = staff.fold(trail[: trail.index(done[0])])
    if all(isinstance(one.event, e.RoleGranted) for one in done):
        return (membership.change_roles, {"roles": tuple(sorted(before.roles))}) if before.roles else None
    return _way_of(done[0], before, trail) if len(done) == 1 else None


def _way_of(done: Recorded, before: staff.Staff, trail: Sequence[Recorded]) -> _Way | None:
    match done.event:
        case e.AbsenceDeclared(absence=id) | e.AbsenceCancelled(absence=id) if known := before.absences.get(id):
            days = {"first": known.first, "last": known.last, "deputy": known.deputy}
            return absences.declare_absence, {"absence": id, **days, "anyway": True}
        case e.AbsenceDeclared(absence=id) | e.AbsenceCancelled(absence=id):
            return absences.cancel_absence, {"absence": id}
        case e.StaffLeft() | e.StaffReturned() if before.left:
            return membership.record_departure, {"last_day": before.left, "anyway": True}
        case e.StaffLeft():
            return membership.undo_departure, {}
        case e.ContactStated():
            return membership.state_contact, {"phone": before.phone}
        case e.PixTakenByStaff() | e.TrainingAttended() | e.BriefingHeld():
            return membership.undo_milestone, {"version": done.originator_version, "reason": AT_ONCE}
        case e.Retracted(version=version):
            return _repeat_milestone(next(one.event for one in trail if one.originator_version == version))
    return None


def _repeat_milestone(milestone: Event) -> _Way:
    titled = {"title": milestone.title} if isinstance(milestone, (e.TrainingAttended, e.BriefingHeld)) else {}
    return _AGAIN[type(milestone)], {"on": event_day(milestone), **titled}
