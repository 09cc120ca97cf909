"""What a form just recorded, said once on the board of results or in Ma boîte, with the way back."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from pixflow.engine import new_id
from pixflow.events import dossier as d
from pixflow.events import participation as p
from pixflow.events.base import Recorded
from pixflow.events.campaign import CampaignClosed, CampaignDeclared, CampaignReopened, PurposeCorrected
from pixflow.events.intake import ExportReceived
from projections import audit_trail, result_routing
from web.desk import task_links
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import dates, vocabulary
from web.french.events import sentences
from web.french.events.fields import Names
from web.french.vocabulary import plural, say

MOST = 500
_TOPICS = tuple(
    event.TOPIC
    for event in (
        p.MatchConfirmed, p.MatchRejected, p.ParticipationSetAside, p.Retracted,
        d.ResultDispatched, CampaignDeclared, PurposeCorrected, CampaignClosed, CampaignReopened, d.DossierOpened,
        d.TaskSnoozed, d.TaskHandedOver, d.YoungPersonChased, d.ProgrammeJoined, d.ErasureRequested, d.Retracted,
    )
)  # fmt: skip
_trail = audit_trail.table.c


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done, and where it can be undone."""

    text: str
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice: what is said first, then a line for each thing. `tone` is done, note or late."""

    title: str
    lines: Sequence[Line] = ()
    tone: str = "done"


def span(recorded: Sequence[Recorded]) -> str:
    """What was recorded, as an address names it: its first and last positions; "" for nothing."""
    return f"{recorded[0].position}-{recorded[-1].position}" if recorded else ""


def done(desk: Desk, said: str) -> Told | None:
    """What the person at the desk recorded from one position to another, as `span` names them."""
    found = re.fullmatch(r"(\d{1,12})-(\d{1,12})", said)
    if not found:
        return None
    first, last = map(int, found.groups())
    query = select(audit_trail.table).where(
        _trail.position.between(first, last), _trail.by == desk.actor.id, _trail.topic.in_(_TOPICS)
    )
    rows = list(desk.read.execute(query.order_by(_trail.position).limit(MOST)))
    lines = list(_lines(desk, [audit_trail.recorded(row) for row in rows]))
    if not lines:
        return None
    return Told("Enregistré :" if len(lines) == 1 else f"{vocabulary.number(len(lines))} faits enregistrés :", lines)


def imported(desk: Desk, position: int) -> Told | None:
    """What an export brought: "1 nouvelle, 1 partagée ; 3 rapprochées d’elles-mêmes"."""
    export = _export(desk, position)
    if export is None or not isinstance(export.event, ExportReceived):
        return None
    matched = _matched_by_themselves(desk.read, export)
    counts = sentences.counts(export.event)
    by_themselves = plural(matched, "rapprochée d’elle-même", "rapprochées d’elles-mêmes")
    return Told("Export enregistré :", [Line(f"{counts}{vocabulary.NBSP}; {by_themselves}" if matched else counts)])


def already(desk: Desk, position: int) -> Told | None:
    """The same file again."""
    export = _export(desk, position)
    if export is None:
        return None
    when, who = dates.instant(export.at, desk.zone), sentences.who(export, names_for(desk))
    text = say("Ce fichier est déjà enregistré le {when} ({who}) : rien à faire.", when=when, who=who)
    return Told(text, tone="note")


def _export(desk: Desk, position: int) -> Recorded | None:
    query = select(audit_trail.table).where(_trail.position == position, _trail.topic == ExportReceived.TOPIC)
    row = desk.read.execute(query).first()
    return audit_trail.recorded(row) if row else None


def _matched_by_themselves(connection: Connection, export: Recorded) -> int:
    query = select(func.count()).where(
        _trail.position > export.position,
        _trail.topic == p.MatchConfirmed.TOPIC,
        _trail.command.in_([export.command, new_id(export.command, "match")]),
    )
    return int(connection.execute(query).scalar_one())


def _lines(desk: Desk, facts: Sequence[Recorded]) -> Iterator[Line]:
    names = names_for(desk)
    known = result_routing.many(desk.read, {fact.originator_id for fact in facts})
    declared = any(isinstance(fact.event, CampaignDeclared) for fact in facts)
    alone = [fact for fact in facts if declared and _automatic(fact)]
    yield from (_line(fact, names, known) for fact in facts if fact not in alone)
    if alone:
        matched = "participation rapprochée d’elle-même", "participations rapprochées d’elles-mêmes"
        yield Line(plural(len(alone), *matched))


def _automatic(fact: Recorded) -> bool:
    return isinstance(fact.event, p.MatchConfirmed) and fact.event.automatic


def _line(fact: Recorded, names: Names, known: dict[UUID, Any]) -> Line:
    row = known.get(fact.originator_id)
    typed = f"{row.last_name} {row.first_name}" if row else ""
    match fact.event:
        case p.MatchConfirmed(dossier=dossier):
            undo = task_links.form(dossier, "unmatch", str(fact.originator_id))
            return Line(say("{typed}, c’est {name}", typed=typed, name=names.dossier(dossier)), undo)
        case p.MatchRejected(dossier=dossier):
            return Line(say("{typed} n’est pas {name}", typed=typed, name=names.dossier(dossier)))
        case p.ParticipationSetAside(reason=reason):
            return Line(say("{typed}, mise de côté : {reason}", typed=typed, reason=reason))
        case p.Retracted():
            return Line(say("{typed}, de nouveau à rapprocher", typed=typed))
        case d.ResultDispatched(advisor=advisor):
            undo = task_links.form(fact.originator_id, "retract", str(fact.originator_version))
            of, to = vocabulary.de(names.dossier(fact.originator_id)), names.staff(advisor)
            return Line(say("résultat {of} transmis à {to}", of=of, to=to), undo)
        case d.DossierOpened():
            return Line(say("dossier ouvert : {name}", name=names.dossier(fact.originator_id)))
        case d.TaskSnoozed() | d.TaskHandedOver() | d.YoungPersonChased() | d.ErasureRequested():
            undo = task_links.form(fact.originator_id, "retract", str(fact.originator_version))
            told = vocabulary.lower_first(sentences.sentence(fact, names))
            return Line(say("{name} : {told}", name=names.dossier(fact.originator_id), told=told), undo)
        case d.ProgrammeJoined():
            told = vocabulary.lower_first(sentences.sentence(fact, names))
            return Line(say("{name} : {told}", name=names.dossier(fact.originator_id), told=told))
        case d.Retracted():
            return Line(say("annulé pour {name}", name=names.dossier(fact.originator_id)))
    return Line(sentences.sentence(fact, names))
