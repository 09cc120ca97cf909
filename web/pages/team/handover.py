"""A portfolio that is handed over: one command and one result for each dossier, the report, and the undo."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from pixflow.dossier import assignment
from pixflow.dossier import assignment as lending
from pixflow.dossier.evolve import fold
from pixflow.dossier.state import Dossier
from pixflow.events.base import Event, Recorded
from pixflow.events.dossier import AdvisorAssigned, DossierLent
from pixflow.identity import normalise
from pixflow.refused import Refused
from projections import audit_trail, directory
from projections.directory import YoungPerson
from projections.store.folds import folds_of
from web.desk import refusals
from web.desk.commands import record
from web.desk.desk import Desk
from web.desk.names import names_for
from web.desk.receipts import row_command
from web.french import privacy, typography
from web.french.events import sentences
from web.french.typography import say
from web.http.people import People, listed
from web.http.templates import Page
from web.pages.team.handover_plan import SharesForm

TOPICS = (AdvisorAssigned.TOPIC, DossierLent.TOPIC)
APART = 500
"""Reassignments of other commands that may stand between two of one bulk."""
_trail = audit_trail.table.c


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """The result of one dossier; `refused` is the reason when nothing was recorded."""

    stream: UUID
    name: str
    to: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Reassignment:
    """One dossier of the report; `now` is its advisor when that is another one since.

    `undone`: the reassignment was taken back; otherwise another one followed it.
    """

    stream: UUID
    name: str
    number: str
    to: UUID
    until: date | None
    now: str
    undone: bool


@dataclass(frozen=True, kw_only=True)
class ReportPage(Page):
    """The report of a handover: the dossiers in groups, by the colleague who took them.

    `active` counts the reassignments that still count, of `total`. `rows` are results with refusals, `verb` what was
    refused. `owner` is the advisor of before, who gave a loan back if `returned`; `who` and `when` tell the command.
    `is_new`: the person at the desk recorded it today.
    """

    template = "team/handover_report.html"
    block = "report"

    structure: str
    bulk: UUID
    groups: Sequence[tuple[str, Sequence[Reassignment]]]
    total: int
    active: int
    undone: bool
    until: date | None
    owner: str
    returned: bool
    who: str
    when: str
    rows: Sequence[HandoverRow]
    verb: str
    is_new: bool

    @property
    def shows(self) -> People:
        return listed((one.stream for _, group in self.groups for one in group), (row.stream for row in self.rows))


def hand_over(desk: Desk, person: UUID, form: SharesForm) -> list[HandoverRow]:
    """Hands over each dossier of the form, in the order shown: one command each."""
    found = directory.named(desk.read, form.pairs)
    return [_hand_over_one(desk, person, form, stream, to, found.get(stream)) for stream, to in form.pairs.items()]


def _hand_over_one(
    desk: Desk, person: UUID, form: SharesForm, stream: UUID, to: UUID, found: YoungPerson | None
) -> HandoverRow:
    name, colleague = found.name if found else "dossier inconnu", desk.refs.team.get(to)
    command = row_command(form.command_id, stream)
    if not desk.engine.has_recorded(command):
        if colleague is None or "advisor" not in colleague.roles_on(desk.today):
            return HandoverRow(stream, name, "", "la personne choisie ne suit plus de dossiers")
        if found is None or found.advisor != person:
            text = "ce dossier n’est plus suivi par {name}"
            return HandoverRow(stream, name, colleague.name, say(text, name=desk.refs.team[person].name))
    sent: dict[str, Any] = {"advisor": to} | ({"until": form.last} if form.last else {})
    decision = lending.lend_dossier if form.last else assignment.assign_advisor
    outcome = record(desk, {"dossier": stream}, decision, command_id=command, context={"bulk": form.command_id}, **sent)
    return HandoverRow(stream, name, names_for(desk).staff(to), _reason(desk, outcome.refused))


def undo_handover(desk: Desk, events: Sequence[Recorded], command: UUID) -> list[HandoverRow]:
    """Undoes each reassignment, as long as nobody was assigned since."""
    names, made = directory.named(desk.read, [recorded.originator_id for recorded in events]), []
    for recorded in events:
        stream = recorded.originator_id
        outcome = record(
            desk,
            {"dossier": stream},
            lending.undo_assignment,
            command_id=row_command(command, stream),
            version=recorded.originator_version,
            reason="portefeuille repris",
        )
        name = names[stream].name if stream in names else "dossier inconnu"
        made.append(HandoverRow(stream, name, "", _reason(desk, outcome.refused)))
    return made


def events_of(desk: Desk, bulk: UUID) -> list[Recorded]:
    """Returns the events of one bulk. The bulk and the dossier make the id of each command.

    Reads the ids of reassignments from the latest back, and stops when APART in a row are of others.
    """
    query = select(_trail.position, _trail.stream, _trail.command).where(_trail.topic.in_(TOPICS))
    positions: list[int] = []
    others = 0
    with desk.read.execute(query.order_by(_trail.position.desc())) as rows:
        for position, stream, command in rows:
            if command == row_command(bulk, stream):
                positions.append(position)
                others = 0
            elif positions and (others := others + 1) == APART:
                break
    found = select(audit_trail.table).where(_trail.position.in_(positions)).order_by(_trail.position)
    return desk.opened(found)


def report_page(
    desk: Desk, bulk: UUID, events: Sequence[Recorded], rows: Sequence[HandoverRow] = (), verb: str = ""
) -> ReportPage:
    """Returns the report of a bulk; `rows` are shown first."""
    made = reassignments(desk, events)
    before = _before(desk, events[0]) if events else Dossier()
    names = {one.to: desk.refs.team[one.to].name for one in made}
    by_name = sorted(names.items(), key=lambda item: normalise(item[1]))
    return ReportPage(
        structure=desk.refs.structure.name,
        bulk=bulk,
        groups=[(name, [one for one in made if one.to == id]) for id, name in by_name],
        total=len(made),
        active=sum(not one.now for one in made),
        undone=bool(made) and all(one.undone for one in made),
        until=made[0].until if made else None,
        owner=names_for(desk).staff(before.advisor) if before.advisor else "",
        returned=bool(events) and _returns(before, events[0].event),
        who=sentences.who(events[0], names_for(desk)) if events else "",
        when=sentences.when(events[0], desk.zone) if events else "",
        rows=rows,
        verb=verb,
        is_new=bool(events) and _is_mine_today(desk, events[0]),
    )


def _is_mine_today(desk: Desk, recorded: Recorded) -> bool:
    return recorded.by == desk.actor.id and desk.refs.calendar.local_day(recorded.at) == desk.today


def reassignments(desk: Desk, events: Sequence[Recorded]) -> list[Reassignment]:
    """Returns each reassignment of a bulk, by name, with what became of it."""
    people = directory.named(desk.read, [recorded.originator_id for recorded in events])
    states = folds_of(desk.read, [recorded.originator_id for recorded in events])
    rows = []
    for recorded in events:
        event, stream = recorded.event, recorded.originator_id
        assert isinstance(event, (AdvisorAssigned, DossierLent))
        until = event.until if isinstance(event, DossierLent) else None
        person = people.get(stream)
        name = f"{person.last_name} {person.first_name}" if person else privacy.ERASED
        state, version = states[stream], recorded.originator_version
        now, undone = _advisor(desk, state, version), state.assigned is None or state.assigned.version < version
        number = (person and person.imilo_number) or ""
        rows.append(Reassignment(stream, name, number, event.advisor, until, now, undone))
    return sorted(rows, key=lambda row: normalise(row.name))


def _returns(before: Dossier, event: Event) -> bool:
    """Tells if a reassignment gives a loan back to its lender."""
    return isinstance(event, AdvisorAssigned) and before.lent is not None and before.lent.back_to == event.advisor


def _before(desk: Desk, recorded: Recorded) -> Dossier:
    """Returns the dossier before a reassignment."""
    history = desk.engine.history(recorded.originator_id)
    return fold([known for known in history if known.originator_version < recorded.originator_version])


def _advisor(desk: Desk, dossier: Dossier, version: int) -> str:
    """Returns the advisor of a dossier, "" while it is the one that the version assigned."""
    if dossier.assigned and dossier.assigned.version == version:
        return ""
    return names_for(desk).staff(dossier.advisor) if dossier.advisor else "personne"


def _reason(desk: Desk, refused: Refused | None) -> str:
    if refused is None:
        return ""
    return typography.lower_first(refusals.sentence(desk, refused))
