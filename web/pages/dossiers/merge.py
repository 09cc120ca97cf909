"""Fusion: two dossiers of one young person are merged into the one that goes on, and parted again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from pixflow import tasks
from pixflow.dossier import identity as merging
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.dossier import DuplicateJoined, Retracted
from pixflow.identity import normalise
from pixflow.participation import matches
from pixflow.refused import Refused
from pixflow.unit_of_work import LoadedStream, Step
from projections import directory, name_search
from projections.directory import YoungPerson
from projections.store.folds import fold_of, folds_of
from web.desk import reach, refusals
from web.desk.commands import Outcome, must, read_form, record_all, redraw, require_events, take_all
from web.desk.dependencies import AtDesk
from web.desk.desk import Desk
from web.desk.names import ScopedNames, names_for
from web.french import merge
from web.french import tasks as french_tasks
from web.french.events import sentences
from web.http.addresses import SIZE, PageNumber, Pager
from web.http.forms import Form, FormData, OpenForm
from web.http.people import gather_people, listed, note
from web.http.templates import redirect, show

router = APIRouter()
NEAR = 20
"""Number of similar names to consider."""


class MergeForm(Form):
    into: UUID


class UndoMergeForm(Form):
    reason: str


# --- who may be the same person


@router.get("/doublons")
def doubles(request: Request, desk: AtDesk, p: PageNumber = 1) -> Response:
    """Lists the open dossiers that share their names and their birth date, by person, the one to keep first."""
    must(desk, merging.merge_dossier)
    pager = Pager.at(directory.doubles_total(desk.read), p, "/doublons", {})
    groups = [{one.stream: one for one in group} for group in directory.doubles(desk.read, SIZE, pager.offset)]
    return show(
        request,
        "dossiers/duplicates.html",
        "doubles",
        listed(*groups),
        groups=[[(group[stream], count) for stream, count in _fullest_first(desk, group)] for group in groups],
        pager=pager,
    )


def _fullest_first(desk: Desk, streams: Iterable[UUID]) -> list[tuple[UUID, int]]:
    """Returns these dossiers and their numbers of events: the one to keep, then its duplicates.

    A number in i-Milo comes first, then the more events, then who was opened first.
    """
    states: dict[UUID, Dossier] = folds_of(desk.read, streams)

    def rank(stream: UUID) -> tuple[Any, ...]:
        state = states[stream]
        return state.imilo_number is None, -state.version, state.opened and state.opened.on, str(stream)

    return [(stream, states[stream].version) for stream in sorted(states, key=rank)]


def _candidates(desk: Desk, dossier_id: UUID, dossier: Dossier) -> list[tuple[YoungPerson, UUID, UUID]]:
    """Returns open dossiers that may be of the same person: similar names, the same birth date first.

    Each with the dossier that a merge would keep, and the one that it would close.
    """
    near = name_search.near(desk.read, f"{dossier.last_name} {dossier.first_name}", desk.scope, NEAR)
    births = (None, dossier.birth_date)
    alike = [
        one
        for one in near
        if one.stream != dossier_id and not one.closed and (one.birth_date in births or dossier.birth_date is None)
    ]
    alike.sort(key=lambda one: (one.birth_date != dossier.birth_date, normalise(f"{one.last_name} {one.first_name}")))
    ranked = [[stream for stream, _ in _fullest_first(desk, (dossier_id, one.stream))] for one in alike]
    return [(one, kept, closed) for one, (kept, closed) in zip(alike, ranked, strict=True)]


# --- what a merge, or its undo, does


def _side(desk: Desk, names: ScopedNames, id: UUID) -> list[tuple[str, str]]:
    """Returns the fields of one of the two dossiers, in words."""
    dossier = desk.dossier(id)
    owed = {task.kind for task in tasks.of_dossier(dossier, desk.refs)}
    return merge.fields(dossier, owed, desk.trail(id), names, desk.zone)


def _steps(desk: Desk, dossier_id: UUID, dossier: Dossier, into: UUID) -> list[Step]:
    """Returns the steps that merge a duplicate into the dossier that goes on."""
    gives = desk.dossier(into).imilo_number is None and dossier.imilo_number is not None
    joined = {"into": into, "gives_number": gives, "version": dossier.version}
    taken = {"other": dossier, "duplicate": dossier_id, "duplicate_history": desk.trail(dossier_id)}
    return [
        Step({"dossier": dossier_id}, merging.merge_dossier, joined),
        Step({"dossier": into}, merging.take_over_duplicate, {}, taken),
        *(
            Step({"participation": one}, matches.move_match, {"dossier": into})
            for one in dossier.diagnostic.participations
        ),
    ]


def _undo_steps(desk: Desk, dossier_id: UUID, dossier: Dossier, reason: str) -> list[Step]:
    """Returns the steps that undo the merge."""
    assert dossier.merged is not None
    trail = desk.trail(dossier_id)
    command = next(one.command for one in trail if one.originator_version == dossier.merged.stamp.version)
    said = {"reason": reason}
    moved = [Step({"participation": one}, matches.undo_match_move, said) for one in dossier.merged.participations]
    kept = Step({"dossier": dossier.merged.into}, merging.undo_take_over, said, {"command": command})
    return [*moved, kept, Step({"dossier": dossier_id}, merging.undo_merge, said)]


def _preview(desk: Desk, steps: Sequence[Step], target_id: UUID, closed: UUID) -> dict[str, Any]:
    """Returns the effects of a merge or of its undo on both dossiers together; or the refusal.

    `joined` are the events that come to the dossier that goes on, `retracted` those retracted there.
    """
    names = names_for(desk)
    try:
        changed = desk.engine.preview_all(steps, by=desk.by(steps[0].decision))
    except Refused as refused:
        return {"refused": refusals.sentence(desk, refused)}
    before, after = changed[target_id]
    owed = _owed(desk, *(changed[one][0] for one in (target_id, closed)))
    then = _owed(desk, *(changed[one][1] for one in (target_id, closed)))
    new = after.events[len(before.events) :]
    retracted = {r.event.version for r in new if isinstance(r.event, Retracted)}
    fact = before.events[min(retracted) - 1] if retracted else changed[closed][0].events[0]
    joined = [r for r in new if not isinstance(r.event, (DuplicateJoined, Retracted))]
    gone = [r for r in before.events if r.originator_version in retracted]
    return {
        "joined": [merge.phrase_event(r, names, after.events, desk.zone) for r in joined],
        "retracted": [sentences.sentence(r, names, zone=desk.zone, history=before.events) for r in gone],
        "gone": [french_tasks.VERBS[kind] for key, kind in owed.items() if key not in then],
        "new": [french_tasks.VERBS[kind] for key, kind in then.items() if key not in owed and kind != "inform-holder"],
        "reach": reach.of(desk, names, changed, [fact], target_id),
        "owed": list(dict.fromkeys(french_tasks.VERBS[kind] for kind in then.values())),
        "refused": "",
    }


def _owed(desk: Desk, *dossiers: LoadedStream) -> dict[str, str]:
    """Returns the tasks of these dossiers together: the key and the kind of each."""
    return {task.key: task.kind for one in dossiers for task in tasks.of_dossier(one.state, desk.refs)}


# --- its page


def _page(
    request: Request, desk: Desk, dossier_id: UUID, form: OpenForm | None = None, into: UUID | None = None
) -> Response:
    """Shows a dossier to merge, or merged already; `into` is the one that goes on, None before it is chosen.

    `lines` compare both field by field, without the fields that neither has.
    """
    dossier = desk.dossier(dossier_id)
    into = UUID(form.get("into")) if form and form.name == "join" and form.code else into
    target_id = dossier.merged.into if dossier.merged else into
    candidates, lines, preview = ([] if target_id else _candidates(desk, dossier_id, dossier)), [], None
    if target_id:
        note(request, gather_people(target_id))
        names = names_for(desk)
        pairs = zip(*(_side(desk, names, one) for one in (target_id, dossier_id)), strict=True)
        lines = [(label, one, other) for (label, one), (_, other) in pairs if one or other]
        undoes = dossier.merged is not None
        steps = _undo_steps(desk, dossier_id, dossier, "—") if undoes else _steps(desk, dossier_id, dossier, target_id)
        preview = _preview(desk, steps, target_id, dossier_id)
    return show(
        request,
        "dossiers/merge.html",
        "merge",
        gather_people(dossier_id, [target_id], (one.stream for one, _, _ in candidates)),
        id=dossier_id,
        dossier=dossier,
        into=target_id,
        lines=lines,
        candidates=candidates,
        preview=preview,
        errors=form.errors if form else {},
    )


@router.get("/dossiers/{dossier_id:uuid}/fusion")
def choose(request: Request, desk: AtDesk, dossier_id: UUID, avec: UUID | None = None) -> Response:
    """Lists the dossiers that may be of the same person; with `avec`, the one to keep, compares both."""
    must(desk, merging.merge_dossier)
    return _page(request, desk, dossier_id, into=avec)


@router.post("/dossiers/{dossier_id:uuid}/fusion")
@redraw(_page)
def join(request: Request, desk: AtDesk, dossier_id: UUID, data: FormData) -> Response:
    """Merges it into the one that goes on, and shows that one."""
    must(desk, merging.merge_dossier)
    dossier = desk.dossier(dossier_id)
    form = read_form(MergeForm, data, empty={})
    if dossier.merged and dossier.merged.into == form.into:
        return redirect(request, f"/dossiers/{form.into}")
    note(request, gather_people(dossier_id))  # the other dossier will say what this one says
    steps = _steps(desk, dossier_id, dossier, form.into)
    return _see(request, form.into, take_all(desk, steps, ("merge", str(dossier_id), str(form.into)), form))


@router.post("/dossiers/{dossier_id:uuid}/fusion/defaire")
@redraw(_page)
def undo_merge(request: Request, desk: AtDesk, dossier_id: UUID, data: FormData) -> Response:
    """Undoes the merge: each dossier has its own events again."""
    must(desk, merging.merge_dossier)
    dossier = desk.dossier(dossier_id)
    form = read_form(UndoMergeForm, data, empty={})
    return _see(
        request, dossier_id, require_events(desk, undo(desk, dossier_id, dossier, form.reason, form.command_id))
    )


def _see(request: Request, dossier_id: UUID, events: Sequence[Recorded]) -> Response:
    """Shows a dossier, with the receipt of its first event."""
    own = [one.originator_version for one in events if one.originator_id == dossier_id]
    return redirect(request, f"/dossiers/{dossier_id}" + (f"?fait={own[0]}" if own else ""))


# --- for the page of a dossier


@dataclass(frozen=True, slots=True)
class Follower:
    """The dossier that goes on in place of a duplicate; `id` is None for somebody who may not read it."""

    id: UUID | None
    name: str
    advisor: str
    site: str


def follower(desk: Desk, dossier: Dossier) -> Follower | None:
    """Returns the last dossier that the duplicate was merged into, whatever the number of merges since."""
    if dossier.merged is None:
        return None
    stream, target = dossier.merged.into, fold_of(desk.read, dossier.merged.into)
    while target.merged:
        stream, target = target.merged.into, fold_of(desk.read, target.merged.into)
    advisor = names_for(desk).staff(target.advisor) if target.advisor else ""
    readable = stream if desk.scope.sees(target) else None
    return Follower(readable, f"{target.first_name} {target.last_name}", advisor, target.site)


def undo(desk: Desk, dossier_id: UUID, dossier: Dossier, reason: str, command_id: UUID) -> Outcome:
    """Undoes a merge: each dossier has its own events again. A second call records nothing."""
    if dossier.merged is None:
        return Outcome(repeated=True)
    steps = _undo_steps(desk, dossier_id, dossier, reason)
    return record_all(desk, steps, ("unmerge", str(dossier_id), reason), command_id=command_id)
