"""The rows of the Journal: the sentence of each event, its stamps, its subject and a link to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pixflow.dossier.state import Dossier
from pixflow.events.base import Recorded
from pixflow.events.intake import ExportReceived, ExportTakenBack
from pixflow.folding import retractions_by_version
from pixflow.formulas import guarded
from pixflow.streams import kind_of
from pixflow.team.notices import stream_of
from projections import audit_trail, directory, result_routing
from projections.store.folds import folds_of
from web.desk.desk import Desk
from web.desk.names import is_erased, names_for
from web.french import privacy
from web.french.events import sentences
from web.french.typography import say

EVENT_LOG = "pris en fichier depuis le Journal"
"""The reason of an event log that a page gives."""
GROUPS: dict[str, tuple[str, ...]] = {
    "Dossiers": ("dossier",),
    "Participations": ("participation",),
    "Campagnes et exports": ("campaign", "intake"),
    "Ateliers": ("workshop",),
    "Équipe": ("staff", "notices"),
    "Protocole et grille": ("protocol", "grille"),
    "Partenaires": ("partner", "catalogue", "contact"),
    "Ressources et questions": ("resource", "question"),
    "Indicateurs": ("indicators",),
    "Structure": ("structure",),
}
"""The kinds of streams, in groups."""
SUBJECTS = {
    "workshop": "atelier", "staff": "équipe", "campaign": "campagne", "intake": "export",
    "participation": "participation", "notices": "courriel", "protocol": "protocole", "grille": "grille",
    "partner": "partenaire", "catalogue": "fichier de lieux", "contact": "personne à joindre",
    "resource": "ressource", "question": "question",
    "indicators": "indicateurs",
}  # fmt: skip
"""The subject of an event that has no name."""
HEADER = ("n°", "enregistré le", "par", "au nom de", "fait", "à propos de", "fiche", "version", "annule la version")


@dataclass(frozen=True, slots=True)
class JournalRow:
    """An event: its position, its sentence, its stamps, its subject and the link to it.

    `retracted` is the reason of its retraction, `person` the dossier or participation that it is about.
    """

    position: int
    said: str
    when: str
    who: str
    about: str
    href: str
    retracted: str
    person: UUID | None


def rows(desk: Desk, found: Sequence[Any]) -> list[JournalRow]:
    """Returns these rows of the audit trail in words, in the same order."""
    histories = desk.trails({row.stream for row in found})
    dossiers = folds_of(desk.read, {row.stream for row in found if row.kind == "dossier"})
    events = audit_trail.opened(desk.engine, found)
    subjects = _Subjects(desk, events)
    return [_row(desk, recorded, histories[recorded.originator_id], dossiers, subjects) for recorded in events]


def _row(
    desk: Desk, recorded: Recorded, history: Sequence[Recorded], dossiers: dict[UUID, Any], subjects: "_Subjects"
) -> JournalRow:
    version, state = recorded.originator_version, dossiers.get(recorded.originator_id)
    names = names_for(desk, state if isinstance(state, Dossier) else None)
    until = [one for one in history if one.originator_version <= version]
    retracted = retractions_by_version(history).get(version)
    return JournalRow(
        recorded.position,
        sentences.sentence(recorded, names, zone=desk.zone, history=until),
        sentences.when(recorded, desk.zone),
        sentences.who(recorded, names),
        *subjects.of(recorded),
        getattr(retracted.event, "reason", "") if retracted else "",
        recorded.originator_id if kind_of(recorded.event) in ("dossier", "participation") else None,
    )


def cells(desk: Desk, found: Sequence[Any]) -> Iterator[list[str]]:
    """Yields these rows of the audit trail for a file: an id for each young person, no name."""
    names, zone = names_for(desk), ZoneInfo(desk.zone)
    for row in found:
        yield [
            guarded(str(cell))
            for cell in (
                row.position,
                f"{row.at.replace(tzinfo=UTC).astimezone(zone):%Y-%m-%d %H:%M:%S}",
                names.staff(row.by),
                names.staff(row.acting_for) if row.acting_for else "",
                sentences.TITLES.get(row.topic, row.topic),
                SUBJECTS.get(row.kind, row.kind),
                row.stream,
                row.version,
                row.retracts or "",
            )
        ]


class _Subjects:
    """The subjects of events, looked up once for all of them."""

    def __init__(self, desk: Desk, events: Sequence[Recorded]) -> None:
        streams = {recorded.originator_id for recorded in events}
        self._desk = desk
        self._participations = result_routing.many(desk.read, streams)
        matched = {row.dossier for row in self._participations.values() if row.dossier}
        found = directory.named(desk.read, streams | matched)
        self._people = {id: one.name for id, one in found.items() if desk.scope.reads(one.advisor)}
        self._written = {stream_of(person): person for person in desk.refs.team}

    def of(self, recorded: Recorded) -> tuple[str, str]:
        """Returns the subject in words, and the address of its page, "" when this reader has none."""
        stream, kind = recorded.originator_id, kind_of(recorded.event)
        match kind:
            case "dossier" if stream in self._people:
                return self._people[stream], f"/rejouer/{stream}?version={recorded.originator_version}"
            case "dossier" if is_erased(self._desk.read, stream):
                return privacy.ERASED, f"/dossiers/{stream}"
            case "participation" if stream in self._participations:
                return self._participation(self._participations[stream])
            case "staff" | "notices":
                return self._colleague(self._written.get(stream, stream), SUBJECTS[kind])
            case "campaign":
                return self._campaign(stream)
            case "intake" if isinstance(recorded.event, (ExportReceived, ExportTakenBack)):
                return self._campaign(recorded.event.campaign)
            case "workshop":
                return SUBJECTS[kind], f"/ateliers/{stream}"
        return SUBJECTS.get(kind, "structure"), ""

    def _participation(self, row: Any) -> tuple[str, str]:
        """Returns the young person matched, else the name typed on Pix for somebody who reads every dossier."""
        if row.dossier in self._people:
            return self._people[row.dossier], f"/rejouer/{row.dossier}"
        if row.dossier or self._desk.scope.whose != "all":
            return SUBJECTS["participation"], ""
        typed = say("{name}, sur Pix", name=f"{row.first_name} {row.last_name}")
        return typed, "/resultats" if "referent" in self._desk.roles else ""

    def _colleague(self, person: UUID, unknown: str) -> tuple[str, str]:
        member = self._desk.refs.team.get(person)
        return (member.name, f"/equipe/{person}") if member else (unknown, "")

    def _campaign(self, stream: UUID) -> tuple[str, str]:
        known = self._desk.refs.campaigns.get(stream)
        href = f"/resultats/campagnes/{stream}" if "referent" in self._desk.roles else ""
        return (known.name, href) if known else (SUBJECTS["campaign"], "")
