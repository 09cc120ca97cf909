"""Merging two dossiers of one young person: the candidates, the survivor, the effects, and the steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pixflow import tasks
from pixflow.dossier import identity as merging
from pixflow.dossier.state import Dossier
from pixflow.events.dossier import DuplicateJoined, Retracted
from pixflow.identity import normalise
from pixflow.participation import matches
from pixflow.refused import Refused
from pixflow.unit_of_work import LoadedStream, Step
from projections import name_search
from projections.directory import YoungPerson
from projections.store.folds import fold_of, folds_of
from web.desk.commands import Outcome, record_all
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import merge
from web.french import tasks as french_tasks
from web.french.errors import refusals
from web.french.events import sentences

NEAR = 20
"""Number of similar names to consider."""


@dataclass(frozen=True, slots=True)
class FieldComparison:
    """The value of a field in the dossier that goes on, and in the duplicate."""

    label: str
    kept: str
    closed: str

    @property
    def differs(self) -> bool:
        return self.kept != self.closed


@dataclass(frozen=True, slots=True)
class MergePreview:
    """The effects of a merge or of its undo on both dossiers together; or the refusal.

    `joined` are the events that come to the dossier that goes on, `retracted` those retracted there.
    """

    joined: Sequence[str] = ()
    retracted: Sequence[str] = ()
    gone: Sequence[str] = ()
    new: Sequence[str] = ()
    owed: Sequence[str] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Follower:
    """The dossier that goes on in place of a duplicate; `id` is None for somebody who may not read it."""

    id: UUID | None
    name: str
    advisor: str
    site: str


def candidates(desk: Desk, dossier_id: UUID, dossier: Dossier) -> list[YoungPerson]:
    """Returns open dossiers that may be of the same person: similar names, the same birth date first."""
    near = name_search.near(desk.read, f"{dossier.last_name} {dossier.first_name}", desk.scope, NEAR)
    same = [found for found in near if found.stream != dossier_id and not found.closed and _alike(found, dossier)]
    return sorted(
        same,
        key=lambda found: (found.birth_date != dossier.birth_date, normalise(f"{found.last_name} {found.first_name}")),
    )


def _alike(found: YoungPerson, dossier: Dossier) -> bool:
    """True unless their birth dates differ."""
    return None in (found.birth_date, dossier.birth_date) or found.birth_date == dossier.birth_date


def fullest_first(desk: Desk, streams: Iterable[UUID]) -> list[tuple[UUID, int]]:
    """Returns these dossiers and their numbers of events: the one to keep, then its duplicates.

    A number in i-Milo comes first, then the more events, then who was opened first.
    """
    states: dict[UUID, Dossier] = folds_of(desk.read, streams)

    def rank(stream: UUID) -> tuple[Any, ...]:
        state = states[stream]
        return state.imilo_number is None, -state.version, state.opened and state.opened.on, str(stream)

    return [(stream, states[stream].version) for stream in sorted(states, key=rank)]


def comparison(desk: Desk, kept: UUID, closed: UUID) -> list[FieldComparison]:
    """Compares both dossiers field by field, without the fields that neither has."""
    names = names_for(desk)
    sides = (merge.fields(desk.dossier(one), desk.trail(one), names, desk.zone) for one in (kept, closed))
    pairs = zip(*sides, strict=True)
    return [FieldComparison(label, one, other) for (label, one), (_, other) in pairs if one or other]


def follower(desk: Desk, dossier: Dossier) -> Follower | None:
    """Returns the last dossier that the duplicate was merged into, whatever the number of merges since."""
    if dossier.merged is None:
        return None
    stream, kept = dossier.merged.into, fold_of(desk.read, dossier.merged.into)
    while kept.merged:
        stream, kept = kept.merged.into, fold_of(desk.read, kept.merged.into)
    advisor = names_for(desk).staff(kept.advisor) if kept.advisor else ""
    readable = stream if desk.scope.sees(kept) else None
    return Follower(readable, f"{kept.first_name} {kept.last_name}", advisor, kept.site)


def steps(desk: Desk, dossier_id: UUID, dossier: Dossier, into: UUID) -> list[Step]:
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


def undo_steps(desk: Desk, dossier_id: UUID, dossier: Dossier, reason: str) -> list[Step]:
    """Returns the steps that undo the merge."""
    assert dossier.merged is not None
    trail = desk.trail(dossier_id)
    command = next(one.command for one in trail if one.originator_version == dossier.merged.stamp.version)
    said = {"reason": reason}
    moved = [Step({"participation": one}, matches.undo_match_move, said) for one in dossier.merged.participations]
    kept = Step({"dossier": dossier.merged.into}, merging.undo_take_over, said, {"command": command})
    return [*moved, kept, Step({"dossier": dossier_id}, merging.undo_merge, said)]


def preview(desk: Desk, made: Sequence[Step], kept: UUID, closed: UUID) -> MergePreview:
    """Returns the effects of these steps, with the tasks of both dossiers before and after."""
    names = names_for(desk)
    try:
        changed = desk.engine.preview_all(made, by=desk.by(made[0].decision))
    except Refused as refused:
        return MergePreview(refused=refusals.refusal(refused.code, refused.details, names))
    before, after = changed[kept]
    owed = _owed(desk, *(changed[one][0] for one in (kept, closed)))
    then = _owed(desk, *(changed[one][1] for one in (kept, closed)))
    new = after.events[len(before.events) :]
    retracted = {r.event.version for r in new if isinstance(r.event, Retracted)}
    joined = [r for r in new if not isinstance(r.event, (DuplicateJoined, Retracted))]
    return MergePreview(
        [merge.dated(r, names, after.events, desk.zone) for r in joined],
        [
            sentences.sentence(r, names, zone=desk.zone, history=before.events)
            for r in before.events
            if r.originator_version in retracted
        ],
        [french_tasks.VERBS[kind] for key, kind in owed.items() if key not in then],
        [french_tasks.VERBS[kind] for key, kind in then.items() if key not in owed],
        list(dict.fromkeys(french_tasks.VERBS[kind] for kind in then.values())),
    )


def _owed(desk: Desk, *dossiers: LoadedStream) -> dict[str, str]:
    """Returns the tasks of these dossiers together: the key and the kind of each."""
    return {task.key: task.kind for one in dossiers for task in tasks.of_dossier(one.state, desk.refs)}


def undo(desk: Desk, dossier_id: UUID, dossier: Dossier, reason: str, command_id: UUID) -> Outcome:
    """Undoes a merge: each dossier has its own events again. A second call records nothing."""
    if dossier.merged is None:
        return Outcome(repeated=True)
    made = undo_steps(desk, dossier_id, dossier, reason)
    return record_all(desk, made, ("unmerge", str(dossier_id), reason), command_id=command_id)
