"""The personal data of one young person, gathered once: as a file (GDPR, article 20), as a paper (articles 12, 15)."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, select

from pixflow import erasing, tasks
from pixflow.authorization import Scope
from pixflow.dossier import retention
from pixflow.dossier.retraction import ISSUED, comes_from_pix
from pixflow.dossier.state import Dossier
from pixflow.engine import Engine
from pixflow.events import dossier as e
from pixflow.events.base import Recorded
from pixflow.folding import retractions_by_version
from pixflow.open_data import communes
from pixflow.reference_data import References
from pixflow.tasks import Task
from projections import audit_trail
from web.desk import readings
from web.desk.names import ScopedNames
from web.desk.readings import Reading
from web.french import dates, privacy, typography, vocabulary
from web.french import tasks as task_words
from web.french.events import details
from web.french.events import sentences as events
from web.french.events import workshops as workshop_words
from web.french.events.fields import EMPTY, LABELS, UNNAMED
from web.french.typography import NBSP, plural, say
from web.hosting.served_structure import ServedStructure
from web.http.forms import ID
from web.http.papers import phrase_foot
from web.typesetting import compile_template


@dataclass(frozen=True, slots=True)
class PersonalEvent:
    """An event with its stamps, in words and as it is stored; `details` are the labels and values of its fields.

    `retracted` says when, by whom and why it was retracted. A `withheld` event was about another person, and retracted:
    its content is not given.
    """

    recorded: Recorded
    title: str
    said: str
    when: str
    who: str
    details: Sequence[tuple[str, str]]
    retracted: str
    withheld: bool


@dataclass(frozen=True, slots=True)
class PersonalStream:
    """The events of a dossier, a participation or a workshop that are about this person."""

    id: UUID
    state: Any
    events: Sequence[PersonalEvent]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """All that is stored of a person. `id` is the dossier that goes on, first in `dossiers`; its duplicates follow.

    `writers` are the authors, each with their number of events; `months` is the retention period. `readings` tell who
    opened the dossiers.
    """

    structure: str
    zone: str
    made_at: datetime
    id: UUID
    dossiers: Sequence[PersonalStream]
    participations: Sequence[PersonalStream]
    workshops: Sequence[PersonalStream]
    writers: Sequence[tuple[str, int]]
    owed: Sequence[Task]
    refs: References
    months: int
    readings: Sequence[Reading]

    @property
    def person(self) -> Dossier:
        state: Dossier = self.dossiers[0].state
        return state

    @property
    def event_count(self) -> int:
        return self.content + sum(len(one.events) for one in self.workshops)

    @property
    def content(self) -> int:
        """Returns the number of events of their dossiers and participations."""
        return sum(len(one.events) for one in (*self.dossiers, *self.participations))


def everything(served: ServedStructure, read: Connection, dossier: UUID) -> PersonalData:
    """Gathers the data of the person of a dossier, with its duplicates, whichever of them is named."""
    engine = served.engine
    gathered = _Streams(engine, read, dossier)
    dossiers = [gathered.dossier(id) for id in gathered.dossiers]
    participations = [gathered.participation(id) for id in gathered.participations]
    workshops = list(gathered.workshops())
    person: Dossier = dossiers[0].state
    refs, today = gathered.refs, engine.today()
    events = (event for one in (*dossiers, *participations, *workshops) for event in one.events)
    # who took a paper or a copy wrote nothing
    written = Counter(one.who for one in events if not isinstance(one.recorded.event, ISSUED))
    return PersonalData(
        refs.structure.name,
        refs.structure.zone,
        engine.clock(),
        gathered.dossiers[0],
        dossiers,
        participations,
        workshops,
        written.most_common(),
        tasks.of_dossier(person, refs),
        refs,
        retention.months_of(refs.protocol(today).retention, person.programme),
        readings.of_dossiers(served, ScopedNames(refs, read, Scope("none")), gathered.dossiers),
    )


class _Streams:
    """The streams of one person, and the events of other people in them."""

    def __init__(self, engine: Engine, read: Connection, dossier: UUID) -> None:
        self._engine, self._read, self.refs = engine, read, engine.references()
        self._histories = dict(_list_histories(engine, dossier))
        self.dossiers = list(self._histories)
        self._states = engine.states("dossier", self.dossiers)
        recorded = (r.event for history in self._histories.values() for r in history)
        named = (getattr(event, "participation", None) for event in recorded)
        known = engine.states("participation", list(dict.fromkeys(filter(None, named))))
        self.participations = [id for id, state in known.items() if state.dossier in self._states]
        self._theirs = frozenset({*self.dossiers, *self.participations})

    def dossier(self, id: UUID) -> PersonalStream:
        history, state = self._histories[id], self._states[id]
        retracted = retractions_by_version(history)
        joined = (r for r in history if isinstance(r.event, e.DuplicateJoined))
        parted = {r.command for r in joined if r.originator_version in retracted}

        def is_of_another(recorded: Recorded) -> bool:
            """True for an event from a participation or a dossier that turned out to be another person's."""
            event = recorded.event
            if recorded.command in parted:
                return not isinstance(event, e.DuplicateJoined)
            return comes_from_pix(event) and getattr(event, "participation", None) not in self._theirs

        foreign = list(filter(is_of_another, history))
        return PersonalStream(id, state, self._events(history, self._names(state), foreign))

    def participation(self, id: UUID) -> PersonalStream:
        state = self._engine.state("participation", id)
        return PersonalStream(id, state, self._events(self._engine.history(id), self._names()))

    def workshops(self) -> Iterator[PersonalStream]:
        """Yields their events in workshops: seats, waiting lists, attendance."""
        trail = audit_trail.table.c
        query = select(audit_trail.table).where(trail.dossier.in_(self.dossiers)).order_by(trail.position)
        about = audit_trail.open_rows(self._engine, self._read.execute(query).all())
        for id in dict.fromkeys(r.originator_id for r in about):
            events = [r for r in about if r.originator_id == id]
            retracted = retractions_by_version(self._engine.history(id))
            made = self._events(events, self._names(), retracted=retracted)
            yield PersonalStream(id, self._engine.state("workshop", id), made)

    def _events(
        self,
        history: Sequence[Recorded],
        names: ScopedNames,
        foreign: Sequence[Recorded] = (),
        retracted: dict[int, Recorded] | None = None,
    ) -> list[PersonalEvent]:
        own, zone, made = [r for r in history if r not in foreign], self.refs.structure.zone, []
        by_version = retractions_by_version(history) if retracted is None else retracted
        for r in history:
            withheld, by = r in foreign, by_version.get(r.originator_version)
            shown = () if withheld else details.detail(r, names, zone=zone, history=own)
            said = privacy.WITHHELD if withheld else events.sentence(r, names, zone=zone, history=own)
            made.append(
                PersonalEvent(
                    r,
                    events.TITLES[r.event.TOPIC],
                    said,
                    events.when(r, zone),
                    events.who(r, names),
                    [(label, value) for label, value in shown if value != EMPTY and label != LABELS["others"]],
                    events.retraction(by, names, zone) if by else "",
                    withheld,
                )
            )
        return made

    def _names(self, state: Dossier | None = None) -> ScopedNames:
        return _OwnNames(self.refs, self._read, self._theirs, state)


class _OwnNames(ScopedNames):
    """Names that the person may read: their own and the team's, not those of other young people."""

    def __init__(self, refs: References, read: Connection, own: frozenset[UUID], dossier: Dossier | None) -> None:
        super().__init__(refs, read, Scope("all"), dossier)
        self._own = own

    def dossier(self, id: UUID) -> str:
        return super().dossier(id) if id in self._own else UNNAMED[1]


def _list_histories(engine: Engine, dossier: UUID) -> Iterator[tuple[UUID, list[Recorded]]]:
    """Yields the dossier that goes on, then each duplicate merged into it, with its events."""
    state: Dossier = engine.state("dossier", dossier)
    while state.merged:
        dossier = state.merged.into
        state = engine.state("dossier", dossier)
    for one in erasing.collect_merged(engine, dossier):
        yield one, engine.history(one)


# --- the file

FORMAT, VERSION = "pixflow.person", 1

OF_PERSON = (
    "last_name", "first_name", "birth_date", "imilo_number", "phone", "email", "site", "programme", "group",
    "collective_end", "project", "commune", "programme_end",
)  # fmt: skip
OTHERS = ("others", "dossier", "duplicate", "into")
"""The fields that may name other people's dossiers."""


def document(person_data: PersonalData) -> dict[str, Any]:
    """Returns every event as it is stored, without the ids of other people."""
    person, own = person_data.person, {stream.id for stream in (*person_data.dossiers, *person_data.participations)}
    named: dict[str, str] = {}
    made = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": person_data.made_at,
        "structure": person_data.structure,
        "information": dict(privacy.information(person_data.months)),
        "person": {
            "id": person_data.id,
            **{name: getattr(person, name) for name in OF_PERSON},
            "advisor": _name(person_data, person.advisor, named),
        },
        "dossiers": [_stream(person_data, one, own, named) for one in person_data.dossiers],
        "participations": [
            {"campaign": _name(person_data, one.state.campaign, named), **_stream(person_data, one, own, named)}
            for one in person_data.participations
        ],
        "workshops": [
            {
                "site": workshop.state.site,
                "place": workshop.state.place,
                "starts": workshop.state.starts,
                "ends": workshop.state.ends,
                "run_by": [_name(person_data, who, named) for who in workshop.state.facilitators],
                **_stream(person_data, workshop, own, named),
            }
            for workshop in person_data.workshops
        ],
        "writers": [{"name": name, "facts": count} for name, count in person_data.writers],
        "readers": [{"at": one.at, "who": one.who, "page": one.page, "why": one.why} for one in person_data.readings],
        "owed": [
            {"task": task_words.VERBS[task.kind], "from": task.opens, "due": task.due, "why": _why(task)}
            for task in person_data.owed
        ],
    }
    built: dict[str, Any] = msgspec.to_builtins({**made, "names": named})
    return built


def encoded(known: PersonalData) -> bytes:
    """Returns the document as JSON."""
    return json.dumps(document(known), ensure_ascii=False, indent=1).encode()


def _why(task: Task) -> str:
    """Returns the reason of a task in words. The law gives a person all that is kept of them, marked or not."""
    return task_words.why(task.kind, task.why.details, task.why.on, shown=True)


def _stream(known: PersonalData, stream: PersonalStream, own: set[UUID], named: dict[str, str]) -> dict[str, Any]:
    return {"id": stream.id, "facts": [_encode_event(known, event, own, named) for event in stream.events]}


def _encode_event(
    person_data: PersonalData, event: PersonalEvent, own: set[UUID], named: dict[str, str]
) -> dict[str, Any]:
    r = event.recorded
    return {
        "version": r.originator_version,
        "topic": r.event.TOPIC,
        "title": event.title,
        "said": event.said,
        "on": getattr(r.event, "on", None),
        "recorded_at": r.at,
        "by": event.who,
        "via": r.via,
        "withheld": event.withheld,
        "retracted": event.retracted or None,
        "content": None if event.withheld else _content(person_data, r, own, named),
    }


def _content(person_data: PersonalData, recorded: Recorded, own: set[UUID], named: dict[str, str]) -> dict[str, Any]:
    """Returns the fields of an event without the ids of other people; adds the names of the other ids to `named`."""
    content: dict[str, Any] = msgspec.to_builtins(recorded.event)
    for name in (field.name for field in fields(recorded.event)):  # type: ignore[arg-type]
        value = getattr(recorded.event, name)
        if name == "others":
            content[name] = [str(one) for one in value if one in own]
        elif name in OTHERS and value not in own:
            content[name] = None
        elif isinstance(value, UUID):
            _name(person_data, value, named)
    return content


def _name(known: PersonalData, id: UUID | None, named: dict[str, str]) -> str | None:
    """Returns the name of a colleague or of a campaign, None for another id; adds it to `named`."""
    campaign, member = known.refs.campaigns.get(id) if id else None, known.refs.colleague(id)
    name = campaign.name if campaign else member.name if member else None
    if id and name:
        named[str(id)] = name
    return name


# --- the paper

_DATE = "Date"
_SHORT = 4


Entry = Mapping[str, Any]
"""A line of the paper: a sentence, its stamps, labels and values, the reason of its retraction."""


def paper(person_data: PersonalData, *more: str) -> bytes:
    """Returns the paper as a PDF. `more` stands at the foot, beside its date."""
    person = person_data.person
    made = dates.instant(person_data.made_at, person_data.zone)
    content = {
        "structure": person_data.structure,
        "title": "Ce que pixflow sait de vous",
        "name": f"{person.first_name} {person.last_name}",
        "lead": say(
            "Tout ce qui est enregistré sur vous le {made}, en {facts}.",
            made=made,
            facts=_facts(person_data.event_count),
        ),
        "issued": phrase_foot(person_data.made_at.astimezone(ZoneInfo(person_data.zone)).date(), *more),
        "sections": [
            {"title": title, "facts": facts, "entries": list(entries)}
            for title, facts, entries in _sections(person_data)
        ],
    }
    return compile_template("privacy/person.typ", lambda: content)


def _sections(person_data: PersonalData) -> Iterator[tuple[str, Sequence[tuple[str, str]], Iterable[Entry]]]:
    """Yields the title of each part of the paper, its labels and values, and its lines."""
    yield "Qui vous êtes", _identity(person_data), ()
    for n, dossier in enumerate(person_data.dossiers):
        yield "Votre dossier" if n == 0 else "Un dossier en double, réuni au vôtre", (), _entries(dossier)
    for stream in person_data.participations:
        campaign = person_data.refs.campaigns.get(stream.state.campaign)
        name = campaign.name if campaign else "une campagne"
        yield say("Ce que Pix a transmis : {name}", name=name), (), _entries(stream)
    for stream in person_data.workshops:
        when = workshop_words.moment(stream.state.starts, stream.state.ends, person_data.zone)
        place = workshop_words.place(stream.state.site, stream.state.place)
        yield say("Atelier : {when}, {place}", when=when, place=place), (), _entries(stream)
    if person_data.owed:
        owed = (_entry(task_words.VERBS[task.kind], _why(task)) for task in person_data.owed)
        yield "Ce qui reste à faire avec vous", (), owed
    yield "Qui a écrit tout cela", [(name, _facts(count)) for name, count in person_data.writers], ()
    if person_data.readings:
        yield "Qui a ouvert votre dossier, depuis douze mois au plus", (), _readers(person_data)
    yield "Ce que vous devez savoir", privacy.information(person_data.months), ()


def _readers(person_data: PersonalData) -> Iterator[Entry]:
    """Yields a line for each reader, day and reason: the pages that they opened, each with how often."""
    zone = ZoneInfo(person_data.zone)
    pages: dict[tuple[date, str, str], Counter[str]] = defaultdict(Counter)
    for one in person_data.readings:
        pages[one.at.astimezone(zone).date(), one.who, one.why][one.page] += 1
    for (day, who, why), opened in pages.items():
        times = (page if n == 1 else f"{page} ({plural(n, 'fois', 'fois')})" for page, n in opened.items())
        yield _entry(say("{who} : {pages}", who=who, pages=", ".join(times)), f"{dates.day(day, year=True)} · {why}")


def _identity(known: PersonalData) -> list[tuple[str, str]]:
    person, advisor = known.person, known.refs.colleague(known.person.advisor)
    end, named = person.collective_end, vocabulary.PROGRAMMES.get(person.programme, person.programme)
    until = say("période collective jusqu’au {day}", day=dates.day(end, year=True)) if end else ""
    last = person.programme_end
    through = say("jusqu’au {day}", day=dates.day(last, year=True)) if last else ""
    said = (
        ("Prénom et nom", f"{person.first_name} {person.last_name}"),
        ("Date de naissance", dates.day(person.birth_date, year=True) if person.birth_date else ""),
        (f"N°{NBSP}i-Milo", person.imilo_number or ""),
        ("Téléphone", typography.phone(person.phone) if person.phone else ""),
        ("Courriel", person.email or ""),
        ("Commune", communes.label(person.commune)),
        ("Site", person.site),
        ("Programme", ", ".join(filter(None, (named, through, person.group, until)))),
        ("Projet professionnel", person.project),
        ("Vous êtes suivi·e par", advisor.name if advisor else ""),
    )
    return [(label, value) for label, value in said if value]


def _entries(stream: PersonalStream) -> Iterator[Entry]:
    for event in stream.events:
        details = [
            (label, value)
            for label, value in event.details  # without what the sentence has, or only a program can read
            if label != _DATE and re.fullmatch(ID, value) is None and (len(value) < _SHORT or value not in event.said)
        ]
        said = say("{title} : {said}", title=event.title, said=event.said) if event.withheld else event.said
        yield _entry(said, f"{event.when} · {event.who}", details, event.retracted)


def _entry(said: str, stamp: str, details: Sequence[tuple[str, str]] = (), retracted: str = "") -> Entry:
    return {"said": said, "stamp": stamp, "details": details, "retracted": retracted}


def _facts(count: int) -> str:
    return plural(count, "ligne")
