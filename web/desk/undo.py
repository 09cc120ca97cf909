"""Annuler: takes back a command, or each row of a bulk, as long as nothing followed it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pixflow.dossier import assignment as lending
from pixflow.dossier import retraction
from pixflow.engine import Step
from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.events import workshop as w
from pixflow.events.base import Event, Recorded
from pixflow.events.campaign import CampaignDeclared
from pixflow.folding import not_retracted, retractions_by_version
from pixflow.participation import matches
from pixflow.workshop import booking
from projections import result_routing
from web.desk import receipts
from web.desk.bulk import BulkOutcome, RowOutcome, row_outcome
from web.desk.commands import record_all
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import Receipt, UndoForm
from web.french import bulk as french
from web.french.events.sentences import AT_ONCE

_SEATS = (w.SeatTaken, w.WaitlistJoined)
_UNDOABLE: tuple[type[Event], ...] = (
    *(d.TaskSnoozed, d.TaskHandedOver, d.YoungPersonChased, d.PixPresented, d.DiagnosticPlanned),
    *(d.AdvisorAssigned, d.ResultDispatched, p.MatchConfirmed, p.ParticipationSetAside),
    *_SEATS,
)
"""The events that are taken back here. When a command recorded several, the last of this list says what it did."""
_CORRECTED_ELSEWHERE = (d.DossierOpened, p.MatchRejected, CampaignDeclared)


@dataclass(frozen=True, slots=True)
class _Row:
    """One command: the event that says what it did, and the dossier, or the participation set aside, it is about.

    `matched` are all the matches of the command.
    """

    main: Recorded
    subject: UUID
    matched: tuple[Recorded, ...] = ()

    def is_last(self, trail: Sequence[Recorded]) -> bool:
        """True when nothing that counts followed on the subject, or when all of it was taken back already."""
        mine = {one.originator_version for one in trail if one.command == self.main.command}
        told = [one for one in not_retracted(trail) if not isinstance(one.event, retraction.ISSUED)]
        return mine <= retractions_by_version(trail).keys() or told[-1].command == self.main.command


def offer(desk: Desk, receipt: Receipt | None, reference: str, address: str) -> Receipt | None:
    """Returns a receipt with its undo at an address, while one row of it at least can be taken back."""
    return receipt.with_undo(reference, address) if receipt and undoable(desk, reference) else receipt


def undoable(desk: Desk, reference: str) -> bool:
    """True when nothing followed one row at least of the command that an address names."""
    rows = _rows(desk, reference)
    trails = desk.trails({row.subject for row in rows})
    return any(row.is_last(trails[row.subject]) and _may(desk, row) for row in rows)


def _may(desk: Desk, row: _Row) -> bool:
    """Tells if this desk may take a row back."""
    match row.main.event:
        case d.AdvisorAssigned(on=on):
            return desk.may(lending.undo_assignment) or (on == desk.today and desk.may(lending.undo_return))
        case p.MatchConfirmed() | p.ParticipationSetAside() | w.SeatTaken() | w.WaitlistJoined():
            return True
    return desk.has_role_for(retraction.retract)


def undo(desk: Desk, form: UndoForm) -> BulkOutcome:
    """Takes back each row that nothing followed, the latest first, with one command for each."""
    rows, names, made = _rows(desk, str(form.receipt)), names_for(desk), []
    subjects = {row.subject for row in rows}
    trails, typed = desk.trails(subjects), result_routing.many(desk.read, subjects)
    for row in reversed(rows):
        subject, main = row.subject, row.main
        name = f"{typed[subject].last_name} {typed[subject].first_name}" if subject in typed else names.dossier(subject)
        about = (subject,) if isinstance(main.event, _SEATS) else (main.originator_id, main.originator_version)
        command = receipts.row_command(form.command_id, *about)
        if not row.is_last(trails[subject]) and not desk.engine.has_recorded(command):
            made.append(RowOutcome(name, refused=french.FOLLOWED, person=subject))
            continue
        steps = list(_steps(desk, row, [one for one in trails[subject] if one.command == main.command]))
        outcome = record_all(desk, steps, ("undo", main.command), command_id=command)
        trails[subject] = [one for one in trails[subject] if one.command != main.command]
        made.append(row_outcome(desk, name, outcome, person=subject))
    return BulkOutcome(made[::-1], form.command_id)


def _rows(desk: Desk, reference: str) -> list[_Row]:
    """Returns a row for each command under the reference that can be taken back here, oldest first."""
    commands: dict[UUID, list[Recorded]] = {}
    for recorded in receipts.events_of(desk, reference):
        commands.setdefault(recorded.command, []).append(recorded)
    rows = []
    for events in commands.values():
        undoable_events = [one for one in events if isinstance(one.event, _UNDOABLE)]
        if undoable_events and not any(isinstance(one.event, _CORRECTED_ELSEWHERE) for one in events):
            main = max(undoable_events, key=lambda one: _UNDOABLE.index(type(one.event)))
            matched = tuple(one for one in undoable_events if isinstance(one.event, p.MatchConfirmed))
            rows.append(_Row(main, getattr(main.event, "dossier", main.originator_id), matched))
    return rows


def _steps(desk: Desk, row: _Row, recorded: Sequence[Recorded]) -> Iterator[Step]:
    """Returns the decisions that take back a row; `recorded` are the events of its command on its subject."""
    stream, version = row.main.originator_id, row.main.originator_version
    reason: dict[str, Any] = {"reason": AT_ONCE}
    match row.main.event:
        case p.MatchConfirmed(dossier=dossier):
            for one in row.matched:
                streams = {"participation": one.originator_id, "dossier": dossier}
                yield Step(streams, matches.undo_match, {**reason, "again": True})
        case p.ParticipationSetAside():
            yield Step({"participation": stream}, matches.undo_set_aside, reason)
        case d.AdvisorAssigned():
            undo = lending.undo_assignment if desk.may(lending.undo_assignment) else lending.undo_return
            yield Step({"dossier": stream}, undo, {**reason, "version": version})
        case w.SeatTaken(dossier=dossier) | w.WaitlistJoined(dossier=dossier):
            until = booking.offer_deadline(desk.refs, desk.today)
            yield Step({"workshop": stream, "dossier": dossier}, booking.release_seat, {}, {"until": until})
            yield from _retractions(one for one in recorded if isinstance(one.event, d.DiagnosticPlanned))
        case _:
            yield from _retractions(reversed(recorded))


def _retractions(recorded: Iterable[Recorded]) -> Iterator[Step]:
    for one in recorded:
        sent = {"version": one.originator_version, "reason": AT_ONCE}
        yield Step({"dossier": one.originator_id}, retraction.retract, sent)
