"""Groupe CEJ: another name or end of the collective period, for all its dossiers, and its undo.

A group is what its dossiers say: there is nothing else to change.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pixflow import tasks
from pixflow.authorization import Subject
from pixflow.dossier.identity import correct_group, undo_group
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.dossier import ProgrammeJoined
from projections import dossier_sheet
from projections.store.folds import folds_of
from web.desk import receipts
from web.desk.bulk import BulkOutcome, RowOutcome, take_row
from web.desk.colleagues import day
from web.desk.commands import check, read_button, read_form, redraw
from web.desk.dependencies import allowed
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import Receipt, UndoForm
from web.french import tasks as french_tasks
from web.french import validation
from web.french.dossier import path
from web.french.events.sentences import AT_ONCE
from web.french.typography import lower_first, say
from web.http.addresses import address
from web.http.forms import Day, Form, FormData, OpenForm, validate
from web.http.people import listed
from web.http.templates import show

router = APIRouter()
AtGroups = Annotated[Desk, allowed("advisor", "referent", "manager")]
MOST = 300
"""Largest number of dossiers in one change; the others wait for the next one."""
FIELDS = {"name": "nom", "until": "fin"}
"""The parameters of the address, for the fields of `GroupChange`."""
GONE = "n’est plus dans ce groupe"


class GroupChange(Form):
    """A group, its new name, and the new end of its collective period (None keeps the end of each dossier)."""

    group: str
    name: str
    until: Day | None = None


class GroupCommand(GroupChange):
    """The dossiers of the group that were ticked."""

    dossier: tuple[UUID, ...] = ()


def _members(desk: Desk, group: str) -> list[tuple[Any, Dossier]]:
    """Returns the open dossiers of a group that this person may change, by name: the row and the state of each."""
    rows = dossier_sheet.of_group(desk.read, desk.scope, group)
    states = folds_of(desk.read, {row.stream for row in rows})
    members = [(row, states[row.stream]) for row in rows]
    return [(row, state) for row, state in members if desk.may(correct_group, Subject(state))]


# --- its page


def _page(
    request: Request,
    desk: Desk,
    form: OpenForm | None = None,
    *,
    values: Mapping[str, Any] = {},
    receipt: Receipt | None = None,
    undo: str = "",
) -> Response:
    """Shows a group; once a name is sent, the dossiers that would change, each with its effects and its group of now.

    An address that cannot be read has its `problems`, and is answered all the same. `receipt` has the rows of a
    command that was refused for some, `undo` is its reference.
    """
    sent = form.values if form else values
    group = str(sent.get("group", ""))
    members = _members(desk, group)
    ends = {row.collective_end for row, _ in members}
    end = ends.pop() if len(ends) == 1 else None
    now = {"name": group, "until": end.isoformat() if end else ""}
    fields = {"group": group, **{field: sent.get(field, known) for field, known in now.items()}}
    command = {"command_id": str(desk.new_command())}
    change, wrong = validate(GroupChange, fields | command) if "name" in sent else (None, {})
    changed = [
        (row, state)
        for row, state in members
        if change and (row.group != change.name or change.until not in (None, row.collective_end))
    ]
    errors = {**(form.errors if form else {}), **validation.phrase_empty_fields(wrong)}
    return show(
        request,
        "dossiers/group.html",
        "group",
        listed(row.stream for row, _ in changed[:MOST]),
        status=422 if form or receipt else 200,
        group=group,
        count=len(members),
        values=fields,
        change=change,
        becomes=path.group_until(change.name, change.until, desk.today) if change else "",
        listed=address("/dossiers", {"groupe": group}),
        changed=[
            (
                row,
                path.group_until(row.group, row.collective_end, desk.today),
                _effects(desk, row.stream, state, change),
            )
            for row, state in changed[:MOST]
            if change
        ],
        left=max(0, len(changed) - MOST),
        receipt=receipt,
        undo=undo,
        problems={FIELDS.get(field, field): error for field, error in errors.items()},
    )


def _effects(desk: Desk, dossier: UUID, state: Dossier, change: GroupChange) -> list[str]:
    """Returns the due days that a change would move, in words."""
    sent: dict[str, Any] = {"group": change.name, "collective_end": change.until}
    by = desk.by(correct_group, Subject(state))
    preview = desk.engine.preview({"dossier": dossier}, correct_group, by=by, **sent)
    before, after = (tasks.of_dossier(one.state, desk.refs) for one in preview["dossier"])
    then, moved = {task.key: task.due for task in after}, []
    for task in before:
        if then.get(task.key, task.due) != task.due:
            verb, old, new = lower_first(french_tasks.VERBS[task.kind]), day(desk, task.due), day(desk, then[task.key])
            moved.append(say("{verb} : {old} → {new}", verb=verb, old=old, new=new))
    return moved


@router.get("/dossiers/groupe")
def preview(request: Request, desk: AtGroups, groupe: str = "", nom: str | None = None, fin: str = "") -> Response:
    """Shows the dossiers of a group; with another name (`nom`) or end (`fin`), the changes of each."""
    change = {} if nom is None else {"name": nom, "until": fin}
    return _page(request, desk, values={"group": groupe, **change})


# --- what it records


@router.post("/dossiers/groupe")
@redraw(_page)
def change(request: Request, desk: AtGroups, data: FormData) -> Response:
    """Records one command for each dossier; answers every row when one was refused."""
    form = read_form(GroupCommand, data)
    check({} if form.dossier else {"dossier": "Cochez au moins un dossier."})
    outcomes = _change(desk, form)
    if outcomes.refused:
        desk.refresh()
        return _page(request, desk, values=data, receipt=outcomes.receipt(), undo=outcomes.reference)
    return RedirectResponse(address("/dossiers", {"groupe": form.name, "recu": outcomes.reference}), 303)


def _change(desk: Desk, form: GroupCommand) -> BulkOutcome:
    """Records one command for each dossier ticked; its id comes from the form's and the dossier's."""
    names, outcomes = names_for(desk), []
    there = {row.stream for row, _ in _members(desk, form.group)}
    for dossier in form.dossier[:MOST]:
        command = receipts.row_command(form.command_id, dossier)
        if dossier not in there and not desk.engine.has_recorded(command):
            outcomes.append(RowOutcome(names.dossier(dossier), refused=GONE, person=dossier))
            continue
        sent: dict[str, Any] = {"group": form.name, "collective_end": form.until}
        outcomes.append(take_row(desk, names, form.command_id, dossier, correct_group, **sent))
    return BulkOutcome(outcomes, form.command_id)


@router.post("/dossiers/groupe/annuler")
def undo(request: Request, desk: AtGroups, data: FormData) -> Response:
    """Gives each dossier its group of before, except where another change followed."""
    form, names, rows = read_button(UndoForm, data), names_for(desk), []
    for recorded in _list_changes(desk, str(form.receipt)):
        dossier, sent = recorded.originator_id, {"version": recorded.originator_version, "reason": AT_ONCE}
        rows.append(take_row(desk, names, form.command_id, dossier, undo_group, **sent))
    outcomes = BulkOutcome(rows, form.command_id)
    if outcomes.refused:
        desk.refresh()
        return _page(request, desk, receipt=outcomes.receipt())
    return RedirectResponse(address("/dossiers", {"recu": outcomes.reference}), 303)


def undoable(desk: Desk, reference: str) -> bool:
    """Tells if a dossier still has the group that this command gave it."""
    events = _list_changes(desk, reference)
    states = folds_of(desk.read, {recorded.originator_id for recorded in events})
    joined = ((states[recorded.originator_id].joined, recorded) for recorded in events)
    return any(stamp is not None and stamp.version == recorded.originator_version for stamp, recorded in joined)


def _list_changes(desk: Desk, reference: str) -> Sequence[Recorded]:
    """Returns the group changes of the command that an address names."""
    return [recorded for recorded in receipts.events_of(desk, reference) if isinstance(recorded.event, ProgrammeJoined)]
