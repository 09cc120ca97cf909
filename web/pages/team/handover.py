"""A portfolio that was handed over: one command a dossier, one result a row, the report, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pixflow.dossier import assignment, lending
from pixflow.dossier.evolve import fold
from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.dossier import AdvisorAssigned, DossierLent
from pixflow.identity import normalise
from projections import audit_trail, directory
from projections.directory import Found
from projections.store.folds import folds_of
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import row_command
from web.french import privacy, vocabulary
from web.french.errors import refusals
from web.french.vocabulary import say
from web.pages.team.handover_plan import Pairs

TOPICS = (AdvisorAssigned.TOPIC, DossierLent.TOPIC)
_trail = audit_trail.table.c


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one dossier; `refused` says why nothing was recorded."""

    stream: UUID
    name: str
    to: str
    refused: str = ""
    recorded: Sequence[Recorded] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One reassignment as the report says it; `now` is who follows the dossier when that is somebody else since.

    `undone`: it was taken back, rather than followed by another.
    """

    stream: UUID
    name: str
    number: str
    to: UUID
    until: date | None
    now: str
    undone: bool


def take(desk: Desk, person: UUID, form: Pairs) -> list[Row]:
    """One command for each dossier, in the order shown."""
    found = directory.named(desk.read, form.taken)
    return [_taken(desk, person, form, stream, to, found.get(stream)) for stream, to in form.taken.items()]


def _taken(desk: Desk, person: UUID, form: Pairs, stream: UUID, to: UUID, found: Found | None) -> Row:
    name, colleague = found.name if found else "dossier inconnu", desk.refs.team.get(to)
    command = row_command(form.command_id, stream)
    if not desk.engine.has_recorded(command):
        if colleague is None or "advisor" not in colleague.roles_on(desk.today):
            return Row(stream, name, "", "la personne choisie ne suit plus de dossiers")
        if found is None or found.advisor != person:
            text = "ce dossier n’est plus suivi par {name}"
            return Row(stream, name, colleague.name, say(text, name=desk.refs.team[person].name))
    said: dict[str, Any] = {"advisor": to} | ({"until": form.last} if form.last else {})
    decide = lending.lend_dossier if form.last else assignment.assign_advisor
    outcome = record(desk, {"dossier": stream}, decide, command_id=command, **said)
    return Row(stream, name, names_for(desk).staff(to), _why(desk, outcome.refused), outcome.recorded)


def take_back(desk: Desk, told: Sequence[Recorded], command: UUID) -> list[Row]:
    """Each reassignment undone, as long as nobody was assigned since."""
    names, made = directory.named(desk.read, [fact.originator_id for fact in told]), []
    for fact in told:
        stream = fact.originator_id
        outcome = record(
            desk,
            {"dossier": stream},
            lending.undo_assignment,
            command_id=row_command(command, stream),
            version=fact.originator_version,
            reason="portefeuille repris",
        )
        name = names[stream].name if stream in names else "dossier inconnu"
        made.append(Row(stream, name, "", _why(desk, outcome.refused), outcome.recorded))
    return made


def facts(desk: Desk, bulk: UUID) -> list[Recorded]:
    """What one bulk recorded: its commands are named by it and by their dossier.

    Looks at the ids of every reassignment there is; reads those of the bulk.
    """
    query = select(_trail.position, _trail.stream, _trail.command).where(_trail.topic.in_(TOPICS))
    rows = desk.read.execute(query)
    positions = [position for position, stream, command in rows if command == row_command(bulk, stream)]
    found = select(audit_trail.table).where(_trail.position.in_(positions)).order_by(_trail.position)
    return [audit_trail.recorded(row) for row in desk.read.execute(found)]


def whose(desk: Desk, fact: Recorded) -> str:
    """Whose portfolio it was: who followed the dossier before."""
    history = desk.engine.history(fact.originator_id)
    before = fold([known for known in history if known.originator_version < fact.originator_version])
    return names_for(desk).staff(before.advisor) if before.advisor else ""


def report(desk: Desk, told: Sequence[Recorded]) -> list[Told]:
    """Each dossier by name, with who took it, and whether that stands."""
    people = directory.named(desk.read, [fact.originator_id for fact in told])
    states = folds_of(desk.read, [fact.originator_id for fact in told])
    rows = []
    for fact in told:
        event, stream = fact.event, fact.originator_id
        assert isinstance(event, (AdvisorAssigned, DossierLent))
        until = event.until if isinstance(event, DossierLent) else None
        person = people.get(stream)
        name = f"{person.last_name} {person.first_name}" if person else privacy.ERASED
        state, version = states[stream], fact.originator_version
        now, undone = _now(desk, state, version), state.assigned is None or state.assigned.version < version
        rows.append(Told(stream, name, (person and person.imilo_number) or "", event.advisor, until, now, undone))
    return sorted(rows, key=lambda row: normalise(row.name))


def _now(desk: Desk, dossier: Dossier, version: int) -> str:
    """Who follows a dossier, "" while it is whom that version assigned."""
    if dossier.assigned and dossier.assigned.version == version:
        return ""
    return names_for(desk).staff(dossier.advisor) if dossier.advisor else "personne"


def _why(desk: Desk, refused: Any) -> str:
    if refused is None:
        return ""
    return vocabulary.lower_first(refusals.refusal(refused.code, refused.details, names_for(desk)))
