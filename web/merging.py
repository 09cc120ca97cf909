"""Two dossiers of one young person: which they may be, what joining them would change, and doing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pixflow import merging, tasks
from pixflow.dossier.state import Dossier
from pixflow.events.dossier import Retracted
from pixflow.refused import Refused
from pixflow.work import Step
from projections import audit_trail, name_search
from projections.directory import Found
from web.dependencies import Desk
from web.french import events, refusals
from web.french import tasks as task_words
from web.naming import names_for
from web.recording import Outcome

NEAR = 20
"""How many names that look alike are considered."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What joining, or parting again, would do to the dossier that goes on; or why it cannot be."""

    gone: Sequence[str] = ()
    new: Sequence[str] = ()
    struck: Sequence[str] = ()
    refused: str = ""


def candidates(desk: Desk, dossier_id: UUID, dossier: Dossier) -> list[Found]:
    """Open dossiers that may be the same person's: names that look alike, those born the same day first."""
    near = name_search.near(desk.read, f"{dossier.last_name} {dossier.first_name}", desk.scope, NEAR)
    same = [found for found in near if found.stream != dossier_id and not found.closed and _alike(found, dossier)]
    return sorted(same, key=lambda found: (found.birth_date != dossier.birth_date, found.last_name, found.first_name))


def _alike(found: Found, dossier: Dossier) -> bool:
    """Not told apart by their birth dates."""
    return None in (found.birth_date, dossier.birth_date) or found.birth_date == dossier.birth_date


def steps(desk: Desk, dossier_id: UUID, dossier: Dossier, into: UUID) -> list[Step]:
    """Joining a duplicate to the dossier that goes on."""
    gives = desk.dossier(into).imilo_number is None and dossier.imilo_number is not None
    joined = {"into": into, "gives_number": gives}
    return [
        Step({"dossier": dossier_id}, merging.merge, joined),
        Step({"dossier": into}, merging.take_over, {}, {"other": dossier}),
        *(
            Step({"participation": one, "dossier": into}, merging.move_match)
            for one in dossier.diagnostic.participations
        ),
    ]


def steps_back(desk: Desk, dossier_id: UUID, dossier: Dossier, reason: str) -> list[Step]:
    """Parting them again."""
    assert dossier.merged is not None
    trail = audit_trail.of_stream(desk.read, dossier_id)
    command = next(row.command for row in trail if row.version == dossier.merged.mark.version)
    said = {"reason": reason}
    moved = [Step({"participation": one}, merging.move_back, said) for one in dossier.merged.participations]
    kept = Step({"dossier": dossier.merged.into}, merging.give_back_merged, said, {"command": command})
    return [*moved, kept, Step({"dossier": dossier_id}, merging.unmerge, said)]


def preview(desk: Desk, made: Sequence[Step], kept: UUID) -> Preview:
    """What these steps would change in the dossier that goes on."""
    names = names_for(desk)
    try:
        before, after = desk.engine.preview_all(made, by=desk.actor)[kept]
    except Refused as refused:
        return Preview(refused=refusals.refusal(refused.code, refused.details, names))
    owed = {task.key: task.kind for task in tasks.of_dossier(before.state, desk.refs)}
    then = {task.key: task.kind for task in tasks.of_dossier(after.state, desk.refs)}
    struck = {r.event.version for r in after.events[len(before.events) :] if isinstance(r.event, Retracted)}
    told = [r for r in before.events if r.originator_version in struck]
    return Preview(
        [task_words.VERBS[kind] for key, kind in owed.items() if key not in then],
        [task_words.VERBS[kind] for key, kind in then.items() if key not in owed],
        [events.sentence(r, names, zone=desk.zone, history=before.events) for r in told],
    )


def record_all(desk: Desk, made: Sequence[Step], said: object, command_id: UUID) -> Outcome:
    """All of it in one transaction, or nothing."""
    try:
        done = desk.engine.execute_all(made, said, by=desk.actor, command_id=command_id, via="web")
    except Refused as refused:
        return Outcome(refused=refused)
    return Outcome(done.recorded, done.repeated)
