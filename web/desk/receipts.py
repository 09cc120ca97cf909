"""The receipt of a form: the page that follows says once what was recorded, with the way back.

The address of that page names the command: `recu=<its id>`. A bulk sends one command for each of its rows.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from pixflow.engine import new_id
from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.events import workshop as w
from pixflow.events.base import Event, Recorded
from pixflow.events.campaign import (
    CampaignClosed,
    CampaignCorrected,
    CampaignDeclared,
    CampaignReopened,
    PurposeCorrected,
)
from pixflow.events.indicators import AimSet
from pixflow.events.intake import ExportReceived
from pixflow.events.partner import OutlinesReceived
from pixflow.events.structure import SiteLocated
from pixflow.identity import list_name, normalise
from pixflow.participation.campaign import Intake
from pixflow.streams import kind_of
from projections import audit_trail, partners, result_routing
from web.desk import task_links
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import dates, typography
from web.french.events import sentences
from web.french.events.fields import Names
from web.french.typography import plural, say
from web.http.forms import Form

MOST = 500
"""The largest number of events in a receipt."""
LATEST = 1_000
"""The number of a person's latest events that are searched for a bulk: a few bulks of the largest size."""
ONE_MATCH = "Un seul rapprochement s’annule dans « Rapprochées récemment »."
OLDER = "; plus ancien que l’export du {newest}, il n’ajoute que les participations encore inconnues"
DECLARED_STAYS = "Le nom, le code, le site et l’usage se corrigent dans la page de la campagne."
_IMPLIED_BY: dict[type[Event], tuple[type[Event], ...]] = {
    d.AdvisorAssigned: (d.DossierOpened, d.ResultDispatched),
    d.DiagnosticPlanned: (d.SeatBooked, w.WaitlistJoined, w.SeatReleased, w.WaitlistLeft),
    d.Retracted: (w.SeatReleased, w.WaitlistLeft),
}
_trail = audit_trail.table.c


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One event of a receipt; `undo` is the address where it is undone, "" for none. `person` is whom it names."""

    text: str
    undo: str = ""
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of a command: a title, then a line for each event. `tone` is done, note or late.

    `undo` is the command that Annuler takes back, by a form sent to `undo_address`; "" for none. `instead` says what
    to do where nothing is taken back.
    """

    title: str
    lines: Sequence[ReceiptLine] = ()
    tone: str = "done"
    undo: str = ""
    undo_address: str = ""
    instead: str = ""

    @property
    def people(self) -> frozenset[UUID]:
        """The young people whom its lines name."""
        return frozenset(line.person for line in self.lines if line.person)

    def with_undo(self, reference: str, address: str) -> "Receipt":
        return replace(self, undo=reference, undo_address=address)


class UndoForm(Form):
    """The form that undoes all that a command recorded; `receipt` is its id."""

    receipt: UUID


def reference(recorded: Sequence[Recorded]) -> str:
    """Returns the value of `recu` in the address of a receipt: the id of the command, "" when it recorded nothing."""
    return str(recorded[0].command) if recorded else ""


def row_command(bulk: UUID, stream: UUID, about: object = "") -> UUID:
    """Returns the id of the command of one row of a bulk: the row is about a stream, or one thing of it."""
    return new_id(bulk, f"{stream} {about}" if about else str(stream))


def command_of(reference: str) -> UUID | None:
    """Returns the command that an address names; None for anything else, such as an address of an earlier version."""
    try:
        return UUID(reference)
    except ValueError:
        return None


def is_of(command: UUID, recorded: Recorded) -> bool:
    """True when a command recorded an event, or a row of the bulk with that id did."""
    event, stream = recorded.event, recorded.originator_id
    about = ["", *(getattr(event, field, None) for field in ("task", "about", "version"))]
    rows = [row_command(command, stream, one) for one in about if one is not None]
    if dossier := getattr(event, "dossier", None):
        rows.append(row_command(command, dossier))
    return recorded.command in (command, *rows)


def person_of(recorded: Recorded) -> UUID | None:
    """Returns the dossier that an event is about, else the participation; None for neither."""
    is_theirs = kind_of(recorded.event) in ("dossier", "participation")
    return getattr(recorded.event, "dossier", None) or (recorded.originator_id if is_theirs else None)


def of_partners(desk: Desk, reference: str, partner: UUID | None = None) -> Receipt | None:
    """Returns what a command recorded on a partner; of any partner, each line has the partner's name."""
    recorded = events_of(desk, reference)
    found = [one for one in recorded if one.event.TOPIC.startswith("partner.")]
    people = [one for one in recorded if one.event.TOPIC.startswith("contact.")]
    mine = [*(one for one in found if partner in (None, one.originator_id)), *people][:10]
    names = names_for(desk)
    texts = [sentences.sentence(one, names, zone=desk.zone, history=mine) for one in mine]
    rows = {} if partner else {one.originator_id: partners.find(desk.read, one.originator_id) for one in mine}
    named = [
        f"{row.name} : {text}" if (row := rows.get(one.originator_id)) else text
        for one, text in zip(mine, texts, strict=True)
    ]
    return Receipt("Enregistré :", list(map(ReceiptLine, named))) if named else None


def events_of(desk: Desk, reference: str) -> list[Recorded]:
    """Returns the events that the person at the desk recorded under the command of an address, oldest first.

    An earlier day has none. Reads the events of that command, at most MOST. When the store has none of that id, it is a
    bulk: reads the LATEST events of this person.
    """
    command = command_of(reference)
    if command is None or desk.is_past:
        return []
    positions = desk.engine.positions(command)
    mine = select(audit_trail.table).where(_trail.by == desk.actor.id)
    if positions:
        query = mine.where(_trail.position.between(*positions)).order_by(_trail.position).limit(MOST)
        return desk.read_events(query)
    latest = desk.read_events(mine.order_by(_trail.position.desc()).limit(LATEST))
    rows = {recorded.command for recorded in latest if is_of(command, recorded)}
    return [recorded for recorded in latest if recorded.command in rows][::-1]


def of_command(desk: Desk, reference: str) -> Receipt | None:
    """Returns the receipt of the command that an address names; None when this person recorded nothing under it."""
    events = events_of(desk, reference)
    lines = list(_lines(desk, events))
    if not lines:
        return None
    declared = any(isinstance(one.event, CampaignDeclared) for one in events)
    title = "Enregistré :" if len(lines) == 1 else _title(desk, events, len(lines))
    return Receipt(title, lines, instead=DECLARED_STAYS if declared else "")


def _title(desk: Desk, events: Sequence[Recorded], lines: int) -> str:
    """Returns a text like "115 résultats transmis : Nadia Benali 40, Paul Rey 75"."""
    dispatched = Counter(one.event.advisor for one in events if isinstance(one.event, d.ResultDispatched))
    if dispatched.total() != lines:
        return say("{lines} lignes enregistrées :", lines=typography.number(lines))
    names = names_for(desk)
    counted = ((names.staff(advisor), typography.number(count)) for advisor, count in dispatched.items())
    given = sorted(counted, key=lambda pair: normalise(pair[0]))
    by_advisor = ", ".join(f"{name} {count}" for name, count in given)
    return say("{lines} résultats transmis : {given}", lines=typography.number(lines), given=by_advisor)


def of_export(desk: Desk, position: int) -> Receipt | None:
    """Returns the receipt of an export: "1 nouvelle, 1 partagée ; 3 rapprochées d’elles-mêmes"."""
    export = _export(desk, position)
    if export is None or not isinstance(export.event, ExportReceived):
        return None
    by_export = _trail.command.in_([export.command, new_id(export.command, "match")])
    after = select(func.count()).where(
        _trail.position > export.position, _trail.topic == p.MatchConfirmed.TOPIC, by_export
    )
    matched, counts = desk.read.execute(after).scalar_one(), sentences.counts(export.event)
    by_themselves = plural(matched, "rapprochée d’elle-même", "rapprochées d’elles-mêmes")
    text = f"{counts}{typography.NBSP}; {by_themselves}" if matched else counts
    intake: Intake = desk.engine.state("intake", export.originator_id)
    before = Intake(exports=tuple(one for one in intake.exports if one.version < export.originator_version)).newest
    if before and export.event.exported_at <= before:
        text += typography.NBSP + say(OLDER, newest=dates.instant(before, desk.zone))
    line = ReceiptLine(text, f"/resultats/exports/{export.command}")
    return Receipt("Export enregistré :", [line], instead=say(ONE_MATCH))


def of_known_file(desk: Desk, position: int) -> Receipt | None:
    """Returns the receipt of a file that was recorded before."""
    export = _export(desk, position)
    if export is None:
        return None
    when, who = dates.instant(export.at, desk.zone), sentences.who(export, names_for(desk))
    text = say("Ce fichier est déjà enregistré le {when} ({who}) : rien à faire.", when=when, who=who)
    return Receipt(text, tone="note")


def _export(desk: Desk, position: int) -> Recorded | None:
    if not position:
        return None
    query = select(audit_trail.table).where(_trail.position == position, _trail.topic == ExportReceived.TOPIC)
    return next(iter(desk.read_events(query)), None)


def _lines(desk: Desk, events: Sequence[Recorded]) -> Iterator[ReceiptLine]:
    if not events:
        return
    names = names_for(desk)
    participations = result_routing.many(desk.read, {recorded.originator_id for recorded in events})
    returned = (one.event for one in events if isinstance(one.event, d.AdvisorAssigned) and one.event.bulk)
    for advisor, count in Counter(event.advisor for event in returned).items():
        many = plural(count, "dossier rendu", "dossiers rendus")
        yield ReceiptLine(say("{many} à {name}", many=many, name=names.staff(advisor)))
    matched_alone = (one for one in events if isinstance(one.event, p.MatchConfirmed) and one.event.automatic)
    alone = list(matched_alone) if any(isinstance(one.event, CampaignDeclared) for one in events) else []
    trails = desk.trails({r.originator_id for r in events if isinstance(r.event, d.TaskHandedOver)})
    for fact in events:
        by = _IMPLIED_BY.get(type(fact.event), ())
        implied = any(other.command == fact.command and isinstance(other.event, by) for other in events)
        line = (
            None if fact in alone or implied else _line(fact, names, participations, trails.get(fact.originator_id, ()))
        )
        if line:
            yield replace(line, person=person_of(fact))
    if alone:
        matched = "participation rapprochée d’elle-même", "participations rapprochées d’elles-mêmes"
        yield ReceiptLine(plural(len(alone), *matched))


def _line(recorded: Recorded, names: Names, known: dict[UUID, Any], history: Sequence[Recorded]) -> ReceiptLine | None:
    """Returns the line of an event; None when another line implies it."""
    row = known.get(recorded.originator_id)
    typed = list_name(row) if row else ""
    match recorded.event:
        case p.MatchConfirmed(dossier=dossier):
            undo = task_links.dossier_form(dossier, "unmatch", str(recorded.originator_id))
            return ReceiptLine(say("{typed}, c’est {name}", typed=typed, name=names.dossier(dossier)), undo)
        case p.MatchRejected(dossier=dossier):
            return ReceiptLine(say("{typed} n’est pas {name}", typed=typed, name=names.dossier(dossier)))
        case p.ParticipationSetAside(reason=reason):
            return ReceiptLine(say("{typed}, mise de côté : {reason}", typed=typed, reason=reason))
        case p.Retracted():
            return ReceiptLine(say("{typed}, de nouveau à rapprocher", typed=typed))
        case CampaignDeclared() | CampaignCorrected() | PurposeCorrected() | CampaignClosed() | CampaignReopened():
            return ReceiptLine(sentences.sentence(recorded, names))
        case OutlinesReceived() | SiteLocated() | AimSet():
            return ReceiptLine(sentences.sentence(recorded, names))
    return line_of_dossier(recorded, names, history)


def line_of_dossier(recorded: Recorded, names: Names, history: Sequence[Recorded]) -> ReceiptLine | None:
    """Returns the line of an event of a dossier, with its name; None for an event that has no line."""
    stream = recorded.originator_id
    retract = task_links.dossier_form(stream, "retract", str(recorded.originator_version))
    match recorded.event:
        case d.ResultDispatched(advisor=advisor):
            of, to = typography.de(names.dossier(stream)), names.staff(advisor)
            return ReceiptLine(say("résultat {of} transmis à {to}", of=of, to=to), retract)
        case d.DossierOpened():
            return ReceiptLine(say("dossier ouvert : {name}", name=names.dossier(stream)))
        case w.WaitlistJoined(dossier=dossier):
            return ReceiptLine(say("{name} : sur liste d’attente", name=names.dossier(dossier)))
        case w.WaitlistLeft(dossier=dossier):
            return ReceiptLine(say("{name} : n’attend plus de place", name=names.dossier(dossier)))
        case w.SeatReleased(dossier=dossier):
            return ReceiptLine(say("{name} : place rendue", name=names.dossier(dossier)))
        case d.SeatBooked() | d.AdvisorAssigned(bulk=None) | d.ProgrammeJoined():
            text = typography.lower_first(sentences.sentence(recorded, names))
            return ReceiptLine(say("{name} : {text}", name=names.dossier(stream), text=text))
        case (
            d.TaskSnoozed()
            | d.TaskHandedOver()
            | d.YoungPersonChased()
            | d.ReminderSet()
            | d.PixPresented()
            | d.DiagnosticPlanned()
            | d.ErasureRequested()
        ):
            text = typography.lower_first(sentences.sentence(recorded, names, history=history))
            return ReceiptLine(say("{name} : {text}", name=names.dossier(stream), text=text), retract)
        case d.Retracted():
            return ReceiptLine(say("annulé pour {name}", name=names.dossier(stream)))
    return None
